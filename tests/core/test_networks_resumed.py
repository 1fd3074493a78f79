"""A training that was cut off and goes on from its checkpoint equals one that never was.

Cut off by exceptions at random batches, and by real kills of a process. Every comparison has controls: a resume that
forgets one part of the state must fail it.
"""

from __future__ import annotations

import random
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch

from core.networks.choices import OPTIMISERS
from core.networks.training import Training
from tests.core.trainings import (
    CASES,
    KILLED,
    SMALL,
    CutError,
    File,
    Memory,
    assert_same,
    checkpoint_at_every_epoch,
    difference,
    fit,
)

SEED = 20261121
ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def every_epoch():
    with checkpoint_at_every_epoch():
        yield


@pytest.fixture(params=list(CASES))
def case(request):
    return request.param


# Resumed and straight ------------------------------------------------------------------------------------------------


def test_a_training_cut_off_at_random_batches_equals_one_that_never_was(case):
    count: list[int] = []
    straight = fit(case, batches=count)
    per_epoch = len(count) // straight.n_iter_
    cuts = sorted(random.Random(f"{SEED} {case}").sample(range(per_epoch + 1, len(count) + 1), 3))
    keeper, trained = Memory(), 0
    for cut in cuts:
        done, batches = keeper.saves, []
        with pytest.raises(CutError):
            fit(case, keeper, cut_at=cut - done * per_epoch, batches=batches)
        assert len(batches) == cut - done * per_epoch, "the epochs of the checkpoint were trained again"
        trained += len(batches)
        assert keeper.saves == (cut - 1) // per_epoch
    batches = []
    resumed = fit(case, keeper, batches=batches)
    assert len(batches) == len(count) - (cuts[-1] - 1) // per_epoch * per_epoch < len(count)
    print(f"{case}: seed {SEED}, cut off at {cuts} of {len(count)} batches, difference {difference(resumed, straight)}")
    assert_same(resumed, straight)
    for one, other in zip(resumed.coefs_ + resumed.intercepts_, straight.coefs_ + straight.intercepts_, strict=True):
        np.testing.assert_array_equal(one, other)
    assert resumed.earlier_seconds_ > 0 == straight.earlier_seconds_


def _forget_the_optimiser(training):
    training.crew.optimiser = training.crew._optimiser()


def _forget_a_generator(name, training):
    training.members[0].generators()[name].manual_seed(0)


def _forget_the_weights(training):
    training.crew.flat.groups[0][1].flat.mul_(0.9)


def _forget_the_best(training):
    training.members[0].best_loss = np.inf


@pytest.mark.parametrize(
    ("case", "forget"),
    [
        *((name, _forget_the_optimiser) for name in CASES),
        *((name, partial(_forget_a_generator, "order")) for name in CASES),
        *((name, partial(_forget_a_generator, "dropout")) for name in CASES if "dropout" in name),
        *((name, _forget_the_weights) for name in CASES),
        *((name, _forget_the_best) for name in CASES if "used up" in name),
    ],
)
def test_control_a_resume_that_forgets_a_part_of_the_state_is_noticed(case, forget, monkeypatch):
    count: list[int] = []
    straight, keeper = fit(case, batches=count), Memory()
    with pytest.raises(CutError):  # after the best epoch, where there is one
        fit(case, keeper, cut_at=len(count))
    resume = Training._resume

    def forgetful(training, state):
        resume(training, state)
        forget(training)

    monkeypatch.setattr(Training, "_resume", forgetful)
    with pytest.raises(AssertionError):
        assert_same(fit(case, keeper), straight)


def test_a_training_that_had_ended_at_its_checkpoint_ends_the_same_without_a_batch(case):
    keeper, batches = Memory(), []
    straight = fit(case, keeper)
    assert_same(fit(case, keeper, batches=batches), straight)
    assert batches == []


def test_the_cases_end_in_the_ways_they_are_meant_to():
    ended = {name: fit(name) for name in CASES}
    for name, network in ended.items():
        early = "used up" in name
        assert (network.n_iter_ < 24 and network.best_epoch_ < network.n_iter_) == early
        assert bool(network.notes_) == ("still better" in name)
        assert network.marks_ == []


def test_the_cases_try_every_optimiser():
    tried = {make().optimizer for make in CASES.values()}
    assert tried == {each.name for each in OPTIMISERS.values() if not each.whole}, "the others leave no checkpoint"


def test_who_listens_hears_the_epochs_before_the_cut_again():
    case = "SGD, dropout, all epochs"
    keeper, heard = Memory(), []
    with pytest.raises(CutError):
        fit(case, keeper, cut_at=100)
    network = fit(case, keeper, listener=heard.append)
    assert [step.point for step in heard] == network.curve_
    assert [step.message for step in heard] == [f"epoch {epoch} of 24" for epoch in range(1, 25)]


# Real kills ----------------------------------------------------------------------------------------------------------


def _kill_after(epoch, path, *, pause=0.0, seconds_per_epoch=0.05):
    """Train in a process of its own and kill it `pause` seconds after it said `epoch`; gives the epochs it said."""
    code = f"from tests.core import trainings; trainings.train_until_killed({str(path)!r}, {seconds_per_epoch})"
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert process.stdout is not None
    with process:
        said = []
        for line in process.stdout:
            said.append(int(line))
            if said[-1] == epoch:
                time.sleep(pause)
                process.kill()
                break
    assert process.returncode == -9
    return said


def test_a_training_whose_process_was_killed_goes_on_in_another(tmp_path):
    straight, epoch, path = fit(KILLED), random.Random(SEED).randrange(4, 8), tmp_path / "state.npz"
    assert _kill_after(epoch, path) == list(range(1, epoch + 1))
    batches, count = [], []
    resumed = fit(KILLED, File(path), batches=batches)
    fit(KILLED, batches=count)
    print(f"seed {SEED}, killed in epoch {epoch + 1}, difference {difference(resumed, straight)}")
    assert len(batches) <= len(count) * (1 - (epoch - 1) / straight.n_iter_)
    assert_same(resumed, straight)


@pytest.mark.slow
@pytest.mark.timeout(600)  # twenty processes that import torch
def test_a_training_killed_again_and_again_at_random_moments_ends_as_it_would_have(tmp_path):
    draw, path, straight = random.Random(SEED), tmp_path / "state.npz", fit(KILLED)
    kills, half_written = 0, 0
    for epoch in range(1, straight.n_iter_):
        for _ in range(2):  # so soon after the epoch that some kills meet the writing of a state
            _kill_after(epoch, path, pause=draw.uniform(0, 0.004), seconds_per_epoch=0.002)
            kills += 1
            half_written += path.with_suffix(".part").exists()
            path.with_suffix(".part").unlink(missing_ok=True)
    batches, count = [], []
    resumed = fit(KILLED, File(path), batches=batches)
    fit(KILLED, batches=count)
    print(f"seed {SEED}, {kills} kills, {half_written} while writing, difference {difference(resumed, straight)}")
    assert len(batches) < len(count) / 2
    assert_same(resumed, straight)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="this machine has no CUDA device")
def test_a_training_on_a_graphics_card_goes_on_from_its_checkpoint(monkeypatch):
    monkeypatch.setitem(SMALL, "device", "cuda")
    case, keeper, batches, count = "AdamW, dropout, patience used up", Memory(), [], []
    straight = fit(case, batches=count)
    with pytest.raises(CutError):
        fit(case, keeper, cut_at=len(count) // 2)
    resumed = fit(case, keeper, batches=batches)
    assert len(batches) < len(count)
    assert_same(resumed, straight)
