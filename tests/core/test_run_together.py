"""Folds that are trained at once come to what they come to one by one, and a fold that fails fails alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from core.data import make_problem, table_of_frame
from core.engines import AFTER, FITS, Job
from core.engines.inline import InlineEngine
from core.models import MODELS
from core.progress import Step, listening
from core.records import FitState, ModelSpec, Roles, RunSpec, RunState, Split
from core.run import Fitted, Setting, execute, execute_together, setting
from core.store import Store
from tests.core import places
from tests.core.places import Place
from tests.core.trials import submit

NETWORK = ModelSpec("feed_forward", "", {"max_epochs": 8, "hidden_layer_sizes": (16,), "batch_size": 32})


def shop(rows: int = 307) -> pd.DataFrame:
    """Numbers with gaps and categories, some so rare that not every fold has them."""
    draw = np.random.default_rng(0)
    price, kind = draw.normal(10, 3, rows), draw.choice(["tea", "coffee", "rare"], rows, p=[0.6, 0.39, 0.01])
    sold = price * (kind == "tea") - 4 + draw.normal(size=rows) > 0
    price[::17] = np.nan
    return pd.DataFrame({"price": price, "kind": kind, "sold": np.where(sold, "yes", "no")})


def begun(frame: pd.DataFrame, **changes: object) -> Setting:
    table = table_of_frame(frame, "shop")
    roles = Roles("sold", kinds={"kind": "category"})
    spec = RunSpec(table.name, table.fingerprint, roles, Split("kfold", folds=5), (NETWORK,))
    return setting(replace(spec, **changes), table, make_problem(table, roles))  # type: ignore[arg-type]


def test_folds_at_once_come_to_what_they_come_to_one_by_one() -> None:
    shared = begun(shop())
    together = execute_together(shared, NETWORK, range(5))
    for number, other in enumerate(together):
        assert isinstance(other, Fitted)
        one = execute(shared, NETWORK, number)
        np.testing.assert_array_equal(one.predictions.rows, other.predictions.rows)
        np.testing.assert_allclose(one.predictions.probabilities, other.predictions.probabilities, atol=1e-3)
        assert one.outcome.notes == other.outcome.notes and one.outcome.marks == other.outcome.marks
        assert len(one.outcome.curve) == len(other.outcome.curve)
        assert 0 < other.outcome.fit_seconds < 60 and other.outcome.predict_seconds > 0
        assert other.pipeline.predict(shared.samples.take(np.arange(3))).shape == (3,)


def test_steps_name_the_fold_that_they_are_about() -> None:
    heard: list[Step] = []
    with listening(heard.append):
        together = execute_together(begun(shop()), NETWORK, (4, 1))
    for part, each in enumerate(together):
        assert isinstance(each, Fitted)
        assert tuple(step.point for step in heard if step.part == part) == each.outcome.curve


def test_a_fold_that_fails_takes_no_other_along(monkeypatch: pytest.MonkeyPatch) -> None:
    from core.networks import FeedForwardClassifier

    lesson, asked = FeedForwardClassifier.lesson, []

    def second_fails(self: FeedForwardClassifier, *given: object) -> object:
        asked.append(1)
        if len(asked) == 2:
            raise ValueError("not this one")
        return lesson(self, *given)

    monkeypatch.setattr(FeedForwardClassifier, "lesson", second_fails)
    first, second, third = execute_together(begun(shop()), NETWORK, range(3))
    assert isinstance(second, ValueError) and "not this one" in str(second)
    assert isinstance(first, Fitted) and isinstance(third, Fitted)


def test_every_model_that_says_so_can_be_trained_at_once() -> None:
    shared = begun(shop(120))
    able = [entry for entry in MODELS.values() if entry.at_once]
    assert able
    for entry in able:
        rounds = entry.cost.rounds
        short = {rounds.setting: 2} if rounds is not None else {}
        for each in execute_together(shared, ModelSpec(entry.name, "", short), (0, 1)):
            assert isinstance(each, Fitted), (entry.name, each)


# -- through an engine and the supervisor


@pytest.fixture(scope="module", params=["inline", "local"])
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with places.place(request.param, tmp_path_factory.mktemp(request.param)) as opened:
        yield opened


def at_once(place: Place, id: str, **settings: object) -> Job:
    job = place.fit(id, "feed_forward", **settings)
    params = {**job.params, "folds": [1, 2], "keys": [f"{id}1", f"{id}2"]}
    return replace(job, params=params, others=(f"{id}1", f"{id}2"))


def test_each_fit_of_a_job_has_events_of_its_own(place: Place) -> None:
    place.start(at_once(place, "three", max_epochs=3))
    ends = [place.end(name, 150) for name in ("three1", "three2", "three")]
    assert [each.kind for each in ends] == ["done"] * 3
    assert all(AFTER in each.result and place.store.files.predictions(each.job) is not None for each in ends)
    assert [each.job for each in place.heard if each.kind == "done"][-1] == "three", "the job's own comes last"
    for each in ends:
        place.after(each.job)


def test_all_fits_of_a_job_are_stopped_together(place: Place) -> None:
    place.start(at_once(place, "stopped", max_epochs=10_000, early_stopping=False))
    if not isinstance(place.engine, InlineEngine):  # there nothing has begun yet
        place.step("stopped2", 150)
    place.engine.stop("stopped1", "stopped by you")
    ends = [place.end(name, 150) for name in ("stopped", "stopped1", "stopped2")]
    assert {each.kind for each in ends} <= {"done", "ended"} and len({each.kind for each in ends}) == 1
    assert {each.reason for each in ends} == {"stopped by you"}
    assert place.engine.free(FITS) > 0


def test_a_supervisor_shares_the_folds_out_among_the_free_places(
    in_place: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[Job] = []
    free, start = InlineEngine.free, InlineEngine.start

    def two_places(engine: InlineEngine, lane: str) -> int:
        return max(0, 2 - len(engine._jobs)) if lane == FITS else free(engine, lane)

    def noted(engine: InlineEngine, job: Job) -> None:
        started.append(job)
        start(engine, job)

    monkeypatch.setattr(InlineEngine, "free", two_places)
    monkeypatch.setattr(InlineEngine, "start", noted)
    run = submit(in_place, NETWORK, split=Split("kfold", folds=5))
    row = in_place.run(run)
    assert row is not None and row.state == RunState.DONE
    fits = [each for each in in_place.fits(run) if each.model == NETWORK.id]
    assert [each.state for each in fits] == [FitState.DONE] * 5
    assert all(each.outcome is not None and len(each.outcome.curve) > 1 for each in fits)
    shared_out = [len(job.names) for job in started if job.params.get("name") == "feed_forward"]
    assert sum(shared_out) == 5 and len(shared_out) == 2
