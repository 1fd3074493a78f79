"""What learning curves tell: lines that are no longer than a screen is wide, and the moment where validation turns up.

Takes points as `core.progress.Step` describes them, every key of which but ``step`` may be missing; gives arrays.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

Curve = Sequence[Mapping[str, float]]

KINDS = ("loss", "score")
VALUES = tuple(f"{part}_{kind}" for kind in KINDS for part in ("train", "valid"))
FEWEST = 10  # points of which a turn can be told
WINDOW = 15  # the share of a curve that is averaged is one in so many points, three at least
SURE = 5.0  # times the error of the difference of two averages that a rise must have
CLEAR = 2.0  # times the way that the averages went back on their way down, or up: a curve may wander
WORTH = 0.1  # the share of what the error had fallen that a rise must have to be worth a word


def line(curve: Curve, names: Sequence[str], most: int) -> dict[str, np.ndarray]:
    """Columns of a curve, evenly thinned to so many points, the first and the last among them.

    Returns
    -------
    dict of str to ndarray of shape (points,)
        NaN where a point lacks a value.
    """
    import numpy as np

    places = np.unique(np.linspace(0, len(curve) - 1, min(most, len(curve))).round().astype(int))
    points = [curve[place] for place in places.tolist()]
    return {name: np.array([point.get(name, math.nan) for point in points], dtype=float) for name in names}


def turn(columns: Mapping[str, np.ndarray]) -> int | None:
    """Where the error on rows that were not learned from stops falling and rises for good, as that on the others falls.

    The error is the loss, or the score with its sign turned where a part has no loss. Both are averaged over a window;
    a rise must be larger than noise makes it, worth a word beside what had been gained, and last to the end.

    Parameters
    ----------
    columns : mapping of str to ndarray of shape (points,)
        What `line` gave: ``train_loss``, ``valid_loss``, ``train_score`` and ``valid_score``.

    Returns
    -------
    int or None
        The place of the point from which on the model learns its training rows by heart; None where the numbers do not
        say so.
    """
    import numpy as np

    parts = [_error(columns, part) for part in ("valid", "train")]
    places = np.flatnonzero(np.isfinite(parts[0]) & np.isfinite(parts[1]))
    if len(places) < FEWEST:
        return None
    valid, train = parts[0][places], parts[1][places]
    width = max(3, len(places) // WINDOW) | 1  # odd, so that a window has a middle
    smooth, smooth_train = _averages(valid, width), _averages(train, width)
    low = int(smooth.argmin())
    rise, gained, after = smooth[-1] - smooth[low], smooth[0] - smooth[low], smooth[low + 1 :]
    if len(after) < max(width, 4) or rise <= max(SURE * _noise(valid, width), WORTH * gained):
        return None
    if rise <= CLEAR * max(_backward(smooth[: low + 1]), _backward(-after)):
        return None
    if smooth_train[low] - smooth_train[-1] <= _noise(train, width):
        return None
    return int(places[low + width // 2])


def _error(columns: Mapping[str, np.ndarray], part: str) -> np.ndarray:
    """A part's loss at each point, or its score with the sign turned where no point has a loss."""
    import numpy as np

    loss = columns[f"{part}_loss"]
    return loss if np.isfinite(loss).any() else -columns[f"{part}_score"]


def _averages(values: np.ndarray, width: int) -> np.ndarray:
    """The mean of each window that is full."""
    import numpy as np

    return np.convolve(values, np.full(width, 1 / width), "valid")


def _backward(falling: np.ndarray) -> float:
    """The longest way that averages which fall on the whole went up in between."""
    import numpy as np

    return float((falling - np.minimum.accumulate(falling)).max())


def _noise(values: np.ndarray, width: int) -> float:
    """The error of the difference of two averages, from how much neighbours differ; a few outliers count for little."""
    import numpy as np

    spread = math.sqrt(math.pi) / 2 * float(np.abs(np.diff(values)).mean())  # were they normal, their deviation
    return spread * math.sqrt(2 / width)
