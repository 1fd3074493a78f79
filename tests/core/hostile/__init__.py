"""Files that mean harm: made on the spot, each with what is expected of it, and a child process that reads them.

A file either is refused with a sentence, or is read as the plain data that it is beside its tricks. Whatever it holds,
nothing in it may run, reach for the network, write a file, or take more time and memory than a reading has.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

REFUSED, PLAIN, EITHER = "refused", "read as plain data", "refused or read as plain data"


@dataclass(frozen=True)
class Traps:
    """What a file tries to reach.

    Attributes
    ----------
    canary : Path
        A file that is there if something in another file could run.
    url : str
        An address at which somebody listens and counts.
    """

    canary: Path
    url: str


@dataclass(frozen=True)
class Hostile:
    """A file that means harm.

    Attributes
    ----------
    make : callable
        The traps in, the file's content out.
    expected : str
        `REFUSED`, `PLAIN`, or `EITHER` where it depends on the library's version and both do no harm.
    said : str
        A pattern that the sentence of a refusal holds.
    bait : str
        The function, as ``"module:name"``, that would fall for it: what the control has open the same file.
    """

    name: str
    make: Callable[[Traps], bytes]
    expected: str = REFUSED
    said: str = ""
    bait: str = ""

    def __str__(self) -> str:
        return self.name
