"""How the cells of a text are told apart: the separator, the quotes, the escapes, and lines that are comments.

Takes the first lines of a text, gives a `Dialect`. Others propose; a proposal counts as far as the lines bear it out:
they should have the same number of cells, and the cells should look like numbers, dates or plain words.
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
from core.data.settings import BLANKS, FIXED, NO_QUOTES, TAB
from core.data.sniffers import Proposed, clever, duck

COMMON = (",", ";", "\t", "|")
_UNUSUAL = (":", "^", "~", "\x01", "\x1f", BLANKS)
_COMMENTS = ("#", "%", "//", ";")
_SAMPLE_LINES, _SAMPLE_SIZE = 200, 200_000
_SCORED, _FEWEST_SCORED = 50_000, 20  # letters and lines that are looked at for each separator
_LONGEST_SAMPLE = 4_000_000  # of a text whose first lines are as long as that
_CELLS = 4_000  # so many are looked at for each separator
_HANDICAP = 0.85  # of a separator that few files have
_STRAY = 0.05  # this share of the lines may have something between two columns
_FEWEST_ALIGNED = 4
_POOR = 0.6  # below, columns of one width are looked for
_PROPOSED = 1.1
_BLANK_RUN = re.compile(r"[ \t]+")
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+")
NUMBER = re.compile(r"[+-]?(\d[\d.,]*|[.,]\d+)([eE][+-]?\d+)?")
_BETWEEN_SINGLE = re.compile(r"(?:^|[,;\t|]) *'[^'\n]*' *(?:$|[,;\t|])", re.MULTILINE)
_TYPED = re.compile(
    r"""\s*(
    | [+-]?\(?[€$£¥]?\s?\d[\d.,'’\xa0\u202f]*([eE][+-]?\d+)?\s?([%€$£¥]|°?[^\W\d_]{0,3}[²³]?)\)? # a number and its unit
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
            return text[:_LONGEST_SAMPLE]
        end, lines = found + 1, lines + 1
    return text[: min(end, _LONGEST_SAMPLE)]


def dialect_of(sample: str, report: Report) -> Dialect:
    """The dialect that the first lines of a text speak; what a person wants is not questioned."""
    comment = report.wish("comment") or _comment(sample)
    lines = _head(_without(sample, comment))
    wanted = {TAB: "\t"}.get(report.wish("delimiter"), report.wish("delimiter"))
    quotes = _quotes(lines, report.wish("quote"))
    alone = next((each for each in (*COMMON, "\x1f") if each not in sample), ",")  # where there is one column
    candidates = (each for each in (*COMMON, *_UNUSUAL) if each in lines or each == BLANKS)
    delimiters = (wanted,) if wanted else candidates
    scores = _scores(lines, [Dialect(each, quote, _escape(lines, quote)) for each in delimiters for quote in quotes])
    best = max(scores, key=scores.__getitem__, default=None)
    if best is None or not scores[best]:
        best = Dialect(wanted or alone, quotes[0])
    poor = scores.get(best, 0.0) < _POOR
    if not wanted and poor and _aligned(lines) and _score(lines, Dialect(FIXED, "")) > scores.get(best, 0.0):
        best = Dialect(FIXED, "")
    return Dialect(best.delimiter, best.quote, best.escape, comment)


def _scores(lines: str, dialects: list[Dialect]) -> dict[Dialect, float]:
    """How well lines fit each dialect; what others propose counts for more."""
    proposed = clever(lines)
    scores = {each: _score(lines, each) * _bonus(each, proposed) for each in dialects}
    best = max(scores, key=scores.__getitem__, default=None)
    others = [score for each, score in scores.items() if best and each.delimiter != best.delimiter]
    if best and max(others, default=0.0) * _PROPOSED > scores[best]:  # about as good: one more opinion decides
        proposed = duck(lines)
        scores = {each: score * _bonus(each, proposed) for each, score in scores.items()}
    return scores


def _bonus(dialect: Dialect, proposed: Proposed) -> float:
    return _PROPOSED if (dialect.delimiter, dialect.quote or '"') == proposed else 1.0


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
    return "\n".join(_with_tabs(line.strip(), dialect.quote) for line in text.split("\n"))


def _with_tabs(line: str, quote: str) -> str:
    """A line with a tab for each run of blanks that does not stand between quotes."""
    parts = line.split(quote) if quote else [line]
    parts[::2] = [_BLANK_RUN.sub("\t", part) for part in parts[::2]]
    return quote.join(parts)


def uncommented(text: str, dialect: Dialect) -> str:
    """A text without the lines that begin with a mark; they stay as empty lines, so that lines keep their numbers.

    A comment right above the values that has a name for each of them loses its mark alone.
    """
    if not dialect.comment:
        return text
    names = _names_in_comment(sample_of(text), dialect)
    if names is not None:
        text = text[: names.start()] + names["names"] + text[names.end("names") :]
    return _without(text, dialect.comment)


def _without(text: str, comment: str) -> str:
    """A text without comments; where there are quotes, whose cells may go on over lines, only those above all else."""
    if not comment:
        return text
    mark = rf"[ \t]*{re.escape(comment)}[^\n]*"
    if '"' not in text:
        return re.sub(rf"^{mark}", "", text, flags=re.MULTILINE)
    above = re.match(rf"(?:{mark}\n|\s*\n)*", text)
    end = above.end() if above else 0
    return "\n" * text.count("\n", 0, end) + text[end:]


def _spaced(text: str, dialect: Dialect) -> bool:
    """Whether quotes stand behind a blank, as in ``a, "b, c"``."""
    return bool(dialect.quote) and f"{dialect.parted_by} {dialect.quote}" in text


def spaced_quotes(text: str, dialect: Dialect) -> str:
    """A text without the blanks between a separator and a quote."""
    if not _spaced(text, dialect):
        return text
    return re.sub(rf"(?<={re.escape(dialect.parted_by)}) +(?={re.escape(dialect.quote)})", "", text)


def _head(sample: str) -> str:
    """Fewer lines where they are long."""
    lines = sample.split("\n")
    many = int(np.searchsorted(np.cumsum([len(line) for line in lines]), _SCORED))
    return sample if many >= len(lines) else "\n".join(lines[: max(many, _FEWEST_SCORED)])


def _comment(sample: str) -> str:
    """What the lines begin with that are no data; empty where there are none."""
    lines = _outside_quotes(sample)
    for mark in _COMMENTS:
        marked = [line for line in lines if line.startswith(mark)]
        others = [line for line in lines if not line.startswith(mark)]
        if not marked or len(others) < max(1, len(marked) / 4):
            continue
        if (len(marked) > len(others) / 2 and not lines[0].startswith(mark)) or lines[0][len(mark) :][:1] in COMMON:
            continue
        if lines[: len(marked)] == marked or not _fits_the_others(marked, others):
            return mark
    return ""


def _outside_quotes(sample: str) -> list[str]:
    """The lines that are not blank; none that begins within quotes, where anything may stand."""
    lines, inside = [], False
    for line in sample.split("\n"):
        if line.strip() and not inside:
            lines.append(line.strip())
        inside ^= bool(line.count('"') % 2)
    return lines


def _fits_the_others(marked: list[str], others: list[str]) -> bool:
    """Whether marked lines have as many cells as the others, by whatever parts them: then they are data."""
    for delimiter in COMMON:
        usual = Counter(line.count(delimiter) for line in others).most_common(1)[0][0]
        if usual and sum(line.count(delimiter) == usual for line in marked) > len(marked) / 2:
            return True
    return False


def _names_in_comment(text: str, dialect: Dialect) -> re.Match[str] | None:
    """The last comment above the values, where it has as many cells as the line below, and these hold a number."""
    found = None
    for found in re.finditer(rf"^[ \t]*{re.escape(dialect.comment)}+[ \t]*(?P<names>[^\n]+)\n+", text, re.MULTILINE):
        below = text[found.end() :].partition("\n")[0]
        if not below.lstrip().startswith(dialect.comment):
            break
    if found is None:
        return None
    lines = found["names"], text[found.end() :].partition("\n")[0]
    names, values = ([cells for _, cells in records_of(line, dialect)] for line in lines)
    fits = len(names) == len(values) == 1 and len(names[0]) == len(values[0]) > 1
    numbers = [bool(NUMBER.fullmatch(cell.strip())) for cells in (*names, *values) for cell in cells]
    return found if fits and any(numbers[len(names[0]) :]) and not any(numbers[: len(names[0])]) else None


def _quotes(sample: str, wish: str | None) -> tuple[str, ...]:
    """The quotes that may be meant; single ones only where cells stand between them."""
    if wish is not None:
        return ("",) if wish == NO_QUOTES else (wish,)
    return ('"', "'") if _BETWEEN_SINGLE.search(sample) else ('"',)


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
    if width < 2 or (unusual and evenness < 0.9) or _one_column(sample, dialect, width):
        return 0.0
    if dialect.delimiter == BLANKS and not _has_numbers(records, width):
        return 0.0
    typed = _typed(cell for cells in records[: max(1, _CELLS // width)] for cell in cells[:_CELLS])
    quotes = 0.98 if dialect.quote == "'" else 1.0  # apostrophes are frequent
    return evenness * typed * (_HANDICAP if unusual else 1.0) * quotes


def _one_column(sample: str, dialect: Dialect, width: int) -> bool:
    """Whether what looks like two columns is one of numbers with decimal commas, below a name without a comma."""
    lines = [line.strip() for line in sample.split("\n") if line.strip()]
    decimals = dialect.delimiter == "," and width == 2 and "," not in lines[0]
    return decimals and len(lines) > 1 and all(_DECIMAL_COMMA.fullmatch(line) for line in lines[1:])


def _has_numbers(records: list[list[str]], width: int) -> bool:
    """Whether a column is mostly numbers: prose has blanks between its words as well."""
    rows = [cells for cells in records if len(cells) == width]
    return any(sum(bool(NUMBER.fullmatch(cells[place])) for cells in rows) > len(rows) / 2 for place in range(width))


def _typed(cells: Iterable[str]) -> float:
    """The share of cells that are numbers, dates, plain words or empty; half counts what is anything else."""
    found = [bool(_TYPED.fullmatch(cell[:200])) for cell in cells]
    return 0.3 + 0.7 * sum(found) / max(len(found), 1)


def _aligned(sample: str) -> bool:
    """Whether columns of one width stand below each other."""
    if sample.count("\n") <= _FEWEST_ALIGNED or len(places := _places(sample)) < 2:
        return False
    lines = [line.expandtabs() for line in sample.split("\n") if line.strip()]
    filled = [sum(bool(line[a:b].strip()) for line in lines) for a, b in places]
    return sum(each > len(lines) / 2 for each in filled) > 1  # else words that happen to stand below each other


def _places(text: str) -> list[tuple[int, int]]:
    """Where the columns of one width begin and end: between places where nearly all lines have blanks."""
    lines = [line.expandtabs() for line in sample_of(text).split("\n") if line.strip()]
    width = max(map(len, lines), default=0)
    filled = np.zeros(width, dtype=np.int64)
    for line in lines:
        letters = np.frombuffer(line.encode("utf-32-le"), dtype="<u4")
        filled[: len(letters)] += letters != ord(" ")
    edges = np.flatnonzero(np.diff(np.concatenate([[0], filled > _STRAY * len(lines), [0]])))
    gaps = zip(edges[1:-1:2], edges[2::2], strict=True)
    # where fewest lines have something, names above numbers among them; of equal places the last
    cuts = [int(end - 1 - np.argmin(filled[begin:end][::-1])) for begin, end in gaps]
    return list(zip([0, *cuts], [*cuts, 1 << 30], strict=True)) if len(edges) else []


def _cut(text: str) -> str:
    """A text of columns of one width with tabs between them."""
    places = _places(text)
    lines = (line.expandtabs() for line in text.split("\n"))
    return "\n".join("\t".join(line[a:b].strip() for a, b in places) if line.strip() else "" for line in lines)
