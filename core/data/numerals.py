"""How numbers are written: 1234.5, 1.234,5 or 1,234.5, and which of these a column means.

Takes the different texts of a column, gives numbers and, where the reading was a decision, a sentence. Where a column
alone leaves it open ("1,234"), the other columns and the separator of the file decide.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pyarrow as pa

_EXPONENT = r"([eE][+-]?\d+)?"
_INFINITE = r"[+-]?(?i:inf|infinity)"
_PLAIN = rf"^([+-]?(\d+\.?\d*|\.\d+){_EXPONENT}|{_INFINITE})$"
_COMMA = rf"^([+-]?(\d+|\d{{1,3}}([.' \x{{a0}}\x{{202f}}’]\d{{3}})+)(,\d+)?{_EXPONENT}|{_INFINITE})$"
_LAKHS = r"\d{1,2}(,\d{2})+,\d{3}"  # 12,34,567 as in India
_POINT = rf"^([+-]?(\d+|\d{{1,3}}([,' \x{{a0}}\x{{202f}}’]\d{{3}})+|{_LAKHS})(\.\d*)?{_EXPONENT}|{_INFINITE})$"
_POINT_GROUPS = r"^[+-]?[1-9]\d{0,2}(\.\d{3})+$"  # 1.234 may be a thousand or one and a bit; 0.234 may not
_NO_POINT = rf"^[^.]*$|{_POINT_GROUPS}"  # none that shows what it means
_COMMA_GROUPS = r"^[+-]?[1-9]\d{0,2}(,\d{3})+$"
_LEADING_ZERO = r"^[+-]?0[\dxX]"  # Arrow would read 0x1F as 31
_HEXADECIMAL = r"^[+-]?0[xX]"
_MANY_DIGITS = r"^[+-]?\d{16,}$"  # beyond 15 digits a float is no longer exact
_INEXACT = 10**15
_WHOLE = r"^[+-]?\d+$"
_PATTERNS = {"plain": _PLAIN, "comma": _COMMA, "point": _POINT}
_CURRENCY = r"[€$£¥₹₽₩]|EUR|USD|GBP|CHF|JPY|CNY|SEK|NOK|DKK|PLN|CZK|HUF|INR|BRL|AUD|CAD|US\$|R\$|Fr\.|kr\.?|zł|Kč"
_UNITS = (
    r"%|‰|°C?|°F|[kmµ]?g|[kcmµ]?m|km/h|mph|m/s|m²|m³|[cdm]?l|k?W|kWh|[kMG]?B|[kMG]?Hz|h|min|s|ms|lbs?|oz|ft|in|mmHg|bpm"
)
_BEFORE, _BEHIND = rf"(?:{_CURRENCY})?", rf"(?:{_CURRENCY}|{_UNITS})?"
_SIGN = rf"^([+-]?)(?:{_CURRENCY})\s*|\s*(?:{_CURRENCY}|{_UNITS})$"
_BRACKETS, _MINUS_BEHIND = r"^\(([\d.,' €$£¥%]*\d[\d.,' €$£¥%]*)\)$", r"^(\d[\d.,']*)-$"
_MINUS_APART = r"^[-−–] ?([€$£¥]? ?\d[^-]*)$"  # also one that is a dash
# what makes codes of whole numbers, with what it is called
_CODES = (
    ("Numbers with a hyphen", r"^\d{2,}(-\d+)+$"),
    ("A plus before groups of digits", r"^\+\d{1,3}([ /-]\d+)+$"),
    ("Numbers of several parts", r"^\d+(\.\d{1,2}){2,}$"),
    ("Four numbers with points between them", r"^\d{1,3}(\.\d{1,3}){3}$"),
)
_LONGEST = 400  # bytes of any number that a program writes
_SAMPLE = 1_000  # cells that tell whether a column is worth the try: Arrow takes far longer to refuse than to read


@dataclass(frozen=True)
class Styles:
    """How many cells each way of writing fits, and what of that is beyond doubt.

    Attributes
    ----------
    plain, comma, point : int
        Cells that fit 1234.5, 1.234,5 and 1,234.5.
    only_comma, only_point : bool
        Whether a cell shows that the comma (the point) stands before decimals.
    values : ndarray of shape (texts,) or None
        The numbers, where every text is plainly one: the usual case, which needs no second look.
    """

    plain: int = 0
    comma: int = 0
    point: int = 0
    only_comma: bool = False
    only_point: bool = False
    values: np.ndarray | None = None

    @property
    def unquestioned(self) -> bool:
        """Whether every cell is a number whatever stands before decimals elsewhere in the file."""
        return self.values is not None and (self.only_point or self.values.dtype == np.int64)

    @property
    def best(self) -> int:
        """The cells that the best of the three fits."""
        return max(self.plain, self.comma, self.point)


@dataclass(frozen=True)
class Reading:
    """Numbers read from texts.

    Attributes
    ----------
    values : ndarray of shape (texts,)
        int64 where `whole`, else float64, NaN where `wrong`.
    wrong : ndarray of bool, shape (texts,)
        Which texts are no numbers.
    note : str
        What was decided about commas and points; empty where there was nothing to decide.
    """

    values: np.ndarray
    wrong: np.ndarray
    whole: bool
    note: str = ""


def _fits(texts: pa.Array, pattern: str) -> np.ndarray:
    import pyarrow.compute as pc

    return np.asarray(pc.match_substring_regex(texts, pattern).to_numpy(zero_copy_only=False), dtype=bool)


def have_digits(texts: pa.Array) -> bool:
    """Whether there is a digit in any text."""
    return bool(_fits(texts, r"\d").any())


def styles(texts: pa.Array, counts: np.ndarray) -> Styles:
    """Which ways of writing numbers fit a column's different texts, which occur `counts` times."""
    values = _plain_values(texts)
    if values is not None:
        return Styles(
            int(counts.sum()), 0, 0, only_point=values.dtype != np.int64 and _shows_point(texts), values=values
        )
    plain = _fits(texts, _PLAIN)
    if not _fits(texts, r"\d").any():
        return Styles()
    comma, point = _fits(texts, _COMMA), _fits(texts, _POINT)
    return Styles(
        int(counts[plain].sum()),
        int(counts[comma].sum()),
        int(counts[point | plain].sum()),
        only_comma=bool((comma & ~point & ~plain).any()),
        only_point=bool((point & ~comma & _fits(texts, r"\.")).any()),
    )


