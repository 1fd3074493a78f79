"""The Data page says how a file was read, takes changes back, and shows what another reading would give."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from streamlit.runtime.fragment import MemoryFragmentStorage
from streamlit.testing.v1 import AppTest

from core import jobs
from core.store import Store
from tests.dashboard.pages import compared, page, said

ROWS = "".join(f"{place % 7};0{place % 5};{'ja' if place % 3 else 'nein'}\n" for place in range(60))


@pytest.fixture
def at(store: Store) -> AppTest:
    (store.tables / "sales.csv").write_text(f"size;code;bought\n{ROWS}", encoding="utf-8")
    jobs.read(store, "sales.csv")
    return page(data="sales.csv")


def column(at: AppTest, heading: str) -> list[str]:
    return [str(each) for frame in at.dataframe if heading in frame.value for each in frame.value[heading]]


def test_every_change_is_listed_and_can_be_taken_back(at: AppTest) -> None:
    assert not at.exception and "Leading zeros in “code”: kept as text." in said(at)
    assert "CSV · letters utf-8 · semicolons between cells" in said(at)
    assert "00" in column(at, "code")
    (undo,) = [each for each in at.button if each.label == "Read as numbers"]
    undo.click().run()
    assert not at.exception and at.query_params["data"] == "sales.csv?undo=kept_as_text:code"
    assert "Not done, as you chose: numbers kept as text in code." in said(at) and "0" in column(at, "code")
    (back,) = [each for each in at.button if each.key == "as_found"]
    back.click().run()
    assert at.query_params["data"] == "sales.csv" and "00" in column(at, "code")


def test_another_reading_is_shown_before_it_is_taken(at: AppTest) -> None:
    (delimiter,) = [each for each in at.selectbox if each.label == "Delimiter"]
    delimiter.set_value(",").run()
    assert not at.exception and "It would be read like this: 60 rows, 1 column" in said(at)
    assert at.query_params["data"] == "sales.csv", "nothing is changed yet"
    (take,) = [each for each in at.button if each.key == "read_so"]
    take.click().run()
    assert not at.exception and at.query_params["data"] == "sales.csv?delimiter=,"


def test_a_reading_that_fails_is_said_and_changes_nothing(at: AppTest) -> None:
    (header,) = [each for each in at.number_input if each.label == "Header"]
    header.set_value(4000).run()
    assert not at.exception and "Line 4,000 of the file cannot hold the names" in said(at)
    assert at.query_params["data"] == "sales.csv"


def test_what_was_decided_outlives_another_reading(at: AppTest, store: Store) -> None:
    at.session_state["decisions"] = {jobs.read(store, "sales.csv").fingerprint: {"positive": "nein"}}
    at.run()
    (undo,) = [each for each in at.button if each.label == "Read as numbers"]
    undo.click().run()
    other = jobs.read(store, "sales.csv?undo=kept_as_text:code")
    assert at.session_state["decisions"][other.fingerprint]["positive"] == "nein"


def test_settings_in_an_address_that_mean_nothing_are_a_sentence(store: Store, tmp_path: Path) -> None:
    (store.tables / "sales.csv").write_text(f"size;code;bought\n{ROWS}", encoding="utf-8")
    at = page(data="sales.csv?delimeter=,")
    at.run()
    assert not at.exception and "delimiter" in said(at)


def test_a_result_on_a_sample_says_so(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.data.sampling.MOST_CELLS", 90)
    (store.tables / "sales.csv").write_text(f"size;code;bought\n{ROWS}", encoding="utf-8")
    run = compared(store, "sales.csv", target="bought")
    at = page("compare", data="sales.csv", run=run.id)
    assert not at.exception and "sales.csv · 30 rows · a sample drawn at random" in said(at)


def test_a_page_that_ends_early_leaves_no_timers_of_the_last_one(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """They would write to places that are no longer there, which takes the page down."""
    tidied: list[object] = []
    tidy = MemoryFragmentStorage.clear

    def clear(self: MemoryFragmentStorage, *arguments: Any, **named: Any) -> None:
        tidied.append(self)
        tidy(self, *arguments, **named)

    monkeypatch.setattr(MemoryFragmentStorage, "clear", clear)
    jobs.read(store, "iris")
    at = page(data="iris")
    (store.tables / "empty.csv").write_bytes(b"")
    tidied.clear()
    at.query_params["data"] = "empty.csv"
    at.run()
    assert not at.exception and "The file is empty." in said(at) and tidied
