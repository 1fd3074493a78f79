"""The benchmark for graphics cards, in small on the processor: all of it but what only a card can do."""

from __future__ import annotations

import re

import numpy as np
import pytest
import torch

from core.networks import FeedForwardClassifier
from tests.benchmarks import gpu

FIGURE = re.compile(r"[\d,]+(?:\.\d+)?%?|-")


@pytest.fixture
def small(monkeypatch):
    for name, value in {"TURNS": 1, "SEEDS": 2, "SHAPES": ((16, 32),), "REPEATS": 1}.items():
        monkeypatch.setattr(gpu, name, value)
    return ["--device", "cpu", "--rows", "320", "--epochs", "1"]


def figures(text, name):
    """The numbers of every row that begins so; what is no number fails."""
    rows = [row.strip().removeprefix(name).split() for row in text.splitlines() if row.strip().startswith(name)]
    assert rows and all(FIGURE.fullmatch(each) for row in rows for each in row)
    return [[float(each.strip("%").replace(",", "")) for each in row if each != "-"] for row in rows]


def test_the_whole_is_measured_and_told(small, capsys):
    assert gpu.main(small) == 0
    told = capsys.readouterr().out
    assert torch.__version__ in told and "not measured" not in told
    for case in gpu.CASES:
        speed, losses = figures(told, case.name.format(320))
        ours, plain, ratio, of_products, of_the_copy = speed
        assert ratio == pytest.approx(ours / plain, abs=0.02)
        assert of_products > 0 and of_the_copy > 0
        rounded, full, furthest, seeds = losses
        assert rounded == full > 0 and furthest == 0 < seeds, "a processor has no TF32, and seeds differ"
    [[speed, *_]] = figures(told, "320 x 30, default network")
    assert speed > 0
    assert "TFLOP/s" in told and "GB/s" in told and "16-16, batch 32" in told


def test_what_was_not_on_the_card_is_no_figure(small, capsys, monkeypatch):
    # The "meta" device fails where a number is asked for.
    monkeypatch.setattr("core.networks.lessons.pick_device", lambda name: (torch.device("meta"), ""))
    assert gpu.main(small) == 0
    told = capsys.readouterr().out
    assert told.count("not measured: The meta device failed (") == 2 * len(gpu.CASES) + 2
    assert "default network" not in told


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a CUDA device")
def test_without_a_card_nothing_is_measured(capsys):
    assert gpu.main([]) == 0
    assert capsys.readouterr().out == "Nothing measured: this machine has no CUDA device.\n"


def test_work_is_counted_from_shapes():
    X = np.random.default_rng(0).normal(size=(100, 30)).astype(np.float32)
    lesson = FeedForwardClassifier((128, 64), device="cpu", random_state=0).lesson(X, np.arange(100) % 2)
    first, rest = 30 * 128, 128 * 64 + 64 * 2
    work = gpu.work_of(lesson, 50)
    assert work.flops == 2 * (2 * first + 3 * rest)  # the inputs want no slope
    weights = first + rest + 128 + 64 + 2
    of_weights, of_rows = gpu.WEIGHT_BYTES * weights / 50, gpu.ACTIVATION_TRIPS * 4 * (30 + 2 * (128 + 64))
    assert of_weights < work.traffic <= of_weights + of_rows
    assert gpu.work_of(lesson, 100).traffic == pytest.approx(work.traffic - of_weights / 2)


def test_full_precision_ends_with_its_block():
    before = torch.backends.cudnn.allow_tf32
    with gpu.in_full_precision():
        assert not torch.backends.cudnn.allow_tf32
    assert torch.backends.cudnn.allow_tf32 == before
