"""The longer trials, run by ``make test-slow``: many kills, and every real table that lies beside the project."""

from __future__ import annotations

import csv
import os
import random
import signal
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from core import jobs
from core.data import Unreadable, Unusable, propose_target, read_table
from core.records import FitState, ModelSpec, Roles, RunSpec, Split
from core.run import compare
from core.store import Store

pytestmark = pytest.mark.slow

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data"
KILLS_OF_WORKERS = 30


@pytest.mark.timeout(600)
def test_a_run_whose_workers_are_killed_comes_to_the_same(served: Store) -> None:
    names = ("baseline", "random_forest", "extra_trees", "gradient_boosting", "ada_boost", "feed_forward")
    models = tuple(ModelSpec(each) for each in names)
    table = jobs.read(served, "moons:rows=1500")
    run = jobs.submit(
        served, RunSpec(table.name, table.fingerprint, Roles(table.target), Split("repeated", 5, 3), models), table
    )
    dice, kills = random.Random(1), 0
    while not jobs.ended(served.run(run)):  # type: ignore[arg-type]
        time.sleep(dice.uniform(0.3, 0.8))
        if kills < KILLS_OF_WORKERS:
            supervisor = psutil.Process(served.noted("supervisor")["pid"])
            busy = [each for each in supervisor.children(recursive=True) if each.nice() == 10]
            with suppress(ProcessLookupError, IndexError):
                os.kill(dice.choice(busy).pid, signal.SIGKILL)
                kills += 1
    assert kills > 5
    states = {(each.state, each.reason) for each in served.fits(run)}
    assert states <= {(FitState.DONE, ""), (FitState.FAILED, "the worker crashed (SIGKILL)")}
    ours = jobs.result(served, served.run(run))  # type: ignore[arg-type]
    theirs = compare("moons:rows=1500", models=models, split=Split("repeated", 5, 3))
    for model in ours.models:
        calm = {fit.fold: fit.outcome for fit in theirs.model(model.id).done}
        for fit in model.done:
            assert fit.outcome is not None and calm[fit.fold] is not None
            assert fit.outcome.scores == pytest.approx(calm[fit.fold].scores, abs=1e-6)  # type: ignore[union-attr]


def real_tables() -> list[tuple[str, str]]:
    if not (SHARED / "INDEX.csv").exists():
        return []
    with (SHARED / "INDEX.csv").open(encoding="utf-8") as index:
        return [(row["file"], row["target"]) for row in csv.DictReader(index)]


@pytest.mark.skipif(not real_tables(), reason="the real tables are not beside the project")
@pytest.mark.timeout(900)
@pytest.mark.parametrize("folder", sorted({file.split("/")[0] for file, _ in real_tables()}))
def test_every_real_table_ends_in_scores_or_in_a_sentence(folder: str) -> None:
    scored = 0
    for file, target in real_tables():
        if not file.startswith(f"{folder}/"):
            continue
        try:
            table = read_table(SHARED / file)
            known = target if target in table.frame.columns else propose_target(table).value
            result = compare(table, known, models=["decision_tree"], split="holdout")
        except (Unreadable, Unusable) as error:
            assert len(str(error)) > 10 and str(error).endswith((".", "?")), f"{file}: {error}"
            continue
        tree = result.model("decision_tree")
        assert tree.state == FitState.DONE, f"{file}: {tree.reason}"
        assert tree.mean(result.metric) is not None or tree.undefined(result.metric).endswith(".")
        scored += tree.mean(result.metric) is not None
    assert scored or folder in {"arff_other", "images", "statistics"}, f"nothing in {folder} could be scored"
