"""Photos of anonymous answers: no copy of the database tells in which order they came (privacy.md 12).

They lie beside the answers and are large, so a database keeps them in places of their own: overflow pages of SQLite, chunks
of PostgreSQL. The attacker looks at those too.
"""

import random
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text

from survey_app import clock, web
from survey_app.config import Settings
from survey_app.database import db
from survey_app.questionnaire.question_types.files import File
from survey_app.responses import settling, uploads
from survey_app.responses.models import Response, UploadedFile
from survey_app.responses.recording import Recorder
from tests.anonymity.attack import Row, Visit, bound, groups_of_people, linked
from tests.responses.world import World, answer, make_world, mint

QUESTION = File(name="receipt", type="file", text={"en": "Receipt"})


def come(world: World, recorder: Recorder, people: range, rng: random.Random) -> None:
    """People who hand over a photo each; some hand over a second one, some leave."""
    for person in people:
        ticket = mint(world)
        for _ in range(2 if rng.random() < 0.1 else 1):
            reference = uploads.keep(
                recorder, web.vault(), ticket, question=QUESTION, day=world.day, body=rng.randbytes(8).hex().encode()
            )
        if rng.random() < 0.05:
            left = mint(world)
            uploads.keep(recorder, web.vault(), left, question=QUESTION, day=world.day, body=b"x")
        given = {"person": person, "receipt": reference}
        files = uploads.named_in(given, ["receipt"])
        recorder.submit(answer(world, ticket=ticket, answers=given, files=files))


def rows_with_files() -> list[Row]:
    found = db.session.execute(
        select(Response.__table__, UploadedFile.id.label("file"), UploadedFile.body).join(
            UploadedFile, UploadedFile.response_id == Response.id
        )
    ).mappings()
    rows = [{**row, "person": row["answers"]["person"], "body": bytes(row["body"])} for row in found]
    db.session.rollback()
    return rows


def orders(settings: Settings) -> dict[str, Callable[[Row], Any]]:
    """Every order that a copy of the database shows of its files."""
    made: dict[str, Callable[[Row], Any]] = {
        "number": lambda row: row["file"],
        "size": lambda row: (len(row["body"]), row["file"]),
        "sealed": lambda row: row["body"],
    }
    if settings.is_sqlite:
        for path in (settings.instance / "survey.sqlite", settings.instance / "survey.sqlite-wal"):
            content = path.read_bytes() if path.exists() else b""
            for part, start in (("begin", 30), ("middle", 12_000), ("end", -200)):
                if len(content) > 4096:
                    made[f"{part} in {path.name}"] = lambda row, c=content, s=start: c.find(row["body"][s:][:64])
        return made
    heap = "SELECT id, ctid::text::point AS place, xmin::text::bigint AS wrote FROM uploaded_file"
    places = {bytes(row.id): row for row in db.session.execute(text(heap))}
    toast = db.session.scalar(
        text("SELECT reltoastrelid::regclass::text FROM pg_class WHERE relname = 'uploaded_file'")
    )
    chunks = f"SELECT chunk_id, ctid::text::point AS place, chunk_data FROM {toast} WHERE chunk_seq = 0"
    pieces = {bytes(row.chunk_data)[100:160]: row for row in db.session.execute(text(chunks))}
    db.session.rollback()

    def chunk(row: Row) -> Any:
        return pieces[next(p for o in range(90, 110) if (p := row["body"][o : o + 60]) in pieces)]

    return made | {
        "ctid": lambda row: point(places[row["file"]].place),
        "xmin": lambda row: places[row["file"]].wrote,
        "chunk": lambda row: chunk(row).chunk_id,
        "place of the chunk": lambda row: point(chunk(row).place),
    }


def point(words: str) -> tuple[int, ...]:
    return tuple(map(int, words.strip("()").split(",")))


@pytest.fixture
def photos(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every photo has its own size; drawing it is tried elsewhere."""
    rng = random.Random(3)

    def cleaned(_body: bytes, _question: File) -> tuple[str, bytes]:
        return "jpg", rng.randbytes(rng.randint(10_000, 60_000))

    monkeypatch.setattr(uploads, "cleaned", cleaned)


@pytest.mark.anonymity
@pytest.mark.usefixtures("photos")
@pytest.mark.parametrize("at_once", [uploads.AT_ONCE, 1_500_000])  # all with all; about 25 photos at a time
def test_photos_tell_nobody_in_which_order_they_came(
    app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch, at_once: int, full: bool
) -> None:
    monkeypatch.setattr(uploads, "AT_ONCE", at_once)
    rng, number = random.Random(5), 600 if full else 150
    world = make_world()
    recorder = Recorder(settings, web.vault())
    for part in range(3):  # three hours of a day
        come(world, recorder, range(part * number // 3, (part + 1) * number // 3), rng)
        db.session.rollback()
        settling.forget_arrivals(now=clock.now())
        db.session.rollback()
    recorder.close()
    people = groups_of_people([Visit(n, world.wave_id, None, world.day) for n in range(number)], 0)
    mean, limit = bound(people)
    rows = rows_with_files()
    rates = {name: linked(rows, people, key) for name, key in orders(settings).items()}
    print(f"\nguessing {mean:.3f}, limit {limit:.3f}; " + ", ".join(f"{n} {rate:.3f}" for n, rate in rates.items()))
    assert len(rows) == number and max(rates.values()) <= limit
    apart = {name: distance(rows, key) for name, key in orders(settings).items()}
    print(", ".join(f"{name} {far:.2f}" for name, far in apart.items()))
    assert min(apart.values()) > 0.75  # 1: as far from the order of coming as by chance; 0: in that order


def distance(rows: list[Row], key: Callable[[Row], Any]) -> float:
    """How far an order is from that in which people came, against an order by chance (the nearer of both directions)."""
    people, number = [row["person"] for row in sorted(rows, key=key)], len(rows)
    far = [sum(abs(place - person) for place, person in enumerate(one)) for one in (people, people[::-1])]
    return min(far) / (number * number / 3)
