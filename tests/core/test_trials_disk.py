"""A run on a disk that is full in its middle: nothing finished is lost, deleting works, and it goes on by itself."""

from __future__ import annotations

import json
import os
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.records import FitState, ModelSpec
from core.store import Store
from tests.core.test_store_space import mounted, no_disks
from tests.core.trials import SEED, Ledger, Stage, faulty_models, nap, sizes, told, until

# ---- in a process that alone sees the small disk -------------------------------------------------------------------

MODELS = (nap("a", 0.1), nap("b", 0.2), ModelSpec("random_forest", settings={"n_estimators": 20}))


def fill(store: Store, leave: int) -> Path:
    """Leave so many bytes of the disk."""
    filler = store.folder / "filler"
    with open(filler, "wb", buffering=0) as file:
        try:
            while (more := store.space.free() - leave) > 0:
                file.write(os.urandom(min(more, 2**16)))
        except OSError:  # not one more
            pass
    return filler


def levels(stage: Stage, count: int, patience: int) -> list[dict[str, Any]]:
    """Fill the disk in the middle of a run to different levels, and free it again; wait so long for the run to end."""
    stage.start()
    dice, store, ledger, found = random.Random(SEED), stage.store, Ledger(stage.store), []
    old = stage.submit(nap("old", 0.01))
    for number in range(count):
        until(lambda: stage.ended(old) and store.keep_ballast())  # noqa: B023
        run = stage.submit(*MODELS, seed=number)
        through = dice.randint(0, 10)
        until(lambda: ledger.look(run) >= through)  # noqa: B023
        filler = fill(store, store.space.least * number // count)
        row: dict[str, Any] = {"banner": _seconds(store.full, 5)}
        time.sleep(dice.uniform(0.3, 1.5))  # for fits to end that cannot be written
        row["open"] = len(stage.fits(run)) - ledger.look(run)
        row["deleted"] = store.delete_run(old) and store.run(old) is None
        filler.unlink()
        row["went on"] = _seconds(lambda: ledger.look(run) and stage.ended(run), patience)  # noqa: B023
        row["whole"] = stage.states(run) == {(FitState.DONE, "")}
        found.append(row)
        if row["went on"] is None or ledger.lost:
            break
        old = run
    kept = {"lost": len(ledger.lost), "doubled": len(ledger.doubled), "fits": len(ledger.seen)}
    alive = stage.process is not None and stage.process.poll() is None
    return [*found, kept | {"alive": alive}]


def killed(stage: Stage) -> list[dict[str, Any]]:
    """Kill the supervisor on the full disk, start the next one there, and make room."""
    stage.start()
    store, ledger = stage.store, Ledger(stage.store)
    run = stage.submit(*MODELS)
    until(lambda: store.keep_ballast() and ledger.look(run) >= 2)
    filler = fill(store, 0)
    stage.kill()
    stage.process = stage.launch()
    time.sleep(4)
    alive = stage.process.poll() is None
    filler.unlink()
    went_on = _seconds(lambda: ledger.look(run) and stage.ended(run), 30)
    whole = stage.states(run) == {(FitState.DONE, "")}
    return [{"alive": alive, "went on": went_on, "whole": whole, "lost": len(ledger.lost)}]


def _seconds(seen: Callable[[], Any], most: float) -> float | None:
    try:
        return until(seen, most)
    except AssertionError:
        return None


if __name__ == "__main__":
    trial, where, sabotage, *rest = sys.argv[1:]
    on = Stage(Path(where), sabotage)
    with faulty_models():
        try:
            print(json.dumps({"levels": levels, "killed": killed}[trial](on, *map(int, rest))))
        finally:
            on.stop()

# ---- the tests -------------------------------------------------------------------------------------------------------


def on_a_small_disk(trial: str, folder: Path, sabotage: str = "", *words: str) -> list[dict[str, Any]]:
    """What a trial found on a disk of 24 MB."""
    if why := no_disks():
        pytest.skip(why)
    command = [sys.executable, "-m", "tests.core.test_trials_disk", trial, str(folder), sabotage, *words]
    ran = mounted("size=24m", folder, command)
    assert ran.returncode == 0, ran.stderr[-3000:]
    found: list[dict[str, Any]] = json.loads(ran.stdout)
    print(*found, sep="\n")
    return found


@pytest.mark.parametrize("count", sizes(3, 20, 600))
def test_a_run_goes_on_by_itself_when_there_is_room_again(
    count: int, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    *rows, end = on_a_small_disk("levels", tmp_path, "", str(count), "20")
    latest = max(row["went on"] or 99.0 for row in rows)
    told(
        request,
        "disk full",
        levels=len(rows),
        **{key: end[key] for key in ("fits", "lost", "doubled")},
        latest_end=latest,
    )
    assert len(rows) == count and end["alive"] and not end["lost"] and not end["doubled"]
    for row in rows:
        assert row["banner"] is not None and row["deleted"] and row["whole"], row
    assert any(row["open"] for row in rows), "the disk was full too late"


def test_a_supervisor_that_forgets_what_it_cannot_write_is_caught(tmp_path: Path) -> None:
    *rows, end = on_a_small_disk("levels", tmp_path, "drops", "3", "6")
    assert rows[-1]["went on"] is None or end["lost"]


def test_a_supervisor_that_is_killed_on_a_full_disk_has_a_successor_that_goes_on(tmp_path: Path) -> None:
    (row,) = on_a_small_disk("killed", tmp_path)
    assert row["alive"] and row["went on"] is not None and row["whole"] and not row["lost"]
