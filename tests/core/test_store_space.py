"""Room on the disk: what is refused when it gets scarce, what still works when there is none, and how some is made.

The full disks are real ones, small and in memory, which a process of its own mounts for itself.
"""

from __future__ import annotations

import errno
import json
import os
import resource
import shutil
import subprocess
import sys
from collections import namedtuple
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.records import FitState, Predictions, RunState
from core.store import DiskFull, Store, is_full, space
from tests.core.points import LIFE, OUTCOME, PROBLEM, SPEC, fit, view

MEGABYTE = 10**6
LEVELS = {3: (0, 60_000, 700_000), 20: (0, *(int(4096 * 1.4**each) for each in range(19)))}  # bytes left free

# ---- in a process of its own, on a disk of its own -----------------------------------------------------------------


def big(number: int) -> Predictions:
    """Predictions of some 50 kB."""
    return Predictions(np.arange(2000), np.full(2000, number), np.arange(2000))


def finish(store: Store, run: str, fold: int) -> str:
    """Take a fit through; gives its key."""
    own = fit(fold, f"{run}k{fold}", run=run)
    store.advance_fit(own, [FitState.QUEUED], FitState.RUNNING)
    store.files.put_predictions(own.key, big(fold))
    store.finish_fit(own, OUTCOME)
    return own.key


def add(store: Store, run: str, fits: int) -> None:
    store.add_run(run, "", SPEC, PROBLEM, [fit(each, f"{run}k{each}", run=run) for each in range(fits)])
    store.advance_run(run, [RunState.QUEUED], RunState.RUNNING)


def fill(folder: Path, left: int) -> None:
    """Leave so many bytes of the disk free."""
    with open(folder / "filler", "ab", buffering=0) as file, suppress(OSError):
        while (much := shutil.disk_usage(folder).free - left) > 0:
            file.write(bytes(min(much, 2**20)))


def to_the_brim(store: Store, run: str) -> list[str]:
    """Finish fits, and then write smaller and smaller things, until nothing goes; gives what was finished."""
    done: list[str] = []
    with pytest.raises(DiskFull) as caught:
        for each in range(1000):
            done.append(finish(store, run, each))
    assert is_full(caught.value) and str(caught.value).endswith(".")
    for size in (20_000, 2_000, 10):
        with suppress(DiskFull):
            for each in range(1000):
                store.request(f"{run}{size}n{each}", "x", {"much": "x" * size})
    return done


def intact(store: Store, done: list[str]) -> bool:
    """Whether what was acknowledged is there in full."""
    stored = [store.files.predictions(key) for key in done]
    return store.known_keys(done) == set(done) and all(
        each is not None and np.array_equal(each.rows, np.arange(2000)) for each in stored
    )


def opens_elsewhere(folder: Path) -> bool:
    """Whether another process can open the store and read it."""
    code = "import sys; from pathlib import Path; from core.store import Store; Store(Path(sys.argv[1])).runs()"
    return subprocess.run([sys.executable, "-c", code, str(folder)], capture_output=True).returncode == 0


def levels(folder: Path, ballast: str, count: str) -> list[dict[str, Any]]:
    """Fill the disk at several levels; delete; make room; go on with the same store."""
    store = Store(folder / "data")
    found = []
    for number, left in enumerate(LEVELS[int(count)]):
        old, new = f"old{number}", f"new{number}"
        add(store, old, 3)
        kept = [finish(store, old, each) for each in range(3)]
        add(store, new, 1000)
        store.advance_run(old, [RunState.RUNNING], RunState.DONE)
        held = ballast == "with" and store.keep_ballast()
        fill(folder, left)
        done = to_the_brim(store, new)
        row = {"left": left, "held": held, "done": len(done), "full": store.full(), "refused": bool(store.refusal())}
        row["intact"], row["read"] = intact(store, [*kept, *done]), opens_elsewhere(store.folder)
        try:
            row["deleted"] = store.delete_run(old) and not store.files.predictions_path(kept[0]).exists()
        except DiskFull:
            row["deleted"] = False
        row["still full"] = store.full()
        (folder / "filler").unlink()
        row["intact later"] = intact(store, done)
        row["went on"] = not store.full() and bool(finish(store, new, 999))
        store.cancel(new)
        store.advance_run(new, [RunState.RUNNING], RunState.CANCELLED)
        store.delete_run(new)
        shutil.rmtree(store.home / "backups", ignore_errors=True)
        found.append(row)
    return found


def opening(folder: Path, ballast: str, _: str) -> list[dict[str, Any]]:
    """Open a store that nobody has open on a disk without a byte."""
    store = Store(folder / "data")
    add(store, "r1", 3)
    store.note("since", True)
    held = ballast == "with" and store.keep_ballast()
    store._let_go()
    fill(folder, 0)
    return [{"held": held, "read": opens_elsewhere(store.folder), "ballast": store.space._held() / store.space.size}]


