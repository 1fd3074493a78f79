"""No process outlives the one that owns it."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time


def die_with_parent() -> None:
    """Have this process killed when its parent ends.

    On Linux the kernel does it (``PR_SET_PDEATHSIG``; it fires when the *thread* that started this process ends, so the
    parent's main thread must). Elsewhere a thread watches the parent's number.
    """
    if sys.platform == "linux":
        import ctypes

        pr_set_pdeathsig = 1
        ctypes.CDLL(None, use_errno=True).prctl(pr_set_pdeathsig, signal.SIGKILL)
    else:
        threading.Thread(target=_watch, args=(os.getppid(),), daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)
