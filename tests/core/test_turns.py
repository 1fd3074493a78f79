"""Persons take turns: nobody starves beside somebody's flood, and nobody saves time up.

Time is made by hand here: fits take the seconds that they are said to take.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest

from core.supervisor import turns
from core.supervisor.turns import Turns

Order = Callable[[Turns, Sequence[tuple[str, str]]], list[str]]


def first_come(_: Turns, waiting: Sequence[tuple[str, str]]) -> list[str]:
    """The control: who came first is served first."""
    return [run for run, _ in waiting]


@dataclass
class Shop:
    """Slots that are given to runs as a supervisor does.

    Attributes
    ----------
    arrivals : list of (moment, run, owner, seconds of each fit)
    ended : dict of str to float
        When the last fit of a run ended.
    had : dict of str to float
        Seconds that each person has had so far.
    """

    slots: int
    order: Order = Turns.order
    arrivals: list[tuple[float, str, str, list[float]]] = field(default_factory=list)
    ended: dict[str, float] = field(default_factory=dict)
    had: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    now: float = 0.0

    def comes(self, owner: str, run: str, fits: Sequence[float], moment: float = 0.0) -> None:
        self.arrivals.append((moment, run, owner, list(fits)))

    def serve(self, seconds: float = 1e9) -> Shop:
        """Work until nothing is left, or so long."""
        keeper, queued, at_work = Turns(), {}, []  # type: ignore[var-annotated]
        self.arrivals.sort(key=lambda each: each[0])
        while (self.arrivals or queued or at_work) and self.now < seconds:
            while self.arrivals and self.arrivals[0][0] <= self.now:
                _, run, owner, fits = self.arrivals.pop(0)
                queued[run] = (owner, fits)
            while len(at_work) < self.slots and queued:
                run = self.order(keeper, [(run, owner) for run, (owner, _) in queued.items()])[0]
                self._start(keeper, queued, at_work, run)
            moments = [each[0] for each in (*at_work[:1], *self.arrivals[:1])]
            if not moments:
                break
            self.now = min(moments)
            while at_work and at_work[0][0] <= self.now:
                _, job, run, owner, length = heapq.heappop(at_work)
                keeper.end(job)
                self.had[owner] += length
                self.ended[run] = self.now
        return self

    def _start(self, keeper: Turns, queued: dict, at_work: list, run: str) -> None:  # type: ignore[type-arg]
        owner, fits = queued[run]
        length = fits.pop()
        job = f"{run}/{len(fits)}"
        keeper.begin(job, owner, run)
        heapq.heappush(at_work, (self.now + length, job, run, owner, length))
        if not fits:
            del queued[run]


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[Shop], Shop]:
    """Have turns be counted by the shop that serves."""
    shops: list[Shop] = []
    monkeypatch.setattr(turns, "time", SimpleNamespace(monotonic=lambda: shops[-1].now))
    return lambda shop: shops.append(shop) or shop  # type: ignore[func-returns-value]


def flooded(slots: int, clock: Callable[[Shop], Shop], order: Order = Turns.order) -> Shop:
    """Twenty runs of one person, and one of another who comes a little later."""
    shop = clock(Shop(slots, order))
    for number in range(20):
        shop.comes("flood", f"f{number}", [1.0] * 10, moment=0.01 * number)
    shop.comes("other", "mine", [1.0] * 10, moment=5.0)
    return shop.serve()


@pytest.mark.parametrize("slots", [1, 2])
def test_a_flood_of_runs_does_not_starve_another_person(slots: int, clock: Callable[[Shop], Shop]) -> None:
    took = flooded(slots, clock).ended["mine"] - 5.0
    assert took <= 2 * 10 / slots + 2, f"{took} s, where alone it would be {10 / slots} s"


@pytest.mark.parametrize("slots", [1, 2])
def test_first_come_first_served_would_starve_them(slots: int, clock: Callable[[Shop], Shop]) -> None:
    took = flooded(slots, clock, first_come).ended["mine"] - 5.0
    assert took > 190 / slots


def test_of_one_persons_runs_none_is_starved(clock: Callable[[Shop], Shop]) -> None:
    shop = clock(Shop(2))
    shop.comes("me", "long", [1.0] * 100)
    shop.comes("me", "short", [1.0] * 5, moment=3.0)
    shop.serve()
    assert shop.ended["short"] <= 3 + 5 + 2


@pytest.mark.parametrize("slots", [1, 2, 3])
def test_long_fits_count_for_more_than_short_ones(slots: int, clock: Callable[[Shop], Shop]) -> None:
    shop = clock(Shop(slots))
    shop.comes("long", "a", [10.0] * 100)
    shop.comes("short", "b", [1.0] * 1000)
    shop.serve(300.0)
    assert abs(shop.had["long"] - shop.had["short"]) <= 2 * 10.0 * slots


def test_who_comes_late_has_nothing_saved_up(clock: Callable[[Shop], Shop]) -> None:
    shop = clock(Shop(1))
    shop.comes("early", "a", [1.0] * 400)
    shop.comes("late", "b", [1.0] * 100, moment=200.0)
    shop.serve(300.0)
    assert shop.had["late"] == pytest.approx(50, abs=2), "half of the time since, not all of it"


def test_who_comes_back_has_nothing_to_pay_off(clock: Callable[[Shop], Shop]) -> None:
    shop = clock(Shop(1))
    shop.comes("keen", "a", [1.0] * 100)
    shop.comes("steady", "b", [1.0] * 400, moment=100.0)
    shop.comes("keen", "c", [1.0] * 20, moment=150.0)
    shop.serve()
    assert shop.ended["c"] <= 150 + 2 * 20 + 2, "and does not wait until the other has had as much"


def test_three_persons_share_two_slots(clock: Callable[[Shop], Shop]) -> None:
    shop = clock(Shop(2))
    for who in "abc":
        shop.comes(who, who, [1.0] * 200)
    shop.serve(120.0)
    assert all(each == pytest.approx(80, abs=3) for each in shop.had.values()), dict(shop.had)


def test_of_two_who_come_together_each_gets_a_slot(clock: Callable[[Shop], Shop]) -> None:
    shop = clock(Shop(2))
    shop.comes("one", "a", [10.0] * 2)
    shop.comes("two", "b", [1.0])
    assert shop.serve().ended["b"] == 1.0


def test_what_is_at_work_counts_before_it_has_ended(clock: Callable[[Shop], Shop]) -> None:
    shop, keeper = clock(Shop(3)), Turns()
    waiting = [("a", "one"), ("b", "two")]
    keeper.order(waiting)
    keeper.begin("a/0", "one", "a")
    keeper.begin("b/0", "two", "b")
    shop.now = 50.0
    keeper.end("b/0")
    keeper.begin("b/1", "two", "b")
    shop.now = 40.0 + 50.0
    keeper.end("b/1")
    shop.now = 200.0
    keeper.begin("b/2", "two", "b")
    assert keeper.order(waiting) == ["b", "a"], "one has had 200 s by now, though none of it has ended, two 90 s"


def test_an_empty_slot_is_left_to_nobody(clock: Callable[[Shop], Shop]) -> None:
    shop = clock(Shop(3))
    shop.comes("one", "a", [1.0] * 30)
    shop.comes("two", "b", [1.0] * 3)
    shop.serve()
    assert max(shop.ended.values()) == pytest.approx(11, abs=1)
