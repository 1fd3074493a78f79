"""What models cost, and which one is the cheapest that is not worse than the best."""

from __future__ import annotations

import pytest

from core.costs import COSTS, WATTS_PER_CORE, cheapest, priced
from core.standing import Standing, placed


def board(*rows: tuple[str, float, float, bool], **more: object) -> tuple[Standing, ...]:
    """Models by id, score, seconds of training and whether they are tied with the best."""
    made = [
        Standing(id, id, id.title(), id == "baseline", "done", mean=mean, fit_seconds=seconds, ranked=True, tied=tied)
        for id, mean, seconds, tied in rows
    ]
    return placed(made, greater_is_better=True)


def test_the_front_holds_whom_nobody_beats_in_both() -> None:
    standings = board(("a", 0.9, 3.0, True), ("b", 0.9, 5.0, True), ("c", 0.8, 1.0, False), ("d", 0.7, 2.0, False))
    found = {each.standing.id: each.front for each in priced(standings, "training", 10, greater_is_better=True)}
    assert found == {"a": True, "b": False, "c": True, "d": False}
    losses = placed(standings, greater_is_better=False)
    turned = {each.standing.id: each.front for each in priced(losses, "training", 10, greater_is_better=False)}
    assert turned == {"a": False, "b": False, "c": True, "d": True}


def test_equals_stand_on_the_front_together() -> None:
    standings = board(("a", 0.9, 3.0, True), ("b", 0.9, 3.0, True))
    assert all(each.front for each in priced(standings, "training", 10, greater_is_better=True))


def test_the_cheapest_is_sought_among_the_tied() -> None:
    standings = board(
        ("a", 0.9, 3.0, True), ("b", 0.89, 1.0, True), ("c", 0.5, 0.1, False), ("baseline", 0.4, 0, False)
    )
    found = priced(standings, "training", 10, greater_is_better=True)
    answer = cheapest(found, standings)
    assert answer is not None and answer.standing.id == "b" and "baseline" not in {each.standing.id for each in found}


def test_nobody_is_called_the_cheapest_who_is_beaten_in_both_or_by_the_best_alone() -> None:
    standings = board(("a", 0.9, 3.0, True), ("b", 0.7, 1.0, True), ("c", 0.8, 0.5, False), ("d", 0.6, 0.1, True))
    found = priced(standings, "training", 10, greater_is_better=True)

    def answer(*behind: str) -> str:
        told = cheapest(found, standings, behind)
        return told.standing.id if told else ""

    assert answer() == "d", "one whose score scatters is hard to tell from the best"
    assert answer("d") == "a", "b is beaten by c in both"


def test_where_guessing_is_as_good_nothing_is_worth_its_price() -> None:
    standings = board(("a", 0.9, 3.0, True), ("baseline", 0.89, 0.1, True))
    assert cheapest(priced(standings, "training", 10, greater_is_better=True), standings) is None
    assert cheapest((), ()) is None


@pytest.mark.parametrize("cost", COSTS.values(), ids=lambda cost: cost.name)
def test_a_cost_is_told_or_not_known(cost: object) -> None:
    entry = COSTS[cost.name]  # type: ignore[attr-defined]
    whole = Standing("a", "a", "A", False, "done", fit_seconds=7.2, predict_seconds=0.5, size_bytes=900)
    assert (entry.of(whole, 250) or 0) > 0 and entry.of(Standing("a", "a", "A", False, "done"), 250) is None
    assert entry.about.endswith(".") and ("estimate" in entry.about) == entry.estimated


def test_units() -> None:
    whole = Standing("a", "a", "A", False, "done", fit_seconds=7.2, predict_seconds=0.5, size_bytes=900)
    assert COSTS["prediction"].of(whole, 250) == 2.0 and COSTS["prediction"].of(whole, 0) is None
    assert COSTS["energy"].of(whole, 250) == pytest.approx(7.2 * WATTS_PER_CORE / 3600)
