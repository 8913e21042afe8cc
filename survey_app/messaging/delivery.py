"""Handing messages over: claim, commit, let go of the database, check the lease, call, write down (reliability.md 3.1)."""

import logging
import threading
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import datetime

from flask import Flask
from sqlalchemy import Engine, exists, select

from survey_app import clock
from survey_app.database import db, read_only
from survey_app.errors import DomainError
from survey_app.failpoints import failpoint
from survey_app.messaging import claiming, outcomes, purposes, senders
from survey_app.messaging.breaker import Breaker, Pace
from survey_app.messaging.channels.kinds import build
from survey_app.messaging.channels.port import (
    CALL_SECONDS,
    Accepted,
    Answer,
    Channel,
    Rejected,
    Unknown,
    Unreachable,
)
from survey_app.messaging.claiming import Claimed
from survey_app.messaging.models import CHANNELS, Message
from survey_app.messaging.purposes import Outgoing
from survey_app.messaging.senders import Way

log = logging.getLogger("survey_app.messaging")

PER_SECOND = 200.0  # of one worker and channel: halves the peak of answers (reliability.md 4)
BATCH = 20  # what a crash can leave unknown, at most
LOOK_WHEN_WAITING = 200
WRITE_DOWN_SECONDS = 0.5
RECORD_TRIES = 5

Ready = tuple[Claimed, Outgoing]
Result = tuple[Claimed, Answer | None]  # None: not called, give it back


@dataclass(frozen=True, slots=True)
class Tally:
    """What one round did: rows that were due and looked at, and messages handed to a provider."""

    looked: int = 0
    called: int = 0


