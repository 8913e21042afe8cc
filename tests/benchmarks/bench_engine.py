"""How fast the engine reads a page, beside a bare dictionary look-up per field. Run: python tests/benchmarks/bench_engine.py

Figures are ratios first: the machine of the day changes the microseconds, hardly the ratio.
"""

import sys
import timeit
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from survey_app.questionnaire import loading, routing, scoring, validation
from survey_app.questionnaire.codebook import codebook, row_maker
from survey_app.questionnaire.definition import Definition
from tests.benchmarks.report import write_section

KINDS = ("rating", "nps", "csat", "single_choice", "multiple_choice")


def questionnaire(size: int) -> Definition:
    """A page of `size` questions of the usual kinds, every fifth with a condition, one open text."""
    choices = [{"code": code, "text": code} for code in ("a", "b", "c", "d")]
    questions: list[dict[str, Any]] = []
    for number in range(size - 1):
        kind = KINDS[number % len(KINDS)]
        question: dict[str, Any] = {
            "name": f"q{number}",
            "type": kind,
            "text": f"问题 {number}",
            "required": number % 2 == 0,
        }
        if "choice" in kind:
            question["choices"] = choices
        if number % 5 == 4:
            question["show_if"] = {"q0": {"at_most": 3}}
        questions.append(question)
    questions.append({"name": "remark", "type": "long_text", "text": "还有什么想说的?"})
    return loading.definition_from(
        {"format": 1, "name": "bench", "title": "测试", "languages": ["zh-CN"], "pages": [{"questions": questions}]}
    )


def form(definition: Definition) -> dict[str, list[str]]:
    """A full answer of the page."""
    fields = {"_q": [q.name for q in definition.questions], "_end": ["1."], "go": ["next"]}
    for question in definition.questions:
        codes = question.codes(question.name)
        fields[question.name] = [str(codes[1])] if codes else ["店员很耐心，谢谢。希望营业到晚上十点。"]
    return fields


def bare(fields: dict[str, list[str]], tables: dict[str, dict[str, str]]) -> dict[str, str]:
    """What no engine can be faster than: one table look-up per field."""
    return {name: tables[name][values[0]] for name, values in fields.items() if name in tables}


def microseconds(function: Any, repeat: int = 5) -> float:
    """The best of several runs."""
    number = max(1, int(0.05 / max(timeit.timeit(function, number=20) / 20, 1e-9)))
    return min(timeit.repeat(function, number=number, repeat=repeat)) / number * 1e6


def main() -> None:
    """Write the table."""
    lines = [
        "| questions | read a page, µs | bare look-ups, µs | ratio | path, µs | whole check, µs | export row, µs |",
        "|---|---|---|---|---|---|---|",
    ]
    for size in (5, 10, 20):
        definition = questionnaire(size)
        page, fields = validation.page_form(definition, 0), form(definition)
        tables = {n: {v[0]: v[0]} for n, v in fields.items() if not n.startswith("_") and n not in ("go", "remark")}
        result = page.read(fields, {}, {})
        assert result.good, result
        answers, texts = result.answers, result.texts
        maker = row_maker(definition, codebook([definition]))
        read = microseconds(lambda: page.read(fields, {}, {}))  # noqa: B023
        floor = microseconds(lambda: bare(fields, tables))  # noqa: B023
        path = microseconds(lambda: routing.path(definition, answers, texts))  # noqa: B023
        whole = microseconds(lambda: validation.complete(definition, answers, texts))  # noqa: B023
        row = microseconds(lambda: maker(answers, texts))  # noqa: B023
        lines.append(
            f"| {size} | {read:.1f} | {floor:.1f} | {read / floor:.1f} | {path:.1f} | {whole:.1f} | {row:.1f} |"
        )
    text = loading.dump_yaml(questionnaire(20))
    loaded = microseconds(lambda: loading.load_definition(text, file="x")) / 1000
    values = [n % 11 for n in range(100_000)]
    counted = microseconds(lambda: scoring.nps(values), 3) / 1000
    lines += ["", f"20 questions from YAML: {loaded:.1f} ms; NPS of 100,000 answers: {counted:.1f} ms."]
    write_section("engine", lines)


if __name__ == "__main__":
    main()
