"""What the comparisons take on the disk, and what can be let go."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

import streamlit as st

from core import jobs
from core.store import RunRow
from dashboard import session, words
from dashboard.widgets.banners import title_of

FREED = "freed"  # what was freed last, to be said once


def free_space(runs: Sequence[RunRow], usage: Mapping[str, int]) -> None:
    """Draw the button that opens what can be let go; drawn only while it is open."""
    panel = st.popover("Free up space", icon=":material/cleaning_services:", key="space", on_change="rerun")
    if panel.open:
        with panel:
            _panel([each for each in runs if jobs.ended(each)], usage)


def tell_freed() -> None:
    """Say what was freed, once."""
    if told := st.session_state.pop(FREED, ""):
        st.success(words.escape(told), icon=":material/check:")


def _panel(ended: Sequence[RunRow], usage: Mapping[str, int]) -> None:
    store = session.store()
    totals, ids = store.totals(), [each.id for each in ended]
    st.markdown(
        "\n".join(
            f"- {name}: **{words.escape(words.size(size))}**"
            for name, size in (
                ("Fitted models", totals.models),
                ("Predictions", totals.predictions),
                ("Tables", totals.tables),
                ("List of runs, backups and reserve", totals.rest),
                ("Free on the disk", totals.free),
            )
        )
    )
    models = store.remove_models(ids, dry_run=True)
    st.button(
        f"Remove fitted models ({words.size(models)})",
        key="remove_models",
        disabled=not models,
        on_click=_remove_models,
        args=(ids,),
    )
    st.caption("Those of your comparisons that have ended. They are fitted again when needed; scores stay.")
    at_work, left = any_at_work(), sum(path.stat().st_size for path in store.remove_leftovers(dry_run=True))
    st.button(
        f"Remove leftovers ({words.size(left)})",
        key="remove_leftovers",
        disabled=at_work or not left,
        on_click=_remove_leftovers,
    )
    st.caption("Files that no comparison needs any more." + (" Not while something is at work." if at_work else ""))
    titles = {each.id: _label(each, usage.get(each.id, 0)) for each in ended}
    chosen = st.multiselect("Old comparisons", list(titles), format_func=titles.__getitem__, key="old_runs")
    st.button(
        f"Delete {words.count(len(chosen), 'comparison')}" if chosen else "Delete comparisons",
        key="delete_old",
        type="primary",
        disabled=not chosen,
        on_click=_delete,
        args=([each for each in ended if each.id in chosen],),
    )


def _label(run: RunRow, size: int) -> str:
    return f"{title_of(run)}, {words.ago(max(time.time() - run.created, 0))}, {words.size(size)}"


def any_at_work() -> bool:
    """Whether anybody's comparison is at work: files that nothing points to yet may belong to it."""
    return bool(session.store().runs(states=session.AT_WORK))


def _remove_models(runs: Sequence[str]) -> None:
    freed = session.store().remove_models(runs)
    _say(freed, "fitted models were removed. They are fitted again when needed.")


def _remove_leftovers() -> None:
    if any_at_work():
        return
    store = session.store()
    freed = sum(path.stat().st_size for path in store.remove_leftovers(dry_run=True))
    removed = len(store.remove_leftovers())
    _say(freed, f"{words.count(removed, 'leftover file')} {'was' if removed == 1 else 'were'} removed.")


def _delete(runs: Sequence[RunRow]) -> None:
    before = _held()
    for each in runs:
        session.delete(each)
    st.session_state.pop("old_runs", None)
    _say(before - _held(), f"{words.count(len(runs), 'comparison')} {'was' if len(runs) == 1 else 'were'} deleted.")


def _held() -> int:
    totals = session.store().totals()
    return totals.models + totals.predictions


def _say(freed: int, told: str) -> None:
    st.session_state[FREED] = f"{words.size(max(freed, 0))} freed: {told}"