class Dispatcher:
    """Sends the messages of one channel, with connections, breakers and pace of its own. For one thread."""

    def __init__(self, app: Flask, channel: str, *, stop: threading.Event | None = None) -> None:
        self.app = app
        self.channel = channel
        self.stop = stop or threading.Event()
        self.pace = Pace(PER_SECOND)
        self._open: dict[int, tuple[Way, Channel]] = {}
        self._breakers: dict[int, Breaker] = {}
        self._only_waiting = False
        self._pool: ThreadPoolExecutor | None = None

    def round(self, now: datetime) -> Tally:
        """Claim a batch and send it. Never raises for what a provider or one message does."""
        room = self.pace.room(clock.monotonic())
        if room < 1:
            return Tally()
        with self.app.app_context():
            with read_only():
                found = self._way(now)
                db.session.rollback()
            if found is None:
                return Tally()
            way, limit = found
            most = min(BATCH, room) if limit is None else limit
            look = LOOK_WHEN_WAITING if self._only_waiting and limit is None else most
            batch = claiming.claim(self.channel, sender_id=way.id, most=most, look=look, now=now)
            db.session.commit()
            failpoint("messaging.claimed")
            self._only_waiting = bool(batch.looked) and not batch.claimed
            self.pace.took(len(batch.claimed))
            called = self._send(way, batch.claimed, now) if batch.claimed else 0
            return Tally(batch.looked, called)

    def _way(self, now: datetime) -> tuple[Way, int | None] | None:
        """The first healthy sender and how many it may take, when something is due at all."""
        due = exists().where(Message.state == "queued", Message.channel == self.channel, Message.next_try_at <= now)
        if not db.session.scalar(select(due)):
            return None
        house = purposes.house()
        if house.paused:
            return None
        production = self.app.extensions["survey_settings"].production
        vault = self.app.extensions["survey_vault"]
        for way in senders.ways(self.channel, house=house, production=production, vault=vault):
            limit = self._breakers.setdefault(way.id, Breaker()).room(clock.monotonic())
            if limit != 0:
                return way, limit
        return None

    def _send(self, way: Way, claimed: Sequence[Claimed], now: datetime) -> int:
        ready = list(self._compose(claimed, now))
        db.session.remove()  # the connection goes back to the pool before anybody is called
        channel = self._channel(way)
        waiting: list[Result] = []
        called, written_at = 0, clock.monotonic()
        for result in self._results(channel, ready, db.engine):
            waiting.append(result)
            called += result[1] is not None
            self._judge(way, result[1])
            if clock.monotonic() - written_at > WRITE_DOWN_SECONDS:
                self._write_down(waiting, asks=channel.asks)
                waiting, written_at = [], clock.monotonic()
        failpoint("messaging.called")
        self._write_down(waiting, asks=channel.asks)
        return called

    def _compose(self, claimed: Sequence[Claimed], now: datetime) -> Iterator[Ready]:
        """Each message with its words; what cannot be composed ends or is tried later without a call."""
        broken: list[tuple[Claimed, Answer | None]] = []
        with read_only():
            _prepare([held.message for held in claimed], now)
            composed: list[Ready] = []
            for held in claimed:
                try:
                    purpose = purposes.find(held.message.purpose)
                    assert purpose is not None
                    composed.append((held, purpose.compose(held.message, now)))
                except DomainError:
                    broken.append((held, Rejected("cannot_compose", final=True)))
                except Exception:
                    log.exception("message %s could not be composed", held.message.id)
                    db.session.rollback()
                    broken.append((held, Rejected("compose_error")))
            db.session.rollback()
        if broken:
            self._write_down(broken, asks=False)
        yield from composed

    def _results(self, channel: Channel, ready: Sequence[Ready], engine: Engine) -> Iterator[Result]:
        if channel.parallel == 1:
            for one in ready:
                yield self._call(channel, one, engine)
            return
        if self._pool is None:
            self._pool = ThreadPoolExecutor(channel.parallel, thread_name_prefix=f"send-{self.channel}")
        futures = [self._pool.submit(self._call, channel, one, engine) for one in ready]
        for future in as_completed(futures):
            yield future.result()

    def _call(self, channel: Channel, one: Ready, engine: Engine) -> Result:
        held, outgoing = one
        failpoint("messaging.before_check")
        if self.stop.is_set() or not claiming.still_ours(held, engine, seconds=CALL_SECONDS + 1):
            return held, None
        failpoint("messaging.before_call")
        try:
            answer = channel.send(outgoing, held.attempt_id)
        except Exception:
            log.exception("the channel failed on message %s", held.message.id)
            answer = Unknown("internal")
        failpoint("messaging.after_call")
        return held, answer

    def _judge(self, way: Way, answer: Answer | None) -> None:
        breaker = self._breakers[way.id]
        if isinstance(answer, Accepted) or (isinstance(answer, Rejected) and answer.final):
            breaker.good()
        elif isinstance(answer, Unknown | Unreachable | Rejected) and breaker.bad(clock.monotonic()):
            log.warning("sender %s (%s) is left alone for a while: too many errors", way.id, way.kind)

    def _write_down(self, results: Iterable[Result], *, asks: bool) -> None:
        """Record in one transaction; a busy database is tried again, since what is not recorded ends as unknown."""
        results = list(results)
        if not results:
            return
        for tries in range(RECORD_TRIES):
            try:
                outcomes.record(
                    [(held, answer) for held, answer in results if answer is not None], asks=asks, now=clock.now()
                )
                outcomes.release([held for held, answer in results if answer is None], now=clock.now())
                db.session.commit()
                return
            except Exception:
                db.session.rollback()
                if tries == RECORD_TRIES - 1:
                    raise
                log.warning("results of %s messages could not be recorded yet", len(results), exc_info=True)
                self.stop.wait(1.0)

    def _channel(self, way: Way) -> Channel:
        kept = self._open.get(way.id)
        if kept is None or kept[0] != way:
            self._open[way.id] = kept = (way, build(way.kind, way.options, way.secrets))
        return kept[1]

    def pause(self, longest: float) -> float:
        """Seconds until another look is worth it: short while only the pace holds messages back."""
        return longest if self.pace.room(clock.monotonic()) >= 1 else min(longest, 1 / PER_SECOND)

    def rest(self) -> None:
        """Nothing is due: give back what idle connections hold."""
        for _, channel in self._open.values():
            channel.rest()

    def close(self) -> None:
        """The end of this dispatcher."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)


def _prepare(messages: Sequence[Message], now: datetime) -> None:
    by_purpose: dict[str, list[Message]] = {}
    for message in messages:
        by_purpose.setdefault(message.purpose, []).append(message)
    for name, some in by_purpose.items():
        purpose = purposes.find(name)
        if purpose is not None and purpose.prepare is not None:
            try:
                purpose.prepare(some, now)
            except Exception:
                log.exception("preparing %s messages of %s failed", len(some), name)
                db.session.rollback()


def deliver_due(app: Flask, now: datetime, *, rounds: int = 1) -> Tally:
    """Send what is due now, a few batches per channel: the command line and tests. Workers run `sending.Loop`."""
    looked = called = 0
    for name in CHANNELS:
        dispatcher = Dispatcher(app, name)
        try:
            for _ in range(rounds):
                tally = dispatcher.round(now)
                looked, called = looked + tally.looked, called + tally.called
                if tally.looked == 0:
                    break
        finally:
            dispatcher.close()
    return Tally(looked, called)
