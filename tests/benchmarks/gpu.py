"""``python -m tests.benchmarks.gpu``: how fast networks train on a CUDA card, and how fast they could.

Every row is samples per second. Ours is all of the training: rows brought to the card, curve, validation part, the best
weights kept. The plain loop has its rows on the card and does nothing but train; captured as one CUDA graph, it tells
what is left when nothing waits for a launch. Beside it stand the shares of the card's two limits, each measured there:
the products of the layers, counted from their shapes, against one large product of matrices in the same precision; and
the bytes that have to move at least, against one large copy. All are made-up rows, the images too. Nothing is kept.
"""

from __future__ import annotations

import os
import sys

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
    os.environ[name] = "1"  # as in a worker, and read when numpy and torch are imported

import argparse  # noqa: E402
import datetime  # noqa: E402
import statistics  # noqa: E402
import time  # noqa: E402
from collections.abc import Callable, Iterator, Sequence  # noqa: E402
from contextlib import contextmanager, nullcontext  # noqa: E402
from dataclasses import dataclass, replace  # noqa: E402
from functools import partial  # noqa: E402
from typing import Any  # noqa: E402
from unittest import mock  # noqa: E402

import numpy as np  # noqa: E402
import torch  # noqa: E402
from sklearn.model_selection import KFold  # noqa: E402
from torch import Tensor, nn  # noqa: E402
from torch.autograd.graph import saved_tensors_hooks  # noqa: E402
from torch.utils.flop_counter import FlopCounterMode  # noqa: E402

from core.networks import ConvolutionalClassifier, FeedForwardClassifier, TabularNetworkClassifier  # noqa: E402
from core.networks.layers import PREDICTING  # noqa: E402
from core.networks.lessons import Lesson, learn, pays, tensor_cores  # noqa: E402
from tests.benchmarks.bench_network import SETTINGS, made_up_rows, plain_layers, plain_loop, take_turns  # noqa: E402

EPOCHS, TURNS, SEEDS = 10, 3, 3
SIDE, COPIED = {"cuda": 8192, "cpu": 256}, {"cuda": 2**28, "cpu": 2**20}
"""Of the matrices whose product is the limit, and the numbers in the tensor whose copy is."""

FOLDS, SHAPES = 5, ((64, 32), (128, 128), (512, 128))
"""Hidden units and rows of a batch; beyond some 400 units the rule for processors has folds train one by one."""

PIXELS, CLASSES = 28, 10
SAMPLED, REPEATS = 64, 10  # rows whose work is counted; products or copies in a row
WEIGHT_BYTES, ACTIVATION_TRIPS = 40, 4
"""Bytes that move for each weight in a step: read twice, its slope written, and seven numbers for Adam. What is kept
for the way back is written and read, and so is its slope."""

Rows = tuple[Any, Any]


@dataclass(frozen=True)
class Case:
    """A network, rows to learn from, and the same network as torch has it.

    Attributes
    ----------
    name : str
        With a place for how many rows there are.
    make : callable
        From a number of rows to inputs and targets.
    estimator : callable
        From ``device`` and ``max_epochs`` to our network.
    plain : callable
        The model for the plain loop.
    """

    name: str
    rows: int
    batch: int
    make: Callable[[int], Rows]
    estimator: Callable[..., Any]
    plain: Callable[[], nn.Module]


def images(rows: int) -> Rows:
    """Noise of the size of MNIST's images, on which one of ten rows of pixels is bright."""
    random = np.random.default_rng(0)
    X, y = random.normal(size=(rows, PIXELS, PIXELS)).astype(np.float32), random.integers(CLASSES, size=rows)
    X[np.arange(rows), 2 * y + 4] += 2
    return X.reshape(rows, -1), y


def plain_convolutions() -> nn.Module:
    """What our default convolutional network is made of, in the same order."""
    layers: list[nn.Module] = [nn.Unflatten(1, (1, PIXELS, PIXELS))]
    for channels, filters in ((1, 16), (16, 32), (32, 64)):
        look = nn.Conv2d(channels, filters, 3, padding=1, bias=False)
        layers += [look, nn.BatchNorm2d(filters), nn.MaxPool2d(2), nn.ReLU()]
    return nn.Sequential(*layers, nn.Flatten(), nn.Dropout(0.25), nn.Linear(64 * 3 * 3, CLASSES))


