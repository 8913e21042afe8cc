"""What waits goes together; each owner gets its own result or its own error."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from survey_app.errors import Busy
from survey_app.responses.grouping import Together


@pytest.mark.parametrize("abreast", [1, 4])
def test_everybody_gets_the_result_of_the_own_item_and_calls_are_shared(abreast: int) -> None:
    calls: list[int] = []
    running, most_running, mutex = 0, 0, threading.Lock()

    def work(batch: list[int]) -> list[int]:
        nonlocal running, most_running
        with mutex:
            running += 1
            most_running = max(most_running, running)
            calls.append(len(batch))
        time.sleep(0.002)
        with mutex:
            running -= 1
        return [number * 2 for number in batch]

    together = Together(work, most=8, abreast=abreast)
    with ThreadPoolExecutor(40) as pool:
        assert list(pool.map(together.do, range(1_000))) == [number * 2 for number in range(1_000)]
    assert sum(calls) == 1_000 and len(calls) < 700 and max(calls) <= 8
    assert most_running <= abreast


def test_an_item_at_fault_fails_alone() -> None:
    def work(batch: list[int]) -> list[int]:
        time.sleep(0.005)
        if 13 in batch:
            raise ValueError("thirteen")
        return batch

    together = Together(work)

    def one(number: int) -> object:
        try:
            return together.do(number)
        except ValueError:
            return "refused"

    with ThreadPoolExecutor(20) as pool:
        assert list(pool.map(one, range(20))) == [*range(13), "refused", *range(14, 20)]


def test_a_busy_database_is_told_to_all_at_once() -> None:
    calls: list[int] = []

    def work(batch: list[int]) -> list[int]:
        calls.append(len(batch))
        time.sleep(0.02)
        raise Busy("the database is busy")

    together = Together(work)
    with ThreadPoolExecutor(10) as pool:
        futures = [pool.submit(together.do, number) for number in range(10)]
        for future in futures:
            with pytest.raises(Busy):
                future.result(timeout=5)
    assert len(calls) <= 3
