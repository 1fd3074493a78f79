"""Checks of what is written in categories: one meaning in several spellings, numbers among words.

Takes a `Setting`, gives findings.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

import numpy as np
import pandas as pd

from core.checks.columns import MIXED
from core.checks.entry import Check, Finding, Setting, Severity
from core.wording import counted, quoted

SHOWN = 3
SOME_NUMBERS = (0.5, 1.0)  # a column of words of which at least half, but not all, are numbers


def _dirty(setting: Setting) -> list[Finding]:
    found = []
    for name in _words(setting):
        groups = _spellings(setting.column(name))
        if name == setting.problem.target:  # classes that are as frequent as each other are meant to differ
            groups = {each: counts for each, counts in groups.items() if counts[-1] * 5 <= counts[0]}
        if not groups:
            continue
        rows = sum(sum(counts[1:]) for counts in groups.values())
        shown = "; ".join(" = ".join(f"“{each}”" for each in spellings) for spellings in list(groups)[:SHOWN])
        more = f"; and {len(groups) - SHOWN:,} more" if len(groups) > SHOWN else ""
        found.append(
            Finding(
                "dirty",
                Severity.MEDIUM if rows >= setting.rows / 100 else Severity.LOW,
                f"{quoted(name)} writes {counted(len(groups), 'value')} in several ways ({shown}{more}), the rarer "
                f"ones in {counted(rows, 'row')}.",
                "Write each in one way in the file; to a model they are as different as any others.",
                (name,),
                {"spellings": [list(each) for each in groups]},
            )
        )
    return found


def _words(setting: Setting) -> list[str]:
    """The features of words, and the target where classes are predicted."""
    target = setting.problem.target
    of_words = setting.classes and not pd.api.types.is_numeric_dtype(setting.table.frame[target].dtype)
    return [*setting.categories, *([target] if of_words else [])]


def _spellings(values: pd.Series[Any]) -> dict[tuple[str, ...], list[int]]:
    """Values that only differ in how they are written, the most frequent first, with the rows of each."""
    counts = values.value_counts()
    counts = counts[counts > 0]
    groups: dict[str, list[tuple[int, str]]] = {}
    for value, count in counts.items():
        groups.setdefault(plain(str(value)), []).append((int(count), str(value)))
    several = (sorted(each, reverse=True) for key, each in groups.items() if key and len(each) > 1)
    return {tuple(text for _, text in each): [count for count, _ in each] for each in several}


def plain(text: str) -> str:
    """A text without what spellings differ in: case, accents, blanks, marks. Marks between digits are kept."""
    bare = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(each for each in bare if not unicodedata.combining(each))
    bare = re.sub(r"(?<!\d)[^\w<>=+]+|[^\w<>=+]+(?!\d)", "", bare)
    return bare.replace("_", "")


def _mixed(setting: Setting) -> list[Finding]:
    told = {each.column: each.text for each in setting.table.report if each.rule in MIXED and each.column}
    told = {name: text for name, text in told.items() if name in setting.samples.frame}
    found = [Finding("mixed", Severity.MEDIUM, text, _ADVICE, (name,), {"rule": True}) for name, text in told.items()]
    for name in setting.categories:
        if name not in told and (numbers := _numbers_among(setting.column(name))):
            rows, example = numbers
            found.append(
                Finding(
                    "mixed",
                    Severity.MEDIUM,
                    f"{quoted(name)} holds numbers, but also words such as “{example}” in {counted(rows, 'row')}, and "
                    "is therefore taken for categories.",
                    _ADVICE,
                    (name,),
                    {"words": rows},
                )
            )
    return found


_ADVICE = "If the words mean “not known”, leave those cells empty, so that the column can be read as numbers."


def _numbers_among(values: pd.Series[Any]) -> tuple[int, str] | None:
    """How many rows hold words where at least half of the different values are numbers, and the commonest word."""
    counts = values.value_counts()
    counts = counts[counts > 0]
    if len(counts) < 10:
        return None
    numbers = pd.to_numeric(pd.Series([str(each) for each in counts.index]), errors="coerce").notna().to_numpy()
    if not SOME_NUMBERS[0] <= numbers.mean() < SOME_NUMBERS[1]:
        return None
    words = counts[~numbers]
    return int(np.sum(words)), str(words.index[0])


def _no_words(setting: Setting) -> str | None:
    return None if _words(setting) else "neither a feature nor the target holds words"


def _correlated(setting: Setting) -> list[Finding]:
    """Pairs of numbers that say the same, and categories that are copies of one another."""
    pairs = {**_number_pairs(setting), **_copies(setting)}
    if not pairs:
        return []
    ordered = sorted(pairs, key=lambda pair: -pairs[pair])
    first, second = ordered[0]
    exact = [second for (_, second), strength in pairs.items() if strength > SAME]
    names = tuple(dict.fromkeys(name for pair in ordered for name in pair))
    others = f"; {counted(len(pairs) - 1, 'more pair')} {'does' if len(pairs) == 2 else 'do'} as well" * (
        len(pairs) > 1
    )
    return [
        Finding(
            "correlated",
            Severity.MEDIUM if exact else Severity.LOW,
            f"{quoted(first)} and {quoted(second)} say {'the same' if exact else 'nearly the same'} "
            f"(correlation {pairs[ordered[0]]:.3f}){others}.",
            "One of each pair is enough; their importances are shared out between them.",
            names,
            {"pairs": [[*pair, pairs[pair]] for pair in ordered]},
        )
    ]


CLOSE, SAME = 0.98, 0.99999


def _number_pairs(setting: Setting) -> dict[tuple[str, str], float]:
    """Pairs of number columns whose correlation is close to one, with its size."""
    rows, _ = setting.some(5_000)
    names = [name for name in setting.numbers if not setting.problem.image_shape]
    if len(names) < 2:
        return {}
    frame = setting.features[names].iloc[rows].astype(np.float64)
    means = frame.mean().fillna(0.0)
    values = (frame.fillna(means) - means).to_numpy()
    length = np.sqrt((values**2).sum(axis=0))
    moving = length > 1e-12 * np.maximum(1.0, np.abs(means.to_numpy())) * np.sqrt(len(values))
    unit = values / np.where(moving, length, 1.0)
    strength = np.abs(unit.T @ unit)
    places = np.argwhere(np.triu(strength > CLOSE, 1) & moving & moving[:, None])
    return {(names[a], names[b]): min(1.0, float(strength[a, b])) for a, b in places}


def _copies(setting: Setting) -> dict[tuple[str, str], float]:
    """Pairs of categories of which each value of one stands for one value of the other."""
    rows, _ = setting.some(5_000)
    seen: dict[bytes, str] = {}
    found = {}
    for name in setting.categories:
        values = pd.factorize(setting.codes(name)[0][rows])[0]
        if values.max(initial=0) == 0:
            continue
        first = seen.setdefault(values.tobytes(), name)
        if first != name:
            found[first, name] = 1.0
    return found


def _one_feature(setting: Setting) -> str | None:
    if setting.problem.image_shape:
        return "the columns are pixels, and neighbours are always alike"
    return None if len(setting.samples.frame.columns) > 1 else "there is one feature only"


DIRTY = Check(
    "dirty",
    "Several spellings",
    "One value written in several ways: by case, blanks, accents or marks.",
    _dirty,
    _no_words,
)
MIXED_TYPES = Check("mixed", "Numbers and words mixed", "Columns that are numbers but for a few words.", _mixed)
CORRELATED = Check(
    "correlated", "Columns that say the same", "Pairs of columns of which one is enough.", _correlated, _one_feature
)
