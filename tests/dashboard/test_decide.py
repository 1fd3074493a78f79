"""The page that decides: costs asked, a cut-off chosen on practice folds, kept beyond a reload; and where it cannot."""

from __future__ import annotations

import json
import time

import pytest

from core import jobs
from core.decisions import Decision
from core.derived import taken_out
from core.records import ModelSpec, Split
from core.store import Store
from dashboard import decided
from dashboard.words.deciding import hundred, within
from tests.core.trials import submit
from tests.dashboard.pages import charts, compared, frame, page, said, slide, sliding, sound
from tests.pace import in_time

QUICK = (ModelSpec("logistic_regression"), ModelSpec("decision_tree"), ModelSpec("svm_linear"))


def priced(store: Store, *models: ModelSpec, miss: float = 500, alarm: float = 20, folds: int = 4):  # type: ignore[no-untyped-def]
    run = compared(store, "loan_desk:rows=800", *(models or QUICK), folds=folds, positive="yes")
    at = page("decide", run=run.id)
    at.number_input(key=f"miss-{run.id}").set_value(miss)
    at.number_input(key=f"alarm-{run.id}").set_value(alarm).run()
    sound(at)
    return run, at


def test_costs_lead_to_a_cut_off_and_to_money_with_an_interval(store: Store) -> None:
    _, at = priced(store, miss=100)
    told = said(at)
    assert "What do mistakes cost?" in told and "1,000 cases cost" in told and "flagging from a" in told
    assert "better than with flagging no one" in told and "Whether that is better than the usual cut-off" in told, told
    assert "For each of 4 folds the cut-off is chosen on the rows of the other folds" in told
    board = frame(at, "money")
    assert set(board["model"]) >= {"Logistic regression", "Decision tree", "Flagging no one", "Flagging everyone"}
    assert (board["money"].head(3).diff().dropna() <= 0).all(), "the best comes first"
    assert board.loc[board["model"] == "Flagging everyone", "money"].iloc[0] == pytest.approx(-18_000, abs=400)
    at.number_input[0].set_value(500.0).run()
    assert "Whether any model brings more than flagging everyone cannot be told" in said(at)
    assert "better than with the usual cut-off" in said(at)
    assert charts(at) == 1 and len(at.get("bidi_component")) > 0, "money, and the matrix, which changes in place"


def test_moving_the_slider_moves_all_that_follows_from_it_at_once(store: Store) -> None:
    run, at = priced(store, ModelSpec("logistic_regression"))
    before = sliding(at)
    assert before["at"] < 200 and len(before["places"]) == 1_001, "a miss is dear, so little suspicion is enough"
    slide(at, 0.9)
    sound(at)
    after = sliding(at)
    at.session_state[f"ends-{run.id}-logistic_regression"] = "missed"
    at.run()
    missed = frame(at, "late_payments")
    assert (
        (missed["default"] == "yes").all() and (missed["score"] < 0.9).all() and missed["score"].is_monotonic_decreasing
    )
    assert after["at"] == 900 and after["places"] == before["places"], "the browser has them all"
    assert "All held-out rows at this one cut-off. Try many" in said(at)
    row = store.run(run.id)
    weighing = decided.weighing(row, "logistic_regression")
    began = time.process_time()
    counts = weighing.counts(0.9)
    found, right = weighing.share(counts.hits, counts.hits + counts.misses), weighing.share(counts.hits, counts.flagged)
    assert in_time(time.process_time() - began, 0.1)
    called, (_, *shares), ends = after["places"][900]
    assert shares == [f"{hundred(each.value)}{within(each)}" for each in (found, right)] and called == 0
    assert ends == [f"{each:,.0f}" for each in (counts.hits, counts.misses, counts.alarms)]
    assert f"{counts.misses:,.0f} missed" in after["about"][1][1].format(*ends)
    next(each for each in at.button if each.label == "Best").click().run()
    assert sliding(at) == before and not at.warning


