"""What people were told is true, whatever happens to the server between their form and its reply (reliability.md F1-F5)."""

import contextlib
import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import text

from survey_app.database import db
from tests.faults.oracle import check_ledger
from tests.faults.serving import Phone, Server, kept_running, post

GIVEN = {
    "overall": "4",
    "recommend": "9",
    "easy": "7",
    "pack": "5",
    "advice": "2",
    "reasons": "near",
    "more": "配送很快",
}
SENT: dict[str, object] = {"overall": 4, "recommend": 9, "easy": 7, "pack": 5, "advice": "2", "reasons": ["near"]}

Serve = Callable[..., Server]
pytestmark = pytest.mark.faults


def test_two_hundred_parallel_submits_of_one_form_store_one_answer(app: Flask, address: str, serve: Serve) -> None:
    server = serve()
    phone = Phone(server.port, address, GIVEN).open()
    other = Phone(server.port, address, GIVEN | {"overall": "1"}).open()
    swapped = [(n, other.value(n) if n in {"_n", "_r"} else v) for n, v in phone.pairs if n != "overall"]
    second = Phone(server.port, address, GIVEN, pairs=[*swapped[:-2], ("overall", "1"), *swapped[-2:]])
    with ThreadPoolExecutor(40) as pool:
        told = list(pool.map(lambda p: p.send(), [phone, second] * 100))
    assert {status for status, _ in told} == {200}
    mine, theirs = [html for _, html in told[0::2]], [html for _, html in told[1::2]]
    first_won = all(phone.confirmed(html) for html in mine) and not any(second.confirmed(html) for html in theirs)
    second_won = all(second.confirmed(html) for html in theirs) and not any(phone.confirmed(html) for html in mine)
    assert first_won != second_won
    assert all("您已提交过" in html for html in (theirs if first_won else mine))
    check_ledger([phone if first_won else second], [SENT if first_won else SENT | {"overall": 1}])


def test_a_killed_server_loses_no_confirmed_answer_and_doubles_none(
    app: Flask, address: str, serve: Serve, full: bool, seed: int
) -> None:
    people, kills = (5_000, 60) if full else (500, 3)
    server = serve()
    rng = random.Random(seed)
    phones = [Phone(server.port, address, GIVEN | {"recommend": str(i % 11)}) for i in range(people)]
    done, gone = threading.Event(), threading.Semaphore(0)

    def one(phone: Phone) -> int:
        tries = phone.open().insist()
        gone.release()
        return tries

    def killer() -> None:
        for _ in range(kills):
            for _ in range(rng.randint(people // kills // 3, people // kills // 2)):
                gone.acquire(timeout=60)
            time.sleep(rng.random() * 0.05)
            if done.is_set():
                return
            server.kill()
            server.start()

    thread = threading.Thread(target=killer)
    thread.start()
    with ThreadPoolExecutor(16) as pool:
        tries = list(pool.map(one, phones))
    done.set()
    for _ in range(people):
        gone.release()
    thread.join()
    assert sum(tries) > people  # the kills were felt
    check_ledger(phones, [SENT | {"recommend": i % 11} for i in range(people)])


def outlives_its_deaths(server: Server, address: str) -> None:
    phones = [Phone(server.port, address, GIVEN) for _ in range(6)]
    with kept_running(server):
        tries = [phone.open().insist() for phone in phones]
    assert sum(tries) > len(phones)
    check_ledger(phones, [SENT] * len(phones))


@pytest.mark.parametrize("place", ["before_begin", "after_commit"])
def test_a_process_that_dies_around_the_submit_leaves_all_or_nothing(
    app: Flask, address: str, serve: Serve, place: str
) -> None:
    outlives_its_deaths(serve(SURVEY_FAILPOINTS=f"submit.{place}=kill:3"), address)


@pytest.mark.parametrize("place", ["after_ballot", "after_response", "before_commit"])
@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
def test_a_process_that_dies_inside_the_transaction_leaves_all_or_nothing(
    app: Flask, address: str, serve: Serve, place: str
) -> None:
    outlives_its_deaths(serve(SURVEY_FAILPOINTS=f"submit.{place}=kill:3"), address)


@pytest.mark.parametrize("settings", ["postgresql"], indirect=True)
def test_a_process_that_dies_while_the_statement_runs_leaves_all_or_nothing(
    app: Flask, address: str, serve: Serve
) -> None:
    server = serve()
    phone = Phone(server.port, address, GIVEN).open()
    with db.engine.begin() as connection:
        connection.execute(text(SLOW))
    sending = threading.Thread(target=lambda: suppressed(phone))
    sending.start()
    time.sleep(0.5)
    server.kill()
    sending.join()
    server.start()
    phone.insist()
    check_ledger([phone], [SENT])


SLOW = """
CREATE FUNCTION slowly() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(1); RETURN NEW; END $$;
CREATE TRIGGER slow BEFORE INSERT ON response FOR EACH ROW EXECUTE FUNCTION slowly();
"""


def suppressed(phone: Phone) -> None:
    with contextlib.suppress(OSError):
        phone.send()


def test_a_reply_lost_on_the_way_is_told_again(app: Flask, address: str, serve: Serve) -> None:
    server = serve()
    phone = Phone(server.port, address, GIVEN).open()
    with pytest.raises(OSError):
        post(server.port, address, phone.body, timeout=0.0005)  # the phone leaves before the reply
    time.sleep(0.5)
    for _ in range(3):
        status, html = phone.send()
        assert status == 200 and phone.confirmed(html)
    check_ledger([phone], [SENT])
