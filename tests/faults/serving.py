"""The real server in its own processes, and people with phones that try again until they are told the answer is in."""

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from survey_app.config import ROOT, Settings
from survey_app.tokens import grouped
from tests.runner.street import fields_of

START_SECONDS = 60


def free_port() -> int:
    """A port of the loopback that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Server:
    """`flask web` on an installation. Start it again after a kill; the port stays."""

    settings: Settings
    environment: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> "Server":
        """Start and wait until it serves."""
        environment = os.environ | {
            "DATABASE_URL": self.settings.database_url,
            "INSTANCE_DIR": str(self.settings.instance),
            "KEY_DIR": str(self.settings.key_folder),
            "PORT": str(self.port),
            "WEB_WORKERS": "2",
        }
        log = (self.settings.instance / "server.log").open("ab")
        self.process = subprocess.Popen(
            [str(Path(sys.executable).with_name("flask")), "web"],
            cwd=ROOT, env=environment | self.environment, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            try:
                if get(self.port, "/privacy")[0] == 200:
                    return self
            except OSError:
                time.sleep(0.1)
        raise AssertionError(
            "the server did not start:\n" + (self.settings.instance / "server.log").read_text()[-2000:]
        )

    def kill(self) -> None:
        """kill -9, all its processes at once."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """End it if it still runs."""
        if self.process is not None and self.process.poll() is None:
            self.kill()


@contextmanager
def kept_running(server: Server) -> Iterator[None]:
    """Start it again whenever it ends, as a service manager does (granian itself gives up on workers that keep dying)."""
    leaving = threading.Event()

    def watch() -> None:
        while not leaving.wait(0.1):
            if server.process is not None and server.process.poll() is not None:
                server.start()

    keeper = threading.Thread(target=watch)
    keeper.start()
    try:
        yield
    finally:
        leaving.set()
        keeper.join()


def get(port: int, path: str, timeout: float = 40) -> tuple[int, str]:
    """Status and document of a GET."""
    return _ask(port, "GET", path, None, timeout)


def post(port: int, path: str, body: bytes, timeout: float = 40) -> tuple[int, str]:
    """Status and document of a posted form. Raises OSError when the connection breaks."""
    return _ask(port, "POST", path, body, timeout)


def post_signed(port: int, path: str, body: bytes, headers: dict[str, str]) -> int:
    """Status of a posted JSON document with headers of its own, as a provider calls back."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=40)
    try:
        connection.request("POST", path, body=body, headers=headers | {"Content-Type": "application/json"})
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()


def _ask(port: int, method: str, path: str, body: bytes | None, timeout: float) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    headers = {"Content-Type": "application/x-www-form-urlencoded"} if body is not None else {}
    try:
        connection.request(method, path, body=body, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    except http.client.HTTPException as error:  # cut in the middle of the reply
        raise OSError("the reply was cut") from error
    finally:
        connection.close()


@dataclass
class Phone:
    """Somebody who opened the door's page. The form stays the same however often it is sent."""

    port: int
    address: str
    given: dict[str, str]
    pairs: list[tuple[str, str]] = field(default_factory=list)

    def open(self) -> "Phone":
        """Load the page, trying again while the server is away."""
        while not self.pairs:
            try:
                status, html = get(self.port, self.address)
            except OSError:
                time.sleep(0.1)
                continue
            assert status == 200, (status, html[:200])
            fields = [pair for pair in fields_of(html) if pair[0] not in self.given]
            end = fields.index(("_end", "1."))
            self.pairs = [*fields[:end], *self.given.items(), ("_end", "1."), ("go", "submit")]
        return self

    def value(self, name: str) -> str:
        """A hidden field of the form."""
        return dict(self.pairs)[name]

    @property
    def body(self) -> bytes:
        """What the browser sends."""
        return urlencode(self.pairs).encode()

    def send(self) -> tuple[int, str]:
        """Send once."""
        return post(self.port, self.address, self.body)

    def confirmed(self, html: str) -> bool:
        """Whether this document tells that the answer is in."""
        return re.search(rf"<p class=code>{grouped(self.value('_r'))}</p>", html) is not None

    def insist(self, seconds: float = 90) -> int:
        """Send until it is confirmed; returns the number of tries."""
        deadline = time.monotonic() + seconds
        tries = 0
        while time.monotonic() < deadline:
            tries += 1
            try:
                status, html = self.send()
            except OSError:
                time.sleep(0.05)
                continue
            assert status in {200, 503}, (status, html[:300])
            if status == 200:
                assert self.confirmed(html), html[-400:]
                return tries
            time.sleep(0.1)
        raise AssertionError("never confirmed")
