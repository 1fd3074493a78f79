"""What each model brings with its own cut-off, beside doing without a model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from core.decisions import Judgement, Weighing
from dashboard import words

deciding = words.deciding


def money_board(
    judged: Mapping[str, Judgement],
    titles: Mapping[str, str],
    tied: Sequence[str],
    rivals: Sequence[str],
    weighed: Mapping[str, Weighing] | None = None,
) -> None:
    """A line for each model, the best first, and one for each way to do without.

    Parameters
    ----------
    tied : sequence of str
        The best model and those that cannot be told from it.
    rivals : sequence of str
        Ways to do without a model, which come to the same whichever model is asked.
    weighed : mapping of str to Weighing, optional
        By the model's id, where there are cut-offs to show.
    """
    able = {id: each for id, each in judged.items() if not each.reason}
    ordered = sorted(able, key=lambda id: -(able[id].money().mean or 0.0))
    lines = [_line(titles[id], able[id], "chosen", _mark(id, tied)) for id in ordered]
    cuts = [deciding.cut_off(able[id].cut_off, weighed[id].on) for id in ordered] if weighed else []
    for name in rivals:
        each = next(iter(able.values()))
        lines.append(_line(deciding.RIVALS[name].capitalize(), each, name, "no model"))
        cuts.append("")
    frame = pd.DataFrame(lines)
    if weighed:
        frame["flags"] = cuts
    usual = [able[id].money("default").mean for id in ordered] + [each["money"] for each in lines[len(ordered) :]]
    frame["usual"] = pd.Series(usual, dtype=float)
    for name in ("money", "usual"):
        frame[name] = frame[name].astype(float).map(deciding.rounding)
    st.dataframe(frame, hide_index=True, column_config=_columns(), key="money_board", alt="What each model brings")


def _mark(id: str, tied: Sequence[str]) -> str:
    if id not in tied:
        return ""
    return "tied" if len(tied) > 1 else "best"


def _line(title: str, found: Judgement, which: str, mark: str) -> dict[str, object]:
    money = found.money(which)
    chosen = which == "chosen" and money.low is not None  # without a choice folds differ by their cases alone
    known = [each for each in (money.low, money.high) if each is not None]
    ends = [("−" if each < 0 else "") + deciding.amount(each) for each in known]
    return {"model": title, "money": money.mean, "between": " to ".join(ends) if chosen else "", "state": mark}


def _columns() -> dict[str, Any]:
    config = st.column_config
    return {
        "model": config.TextColumn("Model", pinned=True),
        "flags": config.TextColumn("Flags", width="medium"),
        "money": config.NumberColumn("Per 1,000 cases", format="localized", help="Above 0 gained, below 0 lost."),
        "between": config.TextColumn("Between", help="Where the mean of many such folds may lie, to 95 %."),
        "state": config.TextColumn(""),
        "usual": config.NumberColumn("Without a choice", format="localized", help="As the model answers by itself."),
    }
