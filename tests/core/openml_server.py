"""A server on this machine that answers as OpenML did when scikit-learn recorded it, or as badly as a test asks for."""

from __future__ import annotations

import gzip
import json
import re
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import resources
from importlib.util import find_spec
from pathlib import Path

import pytest

RECORDINGS = "sklearn.datasets.tests.data.openml"
OPENML = "https://www.openml.org"
SHORTER = {
    "-json-data-list": "-jdl",
    "-json-data-features": "-jdf",
    "-json-data-qualities": "-jdq",
    "-json-data": "-jd",
    "-data_name": "-dn",
    "-download": "-dl",
    "-limit": "-l",
    "-data_version": "-dv",
    "-status": "-s",
    "-deactivated": "-dact",
    "-active": "-act",
}
Answer = Callable[["Handler", bytes], None]


def recorded() -> dict[str, Path]:
    """Scikit-learn's recordings by their names; empty where its test data are not installed."""
    if find_spec("sklearn.datasets.tests") is None or find_spec(RECORDINGS) is None:
        return {}
    folder = Path(str(resources.files(RECORDINGS)))
    return {path.name: path for path in sorted(folder.glob("id_*/*.gz"))}


RECORDED = pytest.mark.skipif(not recorded(), reason="scikit-learn's own test data are not installed")


def file_of(path: str) -> str:
    """The name under which the answer to a request was recorded."""
    data = path.startswith("/data/")
    name = re.sub(r"\W", "-", (path.rpartition("/")[0] if data else path).lstrip("/"))
    for long, short in SHORTER.items():
        name = name.replace(long, short)
    return f"{name}.arff.gz" if data else f"{name}.json.gz"


class Handler(BaseHTTPRequestHandler):
    """Answers from the recordings; the first of the server's faults whose text is in the path answers instead."""

    server: Server

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        found = self.server.recordings.get(file_of(self.path))
        body = gzip.decompress(found.read_bytes()) if found else b'{"error": {"code": "111", "message": "unknown"}}'
        if file_of(self.path).endswith(".json.gz"):
            body = body.replace(OPENML.replace("/", "\\/").encode(), self.server.address.replace("/", "\\/").encode())
        fault = next((each for part, each in self.server.faults.items() if part in self.path), None)
        if fault:
            fault(self, body)
        else:
            self.send(body, 412 if b'"error"' in body[:60] else 200)

    def send(self, body: bytes, status: int = 200, length: int | None = None, **headers: str) -> None:
        """Send an answer, perhaps one that claims another length than it has."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class Server(ThreadingHTTPServer):
    """The server; `faults` maps a part of a path to what answers there, `asked` holds every path that was asked for."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.recordings = recorded()
        self.faults: dict[str, Answer] = {}
        self.asked: list[str] = []
        self.waiting = threading.Event()  # lets go of those that are kept waiting when the test is over

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is none of the server's business."""


@contextmanager
def serving() -> Iterator[Server]:
    """A server that answers as long as the block runs."""
    server = Server()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.waiting.set()
        server.shutdown()
        server.server_close()
        thread.join()


# ---- bad answers


def status(code: int) -> Answer:
    """An answer that is an error."""
    return lambda handler, _: handler.send(b"no", code)


def silent(handler: Handler, body: bytes) -> None:
    """Take the question and never answer."""
    handler.server.waiting.wait(20)


def stalled(handler: Handler, body: bytes) -> None:
    """Send the first half and then nothing, with the line open."""
    handler.send(body[: len(body) // 2], length=len(body))
    handler.wfile.flush()
    handler.server.waiting.wait(20)


def dropped(handler: Handler, body: bytes) -> None:
    """Cut the line in the middle of an answer."""
    handler.send(body[: len(body) // 2], length=len(body))
    handler.wfile.flush()
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()


def hung_up(handler: Handler, body: bytes) -> None:
    """Hang up before a word was said."""
    handler.connection.shutdown(socket.SHUT_RDWR)
    handler.close_connection = True


def tampered(handler: Handler, body: bytes) -> None:
    """Send something else than was announced."""
    handler.send(body.replace(b"5.1", b"9.9", 1).replace(b"1", b"7", 1))


def garbled(handler: Handler, body: bytes) -> None:
    """Send what is no JSON."""
    handler.send(b"<html>Maintenance</html>")


def elsewhere(address: str) -> Answer:
    """Send on to another address."""
    return lambda handler, _: handler.send(b"", 302, Location=address)


def described(**changes: object) -> Answer:
    """A description in which some entries are others."""

    def answer(handler: Handler, body: bytes) -> None:
        said = json.loads(body)
        said["data_set_description"].update(changes)
        handler.send(json.dumps(said).encode())

    return answer
