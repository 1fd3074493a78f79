"""What stands where nothing is known, and words that only look so (C2, C4, C11)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random

from tests.core.messy import stock
from tests.core.messy.truth import CONSTANT, EMPTY, NUMBER, SHORT_OF, WORDS, YES_NO, Case, Col, Sample
from tests.core.messy.writing import GERMAN, SEMICOLON, TAB, Dialect, Make, Style, lines, sample, within, written

Special = Callable[[Random, int], Col]


def _some(rng: Random, rows: int, share: float) -> set[int]:
    return set(rng.sample(range(3, rows), max(2, round(share * rows))))


def marked(mark: str, share: float = 0.12) -> Special:
    """Numbers with a mark where there is none."""

    def special(rng: Random, rows: int) -> Col:
        gone = _some(rng, rows, share)
        values = tuple(None if row in gone else round(rng.gauss(20, 6), 1) for row in range(rows))
        raw = tuple(mark if value is None else f"{value:.1f}" for value in values)
        made = Col("reading", values, NUMBER, raw)
        return made.told(*SHORT_OF, count=len(gone)).or_verbatim() if mark.strip() else made

    return special


def kept_number(mark: str) -> Special:
    """Numbers with a number that stands for a gap: missing, or left as it is, but told in any case."""

    def special(rng: Random, rows: int) -> Col:
        made = marked(mark)(rng, rows)
        return replace(made, others=()).or_as(map(float, made.raw), NUMBER, "missing_mark", "sentinel")

    return special


def several_marks(rng: Random, rows: int) -> Col:
    """Numbers with several marks in one column."""
    marks = ("NA", "n/a", "-", "", "NULL")
    gone = sorted(_some(rng, rows, 0.15))
    words = {row: marks[place % len(marks)] for place, row in enumerate(gone)}
    values = tuple(None if row in words else rng.randint(1, 900) for row in range(rows))
    raw = tuple(words.get(row, str(values[row])) for row in range(rows))
    return Col("count", values, NUMBER, raw).told(*SHORT_OF).or_verbatim()


def in_words(mark: str, *words: str) -> Special:
    """Words with a mark among them that may be a gap: a gap if that is told, else a word."""

    def special(rng: Random, rows: int) -> Col:
        gone = _some(rng, rows, 0.12)
        raw = tuple(mark if row in gone else rng.choice(words) for row in range(rows))
        gaps = (None if text == mark else text for text in raw)
        return Col("group", raw, WORDS, raw).or_as(gaps, WORDS, "missing_mark", count=len(gone))

    return special


def namibia(share: float) -> Callable[[Random], Sample]:
    """Codes of countries, Namibia's NA among them."""

    def make(rng: Random) -> Sample:
        rows = stock.rows_of(rng)
        others = [code for _, code, _ in stock.COUNTRIES if code != "NA"]
        raw = tuple("NA" if row == 4 or rng.random() < share else rng.choice(others) for row in range(rows))
        gaps = (None if text == "NA" else text for text in raw)
        country = Col("country", raw, WORDS, raw).or_as(gaps, WORDS, "missing_mark", count=raw.count("NA"))
        columns = [country, *written([stock.many("visits", rows, lambda: rng.randint(1, 9_000))])]
        return sample(columns, lines(columns))

    return make


def surname(rng: Random, rows: int) -> Col:
    """People of whom some are called Null."""
    raw = tuple("Null" if row in (5, 17) else rng.choice(stock.LAST) for row in range(rows))
    gaps = (None if text == "Null" else text for text in raw)
    return Col("surname", raw, WORDS, raw).or_as(gaps, WORDS, "missing_mark", count=2)


def plus_and_minus(rng: Random, rows: int) -> Col:
    """Results of a test, + and -."""
    raw = ("+", "-", *(rng.choice("+-") for _ in range(rows - 2)))
    return Col("test", raw, WORDS | YES_NO, raw)


