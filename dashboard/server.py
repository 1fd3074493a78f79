"""What surrounds the pages on the server: the headers of every answer, the visitor's cookie, the first start.

Knows the store and the queue, and nothing of what the pages show.
"""

from __future__ import annotations

import gc
import gzip
import logging
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any

import plotly
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import cookie_parser
from starlette.responses import Response

from core import jobs
from core.store import Store, StoreError
from dashboard import uploads
from dashboard.receiving import Uploads
from dashboard.session import EXAMPLE, OWNER_COOKIE

log = logging.getLogger("bakeoff.dashboard")

# Streamlit starts itself from inline scripts and Plotly compiles; neither may fetch anything from elsewhere.
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self' ws: wss: data: blob:; "
    "worker-src 'self' blob:; frame-src 'self'; frame-ancestors 'self'; object-src 'none'; base-uri 'self'; "
    "form-action 'self'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "SAMEORIGIN",
    "referrer-policy": "no-referrer",
}


class Guard:
    """Adds the headers that Streamlit leaves out, and gives a browser that has none its owner's cookie."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        known = OWNER_COOKIE in _cookies(scope)

        async def guarded(message: Any) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if not known and headers.get("content-type", "").startswith("text/html"):
                    headers.append("set-cookie", _cookie())
            await send(message)

        await self.app(scope, receive, guarded)


class Library:
    """Gives browsers the Plotly of the installed package, for charts that change in place."""

    PATH = "/bakeoff/plotly.js"

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        answer = _library() if scope["type"] == "http" and scope["path"].endswith(self.PATH) else self.app
        await answer(scope, receive, send)


@cache
def _library() -> Response:
    """The library, packed; its address names its version, so that a browser may keep it for good."""
    content = gzip.compress((Path(plotly.__file__).parent / "package_data" / "plotly.min.js").read_bytes())
    headers = {"content-encoding": "gzip", "cache-control": "public, max-age=31536000, immutable"}
    return Response(content, media_type="text/javascript", headers=headers)


def _cookies(scope: Any) -> dict[str, str]:
    sent = [value.decode("latin-1") for name, value in scope["headers"] if name == b"cookie"]
    return cookie_parser("; ".join(sent))


def _cookie() -> str:
    """A random name for this browser, so that its runs are told from others'. It opens nothing."""
    return f"{OWNER_COOKIE}={secrets.token_urlsafe(12)}; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax"


middleware = [Middleware(Guard), Middleware(Library), Middleware(Uploads)]


@asynccontextmanager
async def lifespan(app: Any) -> AsyncIterator[None]:
    """Wake whoever does the work before the first visitor comes, and have the example read."""
    try:
        store = Store(jobs.data_folder())
        uploads.sweep(store.tables)
        jobs.ensure_supervisor(store)
        jobs.request_table(store, EXAMPLE)
    except StoreError as error:  # the page says so as well
        log.error("%s", error)
    # What the imports left behind lives as long as the server: no need to look through it ever again.
    gc.collect()
    gc.freeze()
    yield
