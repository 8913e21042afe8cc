"""A small load generator: n connections that stay open, each with one request under way. The same for both sides of a ratio.

Plain sockets and epoll, 20-30 microseconds of client per request; the client runs on the same cores as the servers.
"""

import selectors
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Load:
    """What one run gave. `seconds` per request, sorted."""

    rate: float
    seconds: list[float]

    def at(self, share: float) -> float:
        """The time that this share of requests stayed below, in milliseconds."""
        return 1000 * self.seconds[min(len(self.seconds) - 1, int(len(self.seconds) * share))]


def get_request(path: str, *, packed: bool) -> bytes:
    """A GET as a browser sends it."""
    accepts = "Accept-Encoding: gzip, deflate, br\r\n" if packed else ""
    return (
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/html,*/*;q=0.8\r\n"
        f"Accept-Language: zh-CN,zh;q=0.9,en;q=0.8\r\n{accepts}\r\n"
    ).encode()


def post_request(path: str, body: bytes) -> bytes:
    """A POST of a form as a browser sends it."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/html,*/*;q=0.8\r\n"
        f"Accept-Language: zh-CN,zh;q=0.9,en;q=0.8\r\nAccept-Encoding: gzip, deflate, br\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


class _Line:
    """One open connection."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.began = 0.0
        self.got = b""

    def send(self, request: bytes) -> None:
        """Start a request."""
        self.got = b""
        self.began = time.perf_counter()
        self.socket.sendall(request)

    def is_answered(self) -> bool:
        """Take what has come; True when the reply is whole. Raises when it is not a 200."""
        piece = self.socket.recv(262_144)
        if not piece:
            raise ConnectionError("the server closed the connection")
        self.got += piece
        head = self.got.find(b"\r\n\r\n")
        if head < 0:
            return False
        if not self.got.startswith(b"HTTP/1.1 200"):
            raise ValueError(self.got[:400])
        at = self.got.lower().find(b"content-length:", 0, head)
        length = int(self.got[at + 15 : self.got.find(b"\r\n", at)])
        return len(self.got) >= head + 4 + length


def run(port: int, requests: Iterator[bytes], *, clients: int, seconds: float) -> Load:
    """Send for `seconds` and measure. Raises ValueError at the first reply that is not a 200."""
    lines = [_Line(port) for _ in range(clients)]
    selector = selectors.EpollSelector()
    for line in lines:
        selector.register(line.socket, selectors.EVENT_READ, line)
        line.send(next(requests))
    took: list[float] = []
    began = time.perf_counter()
    until, busy, now = began + seconds, clients, began
    while busy:
        for key, _ in selector.select():
            line: _Line = key.data
            if not line.is_answered():
                continue
            now = time.perf_counter()
            took.append(now - line.began)
            if now < until:
                line.send(next(requests))
            else:
                busy -= 1
    selector.close()
    for line in lines:
        line.socket.close()
    return Load(len(took) / (now - began), sorted(took))
