"""Every chart of the table draws what it was given, says it in words, and trusts no label."""

from __future__ import annotations

import ast
import itertools
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from core import diagnostics
from core.metrics import per_class
from core.records import Predictions, Problem, Task
from dashboard.charts import CHARTS, Chart, Subject, escape, numbers, palette
from dashboard.charts import layout as shared
from dashboard.charts.palette import PALETTES
from tests.dashboard.chart_frames import CLASSES, HOSTILE, curves, frames

ROOT = Path(__file__).parents[2]


def draw(name: str, frame: pd.DataFrame | None = None, mode: str = "light", **subject: Any) -> Any:
    return CHARTS[name].draw(frames()[name] if frame is None else frame, palette(mode), Subject(**subject))


def shown(figure: Any) -> dict[str, Any]:
    """What a browser would get."""
    layout: dict[str, Any] = json.loads(figure.to_json())
    return layout


# All charts


@pytest.mark.parametrize("mode", PALETTES)
@pytest.mark.parametrize("chart", CHARTS.values(), ids=lambda chart: chart.name)
def test_draws_and_says_what_it_shows(chart: Chart, mode: str) -> None:
    frame = frames()[chart.name]
    before = frame.copy()
    figure = chart.draw(frame, palette(mode), Subject(target="price", model="Forest"))
    layout = shown(figure)["layout"]
    assert figure.data
    assert layout["title"]["text"] and layout["meta"]["alt"].endswith(".")
    assert layout["xaxis"]["title"]["text"]
    assert layout["paper_bgcolor"] == layout["plot_bgcolor"] == "rgba(0,0,0,0)"
    assert layout["font"]["color"] == palette(mode).text
    pd.testing.assert_frame_equal(frame, before)


@pytest.mark.parametrize("chart", CHARTS.values(), ids=lambda chart: chart.name)
def test_points_answer_in_words(chart: Chart) -> None:
    for trace in draw(chart.name).data:
        assert trace.hovertemplate or trace.hoverinfo == "skip" or trace.x == (None,)


@pytest.mark.parametrize("chart", CHARTS.values(), ids=lambda chart: chart.name)
def test_an_empty_frame_becomes_a_sentence(chart: Chart) -> None:
    frame = frames()[chart.name].iloc[:0]
    frame.attrs = {}
    [note] = chart.draw(frame, palette("dark"), Subject()).layout.annotations
    assert re.fullmatch(r"[A-Z].*\.", note.text)
    frame.attrs["reason"] = "All <b> rows are alike."
    assert chart.draw(frame, palette("dark"), Subject()).layout.annotations[0].text == "All &lt;b&gt; rows are alike."


@pytest.mark.parametrize("chart", CHARTS.values(), ids=lambda chart: chart.name)
def test_no_label_is_trusted(chart: Chart) -> None:
    """Whatever stands in a table reaches Plotly without a tag, an entity, mathematics or a template of its own."""
    subject = Subject(target=HOSTILE, metric=HOSTILE, model=HOSTILE, axes=(HOSTILE, HOSTILE))
    figure = shown(chart.draw(frames(HOSTILE)[chart.name], palette("light"), subject))
    texts = " ".join(_texts(figure))
    assert "img" in texts  # the label is there, or this test would look at nothing
    ours = re.sub(r"</?b>|<br>|</?extra>|%\{(x|y|z|text|customdata|fullData\.name)[^{}]*\}", "", texts)
    assert not re.search(r"[<>$]|&(?!amp;|lt;|gt;|#36;|#123;)|%\{", ours)
    assert not re.search(r"&amp;(amp|lt|gt|#36|#123);", texts), "escaped twice, it would show the escape"
    assert texts.count("<b>") == texts.count("</b>")


def _texts(node: Any) -> list[str]:
    """Every text that Plotly reads: not the numbers packed as text, nor the sentence for screen readers."""
    if isinstance(node, str):
        return [node]
    if isinstance(node, dict):
        return [text for key, each in node.items() if key not in ("bdata", "meta") for text in _texts(each)]
    return [text for each in node for text in _texts(each)] if isinstance(node, list) else []


@pytest.mark.parametrize("chart", CHARTS.values(), ids=lambda chart: chart.name)
def test_entry_is_complete(chart: Chart) -> None:
    assert chart.about.endswith(".") and len(chart.about) < 130
    assert chart.lacks(chart.needs, next(iter(chart.tasks))) is None
    assert (chart.lacks((), next(iter(chart.tasks))) or "").startswith("This needs ")
    assert chart.draw.__doc__


