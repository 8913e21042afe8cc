"""When a provider is left alone: after 50 errors in 60 s, for 60 s; then one message tries it (reliability.md 3.3)."""

from collections import deque

MOST_ERRORS = 50
WITHIN_SECONDS = 60.0
OPEN_SECONDS = 60.0


class Breaker:
    """The health of one provider as one process sees it. Times are monotonic seconds."""

    def __init__(self) -> None:
        self._errors: deque[float] = deque(maxlen=MOST_ERRORS)
        self._open_until: float | None = None

    def room(self, at: float) -> int | None:
        """How many messages may try it now: None as many as wanted, 0 none, 1 a trial."""
        if self._open_until is None:
            return None
        return 1 if at >= self._open_until else 0

    def good(self) -> None:
        """It works."""
        self._errors.clear()
        self._open_until = None

    def bad(self, at: float) -> bool:
        """It failed once more. True when that opened the breaker, or keeps it open after a trial."""
        if self._open_until is not None:
            self._open_until = at + OPEN_SECONDS
            return True
        self._errors.append(at)
        if len(self._errors) == MOST_ERRORS and at - self._errors[0] <= WITHIN_SECONDS:
            self._open_until = at + OPEN_SECONDS
            self._errors.clear()
            return True
        return False


class Pace:
    """At most so many a second, evenly (a bucket that holds one second)."""

    def __init__(self, per_second: float) -> None:
        self.per_second = per_second
        self._left = per_second
        self._at: float | None = None

    def room(self, at: float) -> int:
        """How many may go now."""
        if self._at is not None:
            self._left = min(self.per_second, self._left + max(0.0, at - self._at) * self.per_second)
        self._at = at
        return int(self._left)

    def took(self, count: int) -> None:
        """So many went."""
        self._left -= count
