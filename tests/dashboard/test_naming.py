"""What a row is called: once said, sentences speak of it, on every page and after a reload."""

from __future__ import annotations

import pytest

from core.records import ModelSpec
from core.store import Store
from dashboard.words.naming import plural, renamed
from tests.dashboard.pages import compared, page, said, sound


@pytest.mark.parametrize(
    ("noun", "many"),
    [
        ("customer", "customers"),
        ("company", "companies"),
        ("day", "days"),
        ("box", "boxes"),
        ("batch", "batches"),
        ("child/children", "children"),
        ("Kunde / Kunden", "Kunden"),
        ("woman", "women"),
        ("Person", "People"),
        ("human", "humans"),
    ],
)
def test_several(noun: str, many: str) -> None:
    assert plural(noun) == many


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("It names 94 of 100 rows right.", "It names 94 of 100 customers right."),
        ("Rows that are “yes”, 1 row.", "Customers that are “yes”, 1 customer."),
        ("The column “rows” and “row 1” say rows.", "The column “rows” and “row 1” say customers."),
        ("`rows` grow by the row", "`rows` grow by the customer"),
        ("Narrow bounds, arrows", "Narrow bounds, arrows"),
    ],
)
def test_a_sentence_is_told_of_them_and_names_stay(text: str, told: str) -> None:
    assert renamed(text, "customer") == told
    assert renamed(text, "") == renamed(text, "row") == renamed(text, "  ") == text


def test_what_is_said_once_is_said_ever_after(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dashboard.session.owner", lambda: "somebody")
    run = compared(store, "iris", ModelSpec("decision_tree"))
    at = page("data", data="iris")
    sound(at)
    field = next(each for each in at.text_input if each.label == "One row is a …")
    field.set_value("flower").run()
    sound(at)
    for view in ("compare", "better", "look_closer"):
        other = page(view, run=run.id)
        sound(other)
        assert "of 100 flowers" in said(other), view
        assert "150 rows" in said(other), "where the numbers come from is told of rows"


def test_markup_in_a_noun_is_only_text(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dashboard.session.owner", lambda: "somebody")
    run = compared(store, "iris", ModelSpec("decision_tree"))
    at = page("data", data="iris")
    next(each for each in at.text_input if each.label == "One row is a …").set_value(":red[*x*]").run()
    other = page("compare", run=run.id)
    sound(other)
    verdict = next(str(each.value) for each in other.markdown if "gavel" in str(each.value))
    assert ":red[" not in verdict and ":red[*x*]s" in verdict.replace("\\", "").replace("\u2060", "")
