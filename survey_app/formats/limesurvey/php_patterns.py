"""Patterns as PHP writes them, in the syntax of ours."""

from survey_app.questionnaire.patterns import is_pattern

_CLOSING = {"(": ")", "{": "}", "[": "]", "<": ">"}
_FLAGS = {"i": "i", "m": "m", "s": "s", "u": "", "D": "", "S": "", "X": ""}


def re2_of(pattern: str) -> str:
    """`/^a+$/i` as `(?i)^a+$`; "" for what our patterns cannot say: look-around, references back, unknown flags."""
    pattern = pattern.strip()
    if len(pattern) < 2 or pattern[0].isalnum() or pattern[0] in "\\ ":
        return ""
    end = pattern.rfind(_CLOSING.get(pattern[0], pattern[0]))
    flags = pattern[end + 1 :]
    if end < 1 or any(flag not in _FLAGS for flag in flags):
        return ""
    inner = pattern[1:end].replace(f"\\{pattern[0]}", pattern[0] if pattern[0] in "/#~!@%&" else f"\\{pattern[0]}")
    kept = "".join(dict.fromkeys(_FLAGS[flag] for flag in flags))
    found = f"(?{kept}){inner}" if kept else inner
    return found if is_pattern(found) else ""
