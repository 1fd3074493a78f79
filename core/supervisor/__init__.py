"""The process that works on what is queued: one per data folder, ``python -m core.supervisor FOLDER``.

Takes fits and derived jobs from the store, hands them to an engine, writes what comes back: the only process that
writes results. `loop` is that, `turns` says whose fit is next, `work` is what it knows of jobs, `life` how the process
begins and ends. Its parts are imported when they are first asked for, so that the process can see to its workers first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.catalogue import resolve

if TYPE_CHECKING:
    from core.supervisor.life import code_stamp, main, memory_per_fit, slots
    from core.supervisor.loop import Supervisor

__all__ = ["Supervisor", "code_stamp", "main", "memory_per_fit", "slots"]


def __getattr__(name: str) -> Any:
    """Import a part when it is first asked for."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return resolve(f"core.supervisor.{'loop' if name[0].isupper() else 'life'}:{name}")