def test_what_is_chosen_outlives_a_reload_and_goes_with_the_model(store: Store) -> None:
    run, at = priced(store, ModelSpec("logistic_regression"))
    at.button(key="keep-logistic_regression").click().run()
    sound(at)
    assert "now flags from a probability of" in said(at)
    kept = Decision.from_json(store.decisions(run.id)["logistic_regression"])
    assert kept.costs == {"miss": 500, "alarm": 20, "hit": 0, "rejection": 0} and kept.positive == "yes"
    assert kept.chosen == "by money" and kept.low < kept.money < kept.high < 0
    assert kept.chosen_on == "predictions of 800 rows that were held out, 4 folds"
    again = page("decide", run=run.id)
    assert again.number_input(key=f"miss-{run.id}").value == 500
    assert again.button(key="keep-logistic_regression").disabled
    written = jobs.result(store, run).to_json()
    models = {each["id"]: each["decision"] for each in json.loads(json.dumps(written, allow_nan=False))["models"]}
    assert models["baseline"] is None and models["logistic_regression"]["cut_off"] == kept.cut_off
    taken = taken_out(store, run.id, "logistic_regression")
    rows = jobs.read(store, "loan_desk:rows=800").frame[[each.name for each in run.problem.features]]
    sure = taken.predict_proba(rows)[:, run.problem.classes.index("yes")]
    assert taken.predict(rows).tolist() == (sure >= kept.cut_off).astype(int).tolist()
    again.button(key="file-logistic_regression").click().run()
    sound(again)
    assert "trained on all 800 practice rows. It flags from a probability of" in said(again)
    [download] = again.get("download_button")
    assert download.proto.label == "Download loan_desk_rows_800-logistic_regression.skops"
    assert "from core.model_files import load" in again.code[0].value
    store.remove_models()
    again.run()
    assert again.get("download_button") == [] and again.button(key="file-logistic_regression")
    again.button(key="drop-logistic_regression").click().run()
    assert list(store.decisions(run.id)) == [decided.TERMS]
    store.delete_run(run.id)
    assert store.decisions(run.id) == {}


def test_a_cut_off_by_hand_is_kept_as_such(store: Store) -> None:
    run, at = priced(store, ModelSpec("svm_linear"))
    assert "decision score" in said(at)
    slide(at, 0.5)
    at.button(key="keep-svm_linear").click().run()
    sound(at)
    kept = Decision.from_json(store.decisions(run.id)["svm_linear"])
    assert (kept.chosen, kept.on, kept.money) == ("by hand", "decision score", None)


def test_flagging_no_one_has_a_place_on_the_slider(store: Store) -> None:
    _, at = priced(store, ModelSpec("decision_tree"), miss=1, alarm=500)
    given = sliding(at)
    called, (_, found, right), ends = given["places"][given["at"]]
    assert given["at"] == 1_000 and found.startswith("0 (") and right == "–"
    assert "0 are flagged" in said(at) and ends[::2] == ["0", "0"] and called == 0


@pytest.mark.parametrize(("miss", "alarm", "told"), [(0, 0, "All amounts are 0"), (0, 5, "flag no one")])
def test_costs_of_nothing_are_answered(store: Store, miss: float, alarm: float, told: str) -> None:
    _, at = priced(store, ModelSpec("logistic_regression"), miss=miss, alarm=alarm)
    assert told in said(at)


def test_a_hold_out_says_that_luck_cannot_be_told(store: Store) -> None:
    run = submit(store, ModelSpec("logistic_regression"), source="loan_desk:rows=800", split=Split("holdout"))
    at = page("decide", run=run)
    sound(at)
    assert "one half of the held-out rows and judged on the other" in said(at)
    assert "cannot be said from one division of the rows" in said(at)


def test_several_classes_have_a_matrix(store: Store) -> None:
    run = compared(store, "iris", *QUICK[:2])
    at = page("decide", run=run.id)
    sound(at)
    assert "What does it cost to call a case of one class another one?" in said(at)
    assert "always saying the same class" in said(at) and "Always saying the same class" in set(
        frame(at, "money")["model"]
    )
    at.session_state[f"matrix-{run.id}"] = {"edited_rows": {0: {"1": 50.0}}, "added_rows": [], "deleted_rows": []}
    at.run()
    sound(at)
    assert store.decisions(run.id)[decided.TERMS]["matrix"][0] == [0.0, 50.0, 1.0]
    at.switch_page("views/runs.py").run()
    at.switch_page("views/decide.py").run()
    assert store.decisions(run.id)[decided.TERMS]["matrix"][0] == [0.0, 50.0, 1.0]
    assert frame(at, "is")["1"].tolist() == [50.0, 0.0, 1.0]
    model = next(str(each.key) for each in at.button if str(each.key).startswith("keep-"))
    at.button(key=model).click().run()
    sound(at)
    kept = Decision.from_json(store.decisions(run.id)[model.removeprefix("keep-")])
    assert kept.matrix[0] == (0.0, 50.0, 1.0) and kept.classes == ("setosa", "versicolor", "virginica")


def test_numbers_have_no_cut_off(store: Store) -> None:
    run = compared(store, "diabetes", ModelSpec("ridge"))
    at = page("decide", run=run.id)
    sound(at)
    assert "This does not apply here" in said(at)
