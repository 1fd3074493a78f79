"""A small frame for every chart, as `core` would have computed it."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pandas as pd

from core.profile import bars

HOSTILE = (
    r"""<img src=x onerror=alert(1)> <b>b</b> <a href="javascript:alert(1)">a</a> $\href{javascript:1}{x}$ & %{evil}"""
)
CLASSES = ["setosa", "versicolor", "virginica"]


def curves(label: Any = "yes") -> pd.DataFrame:
    steps = np.linspace(0, 1, 50)
    parts = [
        pd.DataFrame({"model": model, "curve": label, "fpr": steps, "tpr": steps**power, "auc": 1 / (1 + power)})
        for model, power in (("Forest", 0.2), (label, 0.5))
    ]
    frame = pd.concat(parts, ignore_index=True)
    return frame.assign(recall=frame["fpr"], precision=1 - frame["fpr"] / 2, average_precision=0.75, chance=0.3)


def frames(label: str = "setosa") -> dict[str, pd.DataFrame]:
    """A small frame for every chart; `label` stands wherever a person's text can stand."""
    classes = [label, "versicolor", "virginica"]
    pairs = list(itertools.product(classes, classes))
    table = pd.DataFrame(pairs, columns=["actual", "predicted"]).assign(count=[8, 2, 0, 1, 9, 0, 0, 0, 10])
    rng = np.random.default_rng(0)
    return {
        "score_spread": pd.DataFrame(
            {"model": [label] * 2 + ["Ridge"] * 2, "fold": [1, 2, 1, 2], "score": [0.9, 0.8, 0.7, 0.6],
             "mean": [0.85, 0.85, 0.65, 0.65], "low": [0.8, 0.8, None, None], "high": [0.9, 0.9, None, None]}
        ),
        "confusion": table.assign(share=table["count"] / 10),
        "per_class": pd.DataFrame(
            {"precision": [0.9, 0.8, 0.0], "recall": [0.7, 0.6, 0.0], "f1": [0.8, 0.7, 0.0], "support": [10, 10, 10]},
            index=pd.Index(classes, name="class"),
        ),
        **_judged(label),
        "roc": curves(label),
        "precision_recall": curves(label),
        "predicted_against_actual": pd.DataFrame(
            {"row": [3, 5], "actual": [1.0, 2.0], "predicted": [1.5, 1.0], "residual": [-0.5, 1.0]}
        ),
        "residuals": pd.DataFrame(
            {"row": [3, 5], "actual": [1.0, 2.0], "predicted": [1.5, 1.0], "residual": [-0.5, 1.0]}
        ),
        "learning_curve": pd.DataFrame(
            {"model": label, "step": [1, 2, 3], "train_loss": [3.0, 2.0, 1.0], "valid_loss": [3.0, 2.0, 2.5],
             "train_score": [0.1, 0.2, 0.3], "valid_score": [0.1, 0.3, 0.4]}
        ),
        "importances": pd.DataFrame(
            {"model": ["Forest", "Forest", label], "feature": ["a", label, "a"], "mean": [0.3, 0.1, 0.2],
             "spread": 0.01}
        ),
        "projection": pd.DataFrame(
            {"x": [0.0, 1, 2, 3], "y": [0.0, 1, 0, 1], "row": [9, 7, 5, 3], "label": [label, "b", label, "c"],
             "predicted": [label, "b", "c", "c"], "wrong": [False, False, True, False]}
        ),
        "pca_loadings": pd.DataFrame({"feature": ["a", label], "x": [0.5, -0.9], "y": [0.1, 0.2]}),
        "class_balance": pd.DataFrame({"label": classes, "count": [50, 30, 20]}),
        "histogram": bars(pd.Series([label, "b", "b", None, *rng.choice(["c", "d"], 5)])),
        "taught": pd.DataFrame({"model": ["Forest", label], "real": [0.9, 0.8], "synthetic": [0.8, 0.85]}),
        "clouds": pd.DataFrame({"x": [0.0, 1, 2], "y": [0.0, 1, 0], "row": [3, 5, -1]}),
        "image_examples": pd.DataFrame({"label": [label, "b", "b"], "row": [0, 1, 4], "image": [[[0, 9], [9, 5]]] * 3}),
        "architecture": pd.DataFrame(
            {"layer": ["Input", label, "Output"], "shape": ["4 columns", label, "3 classes"],
             "parameters": [0, 640, 387]}
        ),
        **_explored(label),
        **_studied(label),
        **_compared(label),
        **_decided(label),
    }  # fmt: skip


