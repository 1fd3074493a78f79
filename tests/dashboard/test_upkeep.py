"""When something is amiss: the run's log, a full disk, a damaged database, and making room again."""

from __future__ import annotations

import pytest

from core import jobs
from core.records import NOT_CONVERGED, FitState, ModelSpec
from core.store import DiskFull, RunRow, Store
from dashboard import words
from tests.dashboard.pages import begun, compared, drain, frame, keys, page, queued, said, sound

TREE, LINE = ModelSpec("decision_tree"), ModelSpec("logistic_regression")


# ---- rows with a reason, and the log


@pytest.fixture
def failed(store: Store) -> RunRow:
    """A run in which one model fails on every fold: it asks more neighbours than there are rows."""
    return compared(store, "iris", ModelSpec("k_neighbors", settings={"n_neighbors": 900}))


def test_the_log_is_one_click_away_and_shows_no_folders(failed: RunRow) -> None:
    at = page("compare", run=failed.id)
    assert not at.code
    at.session_state[f"log-{failed.id}"] = True
    at.run()
    sound(at)
    (log,) = [str(each.value) for each in at.code]
    assert "Traceback (most recent call last)" in log and 'File "sklearn/' in log and 'File "core/' in log
    assert 'File "/' not in log
    assert "k nearest neighbours, all 3 folds" in said(at)
    (file,) = at.get("download_button")
    assert file.proto.label == "Download the log"


def test_a_run_in_which_all_went_well_has_no_log(store: Store) -> None:
    run = compared(store, "iris", TREE)
    at = page("compare", run=run.id)
    assert not [each for each in at.expander if each.label == "The run's log"]


def test_what_the_machine_said_cannot_act(failed: RunRow, store: Store) -> None:
    with store._write() as db:
        db.execute(
            "UPDATE fit SET reason=?, log=? WHERE state='failed'", ("![x](http://e.org/x.png)", "<b>:red[x]</b>")
        )
    at = page("compare", run=failed.id)
    at.session_state[f"log-{failed.id}"] = True
    at.run()
    sound(at)
    assert at.code[0].value == "<b>:red[x]</b>"  # shown as code, which reads no marks
    assert not any("![x](" in str(each.value) for each in (*at.markdown, *at.caption))


def test_a_model_that_did_not_settle_has_a_badge_and_its_score(store: Store) -> None:
    run = compared(store, "breast_cancer", ModelSpec("logistic_regression", settings={"max_iter": 1}))
    at = page("compare", run=run.id)
    board = frame(at, "score").set_index("model")
    row = board.loc["Logistic regression"]
    assert NOT_CONVERGED in list(row["state"]) and row["score"] > 0.5 and row["rank"]
    (note,) = jobs.result(store, run).model("logistic_regression").notes
    assert note in said(at)
    assert NOT_CONVERGED not in list(board.loc["Baseline", "state"])


def test_a_run_without_a_finished_model_ends_with_the_count_and_the_reasons(store: Store) -> None:
    run = compared(
        store,
        "iris",
        ModelSpec("k_neighbors", settings={"n_neighbors": 900}),
        ModelSpec("baseline", settings={"strategy": "constant"}),
    )
    text = said(page("compare", run=run.id))
    assert "0 of 1 model finished, and guessing did not either." in text and "k nearest neighbours**: Fold 1:" in text


def test_paths_begin_inside_their_package() -> None:
    text = "File \"/a/lib/python3/site-packages/sklearn/base.py\"\nat '/home/me/data/x.csv' http://e.org/a/b and/or 1/2"
    assert words.without_folders(text) == "File \"sklearn/base.py\"\nat 'x.csv' http://e.org/a/b and/or 1/2"


# ---- the disk


@pytest.fixture
def full(idle: Store, monkeypatch: pytest.MonkeyPatch) -> RunRow:
    """A run with one of two models finished when the disk ran full."""
    run = queued(idle, TREE)
    for fold in range(2):
        fit = next(each for each in idle.fits(run.id) if (each.model, each.fold) == ("baseline", fold))
        assert idle.advance_fit(fit, [FitState.QUEUED], FitState.DONE)
    monkeypatch.setattr(Store, "full", lambda _: True)
    monkeypatch.setattr(Store, "refusal", lambda _: "Only 3 MB are free.")
    return run


def test_a_full_disk_is_told_on_every_page_while_something_waits(full: RunRow) -> None:
    for view in ("data", "compare", "look_closer", "map", "runs"):
        at = page(view)
        sound(at)
        assert "Comparison iris → species is paused with 1 of 2 models safe. Free space on the Runs page" in said(at)


