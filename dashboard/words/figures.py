"""Numbers, times, sizes and names as people read them, and the escape for Markdown.

Takes plain values, gives text. Knows nothing else of the project.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import Any, TypeGuard

import pandas as pd

NO_VALUE = "–"
_JOINER = "\u2060"  # a word joiner: takes no room, and parts what Markdown would read together
_PUNCTUATION = re.compile(r"[!-/:-@\[-`{-~]")
_READ_TOGETHER = re.compile(r"(?i)(:(?=\S)|@(?=\w)|\bwww(?=\.)|-(?=[->])|<(?=[-=])|[>~](?==))")
_NAMED = re.compile(r"(?<![^\s(])`(`*[^`]+`*)`(?![^\s.,:;!?)’])")  # a name may begin and end with the sign itself
_SPACE = re.compile(r"[\x00-\x20\x7f-\x9f\u2028\u2029\ud800-\udfff]+")


def escape(text: Any) -> str:
    """Make any text show as it is where Streamlit reads Markdown (labels, captions, tables).

    Every sign that Markdown knows gets a backslash. That leaves Streamlit's own ``:red[…]``, ``:material/…:``
    and arrows, and the links that are found without any sign; these are parted by a word joiner, which nobody sees.
    """
    flat = _SPACE.sub(" ", str(text)).strip()
    parted = _READ_TOGETHER.sub(r"\1" + _JOINER, flat)
    return _PUNCTUATION.sub(lambda sign: "\\" + sign[0], parted)


def sentence(text: Any) -> str:
    """A sentence in which names stand between backticks, with quotes in their place, for where Markdown is read."""
    return escape(_NAMED.sub("“\\1”", str(text)))


def count(value: float, noun: str = "", many: str = "") -> str:
    """A whole number with thousands apart, and the noun it counts: ``1,797 rows``, ``1 row``."""
    number = f"{round(value):,}"
    if not noun:
        return number
    return f"{number} {noun if round(value) == 1 else many or noun + 's'}"


def percent(share: float | None, digits: int = 1) -> str:
    """A share of 0 to 1 as ``95.3 %``; what is nearly all or nearly nothing is not rounded to it."""
    if not known(share):
        return NO_VALUE
    step = 10.0**-digits
    value = round(100 * share, digits)
    if share < 1 and value >= 100:
        return f"over {100 - step:.{digits}f} %"
    if share > 0 and value <= 0:
        return f"under {step:.{digits}f} %"
    return f"{value:.{digits}f} %"


def number(value: float | None, digits: int = 3) -> str:
    """A number to so many significant digits, never fewer than the whole ones: ``0.0123``, ``523``, ``53,940``."""
    if not known(value):
        return NO_VALUE
    if value == 0:
        return "0"
    size = math.floor(math.log10(abs(value)))
    if size < -4 or size > 14:
        mantissa, power = f"{value:.{digits - 1}e}".split("e")
        return f"{mantissa} × 10^{int(power)}"
    return f"{value:,.{max(0, digits - 1 - size)}f}".replace("-", "−")


def duration(seconds: float | None) -> str:
    """A time as ``45 ms``, ``1.2 s``, ``2 min 5 s`` or ``1 h 2 min``."""
    if not known(seconds):
        return NO_VALUE
    if seconds < 0.0995:
        return f"{seconds * 1000:.0f} ms" if seconds >= 0.001 else "under 1 ms"
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    if seconds < 59.5:
        return f"{seconds:.0f} s"
    if seconds < 3570:
        return _two(round(seconds), 60, "min", "s")
    return _two(round(seconds / 60), 60, "h", "min")


def about(seconds: float) -> str:
    """A time that is only guessed: ``under a second``, ``about 40 s``, ``about 25 min``, ``about 3 h``."""
    if seconds < 0.95:
        return "under a second"
    for limit, scale, step, unit in _STEPS:
        if seconds < limit:
            return f"about {max(step, round(seconds / scale / step) * step):,} {unit}"
    return "days"


# Up to so many seconds, in units of so many seconds, in steps of so many units.
_STEPS = (
    (19.5, 1, 1, "s"),
    (57.5, 1, 5, "s"),
    (570, 60, 1, "min"),
    (3450, 60, 5, "min"),
    (172_800, 3600, 1, "h"),
)


def _two(value: int, size: int, large: str, small: str) -> str:
    whole, rest = divmod(value, size)
    return f"{whole:,} {large} {rest} {small}" if rest else f"{whole:,} {large}"


def size(n_bytes: float | None) -> str:
    """A size as ``1.2 MB``, in steps of a thousand."""
    if not known(n_bytes):
        return NO_VALUE
    if n_bytes < 1000:
        return count(n_bytes, "byte")
    for unit in ("kB", "MB", "GB", "TB"):
        n_bytes /= 1000
        if n_bytes < 999.5 or unit == "TB":
            break
    return f"{n_bytes:.1f} {unit}" if n_bytes < 99.95 else f"{n_bytes:,.0f} {unit}"


def roughly(value: float) -> str:
    """A count that is only estimated, to two digits: ``about 3,400``."""
    digits = max(0, math.floor(math.log10(max(value, 1))) - 1)
    return f"about {round(value, -digits):,.0f}"


def ago(seconds: float) -> str:
    """How long something is past: ``just now``, ``12 s ago``, ``3 h ago``, ``2 days ago``."""
    if seconds < 5:
        return "just now"
    for limit, step, unit in ((60, 1, "s"), (3600, 60, "min"), (86400, 3600, "h")):
        if seconds < limit:
            return f"{int(seconds // step)} {unit} ago"
    return f"{count(seconds // 86400, 'day')} ago"


def joined(names: Iterable[str], most: int = 3) -> str:
    """Names as ``A, B and C``; more than `most` become ``A, B and 4 others``."""
    listed = list(names)
    if len(listed) > most:
        listed = [*listed[: most - 1], count(len(listed) - most + 1, "other")]
    return " and ".join([", ".join(listed[:-1]), listed[-1]] if len(listed) > 1 else listed)


def known(value: float | None) -> TypeGuard[float]:
    """Whether there is a number at all."""
    if value is None or isinstance(value, float):  # the usual ones, asked for many times a second
        return value is not None and math.isfinite(value)
    return bool(not pd.isna(value) and math.isfinite(value))