def _decided(label: str) -> dict[str, pd.DataFrame]:
    """The frames of the charts of what to do with a model's answers."""
    steps = np.linspace(0, 1, 9)
    money = pd.DataFrame(
        {
            "model": np.repeat([label, "Forest"], 9),
            "cut_off": np.tile(steps, 2),
            "flagged": np.tile(1 - steps, 2),
            "money": -100.0,
            "found": np.tile(1 - steps, 2),
        }
    )
    money.attrs.update(chosen={label: (0.5, -100.0)}, currency=label, scale="probability")
    groups = pd.DataFrame(
        {
            "model": ["Forest"] * 3 + [label] * 3,
            "group": ["All rows", label, "b"] * 2,
            "count": [60, 50, 10] * 2,
            "score": [0.8, 0.9, np.nan, 0.7, 0.8, 0.5],
            "low": [0.7, 0.8, np.nan, 0.6, 0.7, np.nan],
            "high": [0.9, 0.95, np.nan, 0.8, 0.9, np.nan],
            "enough": [True, True, False] * 2,
            "reason": ["", "", "too few rows to say"] * 2,
        }
    )
    weak = pd.DataFrame(
        {
            "segment": [label, "b"],
            "count": [50, 40],
            "error": [0.3, 0.2],
            "others": [0.1, 0.1],
            "difference": [0.2, 0.1],
            "low": [0.1, -0.1],
            "high": [0.3, 0.2],
            "confirmed": [True, False],
        }
    )
    shares = pd.DataFrame({"label": [label, "two classes"], "low": [0.7, 0.1], "high": [0.9, 0.3]})
    return {
        "money": money,
        "group_scores": groups,
        "treatment": groups.rename(columns={"score": "share"}).drop(columns="reason"),
        "segments": weak,
        "set_sizes": shares.assign(share=[0.8, 0.2]),
        "coverage": shares.assign(inside=[0.8, 0.2], count=[50, 20]),
    }  # fmt: skip


def _studied(label: str) -> dict[str, pd.DataFrame]:
    """The frames of the charts of studies and costs."""
    sizes = {"rows": [25, 50, 100], "score": [0.7, 0.8, 0.85], "low": [0.6, np.nan, 0.8], "high": [0.8, np.nan, 0.9]}
    priced = pd.DataFrame(
        {"model": ["Forest", label], "cost": [0.3, 0.01], "shown": ["0.3 s", "10 ms"], "score": [0.9, 0.88],
         "low": [0.85, np.nan], "high": [0.95, np.nan], "front": [True, True], "chosen": [False, True]}
    )  # fmt: skip
    priced.attrs["cost"] = f"Training time, {label}"
    return {
        "rows_curve": pd.DataFrame({**sizes, "train": [1.0, 0.99, np.nan], "model": label}),
        "techniques": pd.DataFrame(
            {"way": [label, "Hold-out"], "mean": [0.9, 0.92], "low": [0.85, np.nan], "high": [0.95, np.nan]}
        ),
        "luck": pd.DataFrame({"score": [0.9, 0.5, 0.52], "shuffled": [False, True, True]}),
        "costs": priced,
    }


def _compared(label: str) -> dict[str, pd.DataFrame]:
    """The frames of the charts that hold models against each other."""
    both = pd.DataFrame(
        {"model": [label, "Forest"], "against": ["Forest", label], "p_better": [0.9, 0.04], "p_equal": 0.06,
         "p_worse": [0.04, 0.9], "difference": [0.02, -0.02], "low": [0.001, -0.04], "high": [0.04, -0.001]}
    )  # fmt: skip
    ranks = pd.DataFrame({"model": [label, "Forest", "Ridge"], "rank": [1.4, 1.6, 3.0]})
    ranks.attrs.update(groups=[[label, "Forest"]], critical=1.2)
    parts = pd.DataFrame(
        {"label": [f"{label} is better", "makes no difference", "Forest is better"], "share": [0.7, 0.2, 0.1]}
    )
    return {"chances": both, "critical_difference": ranks, "three_ways": parts}


