"""Uploads on their way to the disk, in front of Streamlit's own handler: all of a file or nothing of it."""

from __future__ import annotations

import asyncio
import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import streamlit as st
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect
from streamlit import config
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.web.server.starlette.starlette_routes import create_upload_routes

from core.store import Store
from dashboard import receiving
from dashboard.receiving import Uploads, arrived
from dashboard.uploads import keep

URL = f"{receiving.ROUTE}here/file-1"
EDGE = b"--edge\r\n"
HEAD = b'Content-Disposition: form-data; name="file"; filename="a.csv"\r\nContent-Type: text/csv\r\n\r\n'
END = b"\r\n--edge--\r\n"
FORM = "multipart/form-data; boundary=edge"


def put(app: Any, *body: bytes, url: str = URL, kind: str = FORM, told: bool = True, whole: bool = True) -> int:
    """Send a body in chunks as a server would hand it on; the status of the answer, 0 where there was none."""
    coming, status = list(body), 0

    async def receive() -> dict[str, Any]:
        if not coming:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": coming.pop(0), "more_body": bool(coming) or not whole}

    async def send(message: dict[str, Any]) -> None:
        nonlocal status
        status = message.get("status", status)

    headers = [(b"content-type", kind.encode())]
    headers += [(b"content-length", str(sum(map(len, body))).encode())] if told else []
    scope = {"type": "http", "method": "PUT", "path": url, "query_string": b"", "headers": headers}
    asyncio.run(app(scope, receive, send))
    return status


def form(content: bytes, head: bytes = HEAD) -> list[bytes]:
    """The body that a browser makes of a file, in pieces of 64 kB."""
    whole = EDGE + head + content + END
    return [whole[at : at + 2**16] for at in range(0, len(whole), 2**16)]


@pytest.fixture
def manager(monkeypatch: pytest.MonkeyPatch) -> Iterator[MemoryUploadedFileManager]:
    known = {name: st.get_option(name) for name in ("server.enableXsrfProtection", "server.maxUploadSize")}
    config.set_option("server.enableXsrfProtection", False)
    yield MemoryUploadedFileManager(receiving.ROUTE)
    for name, value in known.items():
        config.set_option(name, value)


def plain(manager: MemoryUploadedFileManager) -> Starlette:
    runtime: Any = SimpleNamespace(is_active_session=lambda id: id == "here")
    return Starlette(routes=create_upload_routes(runtime, manager, None))


def record(manager: MemoryUploadedFileManager) -> Any:
    return manager.get_files("here", ["file-1"])[0]


def left(store: Store) -> list[str]:
    return [path.name for path in store.tables.iterdir()]


CONTENTS = {
    "a table": b"x,y\n1,2\n",
    "nothing": b"",
    "what looks like the form's own lines": b"\r\n--edg\r\n\r\n--ed--\r\n--\r\n\r\n-",
    "three megabytes": random.Random(0).randbytes(3_000_000),
}


@pytest.mark.parametrize("content", CONTENTS.values(), ids=CONTENTS)
def test_a_file_arrives_whole_and_the_page_keeps_a_ticket(
    store: Store, manager: MemoryUploadedFileManager, content: bytes
) -> None:
    body = form(content, HEAD.replace(b"a.csv", "Umsätze %22März%22 🐟.csv".encode()))
    assert put(Uploads(plain(manager)), *body) == 204
    ticket = record(manager)
    other = MemoryUploadedFileManager(receiving.ROUTE)
    assert put(plain(other), *body) == 204
    assert record(other).data == content
    assert (ticket.name, ticket.type) == (record(other).name, record(other).type)
    assert len(ticket.data) == 64
    came = arrived(ticket.data, store.tables)
    assert (store.tables / keep(store.tables, ticket.name, came)).read_bytes() == content
    assert len(left(store)) == 1


def test_a_ticket_is_good_once_and_for_nothing_else(store: Store, manager: MemoryUploadedFileManager) -> None:
    put(Uploads(plain(manager)), *form(b"x\n1\n"))
    ticket = record(manager).data
    assert arrived(ticket, store.tables).read_bytes() == b"x\n1\n"
    assert arrived(ticket, store.tables) is None, "a page that was cut short brings it once more"


def test_a_file_that_no_request_brought_is_written_down(store: Store) -> None:
    assert arrived(b"x\n1\n", store.tables).read_bytes() == b"x\n1\n"


REFUSED: dict[str, tuple[dict[str, Any], list[bytes], int]] = {
    "another's page": ({"url": URL.replace("here", "there")}, form(b"1"), 400),
    "two files": ({}, [EDGE + HEAD + b"1\r\n", *form(b"2")], 400),
    "no file": ({}, [b"--edge--\r\n"], 400),
    "no form": ({"kind": "text/csv"}, [b"x,y\n1,2\n"], 400),
    "a form of no sense": ({}, [b"\0" * 1000], 400),
    "an end too early": ({}, [EDGE + HEAD + b"1,2"], 400),
    "more than is allowed": ({}, form(b"1" * 3_000_000), 413),
    "more than was told": ({"told": False}, form(b"1" * 3_000_000), 413),
}


@pytest.mark.parametrize(("request_", "body", "status"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused_leaves_nothing_behind(
    store: Store, manager: MemoryUploadedFileManager, request_: dict[str, Any], body: list[bytes], status: int
) -> None:
    config.set_option("server.maxUploadSize", 1)
    assert put(Uploads(plain(manager)), *body, **request_) == status
    assert left(store) == [] and receiving._waiting == {} and manager.file_storage == {}


def test_who_may_not_upload_writes_nothing(
    store: Store, manager: MemoryUploadedFileManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    config.set_option("server.enableXsrfProtection", True)
    monkeypatch.setattr(receiving._Body, "take", None)  # not even asked for
    assert put(Uploads(plain(manager)), *form(b"x\n1\n")) == 403
    assert left(store) == []


def test_an_upload_that_breaks_off_leaves_nothing_behind(
    store: Store, manager: MemoryUploadedFileManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[str] = []
    write = receiving._Body._write
    monkeypatch.setattr(receiving._Body, "_write", lambda *given: (write(*given), begun.extend(left(store))))
    with pytest.raises(ClientDisconnect):
        put(Uploads(plain(manager)), EDGE + HEAD + b"1" * 100, whole=False)
    assert len(begun) == 1 and left(store) == [] and receiving._waiting == {}


def test_too_little_room_is_said_before_anything_is_written(
    store: Store, manager: MemoryUploadedFileManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=5_000_000, total=10**9))
    assert put(Uploads(plain(manager)), *form(b"1" * 3_000_000)) == 204
    with pytest.raises(OSError, match=r"needs 9.0 MB of free disk space.* 5.0 MB are free"):
        arrived(record(manager).data, store.tables)
    assert arrived(record(manager).data, store.tables) is None, "it is told once"
    assert left(store) == []


def test_a_disk_that_fails_on_the_way_is_told(
    store: Store, manager: MemoryUploadedFileManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiving.uploads, "new_part", lambda _: Path("/dev/full"))
    monkeypatch.setattr(Path, "open", lambda path, _: open(path, "wb"))  # noqa: SIM115 - closed by whom it is for
    monkeypatch.setattr(Path, "unlink", lambda *_, **__: None)
    assert put(Uploads(plain(manager)), *form(b"1" * 3_000_000)) == 204
    with pytest.raises(OSError, match="No space left on device"):
        arrived(record(manager).data, store.tables)
