"""What a graphics card asks of a network, tried without one.

The "meta" device computes shapes only: it stands for a card here. Whatever is asked of it within a step fails, and
whatever stays on the processor, or is brought from there, is seen.
"""

from __future__ import annotations

import time
import traceback
import warnings
from dataclasses import replace
from itertools import islice

import numpy as np
import pandas as pd
import pytest
import torch
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from core.catalogue import resolve
from core.networks import ESTIMATORS, FeedForwardRegressor, TabularGAN, training
from core.networks.choices import OPTIMISERS
from core.networks.crew import Crew
from core.networks.lessons import somewhere
from core.networks.members import Member

CARD = torch.device("meta")


class Chances(torch.Generator):
    """A generator that says it is on the card."""

    device = CARD


class OnTheProcessor(TorchDispatchMode):
    """Notes every operation in which a tensor of the processor has a part."""

    def __init__(self):
        super().__init__()
        self.seen = []

    def __torch_dispatch__(self, operation, types, args=(), kwargs=None):
        given = operation(*args, **(kwargs or {}))
        tensors = [each for each in tree_leaves((args, kwargs, given)) if isinstance(each, torch.Tensor)]
        if any(each.device.type == "cpu" for each in tensors):
            self.seen.append(f"{operation} in {_place()}")
        return given


class Brought(TorchFunctionMode):
    """Notes every call that makes a tensor of numbers that the processor has."""

    def __init__(self):
        super().__init__()
        self.seen = []

    def __torch_function__(self, call, types, args=(), kwargs=None):
        if call in (torch.tensor, torch.as_tensor, torch.from_numpy):
            self.seen.append(f"{call.__name__} in {_place()}")
        return call(*args, **(kwargs or {}))


def _place():
    ours = [each for each in traceback.extract_stack() if "/core/" in each.filename]
    return f"{ours[-1].filename.rpartition('/')[2]}:{ours[-1].lineno}"


def table():
    """Numbers, of which one stands for twenty categories, and two classes."""
    X = np.random.default_rng(0).normal(size=(200, 16))
    X[:, 5] = np.arange(200) % 20
    return X, (X[:, 0] > 0).astype(np.int64)


def lessons_of(kind, several):
    """What so many estimators of a kind would learn, or the members of one."""
    X, y = table()
    estimator = resolve(ESTIMATORS[kind])(device="cpu", random_state=0)
    if "categorical_features" in estimator.get_params():
        estimator.set_params(categorical_features=[5], members=several)
        return estimator._lessons(*estimator._given(X, y, None))
    sizes = (200 - 3 * number for number in range(several))
    return [estimator._lesson(*estimator._given(X[:size], y[:size], None)) for size in sizes]


def crew_of(lessons):
    """Members on the card, with an optimiser that it has."""
    first, to = lessons[0], lambda part: None if part is None else part.to(CARD)
    plan = replace(first.plan, optimiser=replace(OPTIMISERS["sgd"], settings={}), options=())
    members = [
        Member(to(each.practice), to(each.check), torch.Generator().manual_seed(0), dropping=Chances())
        for each in lessons
    ]

    def make(count):
        with CARD:  # a module cannot be moved here from the processor, as it can to a card
            return first.build(first.practice.X.shape[-1], first.outputs, count)

    return Crew(make, plan, first.objective, first.losses, members)


@pytest.mark.parametrize("kind", list(ESTIMATORS))
def test_a_step_needs_nothing_of_the_processor(kind):
    alone = lessons_of(kind, 1)
    assert needed(alone) == []
    if not alone[0].build.module.alone:
        assert needed(lessons_of(kind, 2)) == []


def needed(lessons, change=lambda outputs: outputs):
    """What two steps and a judgement need of the processor, where `change` is done to all outputs."""
    crew = crew_of(lessons)
    crew.start()
    batches = islice(crew.batches(crew.shuffled()), 2)
    crew.module.register_forward_hook(lambda module, given, outputs: change(outputs))
    with OnTheProcessor() as on_the_processor, Brought() as brought:
        for batch, place in batches:
            assert (crew.step(batch, place) * batch.rows).device == CARD
        crew.said()
    return on_the_processor.seen + brought.seen


