"""Checks of what is predicted: rare classes, too many of them, a target that only numbers the rows.

Takes a `Setting`, gives findings.
"""

from __future__ import annotations

import numpy as np

from core.checks.entry import Check, Finding, Setting, Severity
from core.checks.naming import names_identifier
from core.wording import counted, quoted

UNEQUAL, VERY_UNEQUAL = 0.2, 0.05  # the smallest class as a share of what equal classes would have … times two
MANY_CLASSES = 20


def _imbalance(setting: Setting) -> list[Finding]:
    counts = np.asarray(setting.problem.counts)
    smallest = int(counts.argmin())
    share = counts[smallest] / counts.sum()
    level = share * len(counts) / 2  # a half of the rows is fair for two classes, a third for three
    if level >= UNEQUAL:
        return []
    name, usual = setting.problem.classes[smallest], 100 * counts.max() / counts.sum()
    return [
        Finding(
            "imbalance",
            Severity.MEDIUM if level < VERY_UNEQUAL else Severity.LOW,
            f"The class “{name}” has {counted(int(counts[smallest]), 'row')} of {setting.rows:,} "
            f"({100 * share:.1f} %): who always says the largest class is right in {usual:.0f} of 100 rows.",
            "Do not rank by accuracy; balanced accuracy, recall and average precision see the rare class.",
            (),
            {"class": str(name), "share": float(share), "rows": int(counts[smallest])},
        )
    ]


def _rare_class(setting: Setting) -> list[Finding]:
    folds = setting.split.folds
    rare = {
        str(name): count
        for name, count in zip(setting.problem.classes, setting.problem.counts, strict=True)
        if count < folds
    }
    if not rare:
        return []
    names = ", ".join(f"“{name}” ({count})" for name, count in list(rare.items())[:3])
    more = f" and {len(rare) - 3:,} more" if len(rare) > 3 else ""
    return [
        Finding(
            "rare_class",
            Severity.MEDIUM,
            f"{counted(len(rare), 'class', 'classes')} {'has' if len(rare) == 1 else 'have'} fewer rows than there are "
            f"folds ({folds}): {names}{more}.",
            "Use fewer folds, or leave such classes out: where one is missing from a fold it cannot be judged.",
            (),
            {"rare": rare, "folds": folds},
        )
    ]


def _target(setting: Setting) -> list[Finding]:
    name, y = setting.problem.target, setting.samples.y
    if setting.classes:
        return _many_classes(setting)
    if len(np.unique(y)) < len(y) or not bool((y % 1 == 0).all()):
        return []
    in_sequence = y.max() - y.min() == len(y) - 1
    if not in_sequence and not names_identifier(name):
        return []
    return [
        Finding(
            "target",
            Severity.HIGH,
            f"The target {quoted(name)} is a different whole number in every row"
            f"{', in sequence' if in_sequence else ''}, as identifiers are.",
            "Choose another column to predict.",
            (name,),
            {"distinct": len(y)},
        )
    ]


def _many_classes(setting: Setting) -> list[Finding]:
    classes = len(setting.problem.classes)
    if classes <= MANY_CLASSES:
        return []
    each = setting.rows / classes
    return [
        Finding(
            "target",
            Severity.MEDIUM if each < 30 else Severity.LOW,
            f"The target {quoted(setting.problem.target)} has {classes:,} classes, about {each:.0f} rows for each.",
            "Group classes that may be told as one, or predict a number if they stand in an order.",
            (setting.problem.target,),
            {"classes": classes},
        )
    ]


def _numbers(setting: Setting) -> str | None:
    return None if setting.classes else "numbers are predicted, not classes"


IMBALANCE = Check(
    "imbalance", "Unequal classes", "Classes so rare that a model may ignore them and still be right nearly always.",
    _imbalance, _numbers,
)  # fmt: skip
RARE_CLASS = Check(
    "rare_class", "Classes too rare for the folds", "Classes that cannot be in every fold.", _rare_class, _numbers
)
TARGET = Check("target", "Odd target", "A target that numbers the rows, or has very many classes.", _target)
