"""Calling providers: only configured hosts, none inside the house, and never longer than a call may take.

The name is looked up here, every address of it is checked, and the connection goes to the address that was checked: a name
that answers differently the second time reaches nothing. The time limit holds for the whole call, also for a provider that
drips its answer.
"""

import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpcore

from survey_app import clock

MOST_BYTES = 256_000  # of an answer


class Refused(Exception):
    """The host is none that may be called."""


class NotSent(Exception):
    """The request was certainly not handed over."""


class NoAnswer(Exception):
    """The request may have been handed over; what came back is no answer."""


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """Status and body of what a provider said."""

    status: int
    body: bytes


def check_host(host: str, *, allowed: bool = False, port: int = 0) -> str:
    """The address to connect to. Raises Refused for an address of the own network, unless `allowed`; OSError: no such host."""
    found = socket.getaddrinfo(host, port or None, type=socket.SOCK_STREAM)
    addresses = [str(entry[4][0]) for entry in found]
    if not allowed and not all(_is_public(address) for address in addresses):
        raise Refused(host)
    return addresses[0]


def _is_public(address: str) -> bool:
    parsed = ipaddress.ip_address(address.partition("%")[0])
    mapped = getattr(parsed, "ipv4_mapped", None)
    return (mapped or parsed).is_global and not parsed.is_multicast


class _Deadline(threading.local):
    at: float | None = None

    def left(self) -> float:
        if self.at is None:
            return 10.0
        left = self.at - clock.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the time for this call is over")
        return left


class _Stream(httpcore.NetworkStream):
    """A connection whose every step ends at the deadline of the running call."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: _Deadline) -> None:
        self._inner, self._deadline = inner, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._deadline.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._deadline.left())

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, self._deadline.left()), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _Backend(httpcore.NetworkBackend):
    def __init__(self, deadline: _Deadline, *, local: bool) -> None:
        self._deadline, self._local = deadline, local
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        address = check_host(host, allowed=self._local, port=port)
        return _Stream(self._inner.connect_tcp(address, port, min(self._deadline.left(), 5.0)), self._deadline)


class Caller:
    """HTTP to one provider, from several threads. `local`: addresses of the own network may be called (tests, samples)."""

    def __init__(self, *, seconds: float, local: bool = False, connections: int = 16) -> None:
        self._seconds = seconds
        self._deadline = _Deadline()
        self._pool = httpcore.ConnectionPool(
            ssl_context=ssl.create_default_context(),
            max_connections=connections,
            keepalive_expiry=5.0,
            http2=False,
            network_backend=_Backend(self._deadline, local=local),
        )

    def call(self, method: str, url: str, *, headers: Mapping[str, str], body: bytes = b"") -> HttpAnswer:
        """One request, no redirects. Raises NotSent or NoAnswer."""
        self._deadline.at = clock.monotonic() + self._seconds
        sending = [(name.encode(), value.encode()) for name, value in headers.items()]
        sending += [(b"Host", urlsplit(url).netloc.encode()), (b"Content-Length", str(len(body)).encode())]
        try:
            with self._pool.stream(
                method, url, headers=sending, content=body, extensions={"timeout": {"pool": 5.0}}
            ) as got:
                parts, size = [], 0
                for part in got.iter_stream():
                    parts.append(part)
                    size += len(part)
                    if size > MOST_BYTES:
                        raise NoAnswer("too long")
                return HttpAnswer(got.status, b"".join(parts))
        except (
            httpcore.ConnectError,
            httpcore.ConnectTimeout,
            httpcore.PoolTimeout,
            Refused,
            socket.gaierror,
        ) as error:
            raise NotSent(type(error).__name__) from error
        except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, OSError) as error:
            raise NoAnswer(type(error).__name__) from error
        finally:
            self._deadline.at = None
