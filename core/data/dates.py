"""How dates are written, and which of the usual ways a column means.

Takes the different texts of a column, gives times or None. Day and month are told apart on evidence where there is any;
where there is none, that is said.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    import pyarrow as pa

_MONTH = r"[A-Za-zÀ-ÿ]{3,9}"
# how the date begins, the ways it can be meant, how that is called
_HEADS: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    (r"\d{4}-\d{1,2}-\d{1,2}", (("%Y-%m-%d", ""),)),
    (r"\d{4}/\d{1,2}/\d{1,2}", (("%Y/%m/%d", "year/month/day"),)),
    (r"\d{4}\.\d{1,2}\.\d{1,2}", (("%Y.%m.%d", "year.month.day"),)),
    (r"\d{1,2}\.\d{1,2}\.\d{4}", (("%d.%m.%Y", "day.month.year"),)),
    (r"\d{1,2}\.\d{1,2}\.\d{2}", (("%d.%m.%y", "day.month.year"),)),
    (r"\d{1,2}/\d{1,2}/\d{4}", (("%d/%m/%Y", "day/month/year"), ("%m/%d/%Y", "month/day/year"))),
    (r"\d{1,2}/\d{1,2}/\d{2}", (("%d/%m/%y", "day/month/year"), ("%m/%d/%y", "month/day/year"))),
    (r"\d{1,2}-\d{1,2}-\d{4}", (("%d-%m-%Y", "day-month-year"), ("%m-%d-%Y", "month-day-year"))),
    (rf"\d{{1,2}}-{_MONTH}-\d{{4}}", (("%d-%b-%Y", "day-month-year"),)),
    (rf"\d{{1,2}} {_MONTH} \d{{4}}", (("%d %b %Y", "day month year"), ("%d %B %Y", "day month year"))),
    (rf"{_MONTH} \d{{1,2}}, \d{{4}}", (("%b %d, %Y", "month day, year"), ("%B %d, %Y", "month day, year"))),
    (r"\d{4}-\d{2}", (("%Y-%m", "year-month"),)),
)
_TAILS = (
    (r"", ""),
    (r"[T ]\d{1,2}:\d{2}", "{t}%H:%M"),
    (r"[T ]\d{1,2}:\d{2}:\d{2}", "{t}%H:%M:%S"),
    (r"[T ]\d{1,2}:\d{2}:\d{2}\.\d{1,9}", "{t}%H:%M:%S.%f"),
    (r" \d{1,2}:\d{2} ?[AaPp][Mm]", " %I:%M %p"),
    (r" \d{1,2}:\d{2}:\d{2} ?[AaPp][Mm]", " %I:%M:%S %p"),
)
_ZONE = r" ?(Z|UTC|[+-]\d{2}:?\d{2})"
_LONGEST = 64  # characters of a date with its time and zone, in whatever words
_LOOKED_AT = 5


@dataclass(frozen=True)
class Dated:
    """Times read from texts: ``datetime64[us]`` of shape (texts,), NaT where a text is none; rules with sentences."""

    values: np.ndarray
    notes: tuple[tuple[str, str], ...]


def read_dates(texts: pa.Array, counts: np.ndarray, mostly: float) -> Dated | None:
    """Times from the different texts of a column.

    Parameters
    ----------
    texts : Arrow string array of shape (texts,)
    counts : ndarray of shape (texts,)
        How often each occurs.
    mostly : float
        The share of the cells that must be dates.

    Returns
    -------
    Dated or None
        None where the column holds no dates.
    """
    looks = next(filter(None, (_ways(texts[place].as_py()) for place in range(min(_LOOKED_AT, len(texts))))), None)
    if looks is None:
        return None
    strings = texts.to_pylist()
    read = [(way, _parse(strings, way)) for way, _ in looks]
    share = [float(counts[~np.isnat(values)].sum()) for _, values in read]
    if max(share) < mostly * counts.sum():
        return None
    best = _decide(read, share)
    note = _note(looks, best, share, strings)
    zoned = "%z" in looks[best][0]
    told = (("date", note), ("time_zone", "Times with a time zone in {columns} turned into UTC." if zoned else ""))
    return Dated(read[best][1], tuple((rule, text) for rule, text in told if text))


def _ways(text: str) -> tuple[tuple[str, str], ...] | None:
    """The formats that a text may be written in, with their names for people."""
    if len(text) > _LONGEST or not text[:1].isalnum() or not any(character.isdigit() for character in text):
        return None
    for head, ways in _HEADS:
        begin = re.match(head, text)
        if not begin:
            continue
        rest = text[begin.end() :]
        for tail, clock in _TAILS:
            for zone, zone_format in (("", ""), (_ZONE, "%z")):
                if re.fullmatch(tail + zone, rest) and not (zone and not tail):
                    clock_format = clock.replace("{t}", rest[:1]) + zone_format
                    return tuple((way + clock_format, called) for way, called in ways)
    return None


def _parse(strings: list[str], way: str) -> np.ndarray:
    zoned = "%z" in way
    form = "ISO8601" if way.startswith("%Y-%m-%d") and "%p" not in way else way
    parsed: Any = pd.to_datetime(pd.Series(strings, dtype="str"), format=form, errors="coerce", utc=zoned)
    if zoned:
        parsed = parsed.dt.tz_localize(None)
    return np.asarray(parsed.to_numpy(), dtype="datetime64[us]")


def _decide(read: list[tuple[str, np.ndarray]], share: list[float]) -> int:
    """The way that fits most cells; between equals, the one in which the column is in order of time."""
    best = [place for place, each in enumerate(share) if each == max(share)]
    if len(best) == 1:
        return best[0]
    ordered = [place for place in best if _in_order(read[place][1])]
    return ordered[0] if len(ordered) == 1 else best[0]


def _in_order(values: np.ndarray) -> bool:
    known = values[~np.isnat(values)]
    steps = np.diff(known)
    none = np.timedelta64(0, "us")
    return len(known) > 2 and (bool((steps >= none).all()) or bool((steps <= none).all()))


def _note(looks: tuple[tuple[str, str], ...], best: int, share: list[float], strings: list[str]) -> str:
    called = looks[best][1]
    if not called:
        return ""
    told_apart = len(looks) == 1 or looks[0][1] == looks[1][1] or share[0] != share[1]
    if told_apart:
        return f"{{columns}} read as dates written {called}: {{count}}."
    return f"{{columns}} read as dates written {called}, though day and month cannot be told apart for sure: {{count}}."
