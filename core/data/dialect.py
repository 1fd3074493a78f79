"""How the cells of a text are told apart: the separator, the quotes, the escapes, and lines that are comments.

Takes the first lines of a text, gives a `Dialect`. CleverCSV proposes; a proposal counts as far as the lines bear it
out: they should have the same number of cells, and the cells should look like numbers, dates or plain words.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from core.data.report import Report
from core.data.settings import BLANKS, FIXED, NO_QUOTES

COMMON = (",", ";", "\t", "|")
_UNUSUAL = (":", "^", "~", BLANKS)
_COMMENTS = ("#", "%", "//", ";")
_SAMPLE_LINES, _SAMPLE_SIZE, _PROPOSER_SIZE = 200, 200_000, 20_000
_CELLS = 4_000  # so many are looked at for each separator
_HANDICAP = 0.85  # of a separator that few files have
_STRAY = 0.05  # this share of the lines may have something between two columns
_FEWEST_ALIGNED = 4
_POOR = 0.6  # below, columns of one width are looked for
_PROPOSED = 1.1
_NAMES = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars", ":": "colons"}
_BLANK_RUN = re.compile(r"[ \t]+")
_BLANK_RUN_OUTSIDE = re.compile(r"""[ \t]+(?=(?:[^"]*"[^"]*")*[^"]*$)""")
_BETWEEN_SINGLE = re.compile(r"(?:^|[,;\t|])\s*'[^'\n]*'\s*(?:$|[,;\t|])", re.MULTILINE)
_BETWEEN_DOUBLE = re.compile(r'(?:^|[,;\t|])\s*"[^"\n]*"\s*(?:$|[,;\t|])', re.MULTILINE)
_TYPED = re.compile(
    r"""\s*(
    | [+-]?\(?[€$£¥]?\s?\d[\d.,'’\xa0\u202f]*([eE][+-]?\d+)?\s?[%€$£¥]?\)?   # a number, perhaps with its sign
    | \d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([T ]\d{1,2}:\d\d(:\d\d(\.\d+)?)?\s?([AaPp][Mm]|Z|[+-]\d\d:?\d\d)?)?
    | \d{1,2}:\d\d(:\d\d)?
    | [^\W\d_][\w\ .'’&()/+\-]*                                             # plain words and codes
    | [\w.+-]+@[\w.-]+ | https?://\S+
    | [-?]
    )\s*""",
    re.VERBOSE,
)

Record = tuple[int, list[str]]


@dataclass(frozen=True)
class Dialect:
    """How cells are told apart.

    Attributes
    ----------
    delimiter : str
        One character, or one of `core.data.settings.BLANKS` and ``FIXED``.
    quote, escape, comment : str
        Empty where there is none.
    """

    delimiter: str
    quote: str = '"'
    escape: str = ""
    comment: str = ""

    @property
    def parted_by(self) -> str:
        """The character between two cells, once runs of blanks have become tabs."""
        return "\t" if self.delimiter in (BLANKS, FIXED) else self.delimiter


def sample_of(text: str) -> str:
    """The first lines of a text, whole ones."""
    end, lines = 0, 0
    while lines < _SAMPLE_LINES and (end < _SAMPLE_SIZE or lines < 3):
        found = text.find("\n", end)
        if found < 0:
            return text
        end, lines = found + 1, lines + 1
    return text[:end]


def dialect_of(sample: str, report: Report) -> Dialect:
    """The dialect that the first lines of a text speak; what a person wants is not questioned."""
    comment = report.wish("comment") or _comment(sample)
    lines = uncommented(sample, comment)
    wanted = report.wish("delimiter")
    quotes = _quotes(lines, report.wish("quote"))
    proposed = _proposed(lines)
    best, best_score = Dialect(wanted or ",", quotes[0]), 0.0
    for delimiter in (wanted,) if wanted else (*COMMON, *_UNUSUAL):
        for quote in quotes:
            dialect = Dialect(delimiter, quote, _escape(lines, quote))
            score = _score(lines, dialect) * (_PROPOSED if (delimiter, quote or '"') == proposed else 1.0)
            if score > best_score:
                best, best_score = dialect, score
    if not wanted and best_score < _POOR and _aligned(lines):
        best = Dialect(FIXED, "")
    return Dialect(best.delimiter, best.quote, best.escape, comment)


def in_words(delimiter: str) -> str:
    """A separator as people call it."""
    return _NAMES.get(delimiter, delimiter)


def records_of(text: str, dialect: Dialect, *, whole: bool = True) -> list[Record]:
    """Each record that is not blank with the number of the line on which it ends.

    Parameters
    ----------
    whole : bool
        Whether the text ends where the file ends; else its last record may be cut within quotes and is left out.
    """
    csv.field_size_limit(1 << 30)
    reader = csv.reader(
        io.StringIO(tabbed(text, dialect), newline="\n"),
        delimiter=dialect.parted_by,
        quotechar=dialect.quote or None,
        quoting=csv.QUOTE_MINIMAL if dialect.quote else csv.QUOTE_NONE,
        escapechar=dialect.escape or None,
        skipinitialspace=_spaced(text, dialect),
    )
    records: list[Record] = []
    try:
        records = [(reader.line_num, cells) for cells in reader if cells]
    except csv.Error:  # pragma: no cover; the reader is lenient, this is for what later versions may refuse
        return records
    return records if whole or len(records) < 3 else records[:-1]


def tabbed(text: str, dialect: Dialect) -> str:
    """A text with tabs between its cells, where blanks or their places part them; else the text as it is."""
    if dialect.delimiter == FIXED:
        return _cut(text)
    if dialect.delimiter != BLANKS:
        return text
    run = _BLANK_RUN_OUTSIDE if dialect.quote and dialect.quote in text else _BLANK_RUN
    return "\n".join(run.sub("\t", line.strip()) for line in text.split("\n"))


def uncommented(text: str, comment: str) -> str:
    """A text without the lines that begin with a mark; they stay as empty lines, so that lines keep their numbers."""
    if not comment:
        return text
    return re.sub(rf"^[ \t]*{re.escape(comment)}[^\n]*", "", text, flags=re.MULTILINE)


def _spaced(text: str, dialect: Dialect) -> bool:
    """Whether quotes stand behind a blank, as in ``a, "b, c"``."""
    return bool(dialect.quote) and f"{dialect.parted_by} {dialect.quote}" in text


def spaced_quotes(text: str, dialect: Dialect) -> str:
    """A text without the blanks between a separator and a quote."""
    if not _spaced(text, dialect):
        return text
    return re.sub(rf"(?<={re.escape(dialect.parted_by)}) +(?={re.escape(dialect.quote)})", "", text)


def _comment(sample: str) -> str:
    """What the lines begin with that are no data; empty where there are none."""
    lines = [line.strip() for line in sample.split("\n") if line.strip()]
    for mark in _COMMENTS:
        marked = [line for line in lines if line.startswith(mark)]
        others = len(lines) - len(marked)
        if not marked or others < len(marked) / 4 or (len(marked) > others / 2 and not lines[0].startswith(mark)):
            continue
        first = next(place for place, line in enumerate(lines) if not line.startswith(mark))
        above = first == len([line for line in lines[:first] if line.startswith(mark)]) and first > 0
        if above or not _fits_the_others(marked, [line for line in lines if not line.startswith(mark)]):
            return mark
    return ""


def _fits_the_others(marked: list[str], others: list[str]) -> bool:
    """Whether marked lines have as many cells as the others, by whatever parts them: then they are data."""
    for delimiter in COMMON:
        usual = Counter(line.count(delimiter) for line in others).most_common(1)[0][0]
        if usual and sum(line.count(delimiter) == usual for line in marked) > len(marked) / 2:
            return True
    return False


def _proposed(sample: str) -> tuple[str, str]:
    """The separator and the quote that CleverCSV proposes."""
    import clevercsv

    try:
        dialect = clevercsv.Sniffer().sniff(sample[:_PROPOSER_SIZE], delimiters=[*COMMON, ":", "^", "~", " "])
    except clevercsv.Error:
        return "", ""
    if dialect is None:
        return "", ""
    return (BLANKS if dialect.delimiter == " " else str(dialect.delimiter)), str(dialect.quotechar or '"')


def _quotes(sample: str, wish: str | None) -> tuple[str, ...]:
    """The quotes that may be meant; single ones only where cells stand between them and none between double ones."""
    if wish is not None:
        return ("",) if wish == NO_QUOTES else (wish,)
    single = _BETWEEN_SINGLE.search(sample) and not _BETWEEN_DOUBLE.search(sample)
    return ('"', "'") if single else ('"',)


def _escape(sample: str, quote: str) -> str:
    """A backslash before a quote stands for the quote, where quotes are not doubled instead."""
    return (
        "\\" if quote and f"\\{quote}" in sample and f"{quote}{quote}" not in sample.replace(f"\\{quote}", "") else ""
    )


def _score(sample: str, dialect: Dialect) -> float:
    """How well lines fit a dialect, from 0 to 1."""
    records = [cells for _, cells in records_of(sample, dialect)]
    widths = Counter(map(len, records))
    if not widths:
        return 0.0
    width, lines = widths.most_common(1)[0]
    evenness = lines / widths.total()
    unusual = dialect.delimiter in _UNUSUAL
    if width < 2 or (unusual and evenness < 0.9):
        return 0.0
    typed = _typed(cell for cells in records[: max(1, _CELLS // width)] for cell in cells[:_CELLS])
    quotes = 0.98 if dialect.quote == "'" else 1.0  # apostrophes are frequent
    return evenness * typed * (_HANDICAP if unusual else 1.0) * quotes


def _typed(cells: Iterable[str]) -> float:
    """The share of cells that are numbers, dates, plain words or empty; half counts what is anything else."""
    found = [bool(_TYPED.fullmatch(cell[:200])) for cell in cells]
    return 0.3 + 0.7 * sum(found) / max(len(found), 1)


def _aligned(sample: str) -> bool:
    """Whether columns of one width stand below each other."""
    return sample.count("\n") > _FEWEST_ALIGNED and len(_places(sample)) > 1


def _places(text: str) -> list[tuple[int, int]]:
    """Where the columns of one width begin and end: between places where nearly all lines have blanks."""
    lines = [line.expandtabs() for line in sample_of(text).split("\n") if line.strip()]
    width = max(map(len, lines))
    filled = np.zeros(width, dtype=np.int64)
    for line in lines:
        letters = np.frombuffer(line.encode("utf-32-le"), dtype="<u4")
        filled[: len(letters)] += letters != ord(" ")
    edges = np.flatnonzero(np.diff(np.concatenate([[0], filled > _STRAY * len(lines), [0]])))
    begins, ends = edges[::2], edges[1::2]
    # a column reaches as far as the next one begins, because single lines may be longer than the others
    return list(zip([0, *ends[:-1].tolist()], [*begins[1:].tolist(), 1 << 30], strict=True)) if len(begins) else []


def _cut(text: str) -> str:
    """A text of columns of one width with tabs between them."""
    places = _places(text)
    lines = (line.expandtabs() for line in text.split("\n"))
    return "\n".join("\t".join(line[a:b].strip() for a, b in places) if line.strip() else "" for line in lines)
