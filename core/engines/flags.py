"""The few bytes that an engine and its worker share, by which a job that listens is asked things while it runs.

Each byte has one writer, so none is ever lost.
"""

from __future__ import annotations

from enum import IntEnum


class Flag(IntEnum):
    """The places.

    ``ASKED`` and ``STEPS`` are the engine's: what it asks, and how many steps it has asked for while the job was
    paused, from 0 again after 127. ``LISTENS`` and ``HOLDS`` are the worker's: whether the job has ever looked, and
    whether it stands still now.
    """

    ASKED = 0
    LISTENS = 1
    STEPS = 2
    HOLDS = 3


class Asked(IntEnum):
    """What an engine can ask of a job."""

    GO_ON = 0
    STOP = 1
    PAUSE = 2