def feed_forward(hidden: int, batch: int) -> Callable[..., Any]:
    """A feed-forward network yet to be told its device."""
    sizes = {"hidden_layer_sizes": (hidden, hidden), "batch_size": batch}
    return partial(FeedForwardClassifier, **SETTINGS | sizes)


SMALL, WIDE = partial(plain_layers, 30, 128), partial(plain_layers, 30, 1024)
CONVOLUTIONAL = partial(ConvolutionalClassifier, augmentation="none", batch_size=128, random_state=0)
CASES = (
    Case("{:,} x 30, 128-128, batch 128", 16_000, 128, made_up_rows, feed_forward(128, 128), SMALL),
    Case("{:,} x 30, 1024-1024, batch 4096", 131_072, 4096, made_up_rows, feed_forward(1024, 4096), WIDE),
    Case("{:,} images, convolutions, batch 128", 60_000, 128, images, CONVOLUTIONAL, plain_convolutions),
)


# ---- what is measured ------------------------------------------------------------------------------------------------


class FellBackError(Exception):
    """A network that was to train on the card did not."""


def train(lessons: Sequence[Lesson], *, at_once: bool = False) -> list[Lesson]:
    """Train anew; give the lessons with what came of them.

    Raises
    ------
    FellBackError
        If that was not on the device that was asked for.
    """
    fresh = [replace(each, notes=[]) for each in lessons]
    learn(fresh, at_once=at_once)
    if fresh[0].notes:
        raise FellBackError(fresh[0].notes[0])
    return fresh


def samples(lessons: Sequence[Lesson]) -> int:
    """Rows that are learned from in all epochs."""
    return sum(len(each.practice.X) * each.plan.max_epochs for each in lessons)


def settled(work: Callable[[], Any], device: torch.device) -> Callable[[], None]:
    """The work with all that the card still has to do for it."""

    def done() -> None:
        work()
        if device.type == "cuda":
            torch.cuda.synchronize()

    return done


def speeds(contestants: dict[str, tuple[int, Callable[[], Any]]], device: torch.device) -> dict[str, float]:
    """Samples per second of each, from how many there are: the median of some turns, after one to get warm."""
    works = {name: settled(work, device) for name, (_, work) in contestants.items()}
    for work in works.values():
        work()
    seconds = take_turns(works, TURNS)
    return {name: contestants[name][0] / statistics.median(taken) for name, taken in seconds.items()}


def captured(model: nn.Module, X: Tensor, y: Tensor, batch: int) -> Callable[[int], None]:
    """The plain loop with each step as one CUDA graph, for so many epochs; what is left of an epoch is not learned.

    Raises
    ------
    RuntimeError
        If the step cannot be captured.
    """
    seen, named = X[:batch].clone(), y[:batch].clone()
    optimiser = torch.optim.Adam(model.parameters(), lr=0.001, fused=True, capturable=True)

    def step() -> None:
        optimiser.zero_grad()
        nn.functional.cross_entropy(model(seen), named).backward()
        optimiser.step()

    aside = torch.cuda.Stream()  # where torch wants the first steps, which allocate what the graph will use
    aside.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(aside):
        for _ in range(3):
            step()
    torch.cuda.current_stream().wait_stream(aside)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        step()

    def loop(epochs: int) -> None:
        for _ in range(epochs):
            order = torch.randperm(len(X), device=X.device)
            shuffled, labels = X[order], y[order]
            for start in range(0, len(X) - batch + 1, batch):
                seen.copy_(shuffled[start : start + batch])
                named.copy_(labels[start : start + batch])
                graph.replay()

    return loop


@dataclass(frozen=True)
class Work:
    """What learning from one row takes at least: operations in products, and bytes to or from memory."""

    flops: float
    traffic: float