def test_what_does_not_apply_has_a_reason() -> None:
    assert CHARTS["confusion"].lacks({"predictions"}, Task.REGRESSION) == (
        "Where it confuses classes is for classification only."
    )
    assert CHARTS["roc"].lacks({"predictions"}, Task.CLASSIFICATION) == (
        "This needs how sure the model was (probabilities or decision scores)."
    )


def test_numbers_are_the_same_rows_under_words() -> None:
    frame = numbers(frames()["per_class"])
    assert list(frame.columns) == ["Class", "Precision", "Recall", "F1", "Rows of the class"]
    assert frame["Class"].tolist() == CLASSES
    for given in frames().values():
        assert len(numbers(given)) == len(given)
        assert not any("_" in column for column in numbers(given).columns)


def test_imports_nothing_heavy() -> None:
    """Neither Streamlit nor plotly.express (15 ms a figure instead of 1.5), scikit-learn or torch."""
    code = (
        "import sys, dashboard.charts, dashboard.words;"
        "print([each for each in ('streamlit', 'plotly.express', 'sklearn', 'torch', 'scipy') if each in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert ran.stdout.strip() == "[]"


def test_no_chart_asks_for_an_entry_by_its_name() -> None:
    for file in (ROOT / "dashboard" / "charts").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Compare) and isinstance(node.left, ast.Attribute):
                assert node.left.attr != "name", file


# Labels


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("<b>", "&lt;b&gt;"), ("a & b", "a &amp; b"), ("$x$", "&#36;x&#36;"), ("%{x}", "%&#123;x}"), (None, "(empty)"),
        (" \n\t", "(empty)"), ("a\x00b\u202ec", "a b c"), (float("nan"), "(empty)"), (3.0, "3"), (1 / 3, "0.333333"),
        (7, "7"), (True, "True"), (pd.NA, "(empty)"),
    ],
)  # fmt: skip
def test_escape(value: Any, text: str) -> None:
    assert escape(value) == text


def test_long_labels_keep_their_ends() -> None:
    first, second = (escape(f"{'mean of the measured values ' * 3}{each}") for each in (1, 2))
    assert len(first) <= 28 and first != second and "…" in first


# With what core gives


def test_charts_draw_what_the_diagnostics_give() -> None:
    problem = Problem(Task.CLASSIFICATION, "y", "b", ("a", "b"), (2, 2), (), {}, 4)
    codes, sure = np.array([0, 0, 1, 1]), np.array([[0.9, 0.1], [0.4, 0.6], [0.2, 0.8], [0.3, 0.7]])
    judged = Predictions(np.arange(4), codes, sure.argmax(axis=1), sure)
    assert np.asarray(draw("confusion", diagnostics.confusion(judged, problem)).data[0].z).tolist() == [
        [0.5, 0.5],
        [0.0, 1.0],
    ]
    assert draw("roc", diagnostics.roc(judged, problem)).data[0].name == "b (area 1.000)"
    assert draw("precision_recall", diagnostics.precision_recall(judged, problem)).layout.shapes[0].y0 == 0.5
    assert list(draw("per_class", per_class(judged, problem)).data[1].x) == [0.5, 1.0]
    unsure = Predictions(np.arange(4), codes, codes)
    assert draw("roc", diagnostics.roc(unsure, problem)).layout.annotations[0].text.endswith(".")
    amounts = Problem(Task.REGRESSION, "y", None, (), (), (), {}, 2)
    rest = diagnostics.residuals(Predictions(np.array([4, 8]), np.array([1.0, 2.0]), np.array([1.5, 1.0])), amounts)
    assert list(draw("residuals", rest).data[0].y) == [-0.5, 1.0]


# Single charts


def test_confusion_puts_actual_down_and_predicted_across() -> None:
    figure = draw("confusion")
    cells, points = figure.data
    assert np.asarray(cells.z).tolist() == [[0.8, 0.2, 0.0], [0.1, 0.9, 0.0], [0.0, 0.0, 1.0]]
    written = figure.layout.annotations
    assert [each.text for each in written[:2]] == ["8<br>80%", "2<br>20%"] and len(written) == 5
    assert [written[0].font.color, written[1].font.color] == ["#FFFFFF", "#1B1F2A"], "light letters on the full cell"
    assert list(points.customdata[1]) == ["setosa", "versicolor", "2", "20.0%", "20.0%", 1]
    assert figure.layout.title.subtitle.text == "27 of 30 rows named right"
    assert figure.layout.yaxis.range == (2.5, -0.5)


@pytest.mark.parametrize("size", [2, 10, 30])
def test_confusion_of_many_classes(size: int) -> None:
    pairs = list(itertools.product(range(size), range(size)))
    frame = pd.DataFrame(pairs, columns=["actual", "predicted"]).assign(count=1, share=1 / size)
    figure = draw("confusion", frame)
    assert figure.layout.yaxis.ticktext == tuple(str(each) for each in range(size))
    assert bool(figure.layout.annotations) == (size <= 20)
    assert figure.layout.height < 1_100


