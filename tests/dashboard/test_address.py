"""The choice in the address: kept against requests that are older than the last answer, and followed otherwise."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from core.store import Store
from tests.dashboard.pages import page, said, sound


def asking_for(at: AppTest, data: str) -> AppTest:
    """A request that comes with an address."""
    at.query_params["data"] = data
    at.run()
    sound(at)
    return at


def test_a_request_that_is_older_than_the_answer_changes_nothing(store: Store) -> None:
    at = page(data="iris")
    at.selectbox(key="data_set").set_value("wine").run()
    assert "Wine" in said(at) and at.query_params["data"] == "wine"
    asking_for(at, "iris")  # sent before the browser heard of the choice
    assert "178 rows" in said(at) and at.query_params["data"] == "wine"


def test_going_back_is_followed_once_the_browser_has_heard_of_the_choice(store: Store) -> None:
    at = page(data="iris")
    at.selectbox(key="data_set").set_value("wine").run()
    asking_for(at, "wine")
    asking_for(at, "iris")
    assert "150 rows" in said(at) and at.query_params["data"] == "iris"
