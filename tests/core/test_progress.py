"""Who listens to a loop, and who keeps its state: only within the block, and each block its own."""

from __future__ import annotations

from core.progress import Step, keeper, listening, tell, wanted


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
