"""A table without an answer: nothing is to be predicted, and there is enough to look at."""

from __future__ import annotations

import pytest

from core.data import Unusable, make_problem, samples, without_target
from core.records import Roles
from core.store import Store
from tests.dashboard.pages import page, said, sound


def test_nothing_to_predict_is_a_choice_that_stays(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dashboard.session.owner", lambda: "ann")
    at = page(data="wine")
    at.selectbox(key="target_column").set_value(None).run()
    sound(at)
    assert at.selectbox(key="target_column").value is None and "Without an answer to predict" in said(at)
    assert page(data="wine").selectbox(key="target_column").value is None
    at.selectbox(key="target_column").set_value("hue").run()
    assert at.selectbox(key="target_column").value == "hue"


def test_the_map_takes_all_columns_and_any_gives_the_colours(store: Store) -> None:
    at = page(data="wine")
    at.selectbox(key="target_column").set_value(None).run()
    at.switch_page("views/map.py").run()
    sound(at)
    assert "178 rows, 14 columns" in said(at)
    colours = next(each for each in at.selectbox if each.label == "Colours show")
    colours.set_value(colours.options[-1]).run()
    sound(at)


def test_what_there_is_to_look_at_is_what_models_could_see(store: Store) -> None:
    from core import jobs

    table = jobs.read(store, "iris")
    everything = without_target(table, Roles("", left_out={table.columns[0].name: "left out by you"}))
    assert [each.name for each in everything.features] == [each.name for each in table.columns[1:]]
    assert samples(table, everything).y.tolist() == [0.0] * 150
    with pytest.raises(Unusable, match="No target"):
        make_problem(table, Roles(""))
    with pytest.raises(Unusable, match="No column is left"):
        without_target(table, Roles("", left_out={each.name: "left out" for each in table.columns}))
