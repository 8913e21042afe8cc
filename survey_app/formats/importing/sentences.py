"""What imports have to tell: code -> (English, Chinese). One table, so that two formats say the same thing the same way."""

from collections.abc import Mapping
from typing import Any

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
    "unknown_format": (
        "This kind of file is not known. Known are LimeSurvey (.lss .lsg .lsq .lsa), Qualtrics (.qsf), XLSForm "
        "(.xlsx .xls .csv), SurveyJS JSON, REDCap (.csv), FHIR Questionnaire, 问卷星 text and our own YAML and ZIP.",
        "无法识别这种文件。支持 LimeSurvey（.lss .lsg .lsq .lsa）、Qualtrics（.qsf）、XLSForm（.xlsx .xls .csv）、"
        "SurveyJS JSON、REDCap（.csv）、FHIR Questionnaire、问卷星文本，以及本系统的 YAML 和 ZIP。",
    ),
    "not_this_format": ("The file is no {format}: {reason}.", "文件不是{format}：{reason}。"),
    "broken_xml": ("The XML cannot be read: {reason}.", "XML 无法读取：{reason}。"),
    "forbidden_xml": (
        "The XML declares a document type or entities, which can hide attacks. Export the file again without them.",
        "XML 含有文档类型或实体声明，可能藏有攻击。请重新导出不含这些声明的文件。",
    ),
    "broken_json": ("The JSON cannot be read: {reason}.", "JSON 无法读取：{reason}。"),
    "broken_zip": ("The archive cannot be opened: {reason}.", "压缩包无法打开：{reason}。"),
    "broken_workbook": ("The workbook cannot be opened: {reason}.", "工作簿无法打开：{reason}。"),
    "protected": (
        "The file is protected by a password. Save it without one.",
        "文件有密码保护，请另存为没有密码的文件。",
    ),
    "bad_encoding": (
        "The characters of the file are neither UTF-8, UTF-16 nor GB18030. Save it as UTF-8.",
        "文件的文字编码不是 UTF-8、UTF-16 或 GB18030，请另存为 UTF-8。",
    ),
    "missing_part": ("{what} is missing.", "缺少{what}。"),
    "bad_value": ("“{given}” is not allowed here: {expected} is expected.", "这里不能是“{given}”，应为{expected}。"),
    "no_questions": ("There is no question in the file.", "文件里没有题目。"),
    "duplicate": (
        "“{name}” is defined twice: also at {first}. Rename one.",
        "“{name}”重复定义，另一处在{first}，请改名。",
    ),
    # --- what happened ---
    "renamed": (
        "The name {wanted} cannot be used here: it is called {name}.",
        "名称 {wanted} 在这里不能用，改为 {name}。",
    ),
    "recoded": ("The code {wanted} cannot be used here: it is {code}.", "代码 {wanted} 在这里不能用，改为 {code}。"),
    "formatting": ("Formatting was removed; the words are kept.", "去掉了格式，文字保留。"),
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
    "too_long_text": ("The text is longer than {limit} characters and was cut.", "文字超过 {limit} 个字符，已截短。"),
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
    return pair[chinese].format_map(_Values(shown))


def _shown(value: Any) -> str:
    text = "".join(c if c.isprintable() else "\ufffd" for c in str(value))
    return text if len(text) <= 120 else text[:119] + "…"
