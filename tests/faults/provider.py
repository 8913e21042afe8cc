"""A provider with a ledger of its own: an SMS gateway by HTTP and a mail server, run as a process.

    python -m tests.faults.provider HTTP_PORT SMTP_PORT LEDGER

The ledger has a line per accepted message. `POST /control` sets how it behaves; `Provider` is its handle in a test.
"""

import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections import Counter
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from survey_app.config import ROOT
from tests.faults.serving import free_port

HANG_SECONDS = 30.0


class Ledger:
    """What was accepted, written down before anybody is told."""

    def __init__(self, path: Path) -> None:
        self.file = path.open("a", buffering=1)
        self.known: dict[str, str] = {}
        self.lock = threading.Lock()

    def add(self, out_id: str, to: str) -> None:
        with self.lock:
            self.known[out_id] = to
            self.file.write(json.dumps({"out_id": out_id, "to": to, "at": time.time()}) + "\n")


def outcome(out_id: str) -> str:
    """What becomes of an accepted message: one in eight fails."""
    return "failed" if int(out_id[:2], 16) % 8 == 0 else "delivered"


class Gateway(BaseHTTPRequestHandler):
    """The protocol of `channels/gateway.py`, and ways to break it."""

    protocol_version = "HTTP/1.1"
    ledger: Ledger
    mode = "good"
    answers_questions = True

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        said: dict[str, Any] = json.loads(body)
        if self.path == "/control":
            Gateway.mode = said.get("mode", Gateway.mode)
            Gateway.answers_questions = said.get("questions", Gateway.answers_questions)
            self.answer(200, b"{}")
            return
        mode = Gateway.mode
        if mode == "blackhole":
            time.sleep(HANG_SECONDS)
            self.close_connection = True
        elif mode == "429":
            self.answer(429, b'{"accepted": false}')
        else:
            self.ledger.add(said["out_id"], said["to"])
            self.accepted(mode, said["out_id"])

    def accepted(self, mode: str, out_id: str) -> None:
        good = json.dumps({"accepted": True, "number": f"N{out_id[:12]}"}).encode()
        if mode == "late":
            time.sleep(HANG_SECONDS)
        elif mode == "500":
            self.answer(500, b'{"error": "internal"}')
        elif mode == "garbage":
            self.answer(200, bytes(range(256)))
        elif mode == "html":
            self.answer(200, b"<html><body>nginx</body></html>")
        elif mode == "drip":
            self.drip(good)
        elif mode == "cut":
            self.connection.close()
        else:
            self.answer(200, good)

    def drip(self, body: bytes) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (len(body) * 40))
        try:
            for _ in range(int(HANG_SECONDS / 0.1)):
                self.wfile.write(b" ")
                time.sleep(0.1)
        except OSError:
            return

    def do_GET(self) -> None:
        out_id = parse_qs(urlsplit(self.path).query).get("out_id", [""])[0]
        if not Gateway.answers_questions:
            self.answer(503, b"{}")
        elif out_id in self.ledger.known:
            self.answer(200, json.dumps({"state": outcome(out_id), "number": f"N{out_id[:12]}"}).encode())
        else:
            self.answer(404, b'{"state": "not_accepted"}')

    def answer(self, status: int, body: bytes) -> None:
        try:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        except OSError:
            return

    def log_message(self, *_: Any) -> None:
        return


class Mailbox:
    """What aiosmtpd calls for each mail."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        mail = message_from_bytes(envelope.content[:2_000])
        self.ledger.add(str(mail["Message-ID"]).strip("<>").partition("@")[0], envelope.rcpt_tos[0])
        return "250 OK"


def main() -> None:
    http_port, smtp_port, path = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
    ledger = Gateway.ledger = Ledger(path)
    ThreadingHTTPServer.request_queue_size = 128
    server = ThreadingHTTPServer(("127.0.0.1", http_port), Gateway)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # a caller that was killed
    from aiosmtpd.controller import Controller

    Controller(Mailbox(ledger), hostname="127.0.0.1", port=smtp_port).start()
    print("ready", flush=True)
    server.serve_forever()


class Provider:
    """The process and its ledger."""

    def __init__(self, folder: Path, name: str = "provider") -> None:
        self.http_port, self.smtp_port = free_port(), free_port()
        self.path = folder / f"{name}.jsonl"
        self.path.touch()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.provider", str(self.http_port), str(self.smtp_port), str(self.path)],
            cwd=ROOT, stdout=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip
        assert self.process.stdout is not None
        assert self.process.stdout.readline().strip() == b"ready"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.http_port}/sms"

    def be(self, mode: str = "good", *, questions: bool = True) -> None:
        """Behave like this from now on."""
        body = json.dumps({"mode": mode, "questions": questions}).encode()
        address = f"http://127.0.0.1:{self.http_port}/control"
        urllib.request.urlopen(urllib.request.Request(address, body), timeout=5).read()

    def accepted(self) -> list[dict[str, Any]]:
        """Every line of the ledger."""
        return [json.loads(line) for line in self.path.read_text().splitlines()]

    def doubles(self) -> list[str]:
        """Who got more than one."""
        return [to for to, count in Counter(line["to"] for line in self.accepted()).items() if count > 1]

    def stop(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


if __name__ == "__main__":
    main()
