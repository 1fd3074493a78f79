"""No process outlives the one that owns it."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time

KILL = getattr(signal, "SIGKILL", signal.SIGTERM)  # Windows knows only one way


def die_with_parent(number: int = KILL) -> None:
    """Have this process killed, or sent another signal, when its parent ends.

    On Linux the kernel does it (``PR_SET_PDEATHSIG``; it fires when the *thread* that started this process ends, so the
    parent's main thread must). Elsewhere a thread watches the parent's number.
    """
    if sys.platform == "linux":
        import ctypes

        pr_set_pdeathsig = 1
        ctypes.CDLL(None, use_errno=True).prctl(pr_set_pdeathsig, number)
    else:
        threading.Thread(target=_watch, args=(os.getppid(), number), daemon=True).start()


def _watch(parent: int, number: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)
    os.kill(os.getpid(), number)
