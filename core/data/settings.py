"""How a person wants a file read, as the end of a source: ``sales.csv?decimal=,&undo=missing_mark:country``.

Takes and gives text and plain values; knows which settings there are and nothing of files.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from core.catalogue import UnknownName, did_you_mean
from core.data.errors import Unreadable
from core.data.report import RULES
from core.records import Param

FIXED = "fixed width"
BLANKS = "blanks"
TAB = "tab"
NO_QUOTES = "none"
DELIMITERS = (",", ";", TAB, "|", ":", "^", "~", BLANKS, FIXED)
ENCODINGS = (
    *("utf-8", "cp1252", "utf-16", "latin-1", "iso8859-15", "cp1250", "cp1251", "cp1253", "cp1254", "mac-roman"),
    *("cp437", "cp850", "cp932", "gb18030", "big5", "cp949"),
)
UNDO = "undo"
DIGITS, SHOWN = 10, 60  # of a number that may be meant, and letters of one that cannot be
_AS_FOUND = "as found"

ENCODING = Param("encoding", None, "How letters are stored.", choices=ENCODINGS, none_means=_AS_FOUND)
DELIMITER = Param("delimiter", None, "What stands between two cells.", choices=DELIMITERS, none_means=_AS_FOUND)
DECIMAL = Param("decimal", None, "What stands before decimals.", choices=(".", ","), none_means=_AS_FOUND)
QUOTE = Param("quote", None, "What stands around text.", choices=('"', "'", NO_QUOTES), none_means=_AS_FOUND)
HEADER = Param(
    "header", None, "The line that holds the names of the columns; 0 where none does.", low=0, none_means=_AS_FOUND
)
COMMENT = Param(
    "comment", None, "What a line begins with that is no data.", choices=("#", "%", "//", ";"), none_means=_AS_FOUND
)
DATES = Param(
    "dates",
    None,
    "Which comes first in dates such as 3/4/2026.",
    choices=("day", "month"),
    none_means=_AS_FOUND,
)
RAGGED = Param(
    "uneven_rows",
    None,
    "What becomes of rows with too few or too many cells.",
    choices=("filled or cut",),
    none_means="left out",
)
SHEET = Param("sheet", None, "The sheet of the workbook.", none_means=_AS_FOUND)
TABLE = Param("table", None, "The table of the database.", none_means=_AS_FOUND)

ALL = (ENCODING, DELIMITER, DECIMAL, QUOTE, HEADER, COMMENT, DATES, RAGGED, SHEET, TABLE)


def parts(source: str) -> tuple[str, dict[str, Any]]:
    """A source without the settings behind it, and these settings.

    Raises
    ------
    UnknownName
        If a setting, or what is to be undone, is not known.
    Unreadable
        If a value cannot be meant.
    """
    name, _, query = source.partition("?")
    settings: dict[str, Any] = {}
    for key, value in parse_qsl(query, keep_blank_values=True):
        if key == UNDO:
            RULES[value.partition(":")[0]]
            settings[UNDO] = (*settings.get(UNDO, ()), value)
        else:
            settings[key] = _checked(key, value)
    return name, settings


def _checked(name: str, text: str) -> Any:
    param = next((each for each in ALL if each.name == name), None)
    if param is None:
        raise UnknownName(did_you_mean("setting of a file", name, [each.name for each in ALL]))
    value: Any = int(text) if param.low is not None and text.isdecimal() and len(text) < DIGITS else text
    if (param.choices and value not in param.choices) or (param.low is not None and isinstance(value, str)):
        allowed = ", ".join(repr(each) for each in param.choices) or "a whole number from 0"
        raise Unreadable(f"A file can be read with {name} {allowed}, not {text[:SHOWN]!r}.")
    return value


def settings_of(source: str) -> dict[str, Any]:
    """The settings behind a source; none where it is a data set's name, whose settings are its own."""
    return parts(source)[1] if "?" in source else {}


def with_settings(source: str, settings: Mapping[str, Any]) -> str:
    """The source with these settings behind it, in one order; none where nothing is set."""
    name = source.partition("?")[0]
    known = [each.name for each in ALL]
    pairs: list[tuple[str, Any]] = [(key, settings[key]) for key in known if settings.get(key) is not None]
    pairs += [(UNDO, each) for each in _sorted(settings.get(UNDO, ()))]
    return f"{name}?{urlencode(pairs, quote_via=quote, safe=',:;|')}" if pairs else name


def _sorted(undone: Iterable[str]) -> list[str]:
    return sorted(dict.fromkeys(undone))
