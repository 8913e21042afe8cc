"""The sentences for problems in a definition: code -> (English, Chinese). What is wrong, then what to do."""

SENTENCES: dict[str, tuple[str, str]] = {
    # the file
    "too_large": (
        "The file has {size} bytes; the limit is {limit}. Split it, or remove what is not a questionnaire.",
        "文件大小为 {size} 字节，上限为 {limit} 字节。请拆分文件或删除与问卷无关的内容。",
    ),
    "empty_file": ('The file is empty. Start with "format: 1".', '文件是空的。请以 "format: 1" 开头。'),
    "not_utf8": (
        "The file is not UTF-8 (byte {position}). Save it as UTF-8.",
        "文件不是 UTF-8 编码（第 {position} 个字节）。请另存为 UTF-8。",
    ),
    "control_character": ("The character U+{hex} is not allowed. Remove it.", "不允许使用字符 U+{hex}，请删除。"),
    "lone_surrogate": (
        "Half of a character (a lone surrogate) stands in the text. Type the character again.",
        "文本中有半个字符（孤立的代理项），请重新输入该字符。",
    ),
    "bad_yaml": (
        "This is not valid YAML: {reason}. Check indentation, quotes and brackets near this line.",
        "YAML 格式有误：{reason}。请检查这一行附近的缩进、引号和括号。",
    ),
    "bad_json": (
        "This is not valid JSON: {reason}. Correct it near this line.",
        "JSON 格式有误：{reason}。请修改这一行附近的内容。",
    ),
    "several_documents": (
        "The file holds more than one YAML document. Keep one questionnaire per file.",
        "文件中有多个 YAML 文档。每个文件只能有一份问卷。",
    ),
    "yaml_tag": (
        "The tag {tag} is not allowed. Remove it and write plain data.",
        "不允许使用标签 {tag}，请删除并写成普通数据。",
    ),
    "alias_limit": (
        "The aliases of this file expand to more than {limit} values. Write the texts out instead.",
        "文件中的别名展开后超过 {limit} 个值。请直接写出内容。",
    ),
    "bad_alias": (
        "The alias *{name} points to nothing before it. Write the value out.",
        "别名 *{name} 之前没有对应的锚点。请直接写出内容。",
    ),
    "too_deep": ("The file is nested deeper than {limit} levels. Flatten it.", "嵌套超过 {limit} 层。请简化结构。"),
    "too_many_values": (
        "The file holds more than {limit} values. Split the questionnaire.",
        "文件中的值超过 {limit} 个。请拆分问卷。",
    ),
    "duplicate_key": ('The key "{key}" stands here twice. Keep one of them.', "键“{key}”重复出现。请只保留一个。"),
    "bad_key": ("A key must be a plain word. Write it as text.", "键必须是普通文字。"),
    "not_finite": (
        "NaN and infinity are not numbers here. Write a finite number.",
        "不能使用 NaN 或无穷大。请写有限的数字。",
    ),
    "big_number": ("The number has too many digits. Write fewer than {limit}.", "数字位数过多，请少于 {limit} 位。"),
    "not_a_mapping": (
        'A questionnaire is a mapping of keys and values. Start with "format: 1".',
        '问卷必须由键和值组成。请以 "format: 1" 开头。',
    ),
    # the shape
    "bad_format": ('The format must be 1. Write "format: 1".', 'format 必须是 1。请写成 "format: 1"。'),
    "missing_key": ('"{key}" is missing. Add it.', "缺少“{key}”。请补上。"),
    "unknown_key": (
        'The key "{key}" is not known here.{hint} Correct or remove it.',
        "此处没有“{key}”这个键。{hint_zh}请改正或删除。",
    ),
    "unknown_type": (
        'The question type "{given}" does not exist.{hint} Use one of: {known}.',
        "没有“{given}”这种题型。{hint_zh}可用题型：{known}。",
    ),
    "wrong_kind": (
        "{expected} is expected here, not {given}. Correct the value.",
        "此处应为 {expected}，而不是 {given}。请改正。",
    ),
    "split_text": (
        "A comma ended the text before this. Put the whole text in quotes.",
        "逗号把文本截断了。请用引号括住整段文本。",
    ),
    "out_of_range": ("The value {given} is not allowed: {rule}. Change it.", "值 {given} 不符合要求：{rule}。请修改。"),
    "too_few": (
        "At least {limit} entries are needed, there are {given}. Add some.",
        "至少需要 {limit} 项，现有 {given} 项。请补充。",
    ),
    "too_many": (
        "At most {limit} entries are allowed, there are {given}. Remove some.",
        "最多 {limit} 项，现有 {given} 项。请减少。",
    ),
    "not_one_of": ('"{given}" is not possible here. Use one of: {known}.', "此处不能用“{given}”。可用：{known}。"),
    "bad_slug": (
        '"{given}" is not a name. Use a-z, 0-9 and -, begin with a letter, at most 64 characters.',
        "“{given}”不能作为名称。请用小写字母、数字和 -，以字母开头，最多 64 个字符。",
    ),
    "bad_name": (
        '"{given}" is not a variable name. Use a-z, 0-9 and _, begin with a letter, do not end in _.',
        "“{given}”不能作为变量名。请用小写字母、数字和下划线，以字母开头，不以下划线结尾。",
    ),
    "long_name": (
        'The variable name "{given}" is longer than {limit} characters. Shorten it.',
        "变量名“{given}”超过 {limit} 个字符。请缩短。",
    ),
    "reserved_name": (
        'The name "{given}" is reserved in SPSS, Stata, R, SQL or our own columns. Choose another.',
        "名称“{given}”是 SPSS、Stata、R、SQL 或系统的保留字。请换一个。",
    ),
    "bad_code": (
        '"{given}" is not a code. Use a-z, 0-9 and _, at most 32 characters.',
        "“{given}”不能作为选项代码。请用小写字母、数字和下划线，最多 32 个字符。",
    ),
    "bad_language": (
        '"{language}" is not a language tag. Write it like zh-CN or en.',
        "“{language}”不是语言代码。请写成 zh-CN 或 en 的形式。",
    ),
    "text_too_long": ("The text is longer than {limit} characters. Shorten it.", "文本超过 {limit} 个字符。请缩短。"),
    # meaning
    "duplicate_name": (
        'The name "{name}" is already used at {first}. Rename one of them.',
        "名称“{name}”已在 {first} 使用。请修改其中一个。",
    ),
    "duplicate_code": (
        'The code "{code}" is already used at {first}. Rename one of them.',
        "代码“{code}”已在 {first} 使用。请修改其中一个。",
    ),
    "duplicate_value": (
        "The value {value} is already used at {first}. Give each choice its own.",
        "取值 {value} 已在 {first} 使用。请为每个选项指定不同的取值。",
    ),
    "value_is_missing_code": (
        "The value {value} lies in the range of missing codes (-99 to -94). Choose another.",
        "取值 {value} 属于缺失值范围（-99 到 -94）。请换一个。",
    ),
    "duplicate_language": (
        "The language {language} is listed twice. Keep one.",
        "语言 {language} 重复。请只保留一个。",
    ),
    "missing_text": ("The text in {language} is missing. Add the translation.", "缺少 {language} 的文本。请补充翻译。"),
    "undeclared_language": (
        "The text has the language {language}, which is not among the languages of the questionnaire. "
        "Declare it or remove the text.",
        "文本使用了未声明的语言 {language}。请声明该语言或删除文本。",
    ),
    "unknown_scale": (
        'The scale "{scale}" is not defined.{hint} Define it under "scales".',
        "量表“{scale}”没有定义。{hint_zh}请在 scales 中定义。",
    ),
    "unknown_variable": (
        'The condition names "{name}", which no question has.{hint} Correct the name.',
        "条件中的“{name}”不存在。{hint_zh}请改正名称。",
    ),
    "later_variable": (
        'The condition names "{name}", which is asked later. Move the question or the condition.',
        "条件中的“{name}”在后面才提问。请调整题目顺序或修改条件。",
    ),
    "unknown_operator": (
        'The operator "{given}" does not exist.{hint} Use one of: {known}.',
        "没有“{given}”这个运算符。{hint_zh}可用：{known}。",
    ),
    "wrong_operator": (
        '"{operator}" cannot be used on "{name}" ({kind}). Use one of: {known}.',
        "“{operator}”不能用于“{name}”（{kind}）。可用：{known}。",
    ),
    "unknown_answer": (
        '"{name}" has no answer "{given}". Use one of: {known}.',
        "“{name}”没有“{given}”这个答案。可用：{known}。",
    ),
    "bad_condition": (
        "This is not a condition: {reason}. Write it like {{overall: {{at_most: 2}}}}.",
        "这不是有效的条件：{reason}。请写成 {{overall: {{at_most: 2}}}} 的形式。",
    ),
    "bad_expression": (
        "This is not an expression: {reason}. Write a number, {{answer: NAME}} or {{add: [...]}}.",
        "这不是有效的算式：{reason}。请写数字、{{answer: 变量名}} 或 {{add: [...]}}。",
    ),
    "bad_date": (
        '"{given}" is not a date or time. Write 2026-01-31, 08:30 or today.',
        "“{given}”不是日期或时间。请写成 2026-01-31、08:30 或 today。",
    ),
    "min_above_max": (
        "The smallest value {min} lies above the largest {max}. Swap them.",
        "最小值 {min} 大于最大值 {max}。请对调。",
    ),
    "one_cell_kind": (
        "A matrix needs exactly one of: scale, points, choices, cell. There are {given}.",
        "矩阵题只能有 scale、points、choices、cell 中的一种，现有 {given} 种。",
    ),
    "one_value_kind": (
        'A hidden value needs either "value" or "parameter" with "choices". Give one of them.',
        "隐藏变量需要 value，或 parameter 加 choices。请二选一。",
    ),
    "choices_of_dropdown": (
        "A column has choices when its type is dropdown, and only then. Correct the type or the choices.",
        "只有 dropdown 类型的列才有选项，且必须有选项。请修改列的类型或选项。",
    ),
    "too_many_cells": (
        "The table has {given} cells; the limit is {limit}. Split it.",
        "表格有 {given} 个单元格，上限为 {limit}。请拆分。",
    ),
    "no_province": (
        'There is no province with the code "{given}". Use a code such as 440000, or leave "first" out.',
        "没有代码为“{given}”的省份。请使用 440000 这样的代码，或去掉 first。",
    ),
    "unknown_page": (
        'There is no page called "{name}".{hint} Give the page this name, or correct the list.',
        "没有名为“{name}”的页。{hint_zh}请给该页命名，或改正列表。",
    ),
    "page_twice": (
        'The page "{name}" stands in two places of the random order. Keep one.',
        "页“{name}”在随机顺序中出现两次。请只保留一处。",
    ),
    "labels_count": (
        "{given} labels are given for {points} points. Label every point or use low and high.",
        "有 {points} 个刻度却给了 {given} 个标签。请逐一标注，或只用 low 和 high。",
    ),
    "only_in_multiple": (
        '"exclusive" only makes sense in a multiple choice. Remove it.',
        "exclusive 只能用于多选题。请删除。",
    ),
    "unknown_question": (
        'The score names "{name}", which is not a numeric question.{hint} Correct the name.',
        "计分中的“{name}”不是可计分的题目。{hint_zh}请改正。",
    ),
    "score_option": (
        '"{option}" does not fit a score of kind {kind}. Remove it.',
        "“{option}”不能用于 {kind} 计分。请删除。",
    ),
    "bad_piping": (
        'The text shows the answer of "{name}", which no earlier question has.{hint} Correct the name.',
        "文本引用了“{name}”的答案，但前面没有这道题。{hint_zh}请改正。",
    ),
    "too_many_questions": (
        "There are {given} questions; the limit is {limit}. Split the questionnaire.",
        "共有 {given} 道题，上限为 {limit}。请拆分问卷。",
    ),
    "too_many_choices": (
        "There are {given} choices; the limit is {limit}. Shorten the list.",
        "共有 {given} 个选项，上限为 {limit}。请缩短。",
    ),
    # what forbids publishing
    "no_question": ("The questionnaire asks nothing. Add a question.", "问卷没有任何题目。请添加题目。"),
    "unreachable": (
        "This question can never be shown: its condition is never true. Correct the condition.",
        "这道题永远不会显示：条件不可能成立。请修改条件。",
    ),
    "unreachable_page": (
        "This page can never be shown: its condition is never true. Correct the condition.",
        "这一页永远不会显示：条件不可能成立。请修改条件。",
    ),
    "after_the_end": (
        'Nothing after this page is ever shown: it always ends here. Correct "end_if".',
        "这一页之后的内容永远不会显示。请修改 end_if。",
    ),
    "same_page_piping": (
        'The text shows the answer of "{name}" from the same page. Put a page break between them.',
        "文本引用了同一页“{name}”的答案。请在两题之间分页。",
    ),
    "same_page_condition": (
        'The page cannot decide this condition on "{name}" itself. Put a page break before it.',
        "页面无法即时判断关于“{name}”的条件。请在这道题之前分页。",
    ),
    "same_page_part": (
        'Which choices and rows are offered is decided when the page opens, and "{name}" is only answered on the same page.'
        " Let this question begin a new page.",
        "选项和行是否显示，打开页面时就已确定，而“{name}”在同一页才回答。请让这道题从新的一页开始（在它之前分页）。",
    ),
    "rule_not_here": (
        "Choices of this question are always offered. Remove the rule, or give it to the question.",
        "这道题的选项始终显示。请删除此规则，或把它用在整道题上。",
    ),
    "other_not_here": (
        'Only choices of a single choice, a dropdown or a multiple choice may carry a text field. Remove "other".',
        "只有单选题、下拉题和多选题的选项可以带填空。请取消 other。",
    ),
    "check_without_answer": (
        "There is nothing to answer here, so nothing to check. Move the check to a question that asks.",
        "这里没有可答的内容，无法校验。请把校验移到提问的题目上。",
    ),
    "pattern_not_here": (
        "A pattern can only be used in a check, for texts and numbers.",
        "格式规则（matches）只能用在填写校验里，且只用于文字和数字。",
    ),
    "bad_pattern": (
        'This is no pattern: "{given}". Use the syntax of RE2, at most 500 characters.',
        "格式规则无效：“{given}”。请使用 RE2 语法，最多 500 个字符。",
    ),
    "open_rules": (
        "Rules of the imported file are still undecided here: {rules}. Decide each one, then remove its note.",
        "这道题还有导入文件中未处理的规则：{rules}。请逐条处理后删除备注。",
    ),
    "random_order_condition": (
        'The condition looks at "{name}", which may be asked after it in the random order. '
        "Move the question, or switch the random order off.",
        "条件涉及“{name}”，但在随机顺序下它可能排在后面。请移动题目，或关闭随机顺序。",
    ),
    "random_order_piping": (
        'The text shows the answer of "{name}", which may be asked after it in the random order. '
        "Move the question, or switch the random order off.",
        "文本引用了“{name}”的答案，但在随机顺序下它可能排在后面。请移动题目，或关闭随机顺序。",
    ),
    "random_order_end": (
        "A page that may end the questionnaire cannot stand in random order. Take it out of the list.",
        "可能提前结束问卷的页不能参加随机排序。请将其移出列表。",
    ),
    "order_data_anonymous": (
        "Order data cannot be used in an anonymous questionnaire. Remove it.",
        "匿名问卷不能使用订单数据。请删除或更改问卷模式。",
    ),
    "document_anonymous": (
        "A document says who wrote it. In an anonymous questionnaire, accept photos only.",
        "文档中可能含有个人信息。匿名问卷只能收照片。",
    ),
    "contact_data_anonymous": (
        "A {pattern} field asks for personal data in an anonymous questionnaire. Remove it.",
        "匿名问卷不能收集{pattern}等个人信息。请删除该题。",
    ),
    "long_variable": (
        'The column name "{name}" is longer than 32 characters. Shorten the question name or the code.',
        "数据列名“{name}”超过 32 个字符。请缩短题目名称或选项代码。",
    ),
    "page_too_long": (
        "The page has {given} questions; at most {limit} fit. Split the page.",
        "这一页有 {given} 道题，最多 {limit} 道。请分页。",
    ),
    "mode_loosened": (
        "The mode was {before} and cannot become {after}. Answers were promised under the stricter one; "
        "make a new questionnaire.",
        "问卷模式原为 {before}，不能改为 {after}。请另建新问卷。",
    ),
    "name_changed": (
        "The questionnaire was called {before}. Keep the name, or load it as a new questionnaire.",
        "问卷名称原为 {before}。请保留名称，或作为新问卷导入。",
    ),
    "type_changed": (
        '"{name}" was a {before} and is now a {after}: its column would mix two meanings. '
        "Give the new question a new name, such as {suggestion}.",
        "“{name}”原为 {before}，现为 {after}，数据列会混淆。请给新题换一个名称，例如 {suggestion}。",
    ),
    "value_changed": (
        'The choice "{code}" had the value {before} and now has {after}. Keep the value or use a new code.',
        "选项“{code}”的取值原为 {before}，现为 {after}。请保留原值或使用新代码。",
    ),
    "value_reused": (
        'The value {value} belonged to the removed choice "{code}". Use another value.',
        "取值 {value} 曾属于已删除的选项“{code}”。请换一个取值。",
    ),
    "consent_missing": (
        "This question asks for health or child data without a consent item before it. Add one.",
        "这道题涉及健康或儿童信息，但之前没有同意条款。请添加。",
    ),
    "expected_not_offered": (
        'The expected answer "{given}" is not among the choices. Correct "expected".',
        "预期答案“{given}”不在选项中。请修改 expected。",
    ),
    "two_others": (
        'Only one choice may carry a text field. Remove "other" from the rest.',
        "只能有一个选项带填空。请取消其余的 other。",
    ),
}