def test_curves_are_coloured_by_model_or_by_class() -> None:
    colours = palette("light").series
    overlaid = draw("roc", curves())
    assert [trace.name for trace in overlaid.data] == ["Forest (area 0.833)", "yes (area 0.667)", "guessing"]
    assert [trace.line.color for trace in overlaid.data[:2]] == list(colours[:2])
    one = pd.concat([curves(each).query("model == 'Forest'") for each in CLASSES])
    by_class = draw("roc", one)
    assert [trace.name.split(" (")[0] for trace in by_class.data[:3]] == CLASSES
    assert len({trace.line.color for trace in by_class.data[:3]}) == 3


def losses(last: float) -> pd.DataFrame:
    """A model that learns, and one that ends at some loss."""
    calm = pd.DataFrame({"step": range(1, 21), "valid_loss": 1 / np.arange(1, 21), "model": "Forest"})
    return pd.concat([calm, calm.assign(model="Tree", valid_loss=[*calm["valid_loss"][:-1], last])])


def test_a_loss_that_went_astray_does_not_press_the_others_flat() -> None:
    figure = draw("learning_curve", losses(8e9))
    low, high = figure.layout.yaxis.range
    assert low < 1 / 20 and 1 < high < 2, "all else can be seen"
    assert "cut off" in [each.text for each in figure.layout.annotations][-1]


@pytest.mark.parametrize("last", [0.01, 1.0, 5.0])
def test_a_loss_that_only_turns_up_is_seen_to_its_end(last: float) -> None:
    figure = draw("learning_curve", losses(last))
    assert figure.layout.yaxis.range is None and not figure.layout.annotations


def test_precision_recall_marks_guessing_where_there_is_one_class() -> None:
    assert draw("precision_recall").layout.shapes[0].y0 == 0.3
    several = pd.concat([curves(each) for each in CLASSES])
    assert not draw("precision_recall", several).layout.shapes


def test_nine_models_are_told_apart_by_dashes() -> None:
    frame = pd.concat([curves().assign(model=f"Model {place}") for place in range(9)])
    lines = [(trace.line.color, trace.line.dash) for trace in draw("roc", frame).data[:9]]
    assert len(set(lines)) == 9


def test_of_many_curves_the_models_are_named_and_each_line_tells_its_name_when_pointed_at() -> None:
    two = curves("yes").replace({"model": {"yes": "Tree"}})
    frame = pd.concat([two.assign(curve=each) for each in range(10)])
    figure = draw("roc", frame)
    named = [trace.name for trace in figure.data if trace.showlegend is not False]
    assert named == ["Forest · 10 classes (mean area 0.833)", "Tree · 10 classes (mean area 0.667)"]
    assert len(figure.data) == 2 + 20 + 1
    assert figure.layout.height < 480


def test_many_rows_become_a_sample_that_says_so() -> None:
    actual = np.arange(6_000.0)
    frame = pd.DataFrame({"row": range(6_000), "actual": actual, "predicted": actual + 1, "residual": -1.0})
    figure, again = (draw("predicted_against_actual", frame, target="price") for _ in range(2))
    assert len(figure.data[0].x) == 5_000
    assert list(figure.data[0].x) == list(again.data[0].x)
    assert figure.layout.title.subtitle.text == "5,000 of 6,000 rows, drawn at random"
    assert figure.layout.xaxis.title.text == "Actual price"
    assert tuple(figure.data[1].x) == (0.0, 6000.0)  # the line of what is exactly right spans all rows


def test_residuals_are_drawn_over_predictions() -> None:
    figure = draw("residuals", target="price")
    assert list(figure.data[0].x) == [1.5, 1.0] and list(figure.data[0].y) == [-0.5, 1.0]
    assert figure.layout.yaxis.title.text == "Actual − predicted price"


def test_score_spread_keeps_the_order_and_the_intervals() -> None:
    figure = draw("score_spread", metric="Accuracy", guessing=0.5)
    folds, means = figure.data
    assert figure.layout.yaxis.ticktext == ("setosa", "Ridge") and figure.layout.yaxis.range[0] > 0
    assert list(folds.x) == [0.9, 0.8, 0.7, 0.6] and list(means.x) == [0.85, 0.65]
    assert means.error_x.array[0] == pytest.approx(0.05) and np.isnan(means.error_x.array[1])
    assert "between 0.8 and 0.9" in means.customdata[0][1] and means.customdata[1][1] == ""
    assert figure.layout.xaxis.title.text == "Accuracy (more is better)"
    assert figure.layout.shapes[0].x0 == 0.5
    assert "less is better" in draw("score_spread", greater_is_better=False).layout.xaxis.title.text


