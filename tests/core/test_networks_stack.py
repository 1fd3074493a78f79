"""The gradient written by hand is autograd's."""

from __future__ import annotations

import pytest
import torch

from core.networks import FeedForwardClassifier
from core.networks.choices import ACTIVATIONS
from core.networks.flat import Flat
from core.networks.layers import Context
from core.networks.network import FeedForwardNetwork
from core.networks.objectives import entropy, squared
from core.networks.stack import SLOPES
from core.networks.training import Training

ROWS, INPUTS = 12, 5


def network(outputs, members, activation, dropout):
    module = FeedForwardNetwork(INPUTS, outputs, (7, 6), ACTIVATIONS[activation], dropout, members=members)
    flat = Flat(module, members, torch.device("cpu"), torch.float64)
    generator = torch.Generator().manual_seed(1)
    flat.put([torch.randn(rows.shape, generator=generator, dtype=torch.float64) for rows in flat.rows()])
    return module, flat


def context(members):
    return Context([torch.Generator().manual_seed(number) for number in range(members or 1)])


def by_autograd(module, flat, losses, X, y, share):
    flat.clear_gradient()
    outputs = module(X, context(module.layers[0].members))
    loss = losses.mean(outputs, y) if share is None else (losses.rows(outputs, y) * share).sum(-1)
    loss.sum().backward()
    return outputs.detach(), loss.detach(), flat.groups[0][1].flat.grad.clone()


def by_hand(module, flat, losses, X, y, share):
    flat.groups[0][1].flat.grad.fill_(99.0)  # all of it is written anew
    stack = module.stack()
    with torch.no_grad():
        outputs = stack.forward(X, context(module.layers[0].members))
        loss, gradient = losses.slope(outputs, y, share)
        stack.backward(gradient)
    return outputs, loss, flat.groups[0][1].flat.grad


@pytest.mark.parametrize(("members", "shares"), [(None, False), (None, True), (3, True)])
@pytest.mark.parametrize("dropout", [0.0, 0.4])
@pytest.mark.parametrize("activation", SLOPES)
@pytest.mark.parametrize("losses", [entropy, squared], ids=["entropy", "squared"])
def test_it_equals_autograds(losses, activation, members, dropout, shares):
    generator = torch.Generator().manual_seed(0)
    shape = (ROWS,) if members is None else (members, ROWS)
    X = torch.randn((*shape, INPUTS), generator=generator, dtype=torch.float64)
    y = torch.randn(shape, generator=generator, dtype=torch.float64) if losses is squared else torch.ones(shape).long()
    share = torch.rand(shape, generator=generator, dtype=torch.float64) if shares else None
    module, flat = network(1 if losses is squared else 3, members, activation, dropout)
    expected = by_autograd(module, flat, losses, X, y, share)
    for ours, theirs in zip(by_hand(module, flat, losses, X, y, share), expected, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-12, atol=1e-12)


def trained(monkeypatch, **settings):
    """Whether the gradient was written by hand."""
    ways = []
    run = Training.run
    monkeypatch.setattr(Training, "run", lambda self: ways.append(self.crew.stack is not None) or run(self))
    rows = torch.randn((40, 3), generator=torch.Generator().manual_seed(0)).numpy()
    FeedForwardClassifier((8,), max_epochs=2, device="cpu", **settings).fit(rows, rows[:, 0] > 0)
    return ways


def test_what_has_no_formula_is_left_to_autograd(monkeypatch):
    assert trained(monkeypatch) == [True] and trained(monkeypatch, dropout=0.5) == [True]
    for settings in ({"batch_norm": True}, {"activation": "selu"}, {"loss": "focal"}, {"optimizer": "lbfgs"}):
        assert trained(monkeypatch, **settings) == [False], settings
