"""The visitor's choice of data, target and run: in the session, and in the address, so that it can be kept and shared.

The session is ahead of the address for as long as an answer is on its way to the browser.
"""

from __future__ import annotations

import streamlit as st

ADDRESS = ("data", "target", "run")


def asked(name: str) -> str:
    """What the address says, unless it is what a choice has just replaced: a request may be older than its answer."""
    value, replaced = st.query_params.get(name, ""), st.session_state.get("replaced", {})
    if value == chosen(name):
        replaced.pop(name, None)  # the browser has heard of it, and may come back to the old one
    return "" if value and value == replaced.get(name) else value


def chosen(name: str) -> str:
    """What was chosen: ``data``, ``target`` or ``run``; empty where nothing was."""
    return str(st.session_state.get("chosen", {}).get(name, ""))


def choose(**choice: str) -> None:
    """Change the choice, here and in the address."""
    st.session_state["chosen"] = {**st.session_state.get("chosen", {}), **choice}
    for name, value in choice.items():
        old = st.query_params.get(name, "")
        if old != value:
            st.session_state.setdefault("replaced", {})[name] = old
            if value:
                st.query_params[name] = value
            else:
                del st.query_params[name]
