"""The threads of a worker that send and ask. Each channel has its own, so that a slow gateway holds no mail up."""

import logging
import threading

from flask import Flask

from survey_app import clock
from survey_app.messaging import asking
from survey_app.messaging.delivery import Dispatcher
from survey_app.messaging.models import CHANNELS

log = logging.getLogger("survey_app.messaging")

IDLE_SECONDS = 1.0  # between two looks at an outbox where nothing is due
BETWEEN_QUESTIONS_SECONDS = 10.0
AFTER_FAULT_SECONDS = 5.0


class Sending:
    """Started with the worker and stopped with it: the call that runs is finished, what was only claimed is given back."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._stop = threading.Event()
        self._until = 0.0
        self._threads = [
            threading.Thread(target=self._send, args=(name,), name=f"sending-{name}", daemon=True) for name in CHANNELS
        ]
        self._threads.append(threading.Thread(target=self._ask, name="sending-questions", daemon=True))

    def start(self) -> None:
        """Begin."""
        for thread in self._threads:
            thread.start()

    def halt(self, *, seconds: float) -> None:
        """Hand nothing over from now on; `wait` then waits until all is written down, `seconds` from now at most."""
        self._stop.set()
        self._until = clock.monotonic() + seconds

    def wait(self) -> None:
        """Until every thread ended or the time is over."""
        for thread in self._threads:
            thread.join(max(0.1, self._until - clock.monotonic()))

    def _send(self, channel: str) -> None:
        dispatcher = Dispatcher(self._app, channel, stop=self._stop)
        while not self._stop.is_set():
            try:
                tally = dispatcher.round(clock.now())
            except Exception:
                log.exception("sending %s failed; it goes on in a moment", channel)
                self._stop.wait(AFTER_FAULT_SECONDS)
                continue
            if tally.looked == 0:
                dispatcher.rest()
                self._stop.wait(dispatcher.pause(IDLE_SECONDS))
        dispatcher.close()

    def _ask(self) -> None:
        while not self._stop.wait(BETWEEN_QUESTIONS_SECONDS):
            try:
                asking.reconcile(self._app, clock.now())
            except Exception:
                log.exception("asking providers failed; it goes on in a moment")
