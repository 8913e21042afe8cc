"""Items with offered answers as questions with choices."""

from typing import Any

from survey_app.formats.fhir.items import Item
from survey_app.formats.fhir.options import Option
from survey_app.formats.fhir.work import OTHER, Work
from survey_app.formats.importing.logic import Target
from survey_app.formats.json_draft import Words, shown
from survey_app.formats.json_files import as_number


def is_open(item: Item) -> bool:
    """Whether words of one's own are an answer too."""
    constraint = item.node.words("answerConstraint")
    return item.type == "open-choice" or constraint in ("optionsOrString", "optionsOrType")


def choosing(work: Work, item: Item, offered: list[Option] | None) -> None:
    """One or several of the offered answers."""
    node = item.node
    several = node.get("repeats") is True
    elsewhere = not offered
    offered = offered or work.mentioned.get(item.link) or []
    if not offered:
        name = work.name(item)
        _elsewhere(work, item, work.question(item, "short_text", name))
        work.know(item, Target("none", name))
        work.changed(item, name, kind="short_text")
        return
    values = [option.key for option in offered]
    with_other = is_open(item) or elsewhere
    name = work.name(item, values if several else [], "other_text" if with_other else "")
    choices, codes, systems = choice_list(work, item, offered, name, several=several)
    if with_other:
        taken = {choice["code"] for choice in choices}
        code = next(
            code for code in ("other", "other_text", "open", *(f"open{n}" for n in range(99))) if code not in taken
        )
        choices.append(
            {
                "code": code,
                "text": work.words(_open_label(item), "valueString", name) or work.draft.said(*OTHER),
                "other": True,
            }
        )
    control = item.control()
    kind = (
        "multiple_choice"
        if several
        else "dropdown"
        if control in ("drop-down", "autocomplete", "lookup")
        else "single_choice"
    )
    made = work.question(item, kind, name, choices=choices)
    if several:
        _occurrences(work, item, made)
    scored = any(option.score is not None for option in offered)
    work.know(item, Target("multiple" if several else "choice", name, codes), systems=systems, scored=scored)
    if elsewhere:
        _elsewhere(work, item, made)
        work.changed(item, name, kind=kind)
    else:
        work.kept(item, name)


def _elsewhere(work: Work, item: Item, made: dict[str, Any]) -> None:
    """The choices lie outside the file: only those that rules name are there, and a person enters the others."""
    address = item.node.words("answerValueSet") or "-"
    work.draft.lost("choice", item.node.at("answerValueSet"), address, "choices_elsewhere", made["name"])
    made.setdefault("open_rules", []).append(f"{item.node.at('answerValueSet')}: {address}"[:200])


def _open_label(item: Item) -> Any:
    found = item.extensions("sdc-questionnaire-openLabel", "openLabel")
    return found[0] if found else type(item.node)({}, item.node.place)


def choice_list(
    work: Work, item: Item, offered: list[Option], name: str, *, several: bool = False, room: int = 0
) -> tuple[list[dict[str, Any]], dict[str, str], dict[str, set[str]]]:
    """Our choices, the codes by what rules compare with, and the code systems by it."""
    codes = work.draft.codes([option.key for option in offered], room or (31 - len(name) if several else 32))
    choices: list[dict[str, Any]] = []
    by_key: dict[str, str] = {}
    systems: dict[str, set[str]] = {}
    for option, code in zip(offered, codes, strict=True):
        text: Words = {}
        for language, words in option.text.items():
            text |= work.draft.text({language: words}, option.place, name, kind="choice")
        text = work.draft.complete(text) or work.plain(option.key)
        if option.prefix:
            start = next(iter(work.plain(option.prefix).values()))
            text = {language: f"{start} {words}" for language, words in text.items()}
        choice: dict[str, Any] = {"code": code, "text": text}
        if option.score is not None:
            choice["score"] = option.score
            work.draft.kept("score", option.place, str(option.score), name)
        if option.exclusive and several:
            choice["exclusive"] = True
        source = f"{option.key}: {shown(list(option.text.values()))}"
        if code == option.key:
            work.draft.kept("choice", option.place, source, name)
        else:
            work.draft.changed("choice", option.place, source, "recoded", name, wanted=option.key, code=code)
        choices.append(choice)
        by_key.setdefault(option.key, code)
        systems.setdefault(option.key, set()).add(option.system)
    return choices, by_key, systems


def _occurrences(work: Work, item: Item, made: dict[str, Any]) -> None:
    low, high = as_number(item.value("questionnaire-minOccurs")), as_number(item.value("questionnaire-maxOccurs"))
    if low and high and low > high:
        return
    for key, value in (("min", low), ("max", high)):
        if value and value >= 1:
            made[key] = min(int(value), len(made["choices"]))
            work.draft.kept("validation", item.node.at(f"{key}Occurs"), str(value), made["name"])
