"""Changes that follow advice in one click: data that says what to change in the JSON of a draft, and the carrying out.

A change is offered only where it cannot do harm: it never removes an answer, never gives a code another meaning, and never
touches a text in a language it cannot write.
"""

import copy
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from survey_app.questionnaire.question_types.base import Question
from survey_app.questionnaire.wording.kinds import Place, Step, is_chinese, is_english

UNSURE = {"zh": "不清楚", "en": "Not sure"}
REFUSED = {"zh": "不愿透露", "en": "I prefer not to say"}
OTHER = {"zh": "其他", "en": "Other"}
_ENDS = ({"zh": "非常不满意", "en": "Very dissatisfied"}, {"zh": "非常满意", "en": "Very satisfied"})


def apply(data: dict[str, Any], steps: Iterable[Step]) -> None:
    """Carry the steps out on a definition's JSON (a draft's keys with `_` stay). KeyError or IndexError: it is gone."""
    for kind, place, value in steps:
        holder = _reach(data, place[:-1])
        key: Any = place[-1]
        if kind == "set":
            holder[key] = copy.deepcopy(value)
        elif kind == "remove":
            holder.pop(key, None)
        elif kind == "insert":
            holder.insert(key, copy.deepcopy(value))
        elif kind == "turn":
            _turn(holder, key, value)
        elif kind == "twin":
            holder.insert(key + 1, _twin(data, holder[key], value))
        elif kind == "split_page":
            _split_page(data, place)


def _reach(data: Any, place: Place) -> Any:
    for part in place:
        data = data[part]
    return data


def _turn(holder: dict[str, Any], key: str, texts_only: bool) -> None:
    """Reverse a list; with `texts_only` codes and values stay where they are."""
    items = holder[key]
    if not texts_only:
        items.reverse()
        return
    texts = [item["text"] for item in items]
    for item, text in zip(items, reversed(texts), strict=True):
        item["text"] = text


def _twin(data: Mapping[str, Any], node: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of a question, with a name that no other has."""
    taken = {question["name"] for page in data["pages"] for question in page["questions"]}
    return {**_bare(node), **copy.deepcopy(dict(changes)), "name": free(taken, str(changes["name"]))}


def _bare(value: Any) -> Any:
    """A copy without the editor's ids and marks: a new node gets its own."""
    if isinstance(value, Mapping):
        return {key: _bare(inner) for key, inner in value.items() if not str(key).startswith("_")}
    return [_bare(inner) for inner in value] if isinstance(value, list) else value


def _split_page(data: dict[str, Any], place: Place) -> None:
    """A new page begins with the question at `place`; a condition of the page holds for both, its end stays last."""
    index, number = int(place[1]), int(place[3])
    page = data["pages"][index]
    rest = {"questions": page["questions"][number:]}
    page["questions"] = page["questions"][:number]
    if "show_if" in page:
        rest["show_if"] = copy.deepcopy(page["show_if"])
    if "end_if" in page:
        rest["end_if"] = page.pop("end_if")
    data["pages"].insert(index + 1, rest)


# --- what the rules ask for --------------------------------------------------------------------------------------------
def words_for(languages: Iterable[str], words: Mapping[str, str]) -> dict[str, str] | None:
    """The words in every language of the questionnaire; None when there is a language we cannot write."""
    found = {}
    for language in languages:
        if not (is_chinese(language) or is_english(language)):
            return None
        found[language] = words["zh" if is_chinese(language) else "en"]
    return found


def set_text(place: Place, language: str, text: str) -> Step:
    """Write one language of a text."""
    return ("set", (*place, language), text)


def add_choice(place: Place, choices: Sequence[Any], languages: Iterable[str], kind: str) -> tuple[Step, ...]:
    """Append 不清楚 (unsure), 不愿透露 (refused) or 其他 (other) to the choices at `place`."""
    table = {"unsure": UNSURE, "refused": REFUSED, "other": OTHER}
    text = words_for(languages, table[kind])
    if text is None:
        return ()
    code = free({choice.code for choice in choices}, kind)
    choice: dict[str, Any] = {"code": code, "text": text}
    index = len(choices)
    if kind == "other":
        choice["other"] = True
        while index and (choices[index - 1].missing or choices[index - 1].exclusive):
            index -= 1
    else:
        choice["missing"] = "unknown" if kind == "unsure" else "refused"
    return (("insert", (*place, index), choice),)


def free(taken: set[str], wanted: str) -> str:
    """A name that is not taken: other, other_2, ..."""
    name, count = wanted, 2
    while name in taken:
        name, count = f"{wanted}_{count}", count + 1
    return name


def label_ends(question: Question, place: Place, languages: Iterable[str]) -> tuple[Step, ...]:
    """Both ends of a scale that asks how satisfied people are."""
    if not any("满意" in text or "satisfied" in text for text in question.text.values()):
        return ()
    low, high = (words_for(languages, words) for words in _ENDS)
    return (("set", (*place, "low"), low), ("set", (*place, "high"), high)) if low and high else ()


_ASK = {"zh": "您对{}满意吗？", "en": "How satisfied or dissatisfied are you with {}?"}


def ask(question: Question, place: Place) -> tuple[Step, ...]:
    """A label above five points of satisfaction becomes a question."""
    if question.type != "csat":
        return ()
    steps = []
    for language, text in question.text.items():
        words = text.strip()
        if is_chinese(language) and len(words) <= 12 and re.fullmatch("[\u4e00-\u9fff]+", words):
            steps.append(set_text((*place, "text"), language, _ASK["zh"].format(words)))
        elif is_english(language) and re.fullmatch(r"[A-Z][a-z]+(?: [a-z]+){0,2}", words):
            steps.append(set_text((*place, "text"), language, _ASK["en"].format("the " + words[0].lower() + words[1:])))
        else:
            return ()
    return tuple(steps)


_ZH_TWO = re.compile(
    "^(?P<start>.*?(?:(?:对|觉得|认为)[^的，和与及]{0,8}的|对|觉得"
    "|认为))(?P<a>[^的对，、和与及]{1,8})(?:和|与|及|以及)(?P<b>[^的，、和与及]{1,8}?)"
    "(?P<end>(?:是否)?满意吗？?|是否满意？?|怎么样？?|如何？?)$"
)
_EN_TWO = re.compile(
    r"^(?P<start>.*\b(?:with|rate) (?:the |our |your )?)(?P<a>[\w-]+(?: [\w-]+)?) and (?:the |our "
    r")?(?P<b>[\w-]+(?: [\w-]+)?)(?P<end>(?: of [^?,]*)?[?])$"
)


def split_question(question: Question, place: Place) -> tuple[Step, ...]:
    """Two questions out of one whose two nouns can be told apart in every language it has."""
    first: dict[str, str] = {}
    second: dict[str, str] = {}
    for language, text in question.text.items():
        pattern = _ZH_TWO if is_chinese(language) else _EN_TWO if is_english(language) else None
        found = pattern.match(text) if pattern else None
        if found is None:
            return ()
        start, a, b, end = found["start"], found["a"], found["b"], found["end"]
        first[language], second[language] = f"{start}{a}{end}", f"{start}{b}{end}"
    if len(question.name) > 28:
        return ()
    changes: Step = ("twin", place, {"name": f"{question.name}_2", "text": second})
    return (changes, *(set_text((*place, "text"), language, text) for language, text in first.items()))
