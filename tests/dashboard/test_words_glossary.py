"""The glossary: every term once, defined in sentences; shown where it is opened."""

from __future__ import annotations

from core.records import ModelSpec
from core.store import Store
from dashboard.words.glossary import TERMS
from tests.dashboard.pages import compared, page, said, sound


def test_every_term_is_defined_once() -> None:
    terms = [term for term, _ in TERMS]
    assert len(set(terms)) == len(terms) and all(told.endswith(".") and len(told) < 320 for _, told in TERMS)


def test_it_is_one_click_away(store: Store) -> None:
    at = page("compare", run=compared(store, "iris", ModelSpec("decision_tree")).id)
    sound(at)
    assert "Pareto front" not in said(at)
    at.session_state["glossary"] = True
    at.run()
    sound(at)
    assert "Pareto front" in said(at) and "Balanced accuracy: Share named correctly" in said(at).replace("**", "")