def inodes(folder: Path, *_: str) -> list[dict[str, Any]]:
    """Make files until the disk can hold no further one."""
    store = Store(folder / "data", keep_open=True)
    add(store, "r1", 1000)
    done: list[str] = []
    with suppress(DiskFull):
        for each in range(1000):
            done.append(finish(store, "r1", each))
    row = {"done": len(done), "intact": intact(store, done), "free": store.space.free()}
    store.cancel("r1")
    store.advance_run("r1", [RunState.RUNNING], RunState.CANCELLED)
    row["deleted"] = store.delete_run("r1")
    add(store, "r2", 1)
    row["went on"] = bool(finish(store, "r2", 0))
    return [row]


def longest(folder: Path, *_: str) -> list[dict[str, Any]]:
    """Write under a limit to the length of a file, as on a disk with one."""
    store = Store(folder / "data")
    store.files.put_predictions("k", big(1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, resource.RLIM_INFINITY))
    try:
        store.files.put_predictions("k", big(2))
        said = ""
    except DiskFull as error:
        said = str(error)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    kept = store.files.predictions("k")
    return [{"said": said, "intact": kept is not None and bool(kept.actual[0] == 1)}]


TRIALS: dict[str, Callable[..., list[dict[str, Any]]]] = {
    each.__name__: each for each in (levels, opening, inodes, longest)
}

if __name__ == "__main__":
    name, where, *rest = sys.argv[1:]
    print(json.dumps(TRIALS[name](Path(where), *rest)))

# ---- the tests on full disks ---------------------------------------------------------------------------------------

MOUNT = 'mount -t tmpfs -o "$0" tmpfs "$1" && shift && exec "$@"'


def mounted(options: str, folder: Path | str, command: list[str]) -> subprocess.CompletedProcess[str]:
    """A command that alone sees a small disk in the place of a folder."""
    words = ["unshare", "-m", "sh", "-c", MOUNT, options, str(folder), *command]
    return subprocess.run(words, capture_output=True, text=True)


@cache
def no_disks() -> str:
    """Why no disk can be mounted here; empty where it can."""
    if shutil.which("unshare") and mounted("size=1m", "/mnt", ["true"]).returncode == 0:
        return ""
    return "mounting a small disk takes Linux and more rights"


def on_a_disk(name: str, folder: Path, *words: str, options: str = "size=16m") -> list[dict[str, Any]]:
    """What a trial found on a small disk of its own."""
    if why := no_disks():
        pytest.skip(why)
    ran = mounted(options, folder, [sys.executable, "-m", "tests.core.test_store_space", name, str(folder), *words])
    assert ran.returncode == 0, ran.stderr[-3000:]
    found: list[dict[str, Any]] = json.loads(ran.stdout)
    print(*found, sep="\n")
    return found


@pytest.mark.parametrize("count", [3, pytest.param(20, marks=[pytest.mark.slow, pytest.mark.timeout(600)])])
def test_on_a_full_disk_nothing_finished_is_lost_and_deleting_makes_room(count: int, tmp_path: Path) -> None:
    found = on_a_disk("levels", tmp_path, "with", str(count))
    assert len(found) == count
    for row in found:
        assert row["held"] and row["full"] and row["refused"], row
        assert row["intact"] and row["read"] and row["intact later"], row
        assert row["deleted"] and row["went on"], row


def test_without_a_ballast_deleting_would_fail(tmp_path: Path) -> None:
    found = on_a_disk("levels", tmp_path, "without", "3")
    assert not all(row["deleted"] for row in found)
    assert all(row["intact"] and row["intact later"] and row["went on"] for row in found)


def test_a_store_that_nobody_has_open_is_read_on_a_full_disk(tmp_path: Path) -> None:
    (row,) = on_a_disk("opening", tmp_path, "with", "")
    assert row["held"] and row["read"] and 0.9 < row["ballast"] < 1


def test_without_a_ballast_it_could_not_be_read(tmp_path: Path) -> None:
    (row,) = on_a_disk("opening", tmp_path, "without", "")
    assert not row["read"]


def test_a_disk_that_holds_no_further_file_is_a_full_disk(tmp_path: Path) -> None:
    (row,) = on_a_disk("inodes", tmp_path, options="size=64m,nr_inodes=80")
    assert 20 < row["done"] < 80 and row["free"] > 10 * MEGABYTE
    assert row["intact"] and row["deleted"] and row["went on"]


def test_a_file_that_may_not_grow_further_is_a_full_disk(tmp_path: Path) -> None:
    (row,) = on_a_disk("longest", tmp_path)
    assert row["said"].startswith("The disk is full") and row["intact"]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_a_full_disk_is_known_by_its_error(number: int) -> None:
    assert is_full(OSError(number, "")) and is_full(DiskFull())
    assert not is_full(OSError(errno.EIO, "")) and not is_full(ValueError())


# ---- scarce room ---------------------------------------------------------------------------------------------------

Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Callable[[int, int], None]:
    """Sets the size of the disk and what is free of it."""

    def sized(total: int, free: int) -> None:
        monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(total, total - free, free))

    return sized


