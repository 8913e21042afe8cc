"""A TCP proxy that breaks connections: latency, cut after n bytes, reset, blackhole, half-open, throttle.

It runs in threads of the test; each connection follows the fault that is set when it begins.
"""

import socket
import struct
import threading
import time
from contextlib import suppress
from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """What happens to a connection. Sizes in bytes, times in seconds, `throttle` in bytes per second."""

    latency: float = 0.0
    cut_after: int | None = None  # of what the client sent
    cut_reply_after: int | None = None  # of what the server sent
    reset: bool = False  # a cut is a RST instead of a FIN
    blackhole: bool = False  # taken, never passed on
    half_open: bool = False  # the client's bytes arrive, nothing comes back
    throttle: float | None = None


class Proxy:
    """Listens on `port` and passes on to `target` of the loopback."""

    def __init__(self, target: int) -> None:
        self.target = target
        self.fault = Fault()
        self.connections = 0
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listening.getsockname()[1])
        self._open: set[socket.socket] = set()
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Stop listening and drop what is open."""
        self._listening.close()
        for one in list(self._open):
            with suppress(OSError):
                one.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            self.connections += 1
            self._open.add(client)
            threading.Thread(target=self._serve, args=(client, self.fault), daemon=True).start()

    def _serve(self, client: socket.socket, fault: Fault) -> None:
        if fault.blackhole:
            with suppress(OSError):
                while client.recv(65_536):
                    pass
            return
        try:
            server = socket.create_connection(("127.0.0.1", self.target))
        except OSError:
            client.close()
            return
        self._open.add(server)
        there = threading.Thread(target=self._pump, args=(client, server, fault, fault.cut_after, False), daemon=True)
        there.start()
        self._pump(server, client, fault, fault.cut_reply_after, fault.half_open)
        there.join()
        for one in (client, server):
            with suppress(OSError):
                one.close()

    def _pump(
        self, source: socket.socket, target: socket.socket, fault: Fault, cut_after: int | None, swallow: bool
    ) -> None:
        passed = 0
        with suppress(OSError):
            while data := source.recv(4_096):
                time.sleep(fault.latency)
                if fault.throttle:
                    time.sleep(len(data) / fault.throttle)
                if cut_after is not None and passed + len(data) >= cut_after:
                    target.sendall(data[: cut_after - passed])
                    self._cut(source, target, reset=fault.reset)
                    return
                passed += len(data)
                if not swallow:
                    target.sendall(data)
        with suppress(OSError):
            target.shutdown(socket.SHUT_WR)

    def _cut(self, *both: socket.socket, reset: bool) -> None:
        for one in both:
            with suppress(OSError):
                if reset:
                    one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                one.shutdown(socket.SHUT_RDWR) if not reset else one.close()