def _plain_values(texts: pa.Array) -> np.ndarray | None:
    """The numbers, where every text is one as a programmer writes it; else None."""
    numbers = _plainly_cast(texts, _sample_of(texts))
    return None if numbers is None else np.asarray(numbers.to_numpy(zero_copy_only=False))


def _plainly_cast(texts: Any, sample: Any) -> Any:
    """Texts as Arrow's whole numbers, else as its floats; None where one is neither, as a sample may tell at once."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if (pc.max(pc.binary_length(texts)).as_py() or 0) > _LONGEST:  # Arrow would put the whole of it into its error
        return None
    for kind in (pa.int64(), pa.float64()):
        with suppress(pa.ArrowInvalid):
            sample.cast(kind)
            return texts.cast(kind)
    return None


def _sample_of(texts: Any) -> Any:
    """Texts from everywhere in a column; all where they are few."""
    return texts if len(texts) <= _SAMPLE else texts.take(np.linspace(0, len(texts) - 1, _SAMPLE, dtype=np.int64))


def at_once(texts: pa.ChunkedArray) -> Styles | None:
    """What `styles` finds in a column of plain numbers, from its cells as they are: that takes a part of the time.

    Parameters
    ----------
    texts : Arrow string array of shape (rows,)
        Null where missing.

    Returns
    -------
    Styles or None
        With the numbers of the cells, NaN for null. None where there is anything to decide: a cell is no plain number,
        begins with a needless zero or has too many digits, or no cell shows that points stand before decimals.
    """
    import pyarrow as pa

    sample = _sample_of(texts).drop_null()
    numbers = _plainly_cast(texts, sample)
    if numbers is None or any(map(_leading_zero, texts.chunks)):
        return None
    values: np.ndarray = np.require(numbers.to_numpy(), requirements="W")
    known, whole = len(values) - numbers.null_count, numbers.type == pa.int64()
    exact = np.count_nonzero((values > -_INEXACT) & (values < _INEXACT))
    if not known or exact < known or not (whole or _shows_point(sample)):
        return None
    return Styles(known, only_point=not whole, values=values)


def _leading_zero(texts: pa.StringArray) -> bool:
    """Whether a text may begin with a zero and another digit, by its bytes: a pattern takes longer than reading."""
    places, letters = (np.frombuffer(each or b"", kind) for each, kind in zip(texts.buffers()[1:], "iB", strict=True))
    places = places[texts.offset :][: len(texts) + 1]
    long = np.diff(places) > 1
    begin, last = places[:-1][long], places[1:][long] - 1
    begin = begin + (letters[begin] < ord("."))  # behind a sign
    zero = begin[(letters[begin] == ord("0")) & (begin < last)]  # -0 is as good a number as any
    return bool((letters[zero + 1] >= ord("0")).any())


def _shows_point(texts: Any) -> bool:
    """Whether a text has a point that cannot be a thousands mark."""
    return not _fits(texts, _NO_POINT).all()


def decimal_mark(found: Iterable[Styles], semicolons: bool) -> str:
    """The mark before decimals that a file uses: what most columns beyond doubt show, else what its separator suggests.

    Returns
    -------
    str
        ``","`` or ``"."``.
    """
    columns = [each for each in found if each.best]
    commas = sum(each.only_comma and each.comma == each.best for each in columns)
    points = sum(each.only_point and max(each.plain, each.point) == each.best for each in columns)
    if commas == points:
        return "," if semicolons else "."
    return "," if commas > points else "."


def kept_as_text(texts: pa.Array, found: Styles) -> str:
    """What makes texts that look like numbers codes instead; empty where nothing does."""
    small = found.values is not None and not (np.abs(found.values) >= _INEXACT).any()
    leading = _fits(texts, _LEADING_ZERO)
    if small and found.only_point and not leading.any():
        return ""
    whole = _fits(texts, _WHOLE)
    if (leading & whole).any():
        return "Leading zeros"
    if leading.any() and _fits(texts, _HEXADECIMAL).any():
        return "Hexadecimal numbers"
    if not small and _fits(texts, _MANY_DIGITS).any():
        return "Numbers of more than 15 digits"
    return next((why for why, pattern in _CODES if _fits(texts, pattern).any() and _are_codes(texts, pattern)), "")


def _are_codes(texts: pa.Array, pattern: str) -> bool:
    """Whether texts are codes of a pattern or whole numbers, and nothing else."""
    return bool((_fits(texts, pattern) | _fits(texts, r"^\d+(\.\d+)?$")).all())


def with_exponents(texts: pa.Array) -> pa.Array | None:
    """Texts with an exponent for the K, M or B behind a number; None unless several of them, or none, stand there."""
    import pyarrow.compute as pc

    if not _fits(texts, rf"^[+-]?{_BEFORE}\s?\d[\d.,]*\s?([kKMB]|bn)?$").all():
        return None
    behind = pc.utf8_lower(pc.replace_substring_regex(texts, r"^.*?([kKMB]?)n?$", r"\1"))
    found = set(pc.unique(behind).to_pylist())
    if len(found) < 2 or not found & {"k", "m"}:
        return None  # one and the same is a unit, and 12, 14B are houses
    for letter, power in (("[kK]", "e3"), ("M", "e6"), ("(B|bn)", "e9")):
        texts = pc.replace_substring_regex(texts, rf"\s?{letter}$", power)
    return texts


def with_minus(texts: pa.Array) -> pa.Array | None:
    """Texts with a minus in front for brackets around a number, or a minus behind it; None where there are none."""
    import pyarrow.compute as pc

    if not _fits(texts, rf"{_BRACKETS}|{_MINUS_BEHIND}|^[−–]|^- ").any():
        return None
    for pattern in (_BRACKETS, _MINUS_BEHIND, _MINUS_APART):
        texts = pc.replace_substring_regex(texts, pattern, r"-\1")
    return texts


def _sign_of(texts: pa.Array) -> pa.Array | None:
    """What stands before and behind the number of each text; None where a text is no number with a sign."""
    import pyarrow.compute as pc

    parts = pc.extract_regex(
        texts, rf"^[+-]?(?P<before>{_BEFORE})\s*[+-]?\d[^A-Za-z€$£¥%°]*?(?:e\d)?\s*(?P<after>{_BEHIND})$"
    )
    return None if parts.null_count else pc.binary_join_element_wise(parts.field("before"), parts.field("after"), "")


def without_sign(texts: pa.Array) -> tuple[str, pa.Array]:
    """The one sign of texts (some may lack a currency) and the texts without it; else empty and the texts."""
    import pyarrow.compute as pc

    signs = _sign_of(texts)
    found = set() if signs is None else set(pc.unique(signs).to_pylist())
    sign = max(found, default="")
    if not sign or not found <= {sign, ""} or ("" in found and not re.fullmatch(_CURRENCY, sign)):
        return "", texts
    return sign, pc.replace_substring_regex(texts, _SIGN, r"\1")


def convert(texts: pa.Array, found: Styles, mark: str) -> Reading:
    """Numbers from texts, in the way of writing that fits the most cells.

    Parameters
    ----------
    texts : Arrow string array of shape (texts,)
    found : Styles
        What fits.
    mark : str
        The decimal mark of the file, for what a column leaves open.
    """
    way, note = _way(texts, found, mark)
    if way == "plain" and found.values is not None:
        return Reading(found.values, np.zeros(len(texts), dtype=bool), found.values.dtype == np.int64)
    right = _fits(texts, _PATTERNS[way])
    if way == "point":
        right |= _fits(texts, _PLAIN)
    plain = _plainly(texts, way)
    whole = bool(_fits(plain, _WHOLE)[right].all())
    values = _cast(plain, right, whole)
    return Reading(values, ~right, whole and values.dtype == np.int64, note)


def _way(texts: pa.Array, found: Styles, mark: str) -> tuple[str, str]:
    """Which way of writing a column means, and the sentence for it."""
    if found.plain == found.best:
        if mark == "." or found.only_point:
            return "plain", ""
        points = _fits(texts, r"\.")
        open_question = points.any() and bool(_fits(texts, _POINT_GROUPS)[points].all())
        if open_question:
            return "comma", "Points in {columns} read as thousands marks, because the file has decimal commas: {count}."
        return "plain", ""
    if found.comma == found.point:
        if not _fits(texts, ",").any():
            return "point", "Thousands marks in {columns} read as numbers: {count}."
        if mark == ",":
            return "comma", "Commas in {columns} read as decimal commas, as elsewhere in the file: {count}."
        return "point", "Commas in {columns} read as thousands marks: {count}."
    if found.comma > found.point:
        if not _fits(texts, ",").any():
            return "comma", "Points in {columns} read as thousands marks: {count}."
        return "comma", "Decimal commas in {columns} read as numbers: {count}."
    return "point", "Thousands marks in {columns} read as numbers: {count}."


def _plainly(texts: pa.Array, way: str) -> pa.Array:
    """The texts as a programmer writes numbers."""
    import pyarrow.compute as pc

    texts = pc.replace_substring_regex(texts, r"^\+", "")
    if way == "plain":
        return texts
    group = r"[.' \x{a0}\x{202f}’]" if way == "comma" else r"[,' \x{a0}\x{202f}’]"
    texts = pc.replace_substring_regex(texts, group, "")
    return pc.replace_substring(texts, ",", ".") if way == "comma" else texts


def _cast(texts: pa.Array, right: np.ndarray, whole: bool) -> np.ndarray:
    import pyarrow as pa
    import pyarrow.compute as pc

    chosen = texts if right.all() else pc.if_else(pa.array(right), texts, None)
    if whole and right.all():
        try:
            return np.asarray(chosen.cast(pa.int64()).to_numpy(zero_copy_only=False))
        except pa.ArrowInvalid:  # more than 64 bits; as a float it is not exact, but `kept_as_text` has seen to ids
            pass
    values: Any = chosen.cast(pa.float64()).to_numpy(zero_copy_only=False)
    return np.asarray(values, dtype=np.float64)
