"""What the checks have found in a table: on the Data page all of it, beside a verdict the leak suspects.

The checks are made in a worker; the page asks for them and draws what has come.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from core import asking
from core.checks import CHECKS, Checked, Finding, Severity
from core.data import SPLITS
from core.honest import guards
from core.records import Problem, Proposal, RunSpec, Table, Task
from core.store import Derived
from dashboard import session, words
from dashboard.widgets import forms
from dashboard.widgets.page import waiting

# Colour, icon and word of each severity, so that none of them has to be told by its colour.
BADGES = {
    Severity.HIGH: ":red-badge[:material/report: important]",
    Severity.MEDIUM: ":orange-badge[:material/warning: worth a look]",
    Severity.LOW: ":gray-badge[:material/info: good to know]",
}
LEAK = CHECKS["leak"].name


def show_checks(table: Table, problem: Problem) -> None:
    """Draw what was found in a table that is to be divided as the forms stand."""
    split = forms.chosen_split(problem.task, problem)
    roles = forms.with_split_roles(session.roles(table), split)
    with st.container(border=True, key="checks"):
        st.subheader("What to know before training", anchor=False)
        seed = forms.chosen_limits(problem.task)["seed"]
        job = session.settled(asking.request_checks(session.store(), table.fingerprint, roles, split, seed))
        if not waiting(job, "Looking for pitfalls …", 120):
            return
        told = asking.checks_told(job)
        if told is not None:
            _draw(table, problem, *told)


def _draw(table: Table, problem: Problem, checked: Checked, proposal: Proposal) -> None:
    several = [each for each in checked.findings if each.severity is not Severity.LOW]
    minor = [each for each in checked.findings if each.severity is Severity.LOW]
    if not several:
        st.markdown(f":material/check_circle: {words.escape(words.calm(len(CHECKS) - len(checked.not_applied)))}")
    for place, finding in enumerate(several):
        offered = {each.suggestion for each in several[:place]}  # one button for what several of them suggest
        _finding(table, problem, finding, proposal, finding.suggestion not in offered)
    _proposed(problem, proposal)
    if minor:
        with st.expander(f"Good to know ({len(minor)})", icon=":material/info:"):
            for finding in minor:
                _finding(table, problem, finding, proposal)
    _fine(checked)


def _finding(table: Table, problem: Problem, finding: Finding, proposal: Proposal, with_button: bool = True) -> None:
    """One finding: how much it matters, what it is, what to do, and a button that does it."""
    title = words.escape(CHECKS[finding.check].title)
    told = finding.suggestion if with_button else None
    if told and told.split == forms.chosen_split(problem.task, problem).kind:
        told = None
    text, place = st.columns([4, 1], vertical_alignment="center") if told else (st.container(), st.container())
    with text.container(gap=None):
        st.markdown(f"{BADGES[finding.severity]} **{title}** – {words.sentence(finding.text)}")
        st.caption(words.sentence(finding.advice))
    if told:
        with place:
            carry_out(table, problem.task, finding, proposal.value["folds"])


def carry_out(table: Table, task: Task, finding: Finding, folds: int) -> None:
    """Draw the button that does what a finding suggests; as many folds are made where it divides the rows anew."""
    told = finding.suggestion
    if told is None:
        return
    key = f"do-{finding.check}-{'-'.join(finding.columns)}"
    if told.weight:
        label = f"Weight rows by {told.weight}"
        weigh = functools.partial(session.decide, table, weight=told.weight)
        st.button(words.escape(label), key=key, width="stretch", on_click=weigh)
    elif told.leave_out:
        left = told.leave_out[0] if len(told.leave_out) == 1 else words.count(len(told.leave_out), "column")
        args: tuple[Any, ...] = (table, told.leave_out)
        st.button(f"Leave {words.escape(left)} out", key=key, width="stretch", on_click=session.leave_out, args=args)
    elif told.split:
        split = {"kind": told.split, "folds": folds, "group": told.group, "time": told.time}
        label = f"Divide by {told.group or told.time}" if told.group or told.time else "Keep equal rows together"
        st.button(words.escape(label), key=key, width="stretch", on_click=forms.divide, args=(task, split))


def _proposed(problem: Problem, proposal: Proposal) -> None:
    """How the rows should be divided, where that is not how they are."""
    split = proposal.value
    if not guards(split):
        return
    kind = SPLITS[split["kind"]]
    column = split["group"] or split["time"]
    by = f" by {column}" if column else ""
    if kind.name == forms.chosen_split(problem.task, problem).kind:
        st.caption(words.escape(f"Rows are divided into {kind.title.lower()}{by}, as proposed."))
    else:
        st.markdown(f":material/call_split: Proposed way to divide the rows: {words.escape(kind.title.lower() + by)}.")


def _fine(checked: Checked) -> None:
    """What was looked at without a finding, and what does not apply, with the reason."""
    found = {each.check for each in checked.findings}
    fine = [each for each in CHECKS.values() if each.name not in found and each.name not in checked.not_applied]
    with st.expander(f"What was looked at and found fine ({len(fine)})", icon=":material/check:"):
        lines = [f"- **{words.escape(each.title)}**: {words.escape(each.about)}" for each in fine]
        st.markdown("\n".join(lines) or "Every check found something.")
        if checked.not_applied:
            st.caption("Does not apply here")
            st.markdown("\n".join(_lines(checked.not_applied)))


def _lines(reasons: Mapping[str, str]) -> Sequence[str]:
    known = ((CHECKS[name].title, reason) for name, reason in reasons.items() if name in CHECKS)
    return [f"- **{words.escape(title)}**: {words.sentence(reason)}" for title, reason in known]


def asked_of(spec: RunSpec) -> Derived | None:
    """The checks of a run's table as it was divided, or the job that makes them; None where the table is gone."""
    if session.table_at(spec.fingerprint) is None:
        return None
    return asking.request_checks_of(session.store(), spec)


def leak_suspects(spec: RunSpec) -> bool:
    """Say beside a verdict which columns may have given the answer away, and tell whether one most probably has."""
    job = asked_of(spec)
    told = asking.checks_told(job) if job else None
    found = [each for each in (told[0].findings if told else ()) if each.check == LEAK]
    for finding in found:
        if finding.severity is not Severity.LOW:
            st.markdown(f"{BADGES[finding.severity]} {words.sentence(f'{finding.text} {finding.advice}')}")
    return any(each.severity is Severity.HIGH for each in found)