def all_missing(mark: str) -> Special:
    """A column in which nothing is known."""

    def special(rng: Random, rows: int) -> Col:
        made = Col("remark", (None,) * rows, EMPTY, (mark,) * rows)
        return made.or_as(made.raw, CONSTANT | WORDS, "missing_mark", free=True) if mark else made

    return special


def mostly_missing(rng: Random, rows: int) -> Col:
    """A column with three values."""
    values = tuple(float(row) if row in (3, 9, 20) else None for row in range(rows))
    return Col("dose", values, NUMBER | CONSTANT, tuple("" if each is None else f"{each:.1f}" for each in values))


def constant(rng: Random, rows: int) -> Col:
    """A column with one value."""
    return Col("unit", ("mg/l",) * rows, CONSTANT, ("mg/l",) * rows)


def late_gaps(rng: Random) -> Sample:
    """Numbers whose only marks of a gap stand behind the first 2,000 rows."""
    rows = 2_400
    values = tuple(None if row in (2_100, 2_300) else rng.randint(0, 99) for row in range(rows))
    raw = tuple("NA" if value is None else str(value) for value in values)
    columns = written([stock.many("city", rows, lambda: rng.choice(stock.CITIES), WORDS)])
    columns = [*columns, Col("sold", values, NUMBER, raw).told(*SHORT_OF, count=2)]
    return sample(columns, lines(columns))


def holes(style: Style, dialect: Dialect = SEMICOLON) -> Make:
    """Gaps in every column but the first, all marked alike."""

    def make(rng: Random) -> Sample:
        columns = stock.staff(rng)
        rows = len(columns[0].values)
        holed = [columns[0]]
        for column in columns[1:]:
            gone = _some(rng, rows, 0.07)
            holed.append(replace(column, values=tuple(None if r in gone else v for r, v in enumerate(column.values))))
        done = written(holed, style)
        if style.gap:
            done[1:] = [column.told(*SHORT_OF, "not_a_date") for column in done[1:]]
        return sample(done, lines(done, dialect), dialect)

    return make


_MARKS = ("NA", "N/A", "n/a", "NaN", "null", "NULL", "None", "-", "--", "?", ".", "#N/A", "#DIV/0!", "#VALUE!", "\\N")
_MARKS += ("(null)", "nil", "n.a.", "k.A.", "missing", "not available", "*", "…", "—")

CASES = (
    *(Case(f"{mark} for gaps", "C4", within(marked(mark))) for mark in _MARKS),
    Case("empty cells for gaps", "C2", within(marked(""))),
    Case("blanks for gaps", "C2", within(marked("   "), TAB)),
    Case("-999 for gaps", "C4", within(kept_number("-999"))),
    Case("-9999.0 for gaps", "C4", within(kept_number("-9999.0"))),
    Case("several marks of gaps", "C4", within(several_marks)),
    Case("gaps everywhere", "C2", holes(GERMAN)),
    Case("NA everywhere", "C2", holes(replace(GERMAN, gap="NA"))),
    Case("marks of gaps late in the file", "C4", late_gaps),
    Case("NA, the code of Namibia", "C4", namibia(0.05)),
    Case("NA, the code of Namibia, once", "C4", namibia(0.0)),
    Case("NO, the code of Norway", "C4", within(in_words("NO", "DE", "FR", "SE", "FI"))),
    Case("None as a word", "C4", within(in_words("None", "Mild", "Moderate", "Severe"))),
    Case("none as a word", "C4", within(in_words("none", "gas", "oil", "electric"))),
    Case("unknown as a word", "C4", within(in_words("unknown", "red", "green", "blue"))),
    Case("question marks among words", "C4", within(in_words("?", "private", "state", "self-employed"))),
    Case("a hyphen among words", "C4", within(in_words("-", "north", "south", "west"))),
    Case("people called Null", "C4", within(surname)),
    Case("plus and minus", "C4", within(plus_and_minus)),
    Case("nothing known at all", "C11", within(all_missing(""))),
    Case("nothing but NA", "C11", within(all_missing("NA"))),
    Case("three values known", "C11", within(mostly_missing, topic=stock.weather)),
    Case("one value in every row", "C11", within(constant)),
)
