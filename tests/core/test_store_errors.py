"""A disk that refuses at any point: what was there stays, the reason is a sentence, and afterwards all goes on."""

from __future__ import annotations

import errno
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.records import RunState
from core.store import DiskFull, Store, StoreError, is_full
from core.store import files as store_files
from tests.core.points import LIFE, QUICK, Step, checkpoint, predictions, view, watch

# What the system says, and what SQLite makes of it.
REFUSALS = {
    errno.EIO: sqlite3.SQLITE_IOERR,
    errno.ENOSPC: sqlite3.SQLITE_FULL,
    errno.EACCES: sqlite3.SQLITE_READONLY,
}
TRIED = [pytest.param(errno.ENOSPC, 1, id="ENOSPC")]  # how many points further each next try is
TRIED += [pytest.param(each, 3, id=f"{errno.errorcode[each]}, every third") for each in (errno.EIO, errno.EACCES)]
TRIED += [pytest.param(each, 1, id=errno.errorcode[each], marks=pytest.mark.slow) for each in (errno.EIO, errno.EACCES)]


class Disk:
    """Refuses at one point, or from one point on."""

    def __init__(self) -> None:
        self.passed = 0
        self.refuses_at, self.refuses_until = -1, -1
        self.error, self.only = errno.EIO, ""

    def refuse(self, error: int, at: int, until: int, only: str = "") -> None:
        """Refuse from point `at` on and before point `until`, or only what has a certain name."""
        self.passed, self.error, self.refuses_at, self.refuses_until, self.only = 0, error, at, until, only

    def point(self, name: str) -> None:
        """What the store passes before it touches the disk."""
        if name.startswith("after") or not name.startswith(self.only):
            return
        self.passed += 1
        if self.refuses_at <= self.passed < self.refuses_until:
            if not name.startswith("sql"):
                raise OSError(self.error, os.strerror(self.error))
            raised = sqlite3.OperationalError(os.strerror(self.error))
            raised.sqlite_errorcode = REFUSALS[self.error]
            raise raised


@pytest.fixture
def quick_folder() -> Iterator[Path]:
    """Where writing takes no time; refusals are made here and not by the disk."""
    with tempfile.TemporaryDirectory(dir=QUICK) as folder:
        yield Path(folder)


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Disk]:
    disk = Disk()
    with monkeypatch.context() as patch:
        watch(patch, disk.point)
        yield disk


def lived(store: Store, steps: tuple[Step, ...], disk: Disk) -> list[str]:
    """Take all steps, each as often as it takes; gives what was said on the way."""
    said = []
    for step in steps:
        for _ in range(2):
            try:
                step(store)
                break
            except StoreError as error:
                said.append(str(error))
                assert isinstance(error, DiskFull) == (disk.error == errno.ENOSPC) == is_full(error)
                disk.refuses_until = -1
    return said


@pytest.mark.parametrize(("error", "every"), TRIED)
def test_a_refusal_at_any_point_is_a_sentence_and_the_next_try_succeeds(
    error: int, every: int, disk: Disk, quick_folder: Path
) -> None:
    straight = Store(quick_folder / "straight")
    disk.passed = 0
    lived(straight, LIFE, disk)
    points, end = disk.passed, view(straight)
    said: list[str] = []
    tried = range(1, points + 1, every)
    for at in tried:
        store = Store(quick_folder / str(at), keep_open=at % 4 < 2)
        disk.refuse(error, at, at + 1 if at % 2 else points)
        said += lived(store, LIFE, disk)
        disk.refuse(error, -1, -1)
        assert view(store) == end, f"after a refusal at point {at}"
        assert not list(store.home.glob("**/*.part"))
    print(f"{points} points, {len(said)} sentences")
    assert len(said) > len(tried) // 3 and all(each.endswith(".") for each in said)


@contextmanager
def in_place(path: Path) -> Iterator[Path]:
    """The control: a file that is written where it will lie."""
    yield path


@pytest.mark.parametrize("safely", [True, False])
def test_what_a_refused_write_would_have_replaced_is_still_there(
    safely: bool, disk: Disk, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkpoint(store, 0, 1)
    if not safely:
        monkeypatch.setattr(store_files, "_replacing", in_place)
    kept = []
    for at in range(1, 5):
        disk.refuse(errno.ENOSPC, at, 10_000)
        with pytest.raises((DiskFull, OSError)):
            checkpoint(store, 0, 2)
        disk.refuse(errno.ENOSPC, -1, -1)
        found = store.files.checkpoint("k0")
        kept.append(found is not None and found["weights"][0] == 1)
    assert all(kept) == safely


def test_what_cannot_be_deleted_goes_with_the_leftovers(disk: Disk, store: Store) -> None:
    for step in LIFE[:5]:
        step(store)
    store.cancel("r1")
    store.advance_run("r1", [RunState.RUNNING], RunState.CANCELLED)
    disk.refuse(errno.EACCES, 1, 10_000, only="unlink")
    assert store.delete_run("r1")
    assert store.run("r1") is None
    path = store.files.predictions_path("k0")
    assert path.exists()
    os.utime(path, (0, 0))
    assert store.remove_leftovers() == [path] and path.exists()
    disk.refuse(errno.EACCES, -1, -1)
    assert store.remove_leftovers() == [path] and not path.exists()


@pytest.mark.parametrize("cut", [0, 1, 30, 200, -1, "flipped"])
def test_a_torn_file_of_arrays_is_no_file(cut: Any, store: Store) -> None:
    store.files.put_predictions("k", predictions())
    store.files.put_checkpoint("k", {"weights": np.arange(5.0)})
    for path in (store.files.predictions_path("k"), store.files.checkpoint_path("k")):
        content = bytearray(path.read_bytes())
        if cut == "flipped":
            content[len(content) // 2] ^= 255
        path.write_bytes(content if cut == "flipped" else content[:cut])
    assert store.files.predictions("k") is None
    assert store.files.checkpoint("k") is None
