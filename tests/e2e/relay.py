"""A line between a browser and its server that can be cut, as by a network that fails."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading

AT_ONCE = struct.pack("ii", 1, 0)  # nothing that is still under way arrives


class Relay:
    """Passes on what either side says; `url` is where the browser finds the server.

    Parameters
    ----------
    port : int
        The server's, on this machine.
    """

    def __init__(self, port: int) -> None:
        self._port, self._door = port, socket.create_server(("127.0.0.1", 0))
        self._lines: list[tuple[socket.socket, socket.socket]] = []
        self.url = f"http://127.0.0.1:{self._door.getsockname()[1]}"
        threading.Thread(target=self._lay, daemon=True).start()

    def cut(self) -> None:
        """Cut every line; new ones can be laid at once."""
        lines, self._lines = self._lines, []
        for end in (end for line in lines for end in line):
            with contextlib.suppress(OSError):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
            _shut(end)
            end.close()

    def close(self) -> None:
        """Cut every line and lay no more."""
        _shut(self._door)
        self._door.close()
        self.cut()

    def _lay(self) -> None:
        with contextlib.suppress(OSError):  # the door was closed
            while True:
                near, _ = self._door.accept()
                far = socket.create_connection(("127.0.0.1", self._port))
                self._lines.append((near, far))
                for ends in ((near, far), (far, near)):
                    threading.Thread(target=_pass_on, args=ends, daemon=True).start()


def _pass_on(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while content := source.recv(65_536):
            sink.sendall(content)
    _shut(source)
    _shut(sink)


def _shut(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