def test_under_200_mb_a_run_is_refused_with_a_sentence(disk: Callable[[int, int], None], tmp_path: Path) -> None:
    disk(10**12, 199 * MEGABYTE)
    store = Store(tmp_path)
    assert store.refusal().startswith("Only 199 MB are free on the disk") and "200 MB" in store.refusal()
    assert not store.full()
    disk(10**12, 200 * MEGABYTE)
    assert store.refusal() == ""


def test_there_is_too_little_room_to_go_on_when_only_what_the_ballast_left_is_free(
    disk: Callable[[int, int], None], tmp_path: Path
) -> None:
    disk(10**12, 10**11)
    store = Store(tmp_path)
    assert store.keep_ballast() and store.keep_ballast()
    disk(10**12, 21 * MEGABYTE)
    assert not store.full()
    disk(10**12, 19 * MEGABYTE)
    assert store.full()
    store.space.release()
    disk(10**12, 40 * MEGABYTE)
    assert store.full() and not store.keep_ballast() and not store.space.ballast.exists()
    disk(10**12, 60 * MEGABYTE)
    assert not store.full() and store.keep_ballast()


def test_the_ballast_takes_real_blocks(store: Store) -> None:
    store.keep_ballast()
    state = os.stat(store.space.ballast)
    assert state.st_size == space.BALLAST and state.st_blocks * 512 >= space.BALLAST
    store.space.give_way()
    assert state.st_size > os.stat(store.space.ballast).st_size > 0.99 * state.st_size
    assert store.keep_ballast() and os.stat(store.space.ballast).st_size == state.st_size


def test_small_disks_have_small_thresholds(disk: Callable[[int, int], None], tmp_path: Path) -> None:
    disk(8 * 2**20, 7 * 2**20)
    room = space.Space(tmp_path)
    assert (room.for_a_run, room.least, room.size) == (838_860, 167_772, 2**20)
    assert room.refusal() == "" and not room.full()


@pytest.mark.parametrize(("size", "words"), [(312, "312 bytes"), (1_260_000, "1.3 MB"), (17_400_000_000, "17 GB")])
def test_bytes_are_said_in_words(size: int, words: str) -> None:
    assert space.in_words(size) == words


# ---- what is kept, and what is cleaned away ------------------------------------------------------------------------


@pytest.fixture
def kept(store: Store) -> Store:
    """Two runs that share a fit, both over."""
    for step in LIFE[:5]:
        step(store)
    store.add_run("r2", "me", SPEC, PROBLEM, [fit(0, "k0", FitState.DONE, "r2")])
    for run in ("r1", "r2"):
        store.cancel(run)
        store.advance_run(run, [RunState.QUEUED, RunState.RUNNING], RunState.DONE)
    return store


def test_what_runs_take_counts_every_file_once(kept: Store) -> None:
    paths = (kept.files.predictions_path("k0"), kept.files.model_path("k0"))
    size = sum(path.stat().st_size for path in paths)
    assert size > 500 and kept.usage() == {"r1": size, "r2": 0}
    totals = kept.totals()
    assert (totals.models, totals.predictions) == (500, paths[0].stat().st_size)
    assert totals.tables == kept.files.frame_path("feed").stat().st_size
    assert totals.rest > 0 and totals.free > 0


def test_models_are_removed_of_some_runs_or_of_all_and_what_was_said_stays(kept: Store) -> None:
    assert kept.remove_models(["r9"]) == 0
    assert kept.remove_models(["r1"], dry_run=True) == 500 == kept.totals().models
    assert kept.remove_models(["r1"]) == 500
    assert not kept.files.has_model("k0") and kept.known_keys(["k0"]) == {"k0"}
    assert kept.files.put_model("other", b"model") == 5
    assert kept.remove_models() == 5


def test_leftovers_are_removed_and_nothing_that_is_wanted(kept: Store) -> None:
    kept.add_run("r3", "me", SPEC, PROBLEM, [fit(0, "open", run="r3")])
    wanted = [
        kept.files.predictions_path("k0"),
        kept.files.model_path("k0"),
        kept.files.frame_path("feed"),
        kept.files.predictions_path("open"),
        kept.files.checkpoint_path("open"),
        kept.home / "fits" / f"now.npz.{os.getpid()}.part",
    ]
    ended = subprocess.Popen(["true"])
    ended.wait()
    unwanted = [
        kept.files.predictions_path("gone"),
        kept.files.model_path("gone"),
        kept.files.frame_path("gone"),
        kept.files.checkpoint_path("k0"),
        kept.home / "fits" / f"dead.npz.{ended.pid}.part",
        kept.home / f"bakeoff.db.{ended.pid}.part",
    ]
    young = kept.files.predictions_path("young")
    for path in (*wanted[3:], *unwanted, young):
        path.write_bytes(b"x")
        if not path.name.endswith(".part") and path != young:
            os.utime(path, (0, 0))
    before = view(kept)
    assert set(kept.remove_leftovers(dry_run=True)) == set(unwanted)
    assert all(path.exists() for path in unwanted)
    assert set(kept.remove_leftovers()) == set(unwanted)
    assert not any(path.exists() for path in unwanted)
    assert all(path.exists() for path in (*wanted, young)) and view(kept) == before
    assert kept.remove_leftovers() == []