def test_a_paused_comparison_tells_no_time_left(full: RunRow, idle: Store) -> None:
    begun(idle, full, "decision_tree")
    text = said(page("compare", run=full.id))
    assert "Paused until there is room on the disk." in text and " left" not in text


def test_a_full_disk_with_nothing_at_work_stands_in_no_ones_way(idle: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Store, "full", lambda _: True)
    assert "paused" not in said(page("map"))


def test_a_start_without_room_is_refused_with_a_sentence(full: RunRow, idle: Store) -> None:
    at = page("compare")
    assert "Only 3 MB are free." in [str(each.value).replace("\\", "") for each in at.warning]
    at.button(key="start").click().run()
    assert "Only 3 MB are free." in [str(each.value).replace("\\", "") for each in at.error]
    assert [each.id for each in idle.runs()] == [full.id]


def test_a_page_that_cannot_write_says_that_the_disk_is_full(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise DiskFull

    monkeypatch.setattr("dashboard.widgets.header", refuse)
    (card,) = page("runs").error
    assert card.proto.title == "The disk is full"


def test_a_damaged_database_is_told_until_somebody_has_taken_note(store: Store) -> None:
    store.note("damaged", "The database was damaged and was set aside.")
    at = page("map")
    assert "The database was damaged and was set aside." in said(at)
    at.button(key="taken_note").click().run()
    sound(at)
    assert "damaged" not in said(at) and "damaged" not in said(page("runs"))


# ---- making room


def opened(store: Store):  # type: ignore[no-untyped-def]
    at = page("runs")
    at.session_state["space"] = True
    return at.run()


def test_the_runs_page_tells_what_each_run_takes(store: Store) -> None:
    run = compared(store, "iris", TREE, LINE)
    text = said(opened(store))
    assert f"{words.size(store.usage()[run.id])} on the disk" in text
    assert f"Fitted models: **{words.size(store.totals().models)}**" in text


def test_fitted_models_are_removed_and_scores_stay(store: Store) -> None:
    run = compared(store, "iris", TREE, LINE)
    models, before = store.totals().models, jobs.result(store, run).leaderboard()["mean"].tolist()
    at = opened(store)
    at.button(key="remove_models").click().run()
    sound(at)
    assert models > 0 and store.totals().models == 0
    assert f"{words.size(models)} freed: fitted models were removed." in said(at)
    assert jobs.result(store, run).leaderboard()["mean"].tolist() == before


def test_models_of_others_stay(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    compared(store, "iris", TREE)
    kept = store.totals().models
    monkeypatch.setattr("dashboard.session.owners", lambda: ("ann",))
    at = page("runs")
    assert "No comparison yet" in said(at) and not keys(at, "remove") and store.totals().models == kept


def test_leftovers_are_removed_unless_somebody_is_at_work(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    compared(store, "iris", TREE)
    monkeypatch.setattr("core.store.upkeep._age", lambda _: 1e6)
    lost = store.home / "fits" / "0123.npz"
    lost.write_bytes(bytes(1500))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jobs, "ensure_supervisor", lambda _: None)
        run = begun(store, queued(store, LINE), "logistic_regression")
        at = opened(store)
        assert at.button(key="remove_leftovers").disabled and lost.exists()
    store.cancel(run.id)
    drain(store)
    at = opened(store)
    at.button(key="remove_leftovers").click().run()
    sound(at)
    assert not lost.exists() and "1.5 kB freed: 1 leftover file was removed." in said(at)


def test_old_runs_are_chosen_and_deleted(store: Store) -> None:
    first, second = compared(store, "iris", TREE), compared(store, "moons:rows=60", TREE)
    at = opened(store)
    assert at.button(key="delete_old").disabled
    at.multiselect(key="old_runs").set_value([first.id]).run()
    at.button(key="delete_old").click().run()
    sound(at)
    assert [each.id for each in store.runs()] == [second.id]
    assert "freed: 1 comparison was deleted." in said(at)


def test_a_supervisor_that_cannot_start_is_said_so(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Nothing can be trained" not in said(page("data"))
    monkeypatch.setattr(jobs, "trouble", lambda _: "The process that trains ended with an error.")
    assert "Nothing can be trained" not in said(page("data")), "nothing waits, and the next start tries again"
    monkeypatch.setattr(jobs, "no_engine", lambda _: "There is no way to the Ray cluster.")
    at = page("data")
    assert [each.value for each in at.error] == [words.escape("There is no way to the Ray cluster.")]
