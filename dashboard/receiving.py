"""An upload on its way: from the browser straight to the disk, with no copy of it in the server's memory.

Streamlit keeps what is uploaded in memory for as long as the page is open, with two more copies on the way. So the body
of its upload request is written to the folder of tables while it comes in, and Streamlit gets a short ticket in the
file's place. Who may upload, and how much, stays Streamlit's to decide: it does so before it asks for the body.
"""

from __future__ import annotations

import errno
import secrets
import shutil
from collections import deque
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

import streamlit as st
from anyio import to_thread
from python_multipart import MultipartParser
from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import parse_options_header
from starlette.exceptions import HTTPException
from starlette.requests import Request

from core.store.space import in_words
from dashboard import session, uploads

ROUTE = "/_stcore/upload_file/"
ROOM = 3  # times the size of a file: itself, what is kept of it once it was read, and what reading it takes
FRAME = 2**16  # bytes of a form around its file

_waiting: dict[bytes, Path | OSError] = {}
_used: deque[bytes] = deque(maxlen=1000)  # tickets: a run of the page that is cut short brings its own once more


def arrived(content: bytes, folder: Path) -> Path | None:
    """The file that came for a ticket, without a name yet; a ticket is good once, and None where it was used before.

    Parameters
    ----------
    content : bytes
        What Streamlit holds: a ticket, or the file itself where no request brought it.
    folder : Path
        Where to write the file itself.

    Raises
    ------
    OSError
        Where it could not be written.
    """
    if content in _used:
        return None
    if (came := _waiting.pop(content, None)) is not None:
        _used.append(content)
    if isinstance(came, OSError):
        raise came
    if came is None:
        came = uploads.new_part(folder)
        came.write_bytes(content)
    return came


class Uploads:
    """Writes the bodies of uploads to the disk and hands on tickets in their place."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or scope["method"] != "PUT" or ROUTE not in scope["path"]:
            await self.app(scope, receive, send)
            return
        body = _Body(Request(scope), session.store().tables)
        accepted = False

        async def instead() -> Any:
            return await receive() if body.done else await body.take(receive)

        async def answer(message: Any) -> None:
            nonlocal accepted
            accepted = accepted or message.get("status") == 204
            await send(message)

        try:
            await self.app(scope, instead, answer)
        finally:
            if not accepted:
                body.forget()


class _Body:
    """The body of one upload: a form with one field, which is the file."""

    def __init__(self, request: Request, folder: Path) -> None:
        _, options = parse_options_header(request.headers.get("content-type", ""))
        self.boundary = options.get(b"boundary", b"")
        self.size = int(request.headers.get("content-length") or 0)
        self.part = uploads.new_part(folder)
        self.trouble: OSError | None = None
        self.ticket = secrets.token_hex().encode()
        self.head: list[list[bytes]] = []  # names and values of the field's headers
        self.fields, self.ended = 0, False
        self.file: BinaryIO | None = None
        self.done = False

    async def take(self, receive: Any) -> Any:
        """Take the whole body in, and give the message that stands for it."""
        most = st.get_option("server.maxUploadSize") * 2**20 + FRAME
        taken, more = 0, True
        try:
            await to_thread.run_sync(self._open)
            parser = MultipartParser(self.boundary, self._callbacks())  # type: ignore[arg-type]
            while more:
                message = await receive()
                if message["type"] == "http.disconnect":
                    return message
                chunk, more = message.get("body", b""), message.get("more_body", False)
                taken += len(chunk)
                if taken > most:  # where the length was not told, or wrongly
                    raise HTTPException(413, "File too large")
                await to_thread.run_sync(parser.write, chunk)
            if not self.ended:  # the parser itself is content with half a form
                raise MultipartParseError("no end")
        except MultipartParseError as error:
            raise HTTPException(400, "Not a form with one file") from error
        finally:
            self._close()
        self.done, _waiting[self.ticket] = True, self.trouble or self.part
        head = b"".join(b"%s: %s\r\n" % (name, value) for name, value in self.head)
        form = b"--%s\r\n%s\r\n%s\r\n--%s--\r\n" % (self.boundary, head, self.ticket, self.boundary)
        return {"type": "http.request", "body": form, "more_body": False}

    def _callbacks(self) -> dict[str, Any]:
        def begin() -> None:
            self.fields += 1
            if self.fields > 1:
                raise MultipartParseError("more than one field")

        def end() -> None:
            self.ended = True

        def part_of_head(place: int) -> Any:
            return lambda data, start, end: self.head[-1].__setitem__(place, self.head[-1][place] + data[start:end])

        return {
            "on_part_begin": begin,
            "on_header_begin": lambda: self.head.append([b"", b""]),
            "on_header_field": part_of_head(0),
            "on_header_value": part_of_head(1),
            "on_part_data": self._write,
            "on_end": end,
        }

    def _open(self) -> None:
        uploads.sweep(self.part.parent)
        free = shutil.disk_usage(self.part.parent).free
        if free < ROOM * self.size:
            told = (
                f"it needs {in_words(ROOM * self.size)} of free disk space, three times its size, and {in_words(free)} "
                "are free. Make room on the disk that holds the data folder."
            )
            self.trouble = OSError(errno.ENOSPC, told)
            return
        try:
            self.file = self.part.open("xb")
        except OSError as error:
            self._fail(error)

    def _write(self, data: bytes, start: int, end: int) -> None:
        if self.file is not None:  # else it is the rest of what cannot be kept
            try:
                self.file.write(memoryview(data)[start:end])
            except OSError as error:
                self._fail(error)

    def _fail(self, error: OSError) -> None:
        self.trouble = error
        self._let_go()
        self.forget()

    def _close(self) -> None:
        try:
            if self.file is not None:
                self.file.flush()
        except OSError as error:
            self._fail(error)
        self._let_go()

    def _let_go(self) -> None:
        file, self.file = self.file, None
        with suppress(OSError):  # was told before
            if file is not None:
                file.close()

    def forget(self) -> None:
        """Leave nothing behind of a file that is not wanted."""
        _waiting.pop(self.ticket, None)
        with suppress(OSError):
            self.part.unlink(missing_ok=True)