def work_of(lesson: Lesson, batch: int) -> Work:
    """Counted on a few rows, forwards and backwards."""
    X, kept = lesson.practice.X[:SAMPLED], dict[int, int]()
    module = lesson.build(X.shape[-1], lesson.outputs, None)

    def keep(tensor: Tensor) -> Tensor:
        kept[tensor.data_ptr()] = max(kept.get(tensor.data_ptr(), 0), tensor.nbytes)
        return tensor

    with saved_tensors_hooks(keep, lambda tensor: tensor), FlopCounterMode(display=False) as counter:
        module(X, PREDICTING).sum().backward()
    weights = {part.data_ptr(): part.numel() for part in module.parameters()}
    activations = sum(size for place, size in kept.items() if place not in weights)
    traffic = WEIGHT_BYTES * sum(weights.values()) / batch + ACTIVATION_TRIPS * activations / len(X)
    return Work(counter.get_total_flops() / len(X), traffic)


def limits(device: torch.device) -> Work:
    """Operations per second of one large product, and bytes per second of one large copy."""
    side, numbers = SIDE[device.type], COPIED[device.type]
    factor, source = torch.rand(side, side, device=device), torch.rand(numbers, device=device)
    product, target = torch.empty_like(factor), torch.empty_like(source)
    works = {
        "products": (REPEATS, lambda: [torch.mm(factor, factor, out=product) for _ in range(REPEATS)]),
        "copies": (REPEATS, lambda: [target.copy_(source) for _ in range(REPEATS)]),
    }
    with tensor_cores(device):
        speed = speeds(works, device)
    return Work(speed["products"] * 2 * side**3, speed["copies"] * 2 * source.nbytes)


@contextmanager
def in_full_precision() -> Iterator[None]:
    """Have the card round nothing to ten bits within the block."""
    before = torch.backends.cudnn.allow_tf32
    torch.backends.cudnn.allow_tf32 = False
    try:
        with mock.patch("core.networks.lessons.tensor_cores", nullcontext):
            yield
    finally:
        torch.backends.cudnn.allow_tf32 = before


# ---- the table -------------------------------------------------------------------------------------------------------


def line(name: str, *figures: str) -> None:
    """Print a row of the table."""
    print(f"  {name:<44}" + "".join(f"{figure:>14}" for figure in figures), flush=True)


def shares(speed: float, work: Work, most: Work) -> tuple[str, str]:
    """How near to the limits of the card so many samples per second come."""
    return f"{speed * work.flops / most.flops:.1%}", f"{speed * work.traffic / most.traffic:.1%}"


def compared(case: Case, device: torch.device, rows: int, epochs: int, most: Work) -> None:
    """Ours against the plain loop, and that as a graph."""
    lesson = case.estimator(device=device.type, max_epochs=epochs, patience=epochs).lesson(*case.make(rows))
    X, y = lesson.practice.X.to(device), lesson.practice.y.to(device)
    model, count = case.plain().to(device), samples([lesson])
    found = {
        "ours": (count, lambda: train([lesson])),
        "plain": (count, lambda: plain_loop(model, X, y, case.batch, epochs)),
    }
    with tensor_cores(device):
        speed = speeds(found, device)
        graphed, note = as_graph(case, X, y, epochs)
    ratio = f"{speed['ours'] / speed['plain']:.2f}"
    near = shares(speed["ours"], work_of(lesson, case.batch), most)
    line(case.name.format(rows), f"{speed['ours']:,.0f}", f"{speed['plain']:,.0f}", ratio, graphed, *near)
    if note:
        print(f"    The step could not be captured as a CUDA graph: {note}")


def as_graph(case: Case, X: Tensor, y: Tensor, epochs: int) -> tuple[str, str]:
    """Samples per second of the captured plain loop, or why there are none."""
    if not X.is_cuda:
        return "-", ""
    try:
        loop, whole = captured(case.plain().to(X.device), X, y, case.batch), len(X) // case.batch * case.batch
        return f"{speeds({'': (whole * epochs, lambda: loop(epochs))}, X.device)['']:,.0f}", ""
    except RuntimeError as error:
        return "-", str(error).partition("\n")[0]


def default_network(device: torch.device, rows: int, epochs: int | None, most: Work) -> None:
    """The default network for tables, of which there is no plain loop."""
    estimator = TabularNetworkClassifier(device=device.type, max_epochs=epochs, random_state=0)
    lessons = estimator._lessons(*estimator._given(*made_up_rows(rows), None))
    speed = speeds({"": (samples(lessons), lambda: train(lessons, at_once=True))}, device)[""]
    near = shares(speed, work_of(lessons[0], lessons[0].plan.batch_size or 1), most)
    line(f"{rows:,} x 30, default network", f"{speed:,.0f}", "-", "-", "-", *near)


