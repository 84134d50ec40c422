"""A TCP door in front of a server that can be cut, stalled or opened again while requests pass through it."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

PIECE_BYTES = 16_384


class CuttingProxy:
    """Forward to *endpoint_url* from a port of its own; use as a context manager.

    `allowance` is how many bytes of requests still go through before every connection is ended, None for any number,
    `allowance_back` how many of answers; `mute` takes a request and hangs up without an answer; `connections` counts
    those that were made.
    """

    def __init__(self, endpoint_url):
        target = urlsplit(endpoint_url)
        self._target = (target.hostname, target.port)
        self._door = socket.create_server(("127.0.0.1", 0))
        self._open = set()
        self._lock = threading.Lock()
        self.endpoint_url = f"http://127.0.0.1:{self._door.getsockname()[1]}"
        self.allowance = self.allowance_back = None
        self.mute = False
        self.connections = 0

    def __enter__(self):
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._door.close()
        self.drop()

    def drop(self):
        """End every connection that is open now."""
        for connection in list(self._open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def _accept(self):
        with suppress(OSError):  # the door was closed
            while True:
                near, _ = self._door.accept()
                threading.Thread(target=self._serve, args=(near,), daemon=True).start()

    def _serve(self, near):
        self.connections += 1
        with near, self._tracked(near):
            if self.mute:
                near.recv(PIECE_BYTES)
            elif self.allowance != 0:
                with socket.create_connection(self._target) as far, self._tracked(far):
                    back = threading.Thread(target=self._copy, args=(far, near, "allowance_back"), daemon=True)
                    back.start()
                    self._copy(near, far, "allowance")
                    back.join()

    @contextmanager
    def _tracked(self, connection):
        self._open.add(connection)
        yield
        self._open.discard(connection)

    def _allowed(self, name, piece):
        """Return as much of *piece* as the allowance of that name grants, and take it off."""
        with self._lock:
            if (left := getattr(self, name)) is not None:
                piece = piece[:left]
                setattr(self, name, left - len(piece))
            return piece

    def _copy(self, source, sink, allowance):
        """Copy until the source ends or is allowed no more, then end both directions."""
        with suppress(OSError):
            while piece := self._allowed(allowance, source.recv(PIECE_BYTES)):
                sink.sendall(piece)
        for end in (source, sink):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
