"""The claim holds: of two equally good models hardly ever one is called better, and intervals hold the truth."""

from __future__ import annotations

import dataclasses

import pytest

from tests.core.luck import LEARNERS, PROTOCOLS, Claims, claims, together, truth
from tests.core.luck_of_rows import RowClaims, row_claims
from tests.core.trials import told

FALSE, COVERED = 0.05, 0.93


def percents(found: Claims | RowClaims) -> dict[str, str]:
    return {name: f"{value:.1%}" for name, value in dataclasses.asdict(found).items()}


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("learner", LEARNERS)
def test_what_is_claimed_holds(learner: str, protocol: str, request: pytest.FixtureRequest) -> None:
    found, naive = claims(learner, protocol), claims(learner, protocol, test_fraction=1e-9, repeats=1)
    means = truth(learner, protocol)
    gap = f"{means[0] - means[2]:.3f}"
    told(request, f"{learner}, {protocol}", **percents(found), uncorrected=f"{naive.false:.1%}", gap=gap)
    assert found.false <= FALSE and found.turned <= FALSE
    assert min(found.covered, found.covered_better, found.covered_score) >= COVERED
    if PROTOCOLS[protocol][1] > 1:
        assert naive.false > 0.3, "the control must fail, or the trial sees nothing"


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("learner", LEARNERS)
def test_what_a_hold_out_claims_holds(learner: str, request: pytest.FixtureRequest) -> None:
    """Of these fitted models, on the population: see `tests.core.luck_of_rows`."""
    found = row_claims(learner)
    told(request, f"{learner}, hold-out of 30 of 100", **percents(found))
    assert found.false <= FALSE and found.turned <= FALSE
    assert min(found.covered, found.covered_better, found.covered_score) >= COVERED


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_of_five_equally_good_models_hardly_ever_one_is_set_apart(request: pytest.FixtureRequest) -> None:
    share, single = together(5)
    told(request, "five equally good models", set_apart=f"{share:.1%}", each_by_itself=f"{single:.1%}")
    assert share <= FALSE


def test_a_few_data_sets_are_judged_as_in_the_trial() -> None:
    assert set(PROTOCOLS) == {"10 folds", "5 × 5 folds"} and len(LEARNERS) >= 4
    share, single = together(3, sets=6)
    assert 0 <= share <= single <= 1
    assert 0 <= row_claims("linear model", sets=3).covered <= 1
