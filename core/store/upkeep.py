"""Keeps a store in order: room on the disk, backups, and files that nothing points to any more."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from core.store import opening
from core.store.connection import Database, freeing
from core.store.rows import Totals

HOUR, DAY, WEEK = 3600.0, 86_400.0, 604_800.0
PART = re.compile(r"\.(\d{1,9})\.part(-journal)?$")


class Upkeep(Database):
    """What a supervisor does for a store when it has nothing else to do, and what people do for it to make room."""

    # -- the disk

    def full(self) -> bool:
        """Whether there is too little room on the disk to go on."""
        return self.space.full()

    def refusal(self) -> str:
        """Why no new run should be queued, as a sentence; empty where there is room for one."""
        return self.space.refusal()

    def keep_ballast(self) -> bool:
        """Make the reserve for deleting on a full disk where it is gone and there is room; says if it is whole."""
        with self._telling():
            return self.space.keep_ballast()

    # -- the database

    def back_up(self) -> bool:
        """Keep today's copy of the database, unless there is one or it would fill the disk; says whether it did."""
        if self.space.free() - (self.home / opening.NAME).stat().st_size < self.space.for_a_run:
            return False
        with self._telling():
            return opening.back_up(self.home)

    def check(self) -> bool:
        """Look through the whole database; what is damaged is set aside and noted as ``"damaged"``.

        Connections that were open before do not see what took its place: to be called before others are made.

        Returns
        -------
        bool
            Whether all was well.
        """
        self._let_go()
        with self._telling():
            return opening.check(self.home)

    # -- what is kept

    def usage(self) -> dict[str, int]:
        """Bytes of the files of each run's fits, by its id; what several runs share counts for the oldest of them."""
        sizes: dict[str, int] = {}
        for folder in ("fits", "models", "checkpoints"):
            for path, size in _files(self.home / folder):
                sizes[path.stem] = sizes.get(path.stem, 0) + size
        used: dict[str, int] = {row[0]: 0 for row in self._read("SELECT id FROM run")}
        for run, key in self._read("SELECT run.id, key FROM run JOIN fit ON run=run.id ORDER BY number"):
            used[run] += sizes.pop(key, 0)
        return used

    def totals(self) -> Totals:
        """What the data folder takes, by kind."""
        models, predictions, copies = (_size(self.home / each) for each in ("models", "fits", "data"))
        rest = _size(self.home) - models - predictions - copies
        return Totals(models, predictions, copies + _size(self.tables) + _size(self.fetched), rest, self.space.free())

    @freeing
    def remove_models(self, runs: Iterable[str] | None = None, *, dry_run: bool = False) -> int:
        """Delete the fitted models of some runs, or of all; they are fitted again when they are asked for.

        Returns
        -------
        int
            How many bytes that freed, or with `dry_run` would free.
        """
        if runs is None:
            paths = [path for path, _ in _files(self.home / "models")]
        else:
            chosen = set(runs)
            rows = self._read("SELECT DISTINCT run, key FROM fit")
            paths = [self.files.model_path(key) for key in {key for run, key in rows if run in chosen}]
        return sum(path.stat().st_size if dry_run else _remove(path) for path in paths if path.exists())

    def remove_leftovers(self, *, dry_run: bool = False) -> list[Path]:
        """Delete files that nothing points to: of deleted runs, of fits that are over, of processes that died writing.

        To be called while no fit runs. What is younger than an hour stays, since its row may be on the way.

        Returns
        -------
        list of Path
            What was deleted, or with `dry_run` would be.
        """
        found = [*self._without_row(), *_torn(self.home)]
        if not dry_run:
            for path in found:
                _remove(path)
        return found

    def _without_row(self) -> Iterator[Path]:
        stored = {row[0] for row in self._read("SELECT key FROM outcome")}
        open_ = {row[0] for row in self._read("SELECT key FROM fit WHERE state IN ('queued', 'running')")}
        taken = {row[0] for row in self._read("SELECT key FROM derived")}  # models that were made on request
        # A table's copy that no run needs is made again when somebody wants it.
        tables = {row[0] for row in self._read("SELECT DISTINCT json_extract(spec, '$.fingerprint') FROM run")}
        kept = (("fits", stored | open_, HOUR), ("models", stored | open_ | taken, HOUR), ("data", tables, WEEK))
        for folder, keys, age in (*kept, ("checkpoints", open_, DAY)):
            for path, _ in _files(self.home / folder):
                if not PART.search(path.name) and path.stem not in keys and _age(path) > age:
                    yield path


def _files(folder: Path) -> Iterator[tuple[Path, int]]:
    """The files of a folder and their sizes."""
    for path in folder.iterdir():
        try:
            yield path, path.stat().st_size
        except FileNotFoundError:  # another process was quicker
            continue


def _size(folder: Path) -> int:
    """Bytes of everything below a folder."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file())


def _age(path: Path) -> float:
    """Seconds since a file was written."""
    try:
        return time.time() - path.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def _remove(path: Path) -> int:
    """Delete a file; gives the bytes that it took, 0 where it is not there or cannot be deleted."""
    try:
        size = path.stat().st_size
        path.unlink()
    except OSError:
        return 0
    return size


def _torn(home: Path) -> Iterator[Path]:
    """What processes that are dead, or whose number another one has now, did not come to finish."""
    from psutil import pid_exists

    for path in (*home.glob("*.part*"), *home.glob("*/*.part*")):
        part = PART.search(path.name)
        if part and (not pid_exists(int(part[1])) or _age(path) > DAY):
            yield path
