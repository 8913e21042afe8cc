"""The whole site as one WSGI application, and running it: web processes under granian, the worker beside them.

Nothing in the application depends on the server: any WSGI server may run `wsgi:application`.
"""

import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy.exc import DBAPIError
from whitenoise import WhiteNoise

from survey_app import clock, installation
from survey_app.config import ROOT, Settings
from survey_app.database import db
from survey_app.distribution.waves import ensure_waves
from survey_app.runner import create_runner

WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

# First segments of the addresses that belong to the respondent's side
RESPONDENT_SIDE = frozenset(
    {"k", "s", "i", "o", "u", "interview", "withdraw", "privacy", "preview", "logo", "divisions"}
)

THREADS_PER_PROCESS = 8
STOP_SECONDS = 30


def whole_site(app: Flask) -> WsgiApp:
    """The respondent's side mounted by prefix in front of the staff application; static files without either.

    The respondent's side is made at its first request: commands that need no database import this module too.
    """
    staff = WhiteNoise(_behind_proxies(app), root=app.static_folder, prefix="static/", max_age=31_536_000)
    made: list[WsgiApp] = []
    making = threading.Lock()

    def respondent() -> WsgiApp:
        if not made:
            with making:
                if not made:
                    _prepare(app)
                    made.append(create_runner(app.extensions["survey_settings"]).wsgi_app)
        return made[0]

    def site(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        first = environ.get("PATH_INFO", "/").split("/", 2)[1:2]
        if first and first[0] in RESPONDENT_SIDE:
            return respondent()(environ, start_response)
        if "SECRET_KEY" not in app.config or app.config["SECRET_KEY"] is None:
            _prepare(app)
        answer: Iterable[bytes] = staff(environ, start_response)
        return answer

    return site


def _prepare(app: Flask) -> None:
    installation.use_secret(app)
    try:
        installation.check(app)
    except DBAPIError:  # away, not wrong: pages say 503 until it is back, and the start of the server checked before
        app.logger.warning("the database could not be reached while a process began")


def _behind_proxies(app: Flask) -> WsgiApp:
    hops = app.extensions["survey_settings"].trusted_hops
    if not hops:
        return app.wsgi_app
    from werkzeug.middleware.proxy_fix import ProxyFix

    return ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)


def make_ready(app: Flask) -> None:
    """What every start does first: install when empty, refuse what is broken, make the keys of this month and the next."""
    installation.install(app)
    installation.check(app)
    with app.app_context():
        ensure_waves(now=clock.now())
        db.session.commit()
        db.session.remove()
        db.engine.dispose()  # the web processes are forked or spawned after this


def run_web(settings: Settings, *, host: str) -> None:
    """Serve until SIGTERM or SIGINT; requests in flight are finished."""
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    Granian(
        "wsgi:application",
        address=host,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=settings.web_workers,
        blocking_threads=THREADS_PER_PROCESS,
        backlog=2048,
        websockets=False,
        log_level=LogLevels.error,
        log_access=False,  # an access log with exact times could be joined to answers
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_SECONDS,
        working_dir=ROOT,
    ).serve()


def run_both(settings: Settings, *, host: str, when_up: Callable[[], None]) -> None:
    """Web and worker together on one machine; the worker is started again should it die."""
    stopping = threading.Event()
    keeper = threading.Thread(target=_keep_worker, args=(stopping,), daemon=True)
    keeper.start()
    threading.Thread(target=_call_when_up, args=(f"http://{host}:{settings.port}/", when_up), daemon=True).start()
    try:
        run_web(settings, host=host)
    finally:
        stopping.set()
        keeper.join(STOP_SECONDS + 5)


def _keep_worker(stopping: threading.Event) -> None:
    flask = Path(sys.executable).with_name("flask")
    while not stopping.is_set():
        process = subprocess.Popen([str(flask), "worker"], cwd=ROOT, env=dict(os.environ))  # noqa: S603 - our own program
        while process.poll() is None and not stopping.wait(0.5):
            pass
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()  # its leases run out and the work is done again
        elif stopping.wait(2):
            break


def _call_when_up(address: str, when_up: Callable[[], None]) -> None:
    for _ in range(600):
        try:
            with urllib.request.urlopen(address, timeout=2):  # noqa: S310 - our own loopback address
                when_up()
                return
        except OSError:
            time.sleep(0.1)