def _judged(label: str) -> dict[str, pd.DataFrame]:
    """The frames of charts of a model's predictions."""
    bins = {"from": [0.0, 0.5], "to": [0.5, 1.0], "count": [30, 40]}
    ranges = {"low": [0.1, 0.7], "high": [0.4, 0.9]}
    line = pd.DataFrame({**bins, **ranges, "said": [0.25, 0.75], "happened": [0.2, 0.8], "model": label})
    line.attrs["of"] = label
    hills = pd.DataFrame({**bins, "share": [0.4, 0.6]})
    scores = pd.concat([hills.assign(label=label), hills.assign(label="b")], ignore_index=True)
    scores.attrs.update(of=label, probable=True)
    gains = pd.DataFrame({"model": label, "curve": label, "called": [0.0, 0.5, 1.0], "found": [0.0, 0.8, 1.0]})
    gains = gains.assign(lift=[np.nan, 1.6, 1.0], lift_first=1.6, chance=0.3, threshold=[np.inf, 0.5, 0.1])
    pair = {"agree": 0.9, "low": 0.8, "high": 0.95, "both": 0.7, "only_a": 0.1, "only_b": 0.1, "none": 0.1, "count": 50}
    sizes = pd.DataFrame({**bins, **ranges, "middle": [0.3, 0.8], "miss": [0.2, 0.8], "bias": [0.1, -0.1]})
    covered = pd.DataFrame({"level": [0.2, 0.8], "covered": [0.25, 0.8], **ranges, "count": 70})
    return {
        "outcomes": pd.DataFrame(
            {"outcome": ["found", "missed", "false alarm", label], "count": [9, 1, 0, 10],
             "share": [0.45, 0.05, 0, 0.5], "dots": [45, 5, 0, 50]}
        ),
        "mistakes": pd.DataFrame(
            {"actual": [label, "b"], "predicted": ["b", label], "count": [4, 2], "share": [0.4, 0.2], "low": [0.2, 0.1],
             "high": [0.6, 0.4], "examples": [[3, 7], [1]]}
        ),
        "gain": gains,
        "lift": gains,
        "calibration": line,
        "score_distribution": scores,
        "residual_distribution": hills,
        "error_by_size": sizes.assign(model=label),
        "quantile_coverage": covered.assign(model=label),
        "agreement": pd.DataFrame([{"model_a": label, "model_b": "Forest", **pair}]),
    }  # fmt: skip


def _explored(label: str) -> dict[str, pd.DataFrame]:
    """The frames of the charts that explore a table."""
    ranges = pd.DataFrame(
        {"label": [label, label, "b", "b"], "low": [0.0, 1, 0, 1], "high": [1.0, 2, 1, 2], "count": [3, 1, 2, 2]}
    )
    ranges = ranges.assign(share=ranges["count"] / 4)
    ranges.attrs.update(labels=[label, "b"], medians=[0.5, 1.0], beyond=2)
    shares = pd.DataFrame(
        {"value": [label, label, "b", "b"], "label": ["yes", label, "yes", label], "count": [3, 1, 2, 2]}
    )
    cells = pd.DataFrame(
        {"x_low": [0.0, 1], "x_high": [1.0, 2], "y_low": [0.0, 1], "y_high": [1.0, 2], "count": [3, 1]}
    )
    cells.attrs["trend"] = {"x": [0.0, 2.0], "y": [0.0, 2.0]}
    starts = pd.to_datetime(["2023-01-01", "2023-02-01"])
    months = pd.DataFrame(
        {"period": [label, "2023-02"], "low": starts, "high": starts + pd.Timedelta(days=30), "count": [4, 5],
         "q1": [1.0, 2], "median": [2.0, 3], "q3": [3.0, 4]}
    )  # fmt: skip
    points = pd.DataFrame(
        {"row": [4, 7, 9], "x": [0.1, 1.1, 0.9], "y": [1.0, 2, 3], "colour": [label, "b", None], "size": [1.0, 2, None]}
    )
    points.attrs.update(x_labels=[label, "b"], y_labels=[], trend={}, lost=1)
    gaps = pd.DataFrame({"missing": [[], [label], [label, "b"]], "count": [90, 7, 3]})
    gaps.attrs.update(columns=[label, "b"], patterns=3)
    tied = {"column": [label, "b"], "measure": "Cramér’s V"}
    pairs = pd.DataFrame(
        {"a": [label, label, "b"], "b": ["b", "c", "c"], "strength": [0.9, 0.2, 0.1], "sign": [-1, 0, 1]}
    )
    return {
        "associations": pd.DataFrame(
            {**tied, "strength": [0.9, 0.1], "information": [0.7, np.nan], "shared": [0.81, 0.01]}
        ),
        "by_class": ranges,
        "shares": shares.assign(share=shares["count"] / 4),
        "density": cells,
        "periods": months,
        "points": points,
        "correlations": pairs.assign(measure="Pearson’s correlation", sign=[-1, 0, 1]),
        "gaps": gaps,
        "views": pd.DataFrame({"a": [label, "b"], "b": ["b", "c"], "score": [0.9, 0.6]}),
        "group_differences": pd.DataFrame({**tied, "difference": [0.6, 0.1]}),
    }
