"""Who listens to a loop, and who keeps its state: only within the block, and each block its own."""

from __future__ import annotations

import time
import warnings

import pytest

from core.data import load_table
from core.models import MODELS, Model
from core.progress import Step, clock, held, keeper, listening, tell, wanted
from core.records import ModelSpec, Roles, RunSpec, Split, Task
from core.run import execute, setting


class Nothing:
    """A keeper that keeps nothing."""

    def load(self) -> None:
        return None

    def save(self, state) -> None:
        pass


def test_without_a_listener_a_loop_goes_on_and_nothing_is_kept():
    tell(Step(0.5))
    assert wanted()
    assert keeper() is None


def test_listener_question_and_keeper_hold_within_the_block_only():
    heard, mine = [], Nothing()
    with listening(heard.append, lambda: False, mine):
        tell(Step(0.5))
        assert not wanted()
        assert keeper() is mine
    tell(Step(1.0))
    assert heard == [Step(0.5)]
    assert wanted()
    assert keeper() is None


def test_an_inner_block_hides_the_outer_one_even_when_it_fails():
    outer, inner = [], []
    mine = Nothing()
    with listening(outer.append, lambda: False, mine):
        try:
            with listening(inner.append):
                tell(Step(0.1))
                assert wanted(), "an inner loop is not stopped by a question that was asked of the outer one"
                assert keeper() is None, "nor does it write over the outer one's state"
                raise KeyError
        except KeyError:
            tell(Step(0.2))
        assert (inner, outer) == ([Step(0.1)], [Step(0.2)])
        assert not wanted()
        assert keeper() is mine


@pytest.mark.parametrize("model", MODELS.values(), ids=lambda model: model.name)
def test_an_entry_says_whether_it_listens(model: Model):
    """Who listens is offered a pause, and keeps its best when it is stopped, as here at the first question."""
    table = load_table("moons:rows=80" if Task.CLASSIFICATION in model.build else "curve:rows=80")
    chosen = ModelSpec(model.name)
    shared = setting(RunSpec("", "", Roles(table.target), Split("holdout"), (chosen,)), table)
    asked = []
    with warnings.catch_warnings(), listening(lambda _: None, lambda: bool(asked.append(True))):
        warnings.simplefilter("ignore")
        execute(shared, chosen, 0)
    assert bool(asked) == model.listens


def test_the_clock_stands_still_while_the_work_is_held():
    began, real = clock(), time.perf_counter()
    with held():
        time.sleep(0.2)
    assert clock() - began < 0.1 < time.perf_counter() - real
