"""The visitor's choice of data, target and run: in the session, and in the address, so that it can be kept and shared.

The session is ahead of the address for as long as an answer is on its way to the browser.
"""

from __future__ import annotations

import streamlit as st

ADDRESS = ("data", "target", "run")


def asked(name: str) -> str:
    """What the address says, unless it is what a choice has just replaced: a request may be older than its answer."""
    value, replaced = st.query_params.get(name, ""), st.session_state.get("replaced", {})
    old, since = replaced.get(name, ("", 0))
    if value == chosen(name) and since < _turn():
        replaced.pop(name, None)  # the browser has heard of it, and may come back to the old one
    return "" if value and value == old else value


def taken_over() -> None:
    """Say that a script run has taken over what the address says: what it says from here on is of that run's making."""
    st.session_state["turn"] = _turn() + 1


def _turn() -> int:
    return int(st.session_state.get("turn", 0))


def chosen(name: str) -> str:
    """What was chosen: ``data``, ``target`` or ``run``; empty where nothing was."""
    return str(st.session_state.get("chosen", {}).get(name, ""))


def choose(**choice: str) -> None:
    """Change the choice, here and in the address."""
    st.session_state["chosen"] = {**st.session_state.get("chosen", {}), **choice}
    for name, value in choice.items():
        old = st.query_params.get(name, "")
        if old != value:
            st.session_state.setdefault("replaced", {})[name] = old, _turn()
            if value:
                st.query_params[name] = value
            else:
                del st.query_params[name]
