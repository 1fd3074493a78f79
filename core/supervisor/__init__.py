"""The process that works on what is queued: one per data folder, ``python -m core.supervisor FOLDER``.

Takes fits and derived jobs from the store, hands them to an engine, writes what comes back: the only process that
writes results. `loop` is that, `turns` says whose fit is next, `life` how the process begins and ends.
"""

from core.supervisor.life import code_stamp, main, memory_per_fit, slots
from core.supervisor.loop import Supervisor

__all__ = ["Supervisor", "code_stamp", "main", "memory_per_fit", "slots"]