def folds(device: torch.device, rows: int, epochs: int) -> None:
    """The same folds at once and one by one, also where the rule for processors would not have them at once."""
    X, y = made_up_rows(rows)
    line(f"{FOLDS} folds of {rows:,} x 30", "at once", "one by one", "ratio", "by the rule")
    for hidden, batch in SHAPES:
        make = partial(feed_forward(hidden, batch), device=device.type, max_epochs=epochs, early_stopping=False)
        lessons = [make().lesson(X[part], y[part]) for part, _ in KFold(FOLDS).split(X)]
        ruled, count = "at once" if pays(lessons[0], FOLDS) else "one by one", samples(lessons)
        with mock.patch("core.networks.lessons.pays", lambda lesson, count: True):
            ways = {str(way): (count, partial(train, lessons, at_once=way)) for way in (True, False)}
            speed = speeds(ways, device)
        figures = f"{speed['True']:,.0f}", f"{speed['False']:,.0f}", f"{speed['True'] / speed['False']:.2f}"
        line(f"  {hidden}-{hidden}, batch {batch}", *figures, ruled)


def precision(case: Case, device: torch.device, rows: int, epochs: int) -> None:
    """Validation losses with and without TF32, and how far apart seeds alone lie."""
    losses: dict[bool, list[float]] = {True: [], False: []}
    for seed in range(SEEDS):
        network = case.estimator(device=device.type, max_epochs=epochs, patience=epochs).set_params(random_state=seed)
        lesson = network.lesson(*case.make(rows))
        for rounded, reached in losses.items():
            with nullcontext() if rounded else in_full_precision():
                reached.append(train([lesson])[0].history.curve[-1]["valid_loss"])
    apart = max(abs(one - other) for one, other in zip(*losses.values(), strict=True))
    spread = max(losses[False]) - min(losses[False])
    means = (f"{statistics.mean(each):.5f}" for each in losses.values())
    line(case.name.format(rows), *means, f"{apart:.5f}", f"{spread:.5f}")


def report(device: torch.device, most_rows: int | None, epochs: int | None) -> None:
    """Measure and print all of it."""
    card = torch.cuda.get_device_name() if device.type == "cuda" else "the processor"
    print(f"{card}, {datetime.date.today()}, torch {torch.__version__}; samples per second, all rows made up")
    most, several = limits(device), epochs or EPOCHS
    side, copied = SIDE[device.type], COPIED[device.type] * 4 // 2**20
    print(f"  a product of {side:,} x {side:,}: {most.flops / 1e12:.2f} TFLOP/s, ", end="")
    print(f"a copy of {copied:,} MiB: {most.traffic / 1e9:,.0f} GB/s")
    capped = lambda rows: min(rows, most_rows or rows)  # noqa: E731
    line("", "ours", "plain loop", "ratio", "as a graph", "of products", "of the copy")
    for case in CASES:
        told(compared, case, device, capped(case.rows), several, most)
    told(default_network, device, capped(20_000), epochs, most)
    told(folds, device, capped(16_000), several)
    line(f"validation loss after {several} epochs", "TF32", "float32", "furthest", "seeds apart")
    for case in CASES:
        told(precision, case, device, capped(case.rows), several)


def told(work: Callable[..., None], *given: Any) -> None:
    """Measure, or say why not: what was not on the card is no figure of it."""
    try:
        work(*given)
    except FellBackError as error:
        print(f"  not measured: {error}", flush=True)


def main(given: Sequence[str] | None = None) -> int:
    """Run and print; without a card say so."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", choices=list(SIDE), default="cuda", help="cpu tries the whole on the processor")
    parser.add_argument("--rows", type=int, help="of every table at most")
    parser.add_argument("--epochs", type=int, help=f"{EPOCHS} unless said")
    chosen = parser.parse_args(given)
    if chosen.device == "cuda" and not torch.cuda.is_available():
        print("Nothing measured: this machine has no CUDA device.")
        return 0
    report(torch.device(chosen.device), chosen.rows, chosen.epochs)
    return 0


if __name__ == "__main__":
    begun = time.perf_counter()
    code = main()
    print(f"{time.perf_counter() - begun:.0f} s")
    sys.exit(code)
