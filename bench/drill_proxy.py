"""A TCP proxy on this machine that can stop forwarding, as a network does that loses every packet for a while."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress


class Proxy:
    """Forwards connections to a port of this machine. While it is `cut`, nothing passes and no connection ends."""

    def __init__(self, target: int) -> None:
        self._target = target
        self.trips = 0  # times that a client sent something after it had been answered
        self._counting = threading.Lock()
        self._passes = threading.Event()
        self._passes.set()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        self._passes.clear()

    def mend(self) -> None:
        self._passes.set()

    def close(self) -> None:
        self.mend()
        self._listening.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:  # closed
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        self._passes.wait()
        try:
            server = socket.create_connection(("127.0.0.1", self._target))
        except OSError:  # the server is down: the client sees a connection that ends
            client.close()
            return
        answered = threading.Event()
        answered.set()
        for one, other in ((client, server), (server, client)):
            threading.Thread(
                target=self._pump, args=(one, other, answered, one is client), daemon=True
            ).start()

    def _pump(
        self, one: socket.socket, other: socket.socket, answered: threading.Event, is_client: bool
    ) -> None:
        with suppress(OSError):
            while data := one.recv(65_536):
                self._passes.wait()
                if not is_client:
                    answered.set()
                elif answered.is_set():
                    answered.clear()
                    with self._counting:
                        self.trips += 1
                other.sendall(data)
        self._passes.wait()
        for each in (one, other):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
