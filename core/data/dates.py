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
    (rf"\d{{1,2}}-{_MONTH}-\d{{2}}", (("%d-%b-%y", "day-month-year"),)),
    (rf"\d{{1,2}}\. {_MONTH} \d{{4}}", (("%d. %b %Y", "day. month year"),)),
    (rf"\d{{1,2}} {_MONTH} \d{{4}}", (("%d %b %Y", "day month year"),)),
    (rf"{_MONTH} \d{{1,2}}, \d{{4}}", (("%b %d, %Y", "month day, year"),)),
    (rf"{_MONTH} \d{{1,2}} \d{{4}}", (("%b %d %Y", "month day year"),)),
    (r"\d{4}-\d{2}", (("%Y-%m", "year-month"),)),
    (rf"{_MONTH} \d{{4}}", (("%b %Y", "month year"),)),
    (r"(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])", (("%Y%m%d", "as year, month and day without marks"),)),
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
_LOOKED_AT = 20
_MORE, _WAYS = 50, 3  # texts that are looked at for other ways, and how many of these are tried
_MONTHS = {
    "Jan": "january januar jänner janvier enero gennaio januari janv ene gen",
    "Feb": "february februar feber février fevrier febrero febbraio februari févr fevr",
    "Mar": "march märz maerz mrz mär mars marzo maart",
    "Apr": "april avril abril aprile avr abr",
    "May": "mai mayo maggio mei mag",
    "Jun": "june juni juin junio giugno giu",
    "Jul": "july juli juillet julio luglio juil lug",
    "Aug": "august août aout agosto augustus ago",
    "Sep": "september sept septembre septiembre settembre sept set",
    "Oct": "october oktober octobre octubre ottobre okt ott",
    "Nov": "november novembre noviembre",
    "Dec": "december dezember décembre decembre diciembre dicembre dez déc dic",
}
_ENGLISH = {word: month for month, words in _MONTHS.items() for word in words.split()}
_NAMED_MONTH = re.compile(rf"(?<![^\W\d_])({'|'.join(sorted(_ENGLISH, key=len, reverse=True))})\b\.?", re.IGNORECASE)
_WEEKDAY = re.compile(
    r"^(mon|tue|wed|thu|fri|sat|sun|mo|di|mi|do|fr|sa|so|lun|mar|mer|jeu|ven|sam|dim)[a-zäöüé]{0,7}\.?,? +"
    r"(?=(\d{1,2}\.?[ -])?[^\W\d])",
    re.IGNORECASE,
)

Ways = tuple[tuple[str, str], ...]
_LONGEST = 64  # characters of a date with its time and zone, in whatever words


@dataclass(frozen=True)
class Dated:
    """Times read from texts: ``datetime64[us]`` of shape (texts,), NaT where a text is none; rules with sentences."""

    values: np.ndarray
    notes: tuple[tuple[str, str], ...]


def read_dates(texts: pa.Array, counts: np.ndarray, mostly: float, first: str | None = None) -> Dated | None:
    """Times from the different texts of a column.

    Parameters
    ----------
    texts : Arrow string array of shape (texts,)
    counts : ndarray of shape (texts,)
        How often each occurs.
    mostly : float
        The share of the cells that must be dates.
    first : str, optional
        What comes first in dates such as 3/4/2026, ``"day"`` or ``"month"``, where a person said so.

    Returns
    -------
    Dated or None
        None where the column holds no dates.
    """
    head = [_in_english(texts[place].as_py()) for place in range(min(_LOOKED_AT, len(texts)))]
    ways = [each for each in map(_ways, head) if each]
    if len(ways) < len(head) / 2:
        return None
    strings = [_in_english(text) for text in texts.to_pylist()]
    looks = _sided(max(ways, key=ways.count), first)
    read = [(way, _parse(strings, way)) for way, _ in looks]
    share = [float(counts[~np.isnat(values)].sum()) for _, values in read]
    best = _decide(read, share)
    values = read[best][1]
    others = _others(values, looks, strings) if max(share) < counts.sum() else []
    for more in others:
        values = np.where(np.isnat(values), more, values)
    if counts[~np.isnat(values)].sum() < mostly * counts.sum():
        return None
    note = _note(looks, best, share) if not others else "{columns} read as dates written in several ways: {count}."
    zoned = "%z" in looks[best][0]
    told = (("date", note), ("time_zone", "Times with a time zone in {columns} turned into UTC." if zoned else ""))
    return Dated(values, tuple((rule, text) for rule, text in told if text))


def _sided(looks: Ways, first: str | None) -> Ways:
    """The ways that begin as a person wants; all where they do not say, or none does."""
    return tuple(each for each in looks if first and each[1].startswith(first)) or looks


def _others(values: np.ndarray, looks: Ways, strings: list[str]) -> list[np.ndarray]:
    """What the texts that are left come to in other ways of writing, where these leave nothing open."""
    left = map(_ways, (strings[place] for place in np.flatnonzero(np.isnat(values))[:_MORE]))
    found = dict.fromkeys(each[0] for each in left if each and len(each) == 1 and each[0] not in looks)
    return [_parse(strings, way) for way, _ in list(found)[:_WAYS]]


def _in_english(text: str) -> str:
    """A text with the names of months short and English, as the library wants them, and without those of days."""
    if len(text) > _LONGEST or not any(character.isalpha() for character in text):
        return text
    return _NAMED_MONTH.sub(lambda found: _ENGLISH[found.group(1).lower()], _WEEKDAY.sub("", text))


def _ways(text: str) -> Ways | None:
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


def _note(looks: Ways, best: int, share: list[float]) -> str:
    called = looks[best][1]
    if not called:
        return ""
    told_apart = len(looks) == 1 or looks[0][1] == looks[1][1] or share[0] != share[1]
    if told_apart:
        return f"{{columns}} read as dates written {called}: {{count}}."
    return f"{{columns}} read as dates written {called}, though day and month cannot be told apart for sure: {{count}}."
