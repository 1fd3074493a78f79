"""Is it really better? The group of ties, every pair, two models at a time, and how it was worked out.

Each section is a function that draws one card; a page stacks them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core import asking
from core.comparison import Pair
from core.evidence import Evidence, same_predictions
from core.metrics import METRICS, Metric, metrics_of
from core.records import FitState
from core.results import Comparison
from core.standing import Standing
from core.store import Derived, RunRow
from core.studies import KINDS, rows, study_key
from dashboard import naming, session, words
from dashboard.charts import CHARTS
from dashboard.charts.statistics import PARTS
from dashboard.frames import chances, subject_of
from dashboard.widgets.figures import show_chart
from dashboard.words.judgement import RATES

LAST = 3  # of the numbers of rows on a curve over rows
MATTERS = 0.01  # of a score between 0 and 1, or of the best score: a smaller difference is proposed not to matter


def drawn_rows(run: RunRow, result: Comparison, metric: Metric) -> Derived | None:
    """Have the rows of a single fold drawn again, so that something can be said of luck; None where nothing is lacking.

    What has come of it is part of the result from then on.
    """
    evidence = result.evidence(metric.name)
    if not evidence.lacks or not evidence.scores:
        return None
    return session.settled(asking.request_drawn(session.store(), run.id, metric.name))


def told_verdict(
    standings: Sequence[Standing], metric: Metric, result: Comparison, *, live: bool, short: bool = False
) -> str:
    """What a comparison has come to, in plain sentences; short ones are only of who is better."""
    problem, best = result.problem, words.front(standings)
    floor = next((each for each in standings if each.baseline and each.ranked), None)
    names = [name for name in RATES if METRICS[name] in metrics_of(problem) and not short]
    return words.verdict(
        standings,
        metric,
        running=live,
        positive=problem.positive,
        target=problem.target,
        rates={name: result.model(best.id).mean(name) for name in names} if best else {},
        guessed={name: result.model(floor.id).mean(name) for name in names[:1]} if floor else {},
        needed=None if live else rows_needed(result, metric, standings),
        rows=result.practice_rows,
    )


def rows_needed(result: Comparison, metric: Metric, standings: Sequence[Standing]) -> int | None:
    """About how many rows would tell the best model from the next, or from guessing where that is among the ties."""
    models = [each for each in standings if each.ranked and not each.baseline]
    tied = [each for each in standings if each.ranked and each.tied]
    guessing = [each for each in tied if each.baseline]
    others = guessing or [each for each in models[1:2] if each.tied]
    if not models or not others or models[0].id == others[0].id:
        return None
    return result.evidence(metric.name).needed(models[0].id, others[0].id).rows


# ---- the group


def who_is_first(result: Comparison, metric: Metric, *, live: bool) -> None:
    """The verdict, and the models that share the first place."""
    evidence, standings = result.evidence(metric.name), result.standings(metric.name)
    verdict = told_verdict(standings, metric, result, live=live, short=True)
    with st.container(border=True, key="first_place"):
        st.markdown(f"#### :material/balance: {naming.told(verdict)}")
        guessing = next((each for each in standings if each.baseline and each.tied and len(evidence.tied) > 1), None)
        ranked = [each for each in standings if each.ranked and not each.baseline]
        if evidence.lacks and evidence.scores:
            st.caption(words.sentence(evidence.lacks))
        elif guessing is not None:
            st.markdown(words.escape(words.comparing.no_winner(guessing.title)))
        elif ranked:
            tied = [each for each in ranked if each.tied]
            st.markdown(naming.told(words.comparing.group([each.title for each in tied], len(ranked) - len(tied))))
            _badges(tied, metric, result.problem.target)


def _badges(tied: Sequence[Standing], metric: Metric, target: str) -> None:
    """The models of the group with their scores, beside each other."""
    with st.container(horizontal=True):
        for each in tied:
            told = words.comparing.score_words(metric, each.mean, each.low, each.high, target)
            st.metric(
                words.escape(each.title),
                words.value_of(metric, each.mean),
                words.comparing.span(each.low, each.high) or None,
                delta_color="off",
                delta_arrow="off",
                border=True,
                width=230,
                help=words.escape(told),
            )


# ---- all pairs


def every_pair(result: Comparison, metric: Metric, rope: float) -> None:
    """The chance of every model to be better than every other."""
    with st.container(border=True, key="pairs"):
        frame = chances(result, metric.name, rope)
        show_chart(CHARTS["chances"], frame, subject_of(result, metric), "chances")


def negligible(evidence: Evidence, target: str) -> float:
    """Let a person say which difference does not matter, in the unit of the metric."""
    proposed = proposed_rope(evidence)
    digits = max(0, 1 - math.floor(math.log10(proposed)))
    metric = evidence.metric
    unit = f" of {target}" if metric.unit == "target" and target else ""
    return float(
        st.number_input(
            words.escape(f"A difference in {metric.title}{unit} that does not matter"),
            min_value=0.0,
            value=proposed,
            step=proposed,
            format=f"%.{digits}f",
            key=f"rope-{metric.name}",
            persist_state="session",
            help="Models that differ by less count as equally good for your purpose. With 0 any difference counts.",
            width=380,
        )
    )


def proposed_rope(evidence: Evidence) -> float:
    """A hundredth of the range of a share, else of the best score, as a round number."""
    metric = evidence.metric
    if metric.low == 0 and metric.high == 1:
        return MATTERS
    best = evidence.interval(evidence.order[0]).mean if evidence.order else None
    return float(f"{MATTERS * abs(best or 1.0):.0e}")


# ---- two at a time


def two_models(run: RunRow, result: Comparison, metric: Metric, rope: float) -> None:
    """Any two models: the difference with its interval, the three chances, and how many rows it would take."""
    evidence = result.evidence(metric.name)
    titles = {each: result.model(each).title for each in evidence.order}
    with st.container(border=True, key="two_models"):
        st.subheader("Two models against each other", anchor=False)
        a, b = _pick_two(evidence, titles)
        if a == b:
            st.caption("Choose two different models.")
            return
        pair = evidence.pair(a, b, rope)
        if pair is None:
            st.caption("These two share no fold with a score of both.")
            return
        if _alike(run, a, b):
            st.markdown(f"**{words.escape(words.comparing.identical(titles[a], titles[b]))}**")
            return
        _difference(evidence, pair, (a, b), (titles[a], titles[b]), result)
        _chances(pair, (titles[a], titles[b]), metric, rope, result)


def _pick_two(evidence: Evidence, titles: dict[str, str]) -> tuple[str, str]:
    """The first and the second of the ranking, until others are chosen."""
    chosen = []
    with st.container(horizontal=True):
        for place, label in enumerate(("This model", "against this one")):
            key = f"pair-{place}"
            if st.session_state.get(key) not in titles:
                st.session_state[key] = evidence.order[place]
            picked = st.selectbox(
                label, evidence.order, format_func=titles.__getitem__, key=key, persist_state="session", width=300
            )
            chosen.append(picked)
    return chosen[0], chosen[1]


def _alike(run: RunRow, a: str, b: str) -> bool:
    """Whether two models answered the same for every row."""
    one, other = session.predictions(run, a), session.predictions(run, b)
    return one is not None and other is not None and same_predictions(one, other)


def _difference(
    evidence: Evidence, pair: Pair, ids: tuple[str, str], titles: tuple[str, str], result: Comparison
) -> None:
    a, b = titles
    apart = pair.p_value is not None and pair.p_value < 1 - evidence.level
    alone = apart and set(ids) <= set(evidence.tied) and evidence.tied[0] in ids
    st.markdown(f"**{naming.told(words.comparing.told_apart(pair, a, b, alone=alone))}**")
    told = [words.comparing.reach(evidence.metric, pair, a, b, result.problem.target)]
    if alone:
        told.append(words.comparing.among_many(len(evidence.order) - 1))
    if evidence.lacks:
        told.append(evidence.lacks)
    elif not apart:
        curve = over_rows(result, evidence.metric, *ids)
        needed = evidence.needed(*ids, curve)
        told.append(words.comparing.enough(needed.rows, needed.reason, evidence.rows, a, b, curves=bool(curve)))
    st.markdown(naming.told(" ".join(told)))


def over_rows(result: Comparison, metric: Metric, a: str, b: str) -> list[tuple[float, float]]:
    """How far two models were apart with fewer rows, where their curves over rows were asked for on the page Proof.

    Of the largest numbers of rows: the smallest tell little of what more rows would do.
    """
    found = []
    for id in (a, b):
        row = session.store().derived(study_key(KINDS[0], result.spec, result.model(id).spec))
        if row is None or row.state != FitState.DONE:
            return []
        curve = rows.summary(rows.curve(row.result["points"], metric.name), result.test_share, metric)
        found.append(curve.set_index("rows")["score"])
    difference = (found[0] - found[1]).dropna().tail(LAST)
    return list(zip(difference.index.tolist(), difference.tolist(), strict=True)) if len(difference) == LAST else []


def _chances(pair: Pair, titles: tuple[str, str], metric: Metric, rope: float, result: Comparison) -> None:
    told = words.comparing.three_ways(pair, *titles, metric, rope, result.problem.target)
    if not told:
        return
    st.markdown("\n".join(f"- {naming.told(each)}" for each in told))
    shares = (pair.p_a_better, pair.p_equal, pair.p_b_better)
    labels = (f"{titles[0]} is better", "makes no difference", f"{titles[1]} is better")
    shown = [place for place in range(len(PARTS)) if rope or place != 1]
    frame = pd.DataFrame({"label": [labels[each] for each in shown], "share": [shares[each] for each in shown]})
    show_chart(CHARTS["three_ways"], frame, subject_of(result, metric), "three_ways")


def how_worked_out(evidence: Evidence) -> None:
    """The method, one click away."""
    with st.expander("How this was worked out", icon=":material/functions:"):
        for each in words.comparing.method(folds=evidence.folds, repeats=evidence.repeats):
            st.markdown(words.escape(each))


def still_drawing(job: Derived | None) -> bool:
    """Whether rows are being drawn again, so that the page says so."""
    return job is not None and job.state in (FitState.QUEUED, FitState.RUNNING)
