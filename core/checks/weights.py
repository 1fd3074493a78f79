"""Weights: a column that says how much a row counts, as surveys and registers come with.

Takes a `Setting`, gives findings. Only a name that can mean nothing else is proposed; a column called weight is as
often what a body weighs.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from core.checks.entry import Check, Finding, Setting, Severity, Suggestion
from core.checks.naming import names_how_much_a_row_counts, names_weight
from core.wording import quoted

_ADVICE = (
    "As it stands it is a feature like any other. If it says for how many cases a row stands, have it weight the rows: "
    "it then counts in fits and scores, and no model sees it."
)


def _weights(setting: Setting) -> list[Finding]:
    named = [name for name in setting.judged if names_how_much_a_row_counts(name) and _suits(setting, name)]
    if named:
        return [_proposed(setting, named[0])]
    return [_hinted(name) for name in setting.judged if names_weight(name) and _suits(setting, name)][:1]


def _suits(setting: Setting, name: str) -> bool:
    """Whether a column holds several different numbers from 0 up."""
    values = setting.column(name)
    if not pd.api.types.is_numeric_dtype(values.dtype) or setting.judged[name].distinct < 2:
        return False
    known = values.dropna().to_numpy(dtype=np.float64)
    return bool(len(known) and np.isfinite(known).all() and known.min() >= 0 and known.max() > 0)


def _proposed(setting: Setting, name: str) -> Finding:
    values = setting.column(name)
    low, high = float(values.min()), float(values.max())
    return Finding(
        "weights",
        Severity.MEDIUM,
        f"{quoted(name)} says by its name how much a row counts ({_short(low)} to {_short(high)}).",
        _ADVICE,
        (name,),
        {"lowest": low, "highest": high},
        Suggestion(weight=name),
    )


def _short(value: float) -> str:
    """A weight as it can be read: of large ones the whole part."""
    return f"{value:,.0f}" if value >= 1_000 else f"{value:.4g}"


def _hinted(name: str) -> Finding:
    return Finding(
        "weights",
        Severity.LOW,
        f"{quoted(name)} could say how much a row counts, or what something weighs.",
        f"If rows should count by it, give {quoted(name)} the role of the weight; otherwise nothing has to be done.",
        (name,),
    )


def _chosen(setting: Setting) -> str | None:
    if setting.problem.weight:
        return f"the rows count by {quoted(setting.problem.weight)}"
    return setting.pixels


WEIGHTS = Check(
    "weights",
    "Weights of rows",
    "A column that says for how many cases a row stands, which models would take for a property.",
    _weights,
    _chosen,
)