def test_what_a_step_needs_of_the_processor_is_seen():
    lessons = lessons_of("FeedForwardClassifier", 1)
    assert "aten.ones.default in test_networks_device.py" in needed(lessons, lambda x: x + torch.ones(()))[0]
    assert "tensor in test_networks_device.py" in needed(lessons, lambda x: x * torch.tensor([2.0], device=CARD))[0]
    with pytest.raises(RuntimeError, match="meta"):
        needed(lessons, lambda x: x * x.sum().item())


# ---- a card that fails -----------------------------------------------------------------------------------------------

FAILURES = [
    RuntimeError("CUDA out of memory. Tried to allocate 20.00 MiB."),
    RuntimeError("cuDNN error: CUDNN_STATUS_ALLOC_FAILED"),
    RuntimeError("FIND was unable to find an engine to execute this computation"),
    RuntimeError("HIP out of memory"),
    TypeError("Cannot convert a MPS Tensor to float64 dtype as the MPS framework doesn't support float64."),
]


@pytest.mark.parametrize("failure", FAILURES, ids=str)
def test_a_card_that_fails_is_replaced_by_the_processor(monkeypatch, failure):
    kind = "mps" if "MPS" in str(failure) else "cuda"
    monkeypatch.setattr("core.networks.lessons.pick_device", lambda name: (torch.device(kind), ""))

    def work(device):
        if device.type != "cpu":
            raise failure
        return device.type

    done, note = somewhere("auto", work)
    assert done == "cpu"
    assert note == f"The {kind} device failed ({str(failure).rstrip('.')}), so the processor was used."


def test_a_mistake_of_ours_is_no_failure_of_the_card(monkeypatch):
    monkeypatch.setattr("core.networks.lessons.pick_device", lambda name: (torch.device("cuda"), ""))
    tried = []

    def work(device):
        tried.append(device.type)
        raise RuntimeError("shape '[2]' is invalid for input of size 3")

    with pytest.raises(RuntimeError, match="is invalid"):
        somewhere("auto", work)
    assert tried == ["cuda"]


def test_nobody_is_told_that_a_recurrent_network_is_copied_into_order():
    told = "RNN module weights are not part of single contiguous chunk of memory. This means they need to be compacted"
    assert somewhere("cpu", lambda device: warnings.warn(told, stacklevel=1)) == (None, "")


# ---- what a card does later ------------------------------------------------------------------------------------------


def test_the_speed_of_an_epoch_is_taken_when_its_numbers_are_there(monkeypatch):
    # A card is given work and does it later; it has done it when it is asked for a number.
    seen = []

    class Asked(TorchFunctionMode):
        def __torch_function__(self, call, types, args=(), kwargs=None):
            if call is torch.Tensor.tolist:
                seen.append("asked")
            return call(*args, **(kwargs or {}))

    monkeypatch.setattr(training, "clock", lambda: seen.append("clock") or time.perf_counter())
    X, y = table()
    with Asked():
        FeedForwardRegressor(max_epochs=1, device="cpu").fit(X, y)
    training_began, epoch_began, *rest = seen
    assert (training_began, epoch_began) == ("clock", "clock")
    assert rest[:2] == ["asked", "clock"]


def test_inventing_rows_leaves_a_card_s_random_numbers_alone(monkeypatch):
    monkeypatch.setattr(torch.cuda, "manual_seed_all", lambda seed: pytest.fail("it is not ours to seed"))
    frame = pd.DataFrame(table()[0][:, :3], columns=list("abc"))
    network = TabularGAN(steps=2, random_state=0).fit(frame)
    pd.testing.assert_frame_equal(network.sample(5, 1), network.sample(5, 1))


@pytest.mark.skipif(not torch.cuda.is_available(), reason="this machine has no CUDA device")
@pytest.mark.parametrize("kind", list(ESTIMATORS))
def test_a_card_trains_every_network_without_the_processor(kind):
    X, y = table()
    network = resolve(ESTIMATORS[kind])(device="cuda", max_epochs=3, random_state=0).fit(X, y)
    assert [note for note in network.notes_ if "processor" in note] == []
    on_the_card = network._said(X)
    np.testing.assert_allclose(network.set_params(device="cpu")._said(X), on_the_card, rtol=1e-6, atol=1e-9)
