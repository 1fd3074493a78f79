"""Room on the disk: how much there is, what is too little, and a ballast that is let go when there is none.

On a full disk a database cannot even delete, since that too is written down first.
"""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path

from core.store.errors import is_full

# Bytes, and the share of a small disk that takes their place: 8 MB of disk are worked with like 8 TB.
FOR_A_RUN, SHARE_FOR_A_RUN = 200 * 10**6, 10
LEAST, SHARE_LEAST = 20 * 10**6, 50
BALLAST, SHARE_BALLAST = 32 * 2**20, 8
CHUNK = 2**18
SLICE = 2**16


class Space:
    """The room beside a store.

    Attributes
    ----------
    for_a_run, least, size : int
        Bytes that should be free for a new run and for going on at all, and the ballast's own.
    """

    def __init__(self, home: Path) -> None:
        self.home, self.ballast = home, home / "ballast"
        total = shutil.disk_usage(home).total
        self.for_a_run = min(FOR_A_RUN, total // SHARE_FOR_A_RUN)
        self.least = min(LEAST, total // SHARE_LEAST)
        self.size = min(BALLAST, total // SHARE_BALLAST)

    def free(self) -> int:
        """Bytes that may be written."""
        return shutil.disk_usage(self.home).free

    def refusal(self) -> str:
        """Why no run should be queued now, as a sentence; empty where there is room."""
        if (free := self.free()) >= self.for_a_run:
            return ""
        return (
            f"Only {in_words(free)} are free on the disk that holds the data folder, and a run should have "
            f"{in_words(self.for_a_run)}. Delete old runs or their models, or make room elsewhere on the disk."
        )

    def full(self) -> bool:
        """Whether there is too little room to go on. What the ballast left behind is meant for deleting only."""
        return self.free() < self.least + self.size - self._held()

    def keep_ballast(self) -> bool:
        """Make the ballast whole if it is not and there is room for it; says whether it is."""
        if (held := self._held()) < self.size and not self.full():
            try:
                _grow(self.ballast, self.size - held)
            except OSError as error:
                if not is_full(error):
                    raise
        return self._held() >= self.size

    def release(self) -> None:
        """Let the ballast go, so that something can be deleted."""
        with suppress(OSError):
            self.ballast.unlink(missing_ok=True)

    def give_way(self) -> None:
        """Let a slice of the ballast go, so that the database can be opened."""
        with suppress(OSError):
            os.truncate(self.ballast, max(0, self._held() - SLICE))

    def _held(self) -> int:
        try:
            return self.ballast.stat().st_size
        except FileNotFoundError:
            return 0


def _grow(path: Path, size: int) -> None:
    """Add blocks that neither a sparse nor a compressing file system can save itself."""
    chunk = os.urandom(CHUNK)
    with open(path, "ab", buffering=0) as file:
        while size > 0:
            size -= file.write(chunk[:size])
        os.fsync(file.fileno())


def in_words(size: int) -> str:
    """A number of bytes for people.

    Examples
    --------
    >>> in_words(1_260_000_000), in_words(17_400_000), in_words(312)
    ('1.3 GB', '17 MB', '312 bytes')
    """
    for unit, scale in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if size >= scale:
            return f"{size / scale:.1f} {unit}" if size < 10 * scale else f"{size / scale:.0f} {unit}"
    return f"{size} bytes"
