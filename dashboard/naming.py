"""What one row is called by the visitor, and sentences that call it so.

The noun is a decision about a table, kept with the others; a session holds that of the table which its pages speak of.
"""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.records import Table
from dashboard import session, words

NOUN = "noun"  # among the decisions about a table, and in the session


def noun(table: Table) -> str:
    """What one row of a table is called; empty for a row."""
    return str(session.decisions(table).get(NOUN, ""))


def call(table: Table, name: str) -> None:
    """Have the rows of a table called something; what was found out about them stays."""
    session.decide_beside(table, **{NOUN: " ".join(name.split())[: words.naming.LONGEST]})


def take_over() -> None:
    """Have the session's sentences call rows what they are called in the chosen comparison."""
    run = session.run()
    st.session_state[NOUN] = str(session.decided(run.spec.fingerprint).get(NOUN, "")) if run else ""


def told(text: Any) -> str:
    """A sentence computed from numbers as Markdown, its rows called what the visitor calls them."""
    return words.sentence(words.naming.renamed(str(text), st.session_state.get(NOUN, "")))
