"""What happened while a table was read: every decision and every change, with its rule, its count and a sentence.

Knows nothing of files or frames. RULES names everything that a reader may do to a table, and how that is undone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.catalogue import Catalogue
from core.records import Change
from core.wording import counted, listed, quoted

_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Rule:
    """Something that a reader does.

    Attributes
    ----------
    name, title : str
        For programs and for people.
    lossy : bool
        Whether what stands in the file is not what stands in the table.
    undo : str
        What a person may choose instead, as a button says it; empty where there is nothing to choose.
    everywhere : str
        What is said in a few words wherever a result is shown; empty where the report is enough.
    """

    name: str
    title: str
    lossy: bool = False
    undo: str = ""
    everywhere: str = ""


RULES: Catalogue[Rule] = Catalogue(
    "rule of reading",
    # ---- the file
    Rule("origin", "Where it comes from"),
    Rule("joined", "Several files in one table"),
    Rule("sample", "A part of the rows", lossy=True, everywhere="a sample drawn at random"),
    Rule("unpacked", "Unpacked"),
    Rule("encoding", "Encoding"),
    Rule("sheet", "Sheet"),
    Rule("table", "Table of the database"),
    Rule("place", "Place in the file"),
    Rule("orientation", "Rows or columns"),
    # ---- the images
    Rule("pixels", "Images as numbers"),
    Rule("folders", "Classes by folder"),
    Rule("grey", "Colours and transparency", lossy=True),
    Rule("resized", "Images brought to one size", lossy=True),
    Rule("first_picture", "Several pictures in one file", lossy=True),
    Rule("unreadable_image", "Images that cannot be opened", lossy=True),
    Rule("no_class", "Images without a class", lossy=True),
    Rule("unused_file", "Files that are not read"),
    # ---- the series
    Rule("series", "Series as columns"),
    Rule("padded", "Series of different length"),
    # ---- the lines
    Rule("comment", "Comments", lossy=True),
    Rule("preamble", "Lines before the table", lossy=True),
    Rule("second_header", "Names in two lines"),
    Rule("units", "A line of units", lossy=True),
    Rule("no_header", "No names of columns"),
    Rule("open_quote", "A quote that is never closed", lossy=True),
    Rule("ragged", "Rows that do not fit", lossy=True),
    Rule("row_name", "Names of rows"),
    Rule("repeated_header", "The header once more", lossy=True, undo="Keep these rows"),
    Rule("second_table", "Another table below", lossy=True, undo="Keep these rows"),
    Rule("ruled_line", "Drawn lines", lossy=True, undo="Keep these rows"),
    Rule("footer", "A note below the table", lossy=True, undo="Keep these rows"),
    Rule("total", "A sum at the end", lossy=True, undo="Keep this row"),
    Rule("empty_column", "Empty columns", lossy=True),
    Rule("empty_row", "Empty rows", lossy=True),
    # ---- the columns
    Rule("no_name", "Columns without a name"),
    Rule("same_name", "Columns of one name", lossy=True),
    Rule("tidy_name", "Blanks in names"),
    Rule("same_key", "A name twice in a record", lossy=True),
    Rule("nested", "Lists in cells", lossy=True),
    Rule("binary", "Binary data", lossy=True),
    # ---- the values
    Rule("blanks", "Blanks around text", lossy=True, undo="Keep the blanks"),
    Rule("only_blanks", "Nothing but blanks", lossy=True),
    Rule("missing_mark", "Marks of missing values", lossy=True, undo="Keep it as a value"),
    Rule("kept_mark", "Marks of missing values that are values", undo="Read as missing"),
    Rule("sentinel", "Numbers that may stand for a gap", undo="Read as missing"),
    Rule("formula_error", "Formulas that failed", lossy=True),
    Rule("empty_text", "Empty text", lossy=True),
    Rule("kept_as_text", "Numbers kept as text", undo="Read as numbers"),
    Rule("mixed", "Numbers mixed with text", undo="Read as numbers, the rest as missing"),
    Rule("retyped", "Text read as numbers or dates", undo="Keep as text"),
    Rule("not_a_number", "Text among numbers", lossy=True, undo="Keep as text"),
    Rule("decimal", "Decimal and thousands marks", lossy=True, undo="Keep as text"),
    Rule("sign", "Signs of percent, currency and size", lossy=True, undo="Keep as text"),
    Rule("date", "Dates", undo="Keep as text"),
    Rule("not_a_date", "Text among dates", lossy=True, undo="Keep as text"),
    Rule("time_zone", "Time zones", lossy=True),
    Rule("span", "Spans of time", lossy=True),
    Rule("spelling", "Several spellings of yes and no", lossy=True, undo="Keep every spelling"),
    Rule("large_number", "Numbers too large to be exact"),
    Rule("infinite", "Infinite values", lossy=True),
    Rule("unprintable", "Characters that cannot be shown", lossy=True),
    Rule("labels", "Labels of values"),
    Rule("full_stop", "Full stops behind answers", lossy=True),
)


class Report:
    """What was found and changed while reading, one entry per column or, for many columns, one for all.

    A sentence has a place ``{columns}`` for the names and may have one ``{count}`` for the number of cells.

    Parameters
    ----------
    settings : mapping of str to str or int
        How a person wants the file read, see `core.data.settings`. Under ``undo`` are the rules that they do not want,
        each with its column behind a colon where it is about one.

    Attributes
    ----------
    facts : dict
        How the file was read: encoding, delimiter and the like.
    """

    def __init__(self, settings: Mapping[str, Any] | None = None) -> None:
        self.facts: dict[str, Any] = {}
        self._settings = settings or {}
        self._undone = frozenset(self._settings.get("undo", ()))
        self._said: dict[tuple[str, str], dict[str, int]] = {}

    def wish(self, setting: str) -> Any:
        """What a person wants for a setting; None where they leave it open."""
        return self._settings.get(setting)

    def undone(self, rule: str, column: str = "") -> bool:
        """Whether a person does not want a rule for a column."""
        return bool(self._undone) and f"{RULES[rule].name}:{column}".removesuffix(":") in self._undone

    def found(self, **facts: Any) -> None:
        """Note how the file is read."""
        self.facts.update(facts)

    def add(self, rule: str, sentence: str, column: str = "", count: int = 0) -> None:
        """Note that `sentence` is true of `column`, for `count` cells, rows or lines."""
        of_sentence = self._said.setdefault((RULES[rule].name, sentence), {})
        of_sentence[column] = of_sentence.get(column, 0) + count

    def take(self, other: Report) -> None:
        """Note what another report has noted."""
        for (rule, sentence), columns in other._said.items():
            for column, count in columns.items():
                self.add(rule, sentence, column, count)

    def changes(self) -> tuple[Change, ...]:
        """One row per rule and column, in the order in which they were added."""
        return tuple(
            Change(rule, _fill(sentence, quoted(column), count), column, count)
            for (rule, sentence), columns in self._said.items()
            for column, count in columns.items()
        )

    def notes(self) -> tuple[str, ...]:
        """All sentences in the order in which they were first added; one for all columns where they are many."""
        return tuple(note for (_, sentence), columns in self._said.items() for note in _render(sentence, columns))


def _render(sentence: str, columns: Mapping[str, int]) -> list[str]:
    if len(columns) <= _SHOWN:
        return [_fill(sentence, quoted(name), count) for name, count in columns.items()]
    names = f"{len(columns):,} columns ({listed(list(columns))})"
    return [_fill(sentence, names, sum(columns.values()))]


def _fill(sentence: str, columns: str, count: int) -> str:
    # replaced rather than formatted: values quoted in a sentence may hold braces of their own
    return sentence.replace("{count}", counted(count, "cell")).replace("{columns}", columns)
