"""What imports have to tell: code -> (English, Chinese). One table, so that two formats say the same thing the same way."""

from collections.abc import Mapping
from typing import Any

from survey_app.questionnaire.sentences import PHRASES

SENTENCES: dict[str, tuple[str, str]] = {
    # --- refusals ---
    "empty": ("The file is empty.", "文件是空的。"),
    "too_large": (
        "The file is larger than {limit} MB. Split the questionnaire or remove pictures.",
        "文件超过 {limit} MB，请拆分问卷或去掉图片。",
    ),
    "too_much": (
        "There is more in the file than a questionnaire may hold ({what}: at most {limit}).",
        "文件内容超过问卷的上限（{what}最多 {limit}）。",
    ),
    "too_slow": (
        "Reading took longer than {seconds} seconds or too much memory, so it was stopped. Nothing was saved.",
        "读取超过 {seconds} 秒或占用内存过多，已停止，没有保存任何内容。",
    ),
    "not_readable": (
        "The file could not be read. Nothing was saved. Please send it to us so that it can be.",
        "文件读取失败，没有保存任何内容。请把文件发给我们改进。",
    ),
    "unknown_format": (
        "This kind of file is not known. Known are LimeSurvey (.lss .lsg .lsq .lsa), Qualtrics (.qsf), XLSForm "
        "(.xlsx .xls .csv), SurveyJS JSON, REDCap (.csv), FHIR Questionnaire, Word (.docx), 问卷星 text and our own YAML "
        "and ZIP.",
        "无法识别这种文件。支持 LimeSurvey（.lss .lsg .lsq .lsa）、Qualtrics（.qsf）、XLSForm（.xlsx .xls .csv）、"
        "SurveyJS JSON、REDCap（.csv）、FHIR Questionnaire、Word（.docx）、问卷星文本，以及本系统的 YAML 和 ZIP。",
    ),
    "not_this_format": ("The file is no {format}: {reason}.", "文件不是{format}：{reason}。"),
    "broken_xml": ("The XML cannot be read: {reason}.", "XML 无法读取：{reason}。"),
    "forbidden_xml": (
        "The XML declares a document type or entities, which can hide attacks. Export the file again without them.",
        "XML 含有文档类型或实体声明，可能藏有攻击。请重新导出不含这些声明的文件。",
    ),
    "broken_json": ("The JSON cannot be read: {reason}.", "JSON 无法读取：{reason}。"),
    "broken_zip": ("The archive cannot be opened: {reason}.", "压缩包无法打开：{reason}。"),
    "wrong_checksum": (
        "The file is not the one that the list of checksums names: the package was changed. Export it again.",
        "文件与校验和清单不符：压缩包被改动过，请重新导出。",
    ),
    "broken_workbook": ("The workbook cannot be opened: {reason}.", "工作簿无法打开：{reason}。"),
    "protected": (
        "The file is protected by a password. Save it without one.",
        "文件有密码保护，请另存为没有密码的文件。",
    ),
    "bad_encoding": (
        "The characters of the file are neither UTF-8, UTF-16 nor GB18030. Save it as UTF-8.",
        "文件的文字编码不是 UTF-8、UTF-16 或 GB18030，请另存为 UTF-8。",
    ),
    "word_document": (
        "This is an old or other text document (.doc, .wps, .odt, .rtf). Save it as .docx and drop that, or copy everything and "
        "paste it under “New questionnaire > From text”.",
        "这是旧版或其他文字文档（.doc、.wps、.odt、.rtf）。请另存为 .docx 再拖进来，或全选复制，在“新建问卷 > 从文本”里粘贴。",
    ),
    "pdf_file": (
        "This is a PDF. Open it, copy the text and paste it under “New questionnaire > From text”. A scan has no text.",
        "这是 PDF。请打开它，复制文字，然后在“新建问卷 > 从文本”里粘贴。扫描件没有文字，无法复制。",
    ),
    "picture_file": (
        "This is a picture. Questionnaires are read from text: type it or paste it under “New questionnaire > From text”.",
        "这是图片。问卷要用文字：请录入或粘贴到“新建问卷 > 从文本”。",
    ),
    "recording_file": ("This is a recording, not a questionnaire.", "这是录音或视频，不是问卷。"),
    "slides": (
        "These are slides. Copy the questions and paste them under “New questionnaire > From text”.",
        "这是幻灯片。请复制其中的题目，在“新建问卷 > 从文本”里粘贴。",
    ),
    "open_spreadsheet": (
        "This is a spreadsheet of LibreOffice (.ods). Save it as .xlsx and choose it again.",
        "这是 LibreOffice 表格（.ods）。请另存为 .xlsx 再选择。",
    ),
    "web_page": (
        "This is a web page. Open it in a browser, copy the questions and paste them under “New questionnaire > From text”.",
        "这是网页。请用浏览器打开，复制题目，在“新建问卷 > 从文本”里粘贴。",
    ),
    "mail_file": (
        "This is a mail or a saved web page. Copy the questions from it and paste them under “New questionnaire > From text”.",
        "这是邮件或另存的网页。请复制其中的题目，在“新建问卷 > 从文本”里粘贴。",
    ),
    "other_archive": (
        "This is an archive. Unpack it and choose the questionnaire in it.",
        "这是压缩包。请解压后选择里面的问卷文件。",
    ),
    "zip_of_files": (
        "There is no questionnaire in this ZIP. Unpack it and choose the file of the questionnaire.",
        "这个 ZIP 里没有问卷。请解压后选择问卷文件。",
    ),
    "data_file": (
        "This is a data file (SPSS, Stata or the like): it holds answers, not the questionnaire.",
        "这是数据文件（SPSS、Stata 等）：里面是答卷，不是问卷。",
    ),
    "wjx_lines": (
        "These are lines for the interface of 问卷星 (JSONL). In 问卷星, export the questionnaire as text or Word, and paste "
        "that under “New questionnaire > From text”.",
        "这是问卷星接口的 JSONL。请在问卷星里把问卷导出为文本或 Word，再粘贴到“新建问卷 > 从文本”。",
    ),
    "missing_part": ("{what} is missing.", "缺少{what}。"),
    "bad_value": ("“{given}” is not allowed here: {expected} is expected.", "这里不能是“{given}”，应为{expected}。"),
    "fault_in_ours": ("{reason}", "{reason}"),
    "no_questions": ("There is no question in the file.", "文件里没有题目。"),
    "duplicate": (
        "“{name}” is defined twice: also at {first}. Rename one.",
        "“{name}”重复定义，另一处在{first}，请改名。",
    ),
    "unknown_link": (
        "The rule waits for {name}, which is not in the file. Correct the name or remove the rule.",
        "规则引用的 {name} 不在文件里，请改正名称或删除规则。",
    ),
    "loop_of_rules": (
        "{name} is shown by a rule that waits, in the end, for itself. Remove one rule of the circle.",
        "{name} 的显示规则最终依赖它自己，请去掉其中一条规则。",
    ),
    # --- what happened ---
    "renamed": (
        "The name {wanted} cannot be used here: it is called {name}.",
        "名称 {wanted} 在这里不能用，改为 {name}。",
    ),
    "recoded": ("The code {wanted} cannot be used here: it is {code}.", "代码 {wanted} 在这里不能用，改为 {code}。"),
    "formatting": ("Formatting was removed; the words are kept.", "去掉了格式，文字保留。"),
    "answers_stay": ("Answers are taken along only when that is chosen.", "选择“带入回答”时才导入回答。"),
    "beside_questionnaire": ("The newest version of the questionnaire is taken over.", "只导入问卷的最新版本。"),
    "picture": ("A picture from elsewhere is not fetched.", "不会下载外部图片。"),
    "media": ("Pictures, sounds and videos are not taken over.", "图片、声音和视频没有导入。"),
    "script": ("Scripts are never imported.", "从不导入脚本。"),
    "as_type": ("{source} became {type}.", "{source}变成了{type}。"),
    "no_equal": ("There is no equal for {source}.", "{source}没有对应的题型或功能。"),
    "rule_kept_as_note": (
        "This rule cannot be expressed here. It stands on the question as a note; decide before publishing.",
        "这条规则在这里无法表达，已作为备注留在题目上，发布前请处理。",
    ),
    "rule_by_jump": ("The jump became a display rule on everything it jumps over.", "跳转变成了被跳过部分的显示规则。"),
    "rule_unknown_name": (
        "The rule names {name}, which is not in the file before it.",
        "规则里的 {name} 在它之前的题目里不存在。",
    ),
    "default_value": (
        "Answers filled in beforehand are not taken over: they push people.",
        "预填的答案没有导入：会引导回答。",
    ),
    "loop": ("Loops are not possible: the questions are asked once.", "不支持循环：这些题目只问一次。"),
    "setting_ours": ("Set in this system instead: {where}.", "请在本系统里设置：{where}。"),
    "setting_lost": ("This setting has no equal.", "这项设置没有对应。"),
    "language_first": ("Texts without a language are taken as {language}.", "没有标明语言的文字按{language}处理。"),
    "text_missing": ("There is no text: the name stands for it.", "没有文字，用名称代替。"),
    "shortened": ("Only the first {limit} are kept.", "只保留前 {limit} 个。"),
    "expression_in_text": (
        "The expression {expression} in the text cannot be said here and stands as it was. Write the text anew.",
        "文字里的表达式 {expression} 在这里无法表达，原样保留，请改写这段文字。",
    ),
    "rows_by_answer": (
        "Rows or choices that depend on an answer are not possible here: all are shown. Decide before publishing.",
        "这里不能按答案显示部分行或选项：全部显示。发布前请处理。",
    ),
    "rows_split": (
        "Rows have rules of their own: each row became a question, stored under the same name.",
        "各行有自己的规则：每行变成一道题，存储名称不变。",
    ),
    "page_broken": (
        "The page was split into {parts}: pages hold 20 questions here, and texts and offers use answers of earlier pages only.",
        "这一页拆成了 {parts} 页：一页最多 20 题，文字和选项只能引用前面各页的答案。",
    ),
    "rows_next_page": (
        "What is offered depends on an answer on the same page: a page break was put before this question.",
        "显示哪些选项取决于同一页的答案：已在这道题之前分页。",
    ),
    "row_never_shown": ("This row is never shown: it is a hidden value.", "这一行从不显示，变为隐藏变量。"),
    "soft_mandatory": (
        "A gentle reminder is not possible: the question may be left empty.",
        "不支持“温和提醒”：这道题可以不答。",
    ),
    "nothing_to_require": ("There is nothing to answer, so nothing is required.", "没有可答的内容，因此不要求必答。"),
    "hidden_question": ("Nobody sees this question: it is a hidden value.", "这道题从不显示，变为隐藏变量。"),
    "place_in_ranking": ("A place in a ranking, which nobody sees.", "排序的名次，答题人看不到。"),
    "language_left": (
        "Texts in {language} are left over: the survey does not offer this language any more.",
        "还有{language}的旧文字，但问卷已不使用这种语言。",
    ),
    "language_twice": ("Here this is the same language as {first}.", "在这里与 {first} 是同一种语言。"),
    "answers_not_imported": ("Only the questionnaire is imported, not the answers.", "只导入问卷，不导入答案。"),
    "quota_off": ("The quota is switched off.", "这项配额没有启用。"),
    "quota_of_none": ("Nobody of this kind is wanted: the page ends for them.", "不需要这类人：对他们到此结束。"),
    "quota_asks": (
        "People over the quota cannot change their answers: they are thanked.",
        "超出配额的人不能改答案，会直接感谢并结束。",
    ),
    "look": ("How it looks is decided by the design of this system.", "外观由本系统的设计决定。"),
    "frame": ("A frame without words is left out; what it holds is kept.", "没有文字的外框已省略，里面的内容保留。"),
    "not_shown": ("The source does not show this text.", "原问卷不显示这段文字。"),
    "nothing_to_read": ("There are no words in it.", "里面没有文字。"),
    "choices_elsewhere": (
        "The choices come from elsewhere while people answer. Nothing is fetched: enter them by hand.",
        "选项在答题时从外部读取。这里不会下载，请手工录入。",
    ),
    "piping_lost": (
        "{name} cannot be shown in this text: it is not answered before.",
        "这段文字里不能显示 {name}：它之前没有回答。",
    ),
    "is_intro": ("It became the introduction.", "成为问卷的开场说明。"),
    "one_unit": ("One unit is asked for: {unit}.", "只使用一个单位：{unit}。"),
    "not_rounded": ("The value is calculated without rounding.", "计算结果不取整。"),
    "warning_only": (
        "It only warns there and refuses nothing; here there are no warnings.",
        "原问卷只提醒、不阻止；这里没有提醒。",
    ),
    "enable_checked": (
        "There it is locked until the rule holds; here an answer before that is refused when the page is left.",
        "原问卷在规则成立前不能填写；这里如果提前填写，离开页面时会提示。",
    ),
    "enable_hides": (
        "There it can be seen but not chosen until the rule holds; here it is hidden until then.",
        "原问卷在规则成立前显示但不能选择，这里在成立前隐藏。",
    ),
    "never_shown": (
        "The source never shows this. Here it would be shown: decide before publishing.",
        "原问卷从不显示这一部分，在这里会显示，发布前请处理。",
    ),
    "in_its_rules": ("The value was put into the rules that use it.", "这个值已写进用到它的规则里。"),
    "ends_screened": (
        "The survey ends there; such answers count as screened out, not as complete.",
        "问卷到此结束；这样的回答算作不符合条件，不算完成。",
    ),
    "ends_after_page": (
        "The survey ends after the page on which this comes true.",
        "问卷在满足此条件的那一页之后结束。",
    ),
    "too_long_text": ("The text is longer than {limit} characters and was cut.", "文字超过 {limit} 个字符，已截短。"),
    # --- Qualtrics ---
    "trash": ("It lies in the trash (unused questions) and is never asked.", "在回收站（未使用的题目）里，从不提问。"),
    "not_in_flow": ("The flow of the survey never comes here.", "问卷流程从不经过这里。"),
    "rule_source": ("A rule about {source} cannot be expressed here.", "关于{source}的规则在这里无法表达。"),
    "rule_always": ("This rule always holds, so it is left out.", "这条规则总是成立，因此省略。"),
    "rule_never": (
        "This rule can never hold: what it names is not asked before. Decide before publishing.",
        "这条规则永远不成立：它提到的题目之前没有问过。发布前请处理。",
    ),
    "case_ignored": ("Capital and small letters count as the same here.", "这里不区分大小写。"),
    "choice_rule": (
        "The rule of this choice, row or column cannot be expressed here: it is always shown. Decide before publishing.",
        "这个选项、行或列的显示规则在这里无法表达，会一直显示。发布前请处理。",
    ),
    "part_split": ("The part with the rule is a question of its own.", "带规则的部分成为单独的题目。"),
    "split": ("It became {count} questions with the same columns.", "拆成了 {count} 道题，数据列不变。"),
    "carried": (
        "How these choices follow from an answer cannot be expressed here: all of them are shown. Decide before publishing.",
        "这些选项如何随之前的回答变化，在这里无法表达：全部显示。发布前请处理。",
    ),
    "choices_missing": ("There are no choices in the file.", "文件里没有选项。"),
    "extra_text": (
        "The text field of this choice is a question of its own: {name}.",
        "这个选项的文字框成为单独的题目：{name}。",
    ),
    "value_changed": (
        "The value {wanted} cannot be used here: it is {value}.",
        "数值 {wanted} 在这里不能用，改为 {value}。",
    ),
    "excluded": (
        "It was left out of the analysis there: mark it here if it should be.",
        "原来不计入分析，如有需要请在这里标记。",
    ),
    "in_hint": ("The words stand in the hint of the question.", "这些文字放在题目的提示里。"),
    "in_intro": ("The words stand in the introduction.", "这些文字放在引言里。"),
    "as_note": ("The words are kept as a note.", "文字保留为说明。"),
    "group_order": ("Only the group is asked, not the order inside it.", "只问所属的组，不问组内顺序。"),
    "max_diff": (
        "That each column is chosen once cannot be demanded here. Decide before publishing.",
        "这里无法要求每列只选一次。发布前请处理。",
    ),
    "not_required": (
        "It was asked for once more when left empty; here it may be left empty.",
        "原来会提醒一次，这里可以留空。",
    ),
    "validation_lost": ("This check has no equal.", "这项校验没有对应。"),
    "pattern": ("The check is that of this system for {pattern}.", "使用本系统的{pattern}校验。"),
    "date_form": ("Dates are typed and stored as year-month-day here.", "这里的日期按年-月-日填写和保存。"),
    "whole_stars": ("Only whole stars can be given here.", "这里只能选整颗星。"),
    "random_all": ("All are in random order here.", "这里全部随机排列。"),
    "random_page": ("All questions are on one page in random order.", "所有题目在一页上随机排列。"),
    "random_blocks": ("The order of these parts is fixed here.", "这里各部分的顺序固定。"),
    "random_subset": (
        "Only some were shown by chance; here everybody is asked. Decide before publishing.",
        "原来随机抽取一部分，这里所有人都回答。发布前请处理。",
    ),
    "rounds": (
        "The loop is written out: its {count} rounds are asked one after the other.",
        "循环已展开：依次问 {count} 轮。",
    ),
    "block_name": (
        "The name of a block is seen by its authors alone; here it names the page.",
        "区块名称只有作者看到，在这里作为页面名。",
    ),
    "block_twice": ("It is asked in the first place only.", "只在第一处提问。"),
    "rule_idle": (
        "Nothing stands under this rule that is not asked anyway, so it is left out.",
        "这条规则下没有另外要问的内容，因此省略。",
    ),
    "block_moved": (
        "It is asked once, in the last of its places, for all who come to one of them.",
        "只在最后一处提问一次，走到其中任何一处的人都会看到。",
    ),
    "pipe_lost": ("{given} cannot be shown in a text here.", "文字里不能显示 {given}。"),
    "braces": ("Double braces would show an answer here: they are set apart.", "双花括号在这里会显示回答，已分开。"),
    "field_link": ("The link may carry it with one of these values: {values}.", "链接可以带上它，取值为：{values}。"),
    "field_open": (
        "Values from the link are declared here; nothing says which ones there are.",
        "链接带来的值需要在这里声明，文件没有说明有哪些。",
    ),
    "field_answer": (
        "It held an answer: texts and rules use that answer.",
        "它保存一个回答：文字和规则直接使用那个回答。",
    ),
    "field_random": ("Who gets this value cannot be said here.", "无法确定谁得到这个值。"),
    "field_computed": ("A value made of others is not taken over.", "由其他值组成的值没有导入。"),
    "score_sum": ("The points stand on the choices, their sum is the score.", "分值放在选项上，总和为得分。"),
    "score_lost": (
        "Points of more than one kind, or of several answers, are not taken over.",
        "多类分值或多选分值没有导入。",
    ),
    "quota_lost": ("This quota cannot be expressed here.", "这项配额在这里无法表达。"),
    # --- forms and dictionaries ---
    "rule_unreadable": ("This rule is no expression of its language.", "这条规则不符合其语言的语法。"),
    "rule_elsewhere": (
        "The rule looks into data of another program. There is none here, so it counts as empty.",
        "这条规则引用另一个程序的数据；这里没有，按空值处理。",
    ),
    "rule_today": (
        "The rule counts days from today, which only the limits of a date can say here.",
        "规则以今天为基准计算天数，这里只有日期题的范围可以表达。",
    ),
    "name_given": ("There is no name: it is called {name}.", "没有名称，改称 {name}。"),
    "rule_for_nobody": (
        "The rule holds for no answer, as in the file: nobody is asked this.",
        "这条规则对任何回答都不成立（与文件一致），没有人会被问到。",
    ),
    "identifier": (
        "It is marked as personal data. Ask for it only where the mode allows it.",
        "标为个人信息，只在模式允许时询问。",
    ),
    "calculation_unrounded": ("The value is not rounded here.", "这里的值不四舍五入。"),
    "hidden_field": ("Nobody sees this field, so it is not asked.", "这个字段对所有人隐藏，因此不询问。"),
    "filter_by_answer": (
        "Which choices are offered depends on an earlier answer; here all are offered. Decide before publishing.",
        "选项随前面的回答变化；这里提供全部选项，发布前请处理。",
    ),
    "required_sometimes": (
        "It is required only for some answers; here it is optional. Decide before publishing.",
        "只在某些回答下必答；这里设为选填，发布前请处理。",
    ),
    "message_ours": ("The system asks for a missing answer in its own words.", "缺少回答时，系统用自己的措辞提示。"),
    "pattern_ours": (
        "The pattern became the nearest check of ours (phone, e-mail, number).",
        "格式规则改为本系统最接近的检查（电话、邮箱、数字）。",
    ),
    "looks_ours": ("How it looks is decided by this system.", "外观由本系统决定。"),
    "metadata_ours": (
        "The system records channel and time by itself, as far as the mode allows; no device or account.",
        "渠道和时间由系统按匿名方式记录；不记录设备或账号。",
    ),
    "unused_list": ("No question uses this list.", "没有题目使用这个列表。"),
    "choice_without_list": ("The row belongs to no list.", "这一行不属于任何列表。"),
    "piping_left": (
        "{name} cannot be shown in this text. It stands as it was; decide before publishing.",
        "{name} 无法在此文字中显示，原样保留，发布前请处理。",
    ),
    "hidden_outside": ("Its value comes from another program, which is not there.", "它的值来自另一个程序，这里没有。"),
    "calculation_inside": (
        "It is no number, so it is not stored; rules and texts that name it carry it themselves.",
        "它不是数字，因此不存储；用到它的规则和文字已自带其内容。",
    ),
    "calculation_lost": ("This calculation has no equal.", "这个计算没有对应。"),
    "calculation_missing": ("There is no calculation.", "没有计算公式。"),
    "grid_heading": ("It became the heading of the table below it.", "成为下方表格的标题。"),
    "rank_level": ("The levels became one ranking.", "各名次合并为一道排序题。"),
    "sheet_unread": ("This sheet means nothing here.", "这个工作表没有对应。"),
    "column_unread": ("This column means nothing here.", "这一列没有对应。"),
    "row_disabled": ("The row is switched off.", "这一行已停用。"),
    # --- what an export cannot say ---
    "to_nothing": ("This kind of file has no place for it.", "这种文件没有对应的位置。"),
    "to_no_key": ("The file has no key of its own; the file name carries it.", "文件中没有标识，由文件名体现。"),
    "to_no_rule": (
        "The rule cannot be said there, so what it decides on is always shown. Add it by hand.",
        "目标格式无法表达这条规则，相关内容会一直显示，请手动补上。",
    ),
    "to_no_calculation": ("The calculation cannot be said there.", "目标格式无法表达这个计算。"),
    "to_no_limit": ("The limit cannot be said there.", "目标格式无法表达这个限制。"),
    "to_outside": (
        "Its value comes from outside; the program that shows the questionnaire has to set “{name}”.",
        "它的值来自外部，由显示问卷的程序设置“{name}”。",
    ),
    "to_type": ("Its nearest type there is “{type}”.", "最接近的题型是“{type}”。"),
    "to_list": ("The scale became a list of columns.", "量表变成了一组列。"),
    "to_point": ("“Do not know” became one more point.", "“不清楚”变成多出来的一个选项。"),
    "to_no_unsure": ("There is no answer “do not know” there.", "目标格式没有“不清楚”这个选项。"),
    "to_hint": ("It stands in the hint.", "写进了提示。"),
    "to_label": ("It stands in the text of the question.", "写进了题目文字。"),
    "to_braces": (
        "Braces that would show an answer there are kept apart from what they hold.",
        "大括号在那里会显示某题的回答，因此与其中的文字隔开。",
    ),
    "to_joined": ("It stands below the text.", "写在正文下面。"),
    "to_note": ("It became a note.", "变成了一段说明。"),
    "to_pattern_near": ("The check there is the nearest one.", "使用了目标格式最接近的检查。"),
    "to_look": ("How it looks is decided there.", "外观由目标程序决定。"),
    "to_order": ("It stands in another place of the list.", "在列表中的位置有变化。"),
    "to_code": ("The code {wanted} is {code} there.", "代码 {wanted} 在那里是 {code}。"),
    "to_special": ("It is the special item “{value}” there.", "在那里是特殊选项“{value}”。"),
    "to_no_value": ("Data files written there use the code.", "那里导出的数据使用代码。"),
    "to_no_score": ("There are no scores there.", "目标格式没有计分。"),
    "to_no_flag": ("It is a choice like any other there.", "在那里只是普通选项。"),
    "to_check": ("A check of the answer stands for it.", "由答案校验实现。"),
    "to_constraint": ("It is part of the constraint.", "写进了 constraint。"),
    "to_month_ends": (
        "Where a month is too short, the moved day can differ by up to three days.",
        "遇到较短的月份，平移后的日期最多相差三天。",
    ),
    "to_case": ("There, capital and small letters differ in words.", "在那里文字比较区分大小写。"),
    "to_end_by_hiding": (
        "It does not end there; the pages that follow are hidden instead.",
        "那里不会提前结束，而是隐藏后面的页。",
    ),
    "to_one_language": ("Only the text in the first language.", "只写入了第一种语言的文字。"),
    "to_codes_shown": ("The text shows codes there, not words.", "那里的文字显示的是代码，不是选项文字。"),
    "to_text_question": ("Its text became a question of its own: {name}.", "填写的文字变成了单独的一题：{name}。"),
    "to_questions": ("It became several questions.", "变成了几道题。"),
    "to_words": ("It is said in words.", "用文字说明。"),
    "row_no_type": ("The row has no type.", "这一行没有题型。"),
    "row_far": (
        "It stands more than 60 empty rows below the others, where a form has ended.",
        "它与前面的内容相隔 60 多个空行，表单到那里已经结束。",
    ),
}


class _Values(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "?"


def filled(code: str, values: Mapping[str, Any], language: str) -> str:
    """The sentence with its values, plain text. A value may be a pair (English, Chinese)."""
    pair = SENTENCES.get(code)
    if pair is None:
        return code
    chinese = language.startswith("zh")
    shown = {key: _shown(value[chinese] if isinstance(value, list | tuple) else value) for key, value in values.items()}
    if chinese:
        shown = {key: PHRASES.get(words, words) for key, words in shown.items()}
    return pair[chinese].format_map(_Values(shown))


def _shown(value: Any) -> str:
    text = "".join(c if c.isprintable() else "\ufffd" for c in str(value))
    return text if len(text) <= 120 else text[:119] + "…"
