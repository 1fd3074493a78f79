"""What mistakes cost, asked in plain words: of a yes-or-no question, or of several classes."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from core.decisions import Costs
from core.store import RunRow
from dashboard import decided, words

MOST_CLASSES = 12  # that a matrix is asked for
MOST = 1e12


def ask_costs(run: RunRow) -> tuple[Costs, str]:
    """What a miss and a false alarm cost, and what right answers bring; and in what unit."""
    told = decided.terms(run)
    known = {"miss": 1.0, "alarm": 1.0, "hit": 0.0, "rejection": 0.0, **told.get("costs", {})}
    positive = words.escape(f"“{run.problem.positive}”")
    labels = {
        "miss": f"A missed {positive} costs",
        "alarm": "A false alarm costs",
        "hit": f"A {positive} that is found brings",
        "rejection": "A case rightly left alone brings",
    }
    first = st.columns(3)
    with first[0]:
        _amount(run, "miss", labels["miss"], known)
    with first[1]:
        _amount(run, "alarm", labels["alarm"], known)
    with first[2]:
        st.text_input(
            "In (optional)",
            told.get("currency", ""),
            key=f"currency-{run.id}",
            placeholder="€, $, hours …",
            max_chars=12,
            persist_state="session",
            on_change=_keep_costs,
            args=(run,),
        )
    with st.expander("What right answers bring", type="compact"):
        sides = st.columns(2)
        for side, name in zip(sides, ("hit", "rejection"), strict=True):
            with side:
                _amount(run, name, labels[name], known)
    return Costs(**{name: _value(run, name, known) for name in known}), _currency(run)


def _amount(run: RunRow, name: str, label: str, known: dict[str, float]) -> None:
    st.number_input(
        label,
        0.0,
        MOST,
        float(known[name]),
        format="%g",
        key=f"{name}-{run.id}",
        persist_state="session",
        on_change=_keep_costs,
        args=(run,),
    )


def _value(run: RunRow, name: str, known: dict[str, float]) -> float:
    """An amount; an emptied field stands for what was there."""
    given = st.session_state.get(f"{name}-{run.id}")
    return float(known[name] if given is None else given)


def _currency(run: RunRow) -> str:
    return str(st.session_state.get(f"currency-{run.id}") or "").strip()


def _keep_costs(run: RunRow) -> None:
    known = {"miss": 1.0, "alarm": 1.0, "hit": 0.0, "rejection": 0.0, **decided.terms(run).get("costs", {})}
    decided.keep_terms(run, costs={name: _value(run, name, known) for name in known}, currency=_currency(run))


def ask_matrix(run: RunRow) -> tuple[list[list[float | None]], str]:
    """What it costs to call a case of one class another one; 1 for every mistake until somebody says otherwise."""
    told, classes = decided.terms(run), run.problem.classes
    size = len(classes)
    given = told.get("matrix") or [[float(row != column) for column in range(size)] for row in range(size)]
    key, begun = f"matrix-{run.id}", f"matrix-start-{run.id}"
    if key not in st.session_state:  # it was not drawn for a while, and has forgotten what was written into it
        st.session_state[begun] = given
    start = st.session_state[begun]  # an editor whose frame changes forgets as well
    names = [str(each) for each in classes]
    columns = {str(place): [row[place] for row in start] for place in range(size)}
    frame = pd.DataFrame({"is": names, **columns})
    config: dict[str, Any] = {"is": st.column_config.TextColumn("It is", disabled=True, pinned=True)}
    for place, name in enumerate(names):
        config[str(place)] = st.column_config.NumberColumn(f"called “{name}”", format="%g", required=True)
    edited = st.data_editor(frame, hide_index=True, key=key, column_config=config, num_rows="fixed", width="content")
    matrix = [[None if pd.isna(cell) else float(cell) for cell in row] for row in edited[list(columns)].to_numpy()]
    currency = st.text_input(
        "In (optional)",
        told.get("currency", ""),
        key=f"currency-{run.id}",
        placeholder="€, $, hours …",
        max_chars=12,
        width=220,
        persist_state="session",
    ).strip()
    if matrix != given or currency != told.get("currency", ""):
        decided.keep_terms(run, matrix=matrix, currency=currency)
    return matrix, currency
