"""Work that is cheaper together: what arrives while one call runs shares the next call (leader and followers)."""

import threading
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

from survey_app.errors import Busy

I = TypeVar("I")  # noqa: E741 - an item
R = TypeVar("R")


class _Item(Generic[I, R]):
    __slots__ = ("done", "error", "gate", "item", "leads", "result")

    def __init__(self, item: I) -> None:
        self.item = item
        self.gate = threading.Lock()
        self.gate.acquire()
        self.done = False
        self.leads = False
        self.error: Exception | None = None
        self.result: R | None = None


class Together(Generic[I, R]):
    """Runs `work` on the items that wait, at most `most` in a call and `abreast` calls at a time.

    `work` must come to an end by itself and be safe to run again.
    """

    def __init__(self, work: Callable[[list[I]], list[R]], *, most: int = 64, abreast: int = 1) -> None:
        self._work = work
        self._most = most
        self._abreast = abreast
        self._mutex = threading.Lock()
        self._waiting: deque[_Item[I, R]] = deque()
        self._leaders = 0

    def do(self, item: I) -> R:
        """The result of this item; raises what `work` raised for it alone."""
        own: _Item[I, R] = _Item(item)
        with self._mutex:
            self._waiting.append(own)
            lead = self._leaders < self._abreast
            self._leaders += lead
            own.leads = lead
        if not lead:
            own.gate.acquire()
        if not own.done:
            self._lead(own)
        if own.error is not None:
            raise own.error
        return own.result  # type: ignore[return-value]  # R may itself be optional

    def _lead(self, own: _Item[I, R]) -> None:
        with self._mutex:
            others = [item for item in self._waiting if not item.leads]  # a leader takes its own with it
            batch = [own, *others[: self._most - 1]]
            taken = set(map(id, batch))
            self._waiting = deque(item for item in self._waiting if id(item) not in taken)
        try:
            self._run(batch)
        finally:
            with self._mutex:
                following = self._next_leader()
                self._leaders -= following is None
            if following is not None:
                following.gate.release()
            for item in batch:
                item.done = True
                item.gate.release()

    def _next_leader(self) -> _Item[I, R] | None:
        for item in self._waiting:
            if not item.leads:
                item.leads = True
                return item
        return None

    def _run(self, batch: list[_Item[I, R]]) -> None:
        try:
            for item, result in zip(batch, self._work([item.item for item in batch]), strict=True):
                item.result = result
        except Busy as error:
            for item in batch:
                item.error = error
        except Exception as error:
            if len(batch) == 1:
                batch[0].error = error
                return
            for item in batch:  # one of them is at fault: each for itself, so that only that one fails
                self._run([item])
