"""A store whose process dies at any point: it shows what it showed before a step or after it, and nothing between.

The deaths come at every point that `tests.core.points` knows, one after the other, in children of a process of its own,
which never has a store open itself: a database that is open may not be taken along into a child.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import traceback
from bisect import bisect_left
from collections.abc import Callable
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from core.store import Store, opening
from core.store import files as store_files
from tests.core.points import LIFE, QUICK, Step, checkpoint, files, finish_too_early, view, watch

V1 = Path(__file__).parents[1] / "fixtures" / "store-v1"
DIED = 137
ENOUGH = 3  # wrong states after which a trial ends


# ---- in a process of its own ---------------------------------------------------------------------------------------


def in_child(work: Callable[[], Any]) -> Any:
    """What a piece of work gives in a forked child; `DIED` if that child died as it was meant to."""
    reads, writes = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.write(writes, json.dumps(work()).encode())
            code = 0
        except BaseException:
            traceback.print_exc()
        os._exit(code)
    os.close(writes)
    with open(reads, "rb") as pipe:
        answer = pipe.read()
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert status in (0, DIED), f"the child ended with {status}"
    return json.loads(answer) if status == 0 else DIED


def shown(folder: Path) -> list[Any]:
    """What a store shows once its leftovers are cleaned away, and which files it has then."""
    store = Store(folder)
    past = time.time() - 10 * 86_400
    for path in folder.rglob("*"):
        if path.is_file() and "bakeoff" not in path.name:
            os.utime(path, (past, past))
    store.remove_leftovers()
    assert [opening.damage_of(each) for each in opening.backups(store.home)] == [""] * len(opening.backups(store.home))
    return [view(store), sorted(files(folder) - {"store/opening.lock"})]


def live(folder: Path, steps: tuple[Step, ...], fatal: int = 0) -> int:
    """Take all steps, to die at one of the points on the way; gives how many there were."""
    points = 0

    def point(name: str) -> None:
        nonlocal points
        points += 1
        if points == fatal:
            os._exit(DIED)

    watch(pytest.MonkeyPatch(), point)
    store = Store(folder)
    for step in steps:
        step(store)
    return points


def trial(base: Path, folder: Path, steps: tuple[Step, ...], every: int) -> dict[str, Any]:
    """Die at every so many points of these steps; gives their number, and those after which the store was not right."""

    def fresh() -> Path:
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(base, folder)
        return folder

    def after(many: int) -> tuple[int, list[Any]]:
        return in_child(lambda: [live(fresh(), steps[:many]), shown(folder)])

    reached, views = zip(*((0, in_child(lambda: shown(fresh()))), *map(after, range(len(steps) + 1))), strict=True)
    wrong = []
    for fatal in range(1, reached[-1] + 1, every):
        assert in_child(partial(live, fresh(), steps, fatal)) == DIED
        found, left = in_child(lambda: shown(folder))
        step = bisect_left(reached, fatal)
        before, later = views[step - 1], views[step]
        if found not in (before[0], later[0]) or not {*before[1], *later[1]}.issuperset(left):
            wrong.append(fatal)
        if len(wrong) == ENOUGH:
            break
    return {"points": reached[-1], "wrong": wrong}


@contextmanager
def in_place(path: Path) -> Any:
    """The control: a file that is written where it will lie."""
    yield path


def upset(base: Path) -> None:
    """Damage a database that has a backup."""
    Store(base).back_up()
    with open(base / "store" / opening.NAME, "r+b") as file:
        file.write(b"not a database at all")


def life(base: Path) -> tuple[Step, ...]:
    return LIFE


def written_in_place(base: Path) -> tuple[Step, ...]:
    in_child(lambda: live(base, LIFE[:6]))
    store_files._replacing = in_place  # type: ignore[assignment]
    return tuple(partial(checkpoint, fold=1, epoch=each) for each in range(3))


def row_first(base: Path) -> tuple[Step, ...]:
    in_child(lambda: live(base, LIFE[:4]))
    return (partial(finish_too_early, fold=0),)


def upgrade(base: Path) -> tuple[Step, ...]:
    shutil.copytree(V1, base, dirs_exist_ok=True)
    return (lambda store: None,)


def damage(base: Path) -> tuple[Step, ...]:
    in_child(lambda: live(base, LIFE[:6]) and upset(base))
    return (lambda store: None,)


TRIALS: dict[str, Callable[[Path], tuple[Step, ...]]] = {
    each.__name__: each for each in (life, upgrade, damage, row_first, written_in_place)
}

if __name__ == "__main__":
    from pyarrow import feather  # noqa: F401 - once, and not in every child

    base = Path(sys.argv[2]) / "base"
    base.mkdir()
    steps = TRIALS[sys.argv[1]](base)
    print(json.dumps(trial(base, base.with_name("trial"), steps, int(sys.argv[3]))))


# ---- the tests -----------------------------------------------------------------------------------------------------


def deaths(name: str, every: int = 1) -> dict[str, Any]:
    """The outcome of a trial, in a process of its own."""
    with tempfile.TemporaryDirectory(dir=QUICK) as folder:
        command = [sys.executable, "-m", "tests.core.test_store_crashes", name, folder, str(every)]
        ran = subprocess.run(command, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr[-3000:]
    found: dict[str, Any] = json.loads(ran.stdout)
    print(f"{name}: {found['points']} points, wrong after {found['wrong']}")
    return found


@pytest.mark.parametrize(
    ("name", "points", "every"),
    [("life", 150, 3), pytest.param("life", 150, 1, marks=pytest.mark.slow), ("upgrade", 15, 1), ("damage", 15, 1)],
)
def test_a_death_at_any_point_leaves_the_store_before_or_after_a_step(name: str, points: int, every: int) -> None:
    found = deaths(name, every)
    assert found["points"] > points
    assert found["wrong"] == []


@pytest.mark.parametrize("name", ["row_first", "written_in_place"])
def test_a_store_that_writes_in_the_wrong_order_or_place_is_caught(name: str) -> None:
    assert deaths(name)["wrong"]
