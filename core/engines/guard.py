"""Sees to it that the workers' own children end with the workers, whoever ends them in whatever way.

The fork server does so when its owner dies, see `core.engines.preload`; but Ray, when it ends a task by force, kills the
fork server first. A guard is forked from that server like a worker, so Ray does not find it below the task.
"""

from __future__ import annotations

import contextlib
import os
import signal
from typing import Any

from core.engines.orphans import KILL
from core.engines.watching import children

EVERY = 0.2  # seconds between two looks at which workers there are


def guard(owner: Any) -> None:
    """Wait for the other end of a pipe to close; then kill every worker, with all that it has started.

    Parameters
    ----------
    owner : multiprocessing.connection.Connection
        Its other end is open as long as the workers' owner lives, and nothing is ever sent.
    """
    os.setsid()
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    server, workers = os.getppid(), set[int]()
    with contextlib.suppress(EOFError, OSError):
        while os.getppid() == server and not owner.poll(EVERY):
            workers = set(children(server)) - {os.getpid()}
    for each in workers:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(each, KILL)
