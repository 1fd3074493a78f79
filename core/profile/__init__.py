"""PARTS: what can be found out about a table before anything is learned from it.

Takes a `Table` and plain settings; gives a frame to draw, and says in its ``attrs`` what was left out or worked out
from a sample. Knows no screen, no store and no model; whoever calls it decides where it runs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from core.catalogue import Catalogue
from core.profile.associations import associations
from core.profile.columns import columns
from core.profile.correlations import correlations
from core.profile.gaps import gaps
from core.profile.groups import groups
from core.profile.histograms import bars
from core.profile.informative import views
from core.profile.overview import overview
from core.profile.packing import packed, unpacked
from core.profile.pairs import pair
from core.profile.scatter import scatter
from core.profile.selecting import chosen, condition, mask
from core.profile.values import OTHERS, Sort, sort_of
from core.records import Table

__all__ = ["OTHERS", "PARTS", "Part", "Sort", "bars", "chosen", "condition", "mask", "packed", "sort_of", "unpacked"]

Settings = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a profile.

    Attributes
    ----------
    work : callable
        A table and settings in, a frame out; what is to be known about the frame stands in its ``attrs``. Its docstring
        says which settings it takes.
    waiting : str
        What a person reads while it is worked out.
    """

    name: str
    waiting: str
    work: Callable[[Table, Settings], Any]


PARTS: Catalogue[Part] = Catalogue(
    "part of a profile",
    Part("overview", "Counting rows and gaps …", overview),
    Part("columns", "Looking at the columns …", columns),
    Part("associations", "Holding every column against the target …", associations),
    Part("pair", "Holding two columns against each other …", pair),
    Part("correlations", "Finding out which columns go together …", correlations),
    Part("gaps", "Finding out what is missing together …", gaps),
    Part("scatter", "Drawing the rows …", scatter),
    Part("views", "Trying pairs of columns …", views),
    Part("groups", "Comparing the two groups …", groups),
)
