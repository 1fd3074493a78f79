"""Decide: what a mistake costs, from which cut-off on to act, and what each model then brings."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.decisions import Costs, Judgement, best_of, matrix_of
from core.decisions.kept import Decision
from core.models import MODELS
from core.records import Task
from core.results import Comparison
from core.store import RunRow
from dashboard import decided, session, widgets, words
from dashboard.charts import CHARTS, Subject
from dashboard.widgets import deciding

IDLE = ("nobody", "everybody")
MOST_MODELS = 6


def pick(result: Comparison, finished: list[str]) -> list[str]:
    """The models to decide about: the best ones, until somebody chooses."""
    guesses = {each.id for each in result.models if MODELS[each.spec.name].always_in}
    best = [each for each in finished if each not in guesses][:MOST_MODELS] or finished[:1]
    titles = {each.id: each.title for each in result.models}
    return st.multiselect(
        "Models",
        finished,
        best,
        format_func=titles.__getitem__,
        key=f"decide-{result.run}",
        persist_state="session",
        max_selections=MOST_MODELS,
    )


def reasons(judged: dict[str, Judgement], titles: dict[str, str]) -> None:
    """Why some models have nothing to show."""
    for id, each in judged.items():
        if each.reason:
            st.caption(words.escape(f"{titles[id]}: {each.reason}"))


def verdict(sentences: list[str], how: str) -> None:
    """The answer in large letters, and how it was come by."""
    st.markdown(f"#### :material/payments: {words.escape(' '.join(filter(None, sentences)))}")
    st.caption(words.escape(how))


def one_class(run: RunRow, result: Comparison, finished: list[str]) -> None:
    """A yes-or-no question: a cut-off for each model."""
    titles = {each.id: each.title for each in result.models}
    with st.container(border=True):
        st.markdown(
            f"**What do mistakes cost?** To flag a case is to treat it as {words.escape(run.problem.positive)}."
        )
        costs, currency = deciding.ask_costs(run)
        chosen = pick(result, finished)
    judged = {id: decided.judgement(run, id, costs) for id in chosen}
    able = {id: each for id, each in judged.items() if not each.reason}
    if costs.pointless:
        st.info(words.sentence(costs.pointless), icon=":material/info:")
    if not able:
        reasons(judged, titles)
        return
    tied = best_of(judged)
    best, weighed = able[tied[0]], {id: decided.weighing(run, id) for id in able}
    rival = max(IDLE, key=lambda each: best.money(each).mean or 0.0)
    told = words.deciding
    others = told.ties([titles[id] for id in tied[1:]])
    title, on = titles[tied[0]], weighed[tied[0]].on
    said = told.no_help(best, rival, title, on, currency)
    if told.beaten(best, rival):
        usual = told.beside(best, "default", currency)
        said = [told.headline(title, best, on, currency), told.beside(best, rival, currency), usual, others]
    verdict(said, told.how_chosen(not best.test_fraction, len(best.folds)))
    with st.container(border=True):
        deciding.money_board(judged, titles, tied, IDLE, weighed)
        reasons(judged, titles)
    curves(run, able, titles, costs, currency)
    model = trying(run, able, titles, costs, currency, tied[0])
    deciding.take_home(run, result.model(model))
    expert(best, costs)


def curves(run: RunRow, able: dict[str, Judgement], titles: dict[str, str], costs: Costs, currency: str) -> None:
    """Money against the cut-off, or against how many are flagged where the cut-offs are not on one scale."""
    weighed = {id: decided.weighing(run, id) for id in able}
    scales = {each.on for each in weighed.values()}
    with st.container(border=True):
        over = st.segmented_control(
            "Across",
            ["cut_off", "flagged"],
            default="cut_off" if len(scales) == 1 else "flagged",
            format_func={"cut_off": "The cut-off", "flagged": "How many are flagged"}.__getitem__,
            key=f"across-{len(scales)}",
            persist_state="session",
            label_visibility="collapsed",
            required=True,
        )
        parts, marks = [], {}
        for id, weighing in weighed.items():
            parts.append(weighing.curve(costs).assign(model=titles[id]))
            counts, (low, high) = weighing.counts(able[id].cut_off), weighing.bounds
            place = counts.flagged / counts.total if over == "flagged" else min(high, max(low, able[id].cut_off))
            marks[titles[id]] = (place, float(1_000 * costs.money(counts) / counts.total))
        frame = pd.concat(parts, ignore_index=True)
        frame.attrs.update(over=over, chosen=marks, currency=currency, scale=", ".join(sorted(scales)))
        widgets.show_chart(CHARTS["money"], frame, Subject(run.problem.target), f"money-{over}")


def trying(
    run: RunRow, able: dict[str, Judgement], titles: dict[str, str], costs: Costs, currency: str, first: str
) -> str:
    """A cut-off to try, of one model; gives which."""
    with st.container(border=True):
        st.markdown("**Try a cut-off**")
        names = list(able)
        model = st.selectbox("Model", names, names.index(first), format_func=titles.__getitem__, key=f"try-{first}")
        deciding.try_cut_off(run, model, titles[model], decided.weighing(run, model), able[model], costs, currency)
    return model


def expert(best: Judgement, costs: Costs) -> None:
    """The formula, and what every fold said."""
    with st.expander("For the expert: the cut-off that theory calls for, and every fold", icon=":material/function:"):
        st.markdown(words.escape(words.deciding.formula(costs)))
        config = st.column_config
        headings = {
            "fold": config.NumberColumn("Fold"),
            "cut_off": config.NumberColumn("Cut-off of the others", format="%.4g"),
            "chosen": config.NumberColumn("With it, per 1,000", format="localized"),
            "default": config.NumberColumn("Without a choice", format="localized"),
            "nobody": config.NumberColumn("Flagging no one", format="localized"),
            "everybody": config.NumberColumn("Flagging everyone", format="localized"),
        }
        shown = best.folds.assign(cut_off=best.folds["cut_off"].clip(-1e300, 1e300))
        st.dataframe(shown, hide_index=True, column_config=headings, key="folds_of_money", alt="Money by fold")


def several_classes(run: RunRow, result: Comparison, finished: list[str]) -> None:
    """Several classes: what each mistake costs, and the class that costs least."""
    size = len(run.problem.classes)
    if size > deciding.MOST_CLASSES:
        widgets.empty("payments", f"{size} classes are too many to ask for", "Costs of mistakes are asked for up to "
                      f"{deciding.MOST_CLASSES} classes.")  # fmt: skip
        return
    titles = {each.id: each.title for each in result.models}
    with st.container(border=True):
        st.markdown("**What does it cost to call a case of one class another one?** Below 0: it brings something.")
        matrix, currency = deciding.ask_matrix(run)
        chosen = pick(result, finished)
    try:
        judged = {id: decided.judgement_of_classes(run, id, matrix) for id in chosen}
    except ValueError as error:
        st.info(words.sentence(error), icon=":material/info:")
        return
    able = {id: each for id, each in judged.items() if not each.reason}
    if not able:
        reasons(judged, titles)
        return
    tied = best_of(judged)
    best, told = able[tied[0]], words.deciding
    head = told.classes_headline(titles[tied[0]], best, currency)
    beside = [told.beside(best, "constant", currency), told.beside(best, "default", currency, "likeliest")]
    others = told.ties([titles[id] for id in tied[1:]])
    verdict([head, *beside, others], told.how_judged(not best.test_fraction))
    with st.container(border=True):
        deciding.money_board(judged, titles, tied, ("constant",))
        reasons(judged, titles)
        keep_matrix(run, tied[0], titles, best, matrix, currency)
    deciding.take_home(run, result.model(tied[0]))


def keep_matrix(
    run: RunRow, model: str, titles: dict[str, str], best: Judgement, matrix: list[list[float | None]], currency: str
) -> None:
    """The button that has these costs go with the best model."""
    from core.decisions import check_matrix

    money, kept = best.money(), decided.decisions(run).get(model)
    decision = Decision(
        run.problem.target,
        run.problem.classes,
        matrix=matrix_of(check_matrix(matrix, len(run.problem.classes))),
        currency=currency,
        money=money.mean,
        low=money.low,
        high=money.high,
    )
    st.button(
        words.escape(f"Keep these costs with {titles[model]}"),
        key=f"keep-{model}",
        icon=":material/bookmark_add:",
        disabled=decision == kept or not session.mine(run),
        on_click=decided.keep,
        args=(run, model, decision),
    )
    if kept is not None:
        st.caption(words.escape(f"{titles[model]} calls the class that costs least by costs that are kept with it."))


# ---- selection

run = widgets.the_run(
    "Decide", "What mistakes cost, and from where on to act", "payments", "to weigh its models’ mistakes"
)

# ---- reading

result = session.comparison(run)
finished = [each.id for each in result.standings() if each.folds_done]
widgets.header("Decide", widgets.provenance(run, result))

# ---- nothing to show yet

if run.problem.task == Task.REGRESSION:
    widgets.empty(
        "payments",
        "This does not apply here",
        "A number is predicted, and there is no class to flag. How sure single answers are stands on its own page.",
    ).page_link("views/how_sure.py", label="How sure", icon=":material/rule:")
    widgets.end()
if not finished:
    widgets.none_finished(run, "No model could be trained", "Money can be told as soon as the first model is through.")

# ---- showing

show = one_class if len(run.problem.classes) == 2 else several_classes
show(run, result, finished)
