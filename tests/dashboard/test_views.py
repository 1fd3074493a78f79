"""Every page in three situations: with nothing, with a finished comparison, with one that failed.

Pages are drawn through the router; jobs run in place, so that what a page asks for is there when it is drawn again.
"""

from __future__ import annotations

import pytest

from core import jobs
from core.metrics import METRICS
from core.models import MODELS
from core.records import ModelSpec, Roles, RunSpec, Split
from core.run import with_baseline
from core.store import RunRow, Store
from tests.dashboard.pages import address, charts, compared, drain, frame, page, queue, said, sound

VIEWS = ("data", "compare", "better", "look_closer", "decide", "for_whom", "how_sure", "map", "invented", "runs")
QUICK = (ModelSpec("logistic_regression"), ModelSpec("decision_tree"))


# ---- nothing yet


@pytest.mark.parametrize("view", VIEWS)
def test_a_page_without_anything_says_what_is_next(store: Store, view: str) -> None:
    at = page(view)
    sound(at)
    expected = {
        "data": "Iris flowers",
        "compare": "No comparison yet",
        "better": "No comparison is open",
        "look_closer": "No comparison is open",
        "decide": "to weigh its models’ mistakes",
        "for_whom": "to see for whom its models are good",
        "how_sure": "to see how sure its models can be",
        "map": "of what varies in the table",
        "invented": "No rows were invented yet",
        "runs": "No comparison yet",
    }
    assert expected[view] in said(at)


def test_an_address_of_a_run_that_is_gone_says_so(store: Store) -> None:
    at = page("compare", run="gone")
    sound(at)
    assert "That comparison is no longer here" in said(at)


# ---- a finished comparison


@pytest.mark.parametrize("view", VIEWS)
def test_a_page_shows_a_finished_comparison(store: Store, view: str) -> None:
    run = compared(store, "iris", *QUICK)
    at = page(view, run=run.id)
    sound(at)
    expected = {
        "data": "Iris flowers",
        "compare": "names 9",
        "better": "share the first place",
        "look_closer": "150 rows · 4 columns · predicting species (3 classes) · folds (3) · seed 0",
        "decide": "What does it cost to call a case of one class another one?",
        "for_whom": "How groups are treated",
        "how_sure": "had their true class in the set",
        "map": "150 rows, 4 columns",
        "invented": "150 rows · 4 columns · predicting species (3 classes) · a quarter held out",
        "runs": "iris → species",
    }
    assert expected[view] in said(at)


def test_the_leaderboard_holds_the_numbers_of_the_run(store: Store) -> None:
    run = compared(store, "iris", *QUICK)
    board = jobs.result(store, run).leaderboard()
    at = page("compare", run=run.id)
    shown = frame(at, "score")
    assert shown["model"].tolist() == board["title"].tolist()
    assert shown["score"].tolist() == pytest.approx(board["mean"].tolist(), abs=0.0006)
    second = jobs.result(store, run).leaderboard("balanced_accuracy").set_index("id")["mean"]
    assert shown["second"].tolist() == [f"{second[id]:.3f}" for id in board["id"]], "beside the one that ranks"
    assert {"third"} < set(shown)
    tied = board["tied"] & ~board["baseline"]
    assert (shown["rank"] == "1=").tolist() == (tied & (tied.sum() > 1)).tolist()
    marks = [list(each) for each in shown["state"]]
    assert marks[0] == (["tied"] if tied.sum() > 1 else ["best"])
    assert [each == ["tied"] for each in marks] == (tied & (tied.sum() > 1)).tolist(), "the whole group says so"
    assert [b.label for b in at.button if b.label.startswith("Stop")] == []
    at.session_state["plain"] = True
    plain = at.run().table[0].value
    assert plain["Model"].tolist() == board["title"].tolist()
    assert [len(each.partition(".")[2]) for each in plain["Accuracy"]] == [3] * len(board), (
        "digits as in the other table"
    )
    assert "Leaderboard" in [each.value for each in at.subheader]


def test_results_outlive_their_table_without_alarm(store: Store) -> None:
    table = jobs.read(store, "iris")
    spec = RunSpec("gone.csv", table.fingerprint, Roles("species"), Split("kfold", folds=3), with_baseline(QUICK))
    at = page("compare", run=jobs.submit(store, spec, table), data="gone.csv")
    sound(at)
    assert not at.error and "What was learned from it stands below" in said(at) and len(at.dataframe)
    at = page("data", data="gone.csv")
    assert "No data set or file is called" in at.error[0].value, "who wants the table itself is told why there is none"


def test_another_metric_ranks_anew(store: Store) -> None:
    run = compared(store, "iris", *QUICK)
    at = page("compare", run=run.id)
    assert at.selectbox(key="metric").value == "accuracy"
    assert at.selectbox(key="metric").options[:3] == ["Accuracy", "Balanced accuracy", "ROC AUC"]
    at.selectbox(key="metric").set_value("log_loss").run()
    sound(at)
    best = jobs.result(store, run).leaderboard("log_loss")["title"].iloc[0]
    assert frame(at, "score")["model"].iloc[0] == best
    assert METRICS["log_loss"].title in said(at)


