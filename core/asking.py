"""The face's questions about a table: parts of its profile, worked out by whoever works off the queue.

Takes a store and plain settings, gives the derived result, which is there at once when somebody asked before.
"""

from __future__ import annotations

from typing import Any

from core import jobs
from core.derived import derived_key
from core.profile import PARTS
from core.records import FitState
from core.store import Derived, Store

KIND = "profile"


def request_profile(store: Store, part: str, fingerprint: str, **settings: Any) -> Derived:
    """A part of a table's profile, or the job that works it out.

    Parameters
    ----------
    part : str
        A name of `core.profile.PARTS`.
    fingerprint : str
        Of the table.
    **settings
        What the part takes, see its ``work``; plain values.

    Raises
    ------
    UnknownName
        If there is no such part.
    """
    params = {"part": PARTS[part].name, "fingerprint": fingerprint, "settings": settings}
    row = store.request(derived_key(KIND, params), KIND, params)
    if row.state in (FitState.QUEUED, FitState.RUNNING):
        jobs.ensure_supervisor(store)
    return row
