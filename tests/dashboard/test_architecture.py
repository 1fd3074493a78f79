"""The layers of a network beside its settings: in words, as a picture, for the settings as they stand."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from core.models import MODELS
from core.store import Store
from dashboard import words
from dashboard.charts import CHARTS, Subject, palette
from tests.dashboard.pages import charts, page, said, sound


def opened(slot: str, **address: str) -> AppTest:
    """The Compare page with a model's settings open."""
    at = page("compare", **address)
    task = "regression" if address.get("data", "").startswith("curve") else "classification"
    at.session_state[f"panel-{slot}-{task}"] = True
    sound(at.run())
    return at


def below(at: AppTest) -> list[str]:
    """What stands below the boxes of the picture."""
    (chart,) = at.get("plotly_chart")
    return list(json.loads(chart.proto.spec)["layout"]["xaxis"]["ticktext"])


def test_the_picture_follows_the_settings(store: Store) -> None:
    at = opened("feed_forward")
    learned = [4 * 128 + 128, 128 * 128 + 128, 128 * 3 + 3]
    assert below(at) == ["0", *(f"{each:,}" for each in learned)]
    assert f"3 layers after the input, {sum(learned):,} numbers to learn: about 150 per training row." in said(at)
    at.text_input(key="set-feed_forward-classification-hidden_layer_sizes").set_value("5").run()
    sound(at)
    assert below(at) == ["0", "25", "18"] and "2 layers after the input, 43 numbers" in said(at)
    assert "one for every 2.8 training rows" in said(at)


def test_settings_that_do_not_fit_have_no_picture(store: Store) -> None:
    at = opened("feed_forward")
    at.text_input(key="set-feed_forward-classification-hidden_layer_sizes").set_value("many").run()
    sound(at)
    assert charts(at) == 0 and "does not fit" in said(at)


def test_a_forest_has_no_layers(store: Store) -> None:
    assert charts(opened("random_forest")) == 0


def test_images_are_halved_from_block_to_block(store: Store) -> None:
    at = opened("convolutional", data="digits")
    learned = [9 * 16 + 32, 9 * 16 * 32 + 64, 9 * 32 * 64 + 128, 64 * 10 + 10]
    assert below(at) == ["0", *(f"{each:,}" for each in learned)]


@pytest.mark.parametrize("name", [each.name for each in MODELS.values() if each.layers and not each.shape])
def test_every_network_is_drawn_for_a_number_as_well(store: Store, name: str) -> None:
    at = opened(name, data="curve:rows=100")
    assert charts(at) == 1 and "after the input" in said(at)


def deep(*widths: int) -> pd.DataFrame:
    rows = [("Input", "4 columns", 0), *(("Hidden", f"{each} units", each) for each in widths)]
    return pd.DataFrame(rows, columns=["layer", "shape", "parameters"])


def test_alike_layers_share_a_box_and_a_deep_network_still_fits() -> None:
    draw = CHARTS["architecture"].draw
    folded = draw(deep(8, 8, 8), palette("light"), Subject())
    assert list(folded.data[2].text) == ["Input", "3 × Hidden"]
    assert list(folded.layout.xaxis.ticktext) == ["0", "24"]
    long = draw(deep(*range(1, 31)), palette("dark"), Subject())
    assert len(long.data[2].text) <= 5 and long.data[1].text[2] == "<b>27</b><br>more"
    assert sum(int(each) for each in long.layout.xaxis.ticktext) == sum(range(1, 31))
    assert long.layout.meta["alt"].endswith("; 465 numbers to learn.")


def test_the_box_that_learns_most_is_the_strongest() -> None:
    bars = CHARTS["architecture"].draw(deep(3, 40, 5), palette("light"), Subject()).data[1]
    strengths = [float(each.rstrip(")").split(",")[-1]) for each in bars.marker.color]
    assert strengths.index(max(strengths)) == 2 and strengths[0] == min(strengths)


@pytest.mark.parametrize(
    ("numbers", "rows", "end"),
    [(150, 100, "about 1.5 per training row."), (100, 100, "about 1.0 per training row."),
     (1_858_979, 120, "about 15,000 per training row."), (5, 1_000, "about one for every 200 training rows.")],
)  # fmt: skip
def test_how_large_a_network_is(numbers: int, rows: int, end: str) -> None:
    assert words.to_learn(1, numbers, rows) == f"1 layer after the input, {numbers:,} numbers to learn: {end}"
