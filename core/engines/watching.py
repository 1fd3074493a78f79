"""Looks at a worker from outside: the memory that it takes, what it printed, where it stands."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from pathlib import Path

import psutil

EVERY = 0.1  # seconds between two looks
LONGEST = 2**20  # bytes of output that are kept of a job
TAIL = 8_000  # characters of it that a log shows
PATIENCE = 0.3  # seconds that a worker has to say where it stands
LISTED = Path(f"/proc/self/task/{os.getpid()}/children").exists()  # whether the system lists a process's children

# Signals: a worker writes its stack, see `core.worker.settle_in`; the fork server loads more, see
# `core.engines.preload`.
STACK, MORE = getattr(signal, "SIGUSR1", None), getattr(signal, "SIGUSR2", None)


class Watch:
    """One worker as it looks from outside.

    Parameters
    ----------
    output : Path
        Where everything goes that the worker prints.
    """

    def __init__(self, output: Path) -> None:
        self.output, self.pid, self.memory = output, 0, 0
        self._base, self._looked_at = 0, 0.0

    def begin(self, memory: int) -> None:
        """A job begins that may take so many bytes; 0 for no limit."""
        self.memory, self._looked_at = memory, time.monotonic()
        self._base = taken(self.pid) if memory else 0

    def over(self) -> bool:
        """Whether the worker and its children have taken more than the job may; looks a few times a second.

        The worker's own limit is on address space and comes first where the system has one. This one counts children
        as well, where the system lists them, and holds where that limit cannot be: beside CUDA, or on macOS.
        """
        if time.monotonic() - self._looked_at < EVERY:
            return False
        self._looked_at = time.monotonic()
        self._shorten()
        return bool(self.memory) and taken(self.pid) - self._base > self.memory

    def stack(self) -> str:
        """Where the worker stands in its code, as its own process says."""
        if STACK is not None:
            with contextlib.suppress(OSError):
                before = self.output.stat().st_size
                os.kill(self.pid, STACK)
                end = time.monotonic() + PATIENCE  # where all cores are busy, it may take its turn
                while self.output.stat().st_size == before and time.monotonic() < end:
                    time.sleep(0.01)
                time.sleep(0.01)  # the rest follows within microseconds
        return self.said()

    def said(self) -> str:
        """The end of what the worker printed since its job began."""
        try:
            with open(self.output, "rb") as file:
                file.seek(max(0, os.fstat(file.fileno()).st_size - TAIL))
                return file.read().decode("utf-8", "replace")
        except OSError:
            return ""

    def _shorten(self) -> None:
        """Forget output that grows too long: a model that prints all the time must not fill the disk."""
        with contextlib.suppress(OSError):
            if self.output.stat().st_size > LONGEST:
                os.truncate(self.output, 0)


def taken(pid: int) -> int:
    """Bytes of memory that a process and its children have for themselves; 0 when it is gone."""
    try:
        info = psutil.Process(pid).memory_info()
    except psutil.Error:
        return 0
    own = int(info.rss - getattr(info, "shared", 0))  # a mapped table is nobody's own
    return own + sum(taken(child) for child in children(pid))


def children(pid: int) -> list[int]:
    """The children of a process, where the system lists them; looking through all processes would cost too much."""
    try:
        lists = [each.read_text() for each in Path(f"/proc/{pid}/task").glob("*/children")]  # by the thread they are of
    except OSError:
        return []
    return [int(each) for text in lists for each in text.split()]


def descendants(pid: int) -> list[int]:
    """Everything that a process has started and that has started something in turn, on any system."""
    if LISTED:
        return [each for child in children(pid) for each in (child, *descendants(child))]
    try:
        return [each.pid for each in psutil.Process(pid).children(recursive=True)]
    except psutil.Error:
        return []
