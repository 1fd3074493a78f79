"""Visitors without a browser: they speak Streamlit's own protocol, so that many of them fit on a small machine.

A browser sends what it wants as a ``BackMsg`` and gets the page as ``ForwardMsg``: elements with their places, parts
that draw themselves again after so many seconds, and word when a script has run to its end.
"""

from __future__ import annotations

import time
import urllib.request
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect

MOST_BYTES = 200 * 2**20


@dataclass
class Visitor:
    """One tab.

    Attributes
    ----------
    elements : dict
        What is on the page, by its place.
    redraws : dict of str to float
        Parts of the page that draw themselves again, and after how many seconds.
    """

    url: str
    page: str = ""
    query: str = ""
    elements: dict[tuple[int, ...], Any] = field(default_factory=dict)
    redraws: dict[str, float] = field(default_factory=dict)
    _line: ExitStack = field(default_factory=ExitStack)
    _socket: ClientConnection | None = None
    _session: str = ""
    _cookie: str = ""
    _page: str = ""  # what the server calls the page

    def load(self) -> float:
        """Open the page; gives the seconds until all of it is there."""
        began = time.monotonic()
        with urllib.request.urlopen(f"{self.url}/{self.page}?{self.query}", timeout=30) as answer:
            answer.read()
            found = SimpleCookie(answer.headers.get("set-cookie", ""))
        self._cookie = self._cookie or "; ".join(f"{name}={morsel.value}" for name, morsel in found.items())
        self.connect()
        self.rerun()
        return time.monotonic() - began

    def connect(self) -> None:
        """Open the socket, as the same session where there was one."""
        line = connect(
            f"{self.url.replace('http', 'ws')}/_stcore/stream",
            origin=self.url,
            subprotocols=["streamlit", *(["none", self._session] if self._session else [])],
            additional_headers={"Cookie": self._cookie} if self._cookie else {},
            max_size=MOST_BYTES,
            open_timeout=30,
        )
        self._socket = self._line.enter_context(line)

    def close(self) -> None:
        """Leave without a word."""
        self._line.close()

    def rerun(self, fragment: str = "", pressed: str = "") -> float:
        """Have the page, or a part of it, drawn again, perhaps by a press of a button; gives the seconds it took."""
        assert self._socket is not None
        message = BackMsg()
        state = message.rerun_script
        state.query_string, state.fragment_id = self.query, fragment
        state.page_name, state.page_script_hash = ("", self._page) if self._page else (self.page, "")
        state.is_auto_rerun = bool(fragment and not pressed)
        if pressed:
            state.widget_states.widgets.add(id=pressed, trigger_value=True)
        began = time.monotonic()
        self._socket.send(message.SerializeToString())
        while not self._hear():
            pass
        return time.monotonic() - began

    def go(self, page: str) -> float:
        """Change to another page; gives the seconds until it is there."""
        self.page, self._page = page, ""
        return self.rerun()

    def click(self, label: str) -> float:
        """Press a button; gives the seconds until the page has answered."""
        return self.rerun(pressed=next(each.id for each in self.all("button") if each.label == label))

    def watch(self, seconds: float, seen: Callable[[], bool] = lambda: False) -> list[float]:
        """Look on for a while, or until something is seen, as the parts draw themselves again.

        Returns
        -------
        list of float
            The seconds that each drawing took.
        """
        took, until = [], time.monotonic() + seconds
        due = {part: time.monotonic() + every for part, every in self.redraws.items()}
        while due and not seen() and (now := time.monotonic()) < until:
            part = min(due, key=due.__getitem__)
            time.sleep(max(0.0, min(due[part], until) - now))
            took.append(self.rerun(part))
            due = {
                each: due[each] if each != part and each in due else time.monotonic() + every
                for each, every in self.redraws.items()
            }
        return took

    def all(self, kind: str) -> list[Any]:
        """The elements of a kind on the page."""
        return [getattr(each, kind) for each in self.elements.values() if each.WhichOneof("type") == kind]

    def has_button(self, label: str) -> bool:
        """Whether there is a button with this label."""
        return any(each.label == label for each in self.all("button"))

    def says(self, text: str) -> bool:
        """Whether a text stands somewhere on the page."""
        return any(text in str(each) for each in self.elements.values())

    def troubles(self) -> list[str]:
        """What of the page is an exception, or the card that stands in its place."""
        cards = [str(each.body) for each in self.all("alert") if "Something went wrong" in str(each)]
        return [*map(str, self.all("exception")), *cards]

    def _hear(self) -> bool:
        """Take in one message; says whether a script has run to its end."""
        assert self._socket is not None
        message = ForwardMsg()
        message.ParseFromString(self._socket.recv(timeout=60))
        kind = message.WhichOneof("type")
        if kind == "new_session":
            self._session = message.new_session.initialize.session_id or self._session
            if not message.metadata.run.fragment_ids:
                self.elements.clear()
                self.redraws.clear()
        elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            self.elements[tuple(message.metadata.delta_path)] = message.delta.new_element
        elif kind == "auto_rerun":
            self.redraws[message.auto_rerun.fragment_id] = message.auto_rerun.interval
        elif kind == "navigation":
            self._page = message.navigation.page_script_hash
        elif kind == "page_info_changed":
            self.query = message.page_info_changed.query_string
        early = ForwardMsg.ScriptFinishedStatus.FINISHED_EARLY_FOR_RERUN
        return kind == "script_finished" and message.script_finished != early