PHRASES: dict[str, str] = {
    "it is nested too deeply": "嵌套过深",
    # what the readers of YAML and JSON say
    "found character that cannot start any token": "有不能用在这里的字符（缩进要用空格，不能用制表符）",
    "found a tab character that violates indentation": "缩进里有制表符，请改用空格",
    "found a tab character where an indentation space is expected": "缩进里有制表符，请改用空格",
    "could not find expected ':'": "缺少半角冒号“:”（可能写成了全角“：”）",
    "mapping values are not allowed in this context": "这里不能有“:”（文字里有冒号时要加引号；或缩进不对）",
    "did not find expected '-' indicator": "缩进与上面的列表项不一致，或缺少“-”",
    "did not find expected key": "缩进与上面的键不一致",
    "did not find expected ',' or '}'": "缺少“,”或“}”",
    "did not find expected ',' or ']'": "缺少“,”或“]”",
    "did not find expected node content": "这里缺少内容",
    "block sequence entries are not allowed in this context": "这里不能写“-”列表项，请换行缩进",
    "block mapping entries are not allowed in this context": "这里不能写“键: 值”，请换行缩进",
    "found unexpected end of stream": "引号或括号没有结束",
    "found unknown escape character": "反斜杠后面的字符无效",
    "did not find expected <document start>": "开头有多余的内容",
    "Expecting property name enclosed in double quotes": "这里应为双引号括起来的键（可能多了一个逗号）",
    "Expecting value": "这里缺少一个值（可能多了一个逗号，或文件不完整）",
    "Expecting ',' delimiter": "缺少逗号",
    "Expecting ':' delimiter": "缺少冒号",
    "Extra data": "结尾后面还有内容",
    "Unterminated string starting at": "引号没有结束",
    "Invalid control character at": "引号里有换行或控制字符",
    "Invalid \\escape": "反斜杠后面的字符无效",
    "a mapping with at least one key is expected": "应为至少有一个键的映射",
    "a list of conditions is expected": "应为条件列表",
    "an operator is missing": "缺少运算符",
    '"answered" takes true or false': "answered 只能是 true 或 false",
    '"count" takes for example {at_least: 2}': "count 应写成 {at_least: 2} 的形式",
    "one value is expected, not a list": "应为单个值，而不是列表",
    "the list is empty": "列表是空的",
    "a list is expected": "应为列表",
    "the right side is a value or {answer: NAME, plus: {days: n}}": "右边应为值或 {answer: 变量名, plus: {days: n}}",
    '"plus" takes whole days, months or years': "plus 只能是整数的 days、months 或 years",
    "only dates can be moved": "只有日期可以平移",
    "a text or a number is expected": "应为文字或数字",
    "a number is expected": "应为数字",
    "a number or a mapping is expected": "应为数字或映射",
    '"if" needs "then", and may have "else"': "if 需要 then，可以有 else",
    "exactly one known operation is expected": "应有且只有一种已知运算",
    "exactly two operands are expected": "应正好有两个运算数",
    "a text": "文字",
    "a whole number": "整数",
    "a number": "数字",
    "true or false": "true 或 false",
    "a mapping": "映射",
    "a list": "列表",
    "a finite number": "有限的数字",
    "another value": "其他值",
    "a question": "题目",
    "nothing": "空值",
    "choice": "选择",
    "multiple": "多选",
    "number": "数字",
    "date": "日期",
    "time": "时间",
    "text": "文字",
    "words": "文字选项",
    "phone": "电话",
    "email": "邮箱",
}
"""Fixed phrases that stand inside sentences, in Chinese."""
