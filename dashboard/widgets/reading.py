"""How a file was read, what can be undone of it, and how it would be read otherwise."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import streamlit as st

from core.data import READ_AS, RULES, settings_of, with_settings
from core.records import Change, Param, Table
from dashboard import session, words
from dashboard.widgets.columns import preview_of
from dashboard.widgets.forms import changed, refill, settings_form
from dashboard.widgets.page import waiting

UNDO = "undo"
SHOWN = 8  # changes that are listed one by one
PREFIX = "read"
_FACTS = {
    "encoding": "letters {}",
    "delimiter": "{} between cells",
    "decimal": "decimals after {}",
    "header_row": "names in line {}",
    "sheet": "sheet {}",
    "table": "table {}",
}
_MARKS = {"\t": "tabs", ",": "commas", ";": "semicolons", "|": "vertical bars", ".": "points"}


def show(table: Table) -> None:
    """Draw how a table was read; nothing where there was nothing to decide."""
    if not table.facts and not table.report:
        return
    fields = READ_AS.get(str(table.facts.get("format", "")), ())
    with st.expander(
        f"How the table was read ({len(table.report)})", icon=":material/fact_check:", expanded="?" in table.name
    ):
        st.caption(words.escape(_facts(table)))
        _changes(table)
        if fields:
            _otherwise(table, _with_choices(table, fields))


def _facts(table: Table) -> str:
    """What the file is and how it is laid out, in one line."""
    told = [
        text.format(_MARKS.get(str(value), value))
        for name, text in _FACTS.items()
        if (value := table.facts.get(name)) not in (None, "")
    ]
    return " · ".join([str(table.facts.get("format", "")), *told]).strip(" ·")


# ---- what was changed


def _changes(table: Table) -> None:
    """List every change, with a button where it can be taken back."""
    settings = settings_of(table.name)
    for number, change in enumerate(table.report[:SHOWN]):
        _change(table, settings, number, change)
    if more := table.report[SHOWN:]:
        with st.popover(f"{len(more):,} more", icon=":material/more_horiz:"):
            for number, change in enumerate(more[:200], SHOWN):
                _change(table, settings, number, change)
    if undone := settings.get(UNDO, ()):
        st.caption(words.escape(f"Not done, as you chose: {', '.join(_called(each) for each in undone)}."))
    if settings:
        plain = with_settings(table.name, {})
        st.button("Read it as found", key="as_found", icon=":material/undo:", on_click=_take, args=(plain,))


def _change(table: Table, settings: dict[str, Any], number: int, change: Change) -> None:
    rule = RULES[change.rule]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f":gray-badge[{words.escape(rule.title)}] {words.sentence(change.text)}", width="stretch")
        if rule.undo:
            name = f"{rule.name}:{change.column}".removesuffix(":")
            other = with_settings(table.name, settings | {UNDO: (*settings.get(UNDO, ()), name)})
            st.button(rule.undo, key=f"undo-{number}", type="tertiary", on_click=_take, args=(other,))


def _called(undone: str) -> str:
    rule, _, column = undone.partition(":")
    return f"{RULES[rule].title.lower()} in {column}" if column else RULES[rule].title.lower()


def _take(source: str) -> None:
    session.choose(data=source, run="")


# ---- how it would be read otherwise


def _with_choices(table: Table, fields: tuple[Param, ...]) -> tuple[Param, ...]:
    """The fields, those of sheets and tables with the names that the file has."""
    several = {"sheet": table.facts.get("sheets", ()), "table": [each[0] for each in table.facts.get("tables", ())]}
    filled = (replace(each, choices=tuple(several.get(each.name, ())) or each.choices) for each in fields)
    return tuple(each for each in filled if each.choices or each.low is not None)


def _otherwise(table: Table, fields: tuple[Param, ...]) -> None:
    """Fields for what was guessed, and at once the first rows as they would be read."""
    settings = settings_of(table.name)
    if st.session_state.get("read-of") != table.name:
        st.session_state["read-of"] = table.name
        refill(fields, PREFIX, settings)
    st.markdown("**Read it differently**")
    with st.container(horizontal=True, key="read_fields"):
        settings_form(fields, PREFIX)
    wanted = {key: settings[key] for key in (UNDO,) if key in settings} | changed(fields, PREFIX)
    other = with_settings(table.name, wanted)
    if other == table.name:
        st.caption("Change a field to see what the table would look like.")
        return
    found = session.table_of(other)
    if not isinstance(found, Table):
        if waiting(found, "Reading it that way …", 160):  # pragma: no cover; it was done a moment ago
            st.rerun()
        return
    size = f"{words.count(len(found.frame), 'row')}, {words.count(len(found.columns), 'column')}"
    st.caption(words.sentence(f"It would be read like this: {size}. {' '.join(found.notes[:3])}"))
    preview_of(found.frame.iloc[:20, :50], "Preview of the table as it would be read")
    st.button(
        "Read it like this", key="read_so", type="primary", icon=":material/check:", on_click=_take, args=(other,)
    )