def test_importances_show_the_strongest() -> None:
    frame = pd.DataFrame({"feature": [f"f{place}" for place in range(30)], "mean": np.arange(30.0), "spread": 0.1})
    frame.attrs["unit"] = "fall of the score"
    figure = draw("importances", frame)
    assert figure.layout.yaxis.ticktext[:2] == ("f29", "f28") and len(figure.layout.yaxis.ticktext) == 20
    assert figure.layout.title.subtitle.text == "the 20 strongest of 30 columns"
    assert figure.layout.xaxis.title.text == "Fall of the score"
    overlaid = draw("importances")
    assert [trace.name for trace in overlaid.data] == ["Forest", "setosa"]
    assert list(overlaid.data[0].x) == [0.3, 0.1] and np.isnan(overlaid.data[1].x[1])


def test_learning_curve_marks_the_step_of_least_validation_loss() -> None:
    figure = draw("learning_curve")
    stars = [trace for trace in figure.data if trace.marker.symbol == "star" and trace.x[0] is not None]
    assert [(star.x[0], star.y[0]) for star in stars] == [(2, 2.0), (2, 0.3)]
    assert (figure.layout.yaxis.title.text, figure.layout.yaxis2.title.text) == ("Loss", "Score")
    assert figure.layout.yaxis.domain[0] > figure.layout.yaxis2.domain[1]


def test_learning_curve_without_scores_has_one_panel() -> None:
    frame = pd.DataFrame({"step": [1, 2, 3], "valid_loss": [None, 2.0, 1.0], "train_score": [None] * 3})
    figure = draw("learning_curve", frame)
    assert "yaxis2" not in shown(figure)["layout"]
    assert list(figure.data[0].x) == [2, 3]


def test_map_tells_rows_and_mistakes() -> None:
    figure = draw("projection", axes=("Component 1", "Component 2"))
    assert [trace.name for trace in figure.data] == ["b", "c", "setosa", "wrong (1 of 4)"]
    assert [point[0] for trace in figure.data[:3] for point in trace.customdata] == [7, 3, 9, 5]
    assert list(figure.data[3].x) == [2.0] and figure.data[3].marker.symbol == "x-thin"
    assert figure.layout.xaxis.title.text == "Component 1"


def test_map_colours_classes_in_their_own_order() -> None:
    label = pd.Categorical(["b", "a", "b", "c"], categories=["c", "b", "a"])
    figure = draw("projection", frames()["projection"].assign(label=label).drop(columns="wrong"))
    assert [trace.name for trace in figure.data] == ["c", "b", "a"]


def test_map_of_numbers_has_a_scale() -> None:
    frame = frames()["projection"].assign(label=[1.0, 2.0, 3.0, 1000.0]).drop(columns=["wrong", "predicted"])
    [points] = draw("projection", frame, target="price").data
    assert points.marker.colorbar.title.text == "price"
    assert points.marker.cmax < 1000


def test_map_without_labels_shows_right_and_wrong() -> None:
    figure = draw("projection", frames()["projection"].drop(columns="label"))
    assert [trace.name for trace in figure.data] == ["right", "wrong (1 of 4)"]


@pytest.mark.parametrize(("rows", "kind"), [(5_000, "scatter"), (5_001, "scattergl")])
def test_large_maps_are_drawn_by_the_graphics_card(rows: int, kind: str) -> None:
    frame = pd.DataFrame({"x": np.arange(rows), "y": 0.0, "row": np.arange(rows), "label": "a"})
    assert draw("projection", frame).data[0].type == kind


def test_loadings_begin_with_the_strongest_column() -> None:
    figure = draw("pca_loadings", axes=("Component 1", "Component 2"))
    assert figure.layout.yaxis.ticktext == ("setosa", "a")
    assert [(trace.name, list(trace.x)) for trace in figure.data] == [
        ("Component 1", [-0.9, 0.5]), ("Component 2", [0.2, 0.1])
    ]  # fmt: skip


def test_class_balance_tells_shares() -> None:
    [bar] = draw("class_balance").data
    assert list(bar.x) == [50, 30, 20] and list(bar.text) == ["50.0%", "30.0%", "20.0%"]


def test_thinning_keeps_both_ends() -> None:
    line = shared.thinned(pd.DataFrame({"x": range(10_000)}), 100)
    assert len(line) == 100 and line["x"].iloc[0] == 0 and line["x"].iloc[-1] == 9_999


def test_the_sentence_for_screen_readers_is_plain_text() -> None:
    assert draw("confusion", model="A & <B>").layout.meta["alt"] == (
        "Confusion matrix · A & <B>: 27 of 30 rows named right."
    )
