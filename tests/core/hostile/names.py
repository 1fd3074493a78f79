"""Names that mean harm: as columns, categories, classes, files, sheets and tables of a database.

Each holds a mark of its own, so that a page can be searched for it: what stands before and behind it must be what the
name has there, or somebody has read the name instead of showing it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd

MARK = "@@"
# HTML, and what ends it
TAGS = (
    "<b>@@</b>",
    "<script>alert('@@')</script>",
    "<img src=x onerror=\"alert('@@')\">",
    "<svg onload=alert(1)>@@</svg>",
    '<a href="javascript:alert(1)">@@</a>',
    '<iframe src="http://evil.example/@@"></iframe>',
    "<!-- @@ -->",
    "<style>*{display:none}</style>@@",
    "&lt;b&gt;@@&amp;",
    "&#x3c;script&#x3e;@@",
    "\"><script>alert('@@')</script>",
    "'\"><img src=//evil.example/@@.png>",
    "<details open ontoggle=alert(1)>@@",
    "<br>@@<hr>",
    "</div></div>@@",
    "<input autofocus onfocus=alert(1) value=@@>",
    "<sup>@@</sup>",
    '<span style="color:red">@@</span>',
    "]]>@@<![CDATA[",
    "<math><mtext>@@</mtext></math>",
    "<table><tr><td>@@",
    "<meta http-equiv=refresh content=0;url=//evil.example/@@>",
)
# Markdown, and what Streamlit adds to it
MARKDOWN = (
    "**@@**",
    "__@@__",
    "*@@*",
    "_@@_",
    "~~@@~~",
    "`@@`",
    "``` @@",
    "# @@",
    "> @@",
    "- @@",
    "1. @@",
    "+ @@",
    "x\n===\n@@",
    "[@@](http://evil.example/)",
    "![@@](http://evil.example/x.png)",
    "[@@]: http://evil.example/",
    "[^@@]",
    "[x] @@",
    "<http://evil.example/@@>",
    "http://evil.example/@@",
    "www.evil.example/@@",
    "someone@evil.example @@",
    "| a | @@ |",
    "\\@@",
    "--- @@",
    ":red[@@]",
    ":material/home: @@",
    ":smile: @@",
    ":blue-background[@@]",
    ":rainbow[@@]",
    ":gray-badge[@@]",
    ":small[@@]",
    ":streamlit: @@",
    "-> @@",
    "@@ <- x",
    "x -- @@",
    "@@ >= 1",
    "~= @@",
    "@@\\",
    "*a @@* b",
)
# Mathematics and templates
FORMULAS = (
    "$@@$",
    "$$@@$$",
    r"$\href{javascript:alert(1)}{@@}$",
    r"\(@@\)",
    r"\[@@\]",
    r"$\unicode{x41}@@$",
    "%{customdata}@@",
    "%{x}@@",
    "<extra>@@</extra>",
    "{@@}",
    "{{7*7}}@@",
    "${7*7}@@",
    "<%= 7*7 %>@@",
    "%s%n@@",
    "%(x)s@@",
    "{0.__class__}@@",
    '=HYPERLINK("http://evil.example/","@@")',
    "=1+1+@@",
    "=cmd|' /C calc'!@@",
    "+1@@",
    "-1@@",
    "@SUM(@@)",
    "\t=1+@@",
)
# Paths, addresses, SQL and shells
CODE = (
    "../../../etc/passwd@@",
    "..\\..\\@@",
    "/etc/@@",
    "C:\\@@",
    "\\\\evil.example\\@@",
    "%2e%2e%2f@@",
    "file:///etc/@@",
    "~/@@",
    "CON @@",
    "@@.csv",
    "@@?undo=x:y",
    "@@&b=c",
    "@@#frag",
    "a:b=@@",
    "@@,x;y",
    "?delimiter=@@",
    "undo:@@",
    "'; DROP TABLE t; --@@",
    '" OR 1=1 --@@',
    "@@]",
    '@@"',
    "@@'",
    "[@@]",
    '{"@@": 1}',
    "$(id)@@",
    "| id @@",
    "; id @@",
    "__proto__@@",
    "__class__@@",
    "constructor.@@",
    "a.b.@@",
    "@@__",
    "x@@:y:z",
    "select @@",
    "None @@",
    "nan@@",
)
# Signs that steer, and signs that nobody sees
SIGNS = (
    "\x1b[31m@@",
    "\x1b]0;@@\x07",
    "\x9b31m@@",
    "\x07@@\x08\x08",
    "a\r@@",
    "\x7f@@",
    "a\u2028@@",
    "\ufeffa@@",
    "\u200b@@",
    "\u202e@@",
    "\u2066@@",
    "e\u0301@@",
    "Z\u0335\u0317a\u0334l\u0336g\u0335o@@",
    "\ufdfd@@",
    "\ufb00@@",
    "🦊👨‍👩‍👧🇩🇪@@",
    "שלום @@",
    "العربية @@",
    "\U0001d54b\U0001d559\U0001d556 @@",
    "\uff57\uff49\uff44\uff45@@",
    "田中さん@@",
    "\U0010ffff@@",
    "\u3164@@",
    "Ω≈ç√@@",
    "\u2060:red[@@]",
    "long " * 60 + "@@",
    "@@" + "x" * 300,
    "@@\nsecond line",
    "  @@  ",
    "@@\u00a0",
)
TEMPLATES = (*TAGS, *MARKDOWN, *FORMULAS, *CODE, *SIGNS)
# The same within other text, so that what must stand at the beginning of a line does not hide what need not.
WITHIN = ("{}", "a {} z", "({})", "é {} 🦊")
# Nothing that is shown tells these apart; sentences have other quotes around names than a file may have in them.
_UNSEEN = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff\u3164\xad`“”]+")


@dataclass(frozen=True)
class Name:
    """A hostile name.

    Attributes
    ----------
    mark : str
        What only this name holds.
    """

    text: str
    mark: str

    def wrongly_shown(self, shown: str) -> str:
        """What stands around this name's mark somewhere in a text where another thing should; empty where nothing.

        A name that was cut short has an ellipsis where it was cut.
        """
        before, _, behind = _seen(self.text).partition(self.mark)
        parts = _seen(shown).split(self.mark)
        for left, right in pairwise(parts):
            if not _alike(left[::-1], before[:-9:-1]) or not _alike(right, behind[:8]):
                return f"{left[-30:]}{self.mark}{right[:30]}"
        return ""


def _seen(text: str) -> str:
    return _UNSEEN.sub("", text)


def _alike(found: str, expected: str) -> bool:
    """Whether a text goes on as expected, or ends in an ellipsis before it does not."""
    for one, other in zip(found.ljust(len(expected)), expected, strict=False):
        if one != other:
            return one == "…"
    return True


def names(count: int) -> list[Name]:
    """So many names, the different ones first; the few that are taken when not all are come from everywhere."""
    order = np.random.default_rng(1).permutation(len(TEMPLATES))
    found = []
    for number in range(count):
        turn, place = divmod(number, len(TEMPLATES))
        mark = f"zq{number}q"
        found.append(Name(WITHIN[turn % len(WITHIN)].format(TEMPLATES[order[place]]).replace(MARK, mark), mark))
    return found


def wrong(named: list[Name], shown: str) -> list[str]:
    """Every name that a text shows as something else."""
    return [f"{each.text!r} became {told!r}" for each in named if (told := each.wrongly_shown(shown))]


def table(named: list[Name], rows: int = 240) -> pd.DataFrame:
    """A table of such names, with columns of every kind and something for every check; the first one is the target.

    Leaks, gaps, repeats, groups, an order in time, constants, identifiers, rare and nearly alike categories.
    """
    dice = np.random.default_rng(0)
    text = [each.text for each in named]
    classes = dice.integers(0, 3, rows)
    labels = np.array(text, dtype=object)

    def category(place: int, many: int = 5) -> np.ndarray:
        return labels[(place + dice.integers(0, many, rows)) % len(labels)]

    number = dice.normal(size=rows)
    kinds = [
        lambda place: labels[(1 + classes) % len(labels)],  # gives the target away
        lambda place: category(place, len(labels)),
        lambda place: number + classes + dice.normal(size=rows) * place / 10,
        lambda place: np.where(dice.random(rows) < 0.3, None, category(place)),
        lambda place: dice.integers(0, 9, rows),
        lambda place: pd.date_range("2026-01-01", periods=rows, freq="D"),
        lambda place: np.where(dice.random(rows) < 0.5, text[place], text[0]),
        lambda place: np.repeat([f"{each} {group}" for group, each in enumerate(text * 9)][: rows // 4], 4),
        lambda place: [text[place]] * rows,
        lambda place: [f"{text[place]} {row}" for row in range(rows)],
        lambda place: np.where(np.arange(rows) == 7, np.inf, number * place),
        lambda place: [text[place].upper() if row % 3 else text[place] for row in range(rows)],
    ]
    columns = {text[place]: kinds[place % len(kinds)](place) for place in range(1, len(text))}
    return pd.DataFrame({text[0]: labels[(1 + classes) % len(labels)], **columns})


def as_csv(folder: Path, name: str, frame: pd.DataFrame) -> str:
    """The table as a file of a name that may be hostile itself, as far as files can be called so; gives its name.

    How a file is to be read stands behind a question mark.
    """
    kept = re.sub(r"zq\d+q", "file", re.sub(r"[/\x00?]", "_", name))[:60] + ".csv"
    frame.to_csv(folder / kept, index=False, quoting=1)
    return kept
