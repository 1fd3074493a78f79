"""Proof: the sealed exam, and what a model's number hangs on, for one model of a run that has ended."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from core import asking
from core.exam import Opening, exam_key, openings, scores_of, seen_before
from core.metrics import Metric
from core.results import Comparison, ModelResult
from core.store import Derived, RunRow
from core.studies import luck, rows, study_key, techniques
from dashboard import naming, session, words
from dashboard.charts import CHARTS
from dashboard.frames import subject_of
from dashboard.widgets.figures import show_chart
from dashboard.widgets.page import waiting

ROPE = 0.01  # differences of a share up to this do not matter, and of other scores this share of what guessing scores


@dataclass(frozen=True)
class Asked:
    """What is to be proven: one model of a run, by one metric."""

    run: RunRow
    result: Comparison
    model: ModelResult
    metric: Metric

    @property
    def rope(self) -> float:
        """The difference up to which two scores are as good as the same."""
        if self.metric.high == 1.0:
            return ROPE
        guess = subject_of(self.result, self.metric).guessing
        return ROPE * abs(guess) if guess else ROPE


def proof(run: RunRow, result: Comparison, metric: Metric) -> None:
    """Draw the sealed exam and the studies of a model, each on request."""
    standings = result.standings(metric.name)
    able = [each.id for each in standings if each.rank is not None and not each.baseline]
    if not able:
        st.caption("There is nothing to prove: no model that learns has a score.")
        return
    titles = {each.id: each.title for each in standings}
    chosen = st.selectbox("Model", able, format_func=lambda id: titles[id], key="proven", width=320)
    asked = Asked(run, result, result.model(chosen), metric)
    for title, draw in SECTIONS.items():
        with st.container(border=True):
            st.subheader(title, anchor=False)
            draw(asked)


def _exam(asked: Asked) -> None:
    sealed = asked.result.problem.rows - asked.result.practice_rows
    if not sealed:
        st.caption(
            "No rows were sealed for this comparison. “How it is done” on the Compare page has a slider for it: rows "
            "that are set aside before anything else, and looked at once, after the choice."
        )
        return
    store, spec = session.store(), asked.run.spec
    row = store.derived(exam_key(spec, asked.model.spec))
    if row is None:
        before = len(openings(store, spec.fingerprint, asked.result.problem.target))
        st.caption(words.escape(words.proof.sealed(sealed, before)))
        _button("Open the exam", "open_exam", "lock_open", asking.request_exam, store, spec, asked.model.spec)
    elif waiting(session.settled(row), f"{asked.model.title} learns from all practice rows and sits the exam …", 160):
        _opened(asked, store.derived(row.key) or row, sealed)


def _opened(asked: Asked, row: Derived, sealed: int) -> None:
    metric, problem = asked.metric, asked.result.problem
    score, guess = scores_of(row, metric.name)
    practice = asked.result.evidence(metric.name).interval(asked.model.id)
    told = words.proof.exam(
        metric,
        asked.model.title,
        rows=sealed,
        practice=practice.mean,
        promised=(practice.low, practice.high),
        value=score.value,
        low=score.low,
        high=score.high,
        guessing=guess.value,
        positive=problem.positive,
        target=problem.target,
    )
    st.markdown(f"#### :material/lock_open: {naming.told(told)}")
    st.caption(naming.told(words.proof.opened(*seen_before(_openings(asked), row.key))))
    values = [words.value_of(metric, each) for each in (practice.mean, score.value, guess.value)]
    drop = None if practice.mean is None or score.value is None else score.value - practice.mean
    for place, (label, shown) in zip(
        st.columns(4),
        (
            ("Practice", values[0]),
            ("Exam", values[1]),
            ("Exam against practice", words.NO_VALUE if drop is None else f"{drop:+.3g}".replace("-", "−")),
            ("Guessing, exam", values[2]),
        ),
        strict=True,
    ):
        place.metric(label, shown)
    if score.reason:
        st.caption(words.sentence(f"{metric.title} is not defined: {score.reason}"))


def _openings(asked: Asked) -> tuple[Opening, ...]:
    return openings(session.store(), asked.run.spec.fingerprint, asked.result.problem.target)


def _button(label: str, key: str, icon: str, request: Callable[..., Derived], *args: object) -> None:
    def ask() -> None:
        request(*args)

    st.button(label, key=key, icon=f":material/{icon}:", on_click=ask)


def _studied(asked: Asked, kind: str, about: str, factor: float) -> Derived | None:
    """A study that is done; until then what it would tell, and the button that starts it."""
    store, spec = session.store(), asked.run.spec
    row = store.derived(study_key(kind, spec, asked.model.spec))
    if row is None:
        seconds = factor * sum(each.outcome.fit_seconds for each in asked.model.done if each.outcome)
        st.caption(
            words.escape(f"{about} It trains the model anew, {words.about(1.0 + seconds)} where a core is free.")
        )
        _button("Find out", kind, "play_arrow", asking.request_study, store, kind, spec, asked.model.spec)
        return None
    if not waiting(session.settled(row), f"{asked.model.title} is trained again and again …", 200):
        return None
    return store.derived(row.key)


def _rows(asked: Asked) -> None:
    about = "The same folds, judged by models that learn from more and more rows."
    row = _studied(asked, "study_rows", about, 2.2)
    if row is None:
        return
    metric, share = asked.metric, asked.result.test_share
    points = rows.curve(row.result["points"], metric.name)
    repeats, better = asked.result.repeats, metric.greater_is_better
    last = rows.last_doubling(points, test_fraction=share, rope=asked.rope, greater_is_better=better, repeats=repeats)
    if last is None:
        st.caption("Whether more rows would help cannot be said: too few folds have a score at two sizes.")
    else:
        told = words.proof.more_rows(
            metric,
            asked.model.title,
            last.half,
            last.full,
            p_better=last.gain.p_a_better,
            p_equal=last.gain.p_equal,
            gain=last.gain.difference,
            next_gain=last.next_gain,
        )
        st.markdown(f"#### :material/trending_up: {naming.told(told)}")
    frame = rows.summary(points, share, metric, repeats).assign(model=asked.model.title)
    _chart(asked, "rows_curve", frame)


def _techniques(asked: Asked) -> None:
    about = "The same model, judged by every way to divide the rows: what the choice does to the number."
    row = _studied(asked, "study_techniques", about, 12.0)
    if row is None:
        return
    frame = techniques.summary(row.result["ways"], asked.metric)
    scored = frame.dropna(subset=["mean"])
    own = frame.iloc[0]
    inside = None
    if pd.notna(own["low"]):
        inside = bool(scored["mean"].between(own["low"], own["high"]).all())
    means = list(zip(scored["way"], scored["mean"], strict=True))
    told = words.proof.techniques(asked.metric, asked.model.title, means, inside)
    st.markdown(f"#### :material/call_split: {naming.told(told)}")
    _chart(asked, "techniques", scored)
    for way, reason in zip(frame["way"], frame["reason"], strict=True):
        if reason:
            st.caption(words.sentence(f"{way}: {reason}"))


def _luck(asked: Asked) -> None:
    about = (
        f"The answers are shuffled {luck.SHUFFLES} times, so that there is nothing to learn: what luck alone scores."
    )
    row = _studied(asked, "study_luck", about, 21.0)
    if row is None:
        return
    found = luck.luck_of(row.result, asked.metric.name, greater_is_better=asked.metric.greater_is_better)
    if found is None:
        st.caption(words.escape(f"{asked.metric.title} is not defined with the answers shuffled."))
        return
    best = found.shuffled[-1] if asked.metric.greater_is_better else found.shuffled[0]
    told = words.proof.luck(asked.metric, asked.model.title, found.true, best, found.as_good, len(found.shuffled))
    st.markdown(f"#### :material/casino: {naming.told(told)}")
    scores = [found.true, *found.shuffled]
    frame = pd.DataFrame({"score": scores, "shuffled": [False, *[True] * len(found.shuffled)]})
    _chart(asked, "luck", frame)
    st.caption(words.escape(f"Permutation test (Ojala and Garriga 2010): p = {found.p_value:.3f}."))


def _chart(asked: Asked, name: str, frame: pd.DataFrame) -> None:
    subject = subject_of(asked.result, asked.metric, asked.model.title)
    show_chart(CHARTS[name], frame, subject, f"{name}-{asked.model.id}")


SECTIONS: dict[str, Callable[[Asked], None]] = {
    "The sealed exam": _exam,
    "Would more rows help?": _rows,
    "Does it matter how the rows are divided?": _techniques,
    "What would luck score?": _luck,
}
