"""How a worker is ended with everything that it started, and what its end looks like in words."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterable
from typing import Any

import psutil

from core.engines.orphans import KILL
from core.engines.watching import descendants


def signalled(process: Any, number: int) -> None:
    """Signal a worker's whole process group; the worker alone while it has not made its group yet."""
    _signal_group(process.pid, number)
    with contextlib.suppress(ProcessLookupError, PermissionError, ValueError):
        if process.is_alive():
            os.kill(process.pid, number)


def below(worker: int) -> list[psutil.Process]:
    """What a worker has started; none is taken for another that gets its number later."""
    found = []
    for each in descendants(worker):
        with contextlib.suppress(psutil.Error):
            found.append(psutil.Process(each))
    return found


def kill(worker: int, started: Iterable[psutil.Process]) -> None:
    """Kill a worker's process group, and what it had started."""
    _signal_group(worker, KILL)
    for each in started:
        with contextlib.suppress(psutil.Error):
            each.send_signal(KILL)


def _signal_group(leader: int, number: int) -> None:
    """Signal what a worker has started, also after its own end."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if hasattr(os, "killpg"):
            os.killpg(leader, number)


def death(process: Any) -> str:
    """How a worker ended that nobody wanted to end, in words."""
    process.join(1)
    code = process.exitcode
    if code is not None and code < 0:
        names = {each.value: each.name for each in signal.Signals}  # most of those for real time have none
        return f"the worker crashed ({names.get(-code, f'signal {-code}')})"
    return f"the worker ended unexpectedly (exit code {code})"