def test_start_runs_what_is_ticked_and_puts_the_run_in_the_address(store: Store) -> None:
    at = page("compare")
    ticked = [MODELS[name] for name in ("logistic_regression", "decision_tree")]
    for box in at.checkbox:
        if box.value and not box.disabled:
            box.uncheck()
    for model in ticked:
        at.checkbox(key=f"use-{model.name}-classification").check()
    at.run()
    at.button(key="start").click().run()
    sound(at)
    (run,) = store.runs()
    assert address(at, "run") == run.id and address(at, "data") == "iris"
    assert [each.id for each in run.spec.models] == ["baseline", *(model.name for model in ticked)]
    assert "Logistic regression" in frame(at, "score")["model"].tolist()


def test_a_copy_takes_part_with_settings_and_a_label_of_its_own(store: Store) -> None:
    at = page("compare")
    at.button(key="copy-k_neighbors").click().run()
    at.session_state["set-k_neighbors/2-classification-n_neighbors"] = 1
    at.session_state["label-k_neighbors/2"] = "one: only"
    at.run()
    queue(at)
    (copy,) = [each for each in store.runs()[0].spec.models if each.label]
    assert (copy.id, dict(copy.settings)) == ("k_neighbors:one only", {"n_neighbors": 1})


def test_a_refused_start_is_a_sentence_and_nothing_is_queued(store: Store) -> None:
    rows = "".join(f"{i % 13},{i % 5},{'x' if i % 2 else 'z'}\n" for i in range(50))
    (store.tables / "rare.csv").write_text(f"a,b,y\n{rows}1,2,rare\n3,4,rare\n")
    at = page("compare", data="rare.csv", target="y")
    at.button(key="start").click().run()
    assert any("rare" in str(each.value) and "2 rows" in str(each.value) for each in at.error)
    assert store.runs() == []


def test_the_map_shows_where_a_model_errs(store: Store) -> None:
    run = compared(store, "iris", *QUICK)
    at = page("map", run=run.id)
    assert charts(at) == 2  # the map, and which columns push where
    at.session_state["colour"] = "wrong"
    at.session_state["map-show"] = True
    at.run()
    sound(at)
    model = at.selectbox(key="map_model").value
    wrong = (lambda said: int((said.actual != said.predicted).sum()))(jobs.result(store, run).predictions(model))
    assert int(frame(at, "Wrong")["Wrong"].sum()) == wrong > 0


def test_models_to_look_at_follow_the_ranking_until_they_are_chosen(store: Store) -> None:
    first = compared(store, "iris", QUICK[1])
    at = page("look_closer", run=first.id)
    assert at.multiselect(key="models").value == ["decision_tree"]
    second = compared(store, "iris", *QUICK)
    best = [each for each in jobs.result(store, second).leaderboard()["id"] if each != "baseline"]
    at.query_params["run"] = second.id
    at.run()
    assert at.multiselect(key="models").value == best
    at.multiselect(key="models").set_value(["baseline"]).run()
    at.query_params["run"] = first.id
    at.run()
    assert at.multiselect(key="models").value == ["baseline"]


def test_a_run_is_repeated_and_deleted(store: Store) -> None:
    run = compared(store, "iris", *QUICK)
    at = page("runs")
    at.button(key=f"repeat-{run.id}").click().run()
    sound(at)
    again, first = store.runs()
    assert again.spec == first.spec and all(fit.reused for fit in store.fits(again.id))
    at = page("runs")
    at.button(key=f"delete-{run.id}").click().run()
    assert [each.id for each in store.runs()] == [again.id]


# ---- a comparison that failed


@pytest.fixture
def failed(store: Store) -> RunRow:
    """A run in which one model fails on every fold: it asks more neighbours than there are rows."""
    return compared(store, "iris", ModelSpec("k_neighbors", settings={"n_neighbors": 900}))


@pytest.mark.parametrize("view", VIEWS)
def test_a_page_bears_a_failed_model(failed: RunRow, view: str) -> None:
    sound(page(view, run=failed.id))


def test_the_reason_of_a_failed_model_stands_below_the_leaderboard(failed: RunRow) -> None:
    at = page("compare", run=failed.id)
    assert frame(at, "score")["state"].tolist() == [["done"], ["failed"]]
    assert "k nearest neighbours**: Fold 1:" in said(at)


def test_a_run_without_any_result_says_so(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    table = jobs.read(store, "iris")
    monkeypatch.setattr(jobs, "ensure_supervisor", lambda store: None)
    spec = RunSpec("iris", table.fingerprint, Roles("species"), Split("kfold", folds=2), QUICK[:1])
    run = jobs.submit(store, spec, table)
    assert "No model is finished yet" in said(page("look_closer", run=run))
    waiting = page("compare", run=run)
    assert [each.label for each in waiting.button if "Stop" in each.label] == ["Stop", "Stop Logistic regression"]
    waiting.button(key="stop-logistic_regression").click().run()
    assert {each.state for each in store.fits(run)} == {"cancelled"}
    drain(store)
    assert "No model could be trained" in said(page("look_closer", run=run))


# ---- what nobody foresaw


def test_an_unforeseen_error_is_a_card_with_an_id(store: Store, monkeypatch: pytest.MonkeyPatch, caplog) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("secret path /home/x")

    monkeypatch.setattr("dashboard.widgets.header", broken)
    at = page("runs")
    (card,) = at.error
    assert card.proto.title == "Something went wrong on this page" and "secret" not in card.value
    name = str(card.value).split("**")[1]
    assert f"error {name}" in caplog.text and "secret path" in caplog.text
