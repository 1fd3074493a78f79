"""The table: what was measured, held against the targets."""

from __future__ import annotations

from statistics import median
from typing import Any

HEADS = ("peer first", "peer again", "bakeoff first", "bakeoff again")
RATIOS = ("cold", "warm", "ratio")


def judged(row: dict[str, Any]) -> dict[str, Any]:
    """What a measurement comes to: seconds, ratios of medians, and how far the accuracies are apart."""
    peer, ours, theirs = row["peer"], row["bakeoff"], row["theirs"]
    seconds = {
        f"{who} {call}": [each[call] for each in found]
        for who, found in (("peer", theirs), ("bakeoff", ours))
        for call in ("first", "again")
    }
    middle = {name: median(values) for name, values in seconds.items()}
    ratio = middle["peer first"] / middle["bakeoff again"]
    return {
        "data": row["data"],
        "peer": peer.title,
        "models": len(peer.models),
        "seconds": seconds,
        "cold": middle["peer first"] / middle["bakeoff first"],
        "warm": middle["peer again"] / middle["bakeoff again"],
        "ratio": ratio,
        "target": peer.target,
        "passed": peer.target is None or ratio >= peer.target,
        **_apart(ours, theirs),
    }


def _apart(ours: list[dict[str, Any]], theirs: list[dict[str, Any]]) -> dict[str, Any]:
    """The largest difference of a model's accuracy, the model, and who failed where."""
    pairs = [
        (name, a["accuracy"][name], b["accuracy"][name])
        for a, b in zip(ours, theirs, strict=True)
        for name in a["accuracy"]
    ]
    both = [(abs(a - b), name) for name, a, b in pairs if a is not None and b is not None]
    return {
        "apart": max(both, default=(None, "")),
        "failed_here": sorted({name for name, a, _ in pairs if a is None}),
        "failed_there": sorted({name for name, _, b in pairs if b is None}),
    }


def line(row: dict[str, Any]) -> str:
    """One row of the table."""
    seconds = "".join(f"{_spread(row['seconds'][head]):>25}" for head in HEADS)
    ratios = "".join(f"{row[name]:>7.2f}" for name in RATIOS)
    verdict = "" if row["target"] is None else f"{row['target']:>8.1f} {'ok' if row['passed'] else 'MISSED'}"
    return f"{row['data']:<14}{row['peer']:<40}{seconds}{ratios}{verdict}"


def _spread(values: list[float]) -> str:
    return f"{median(values):.2f} ({min(values):.2f}..{max(values):.2f})"


def report(rows: list[dict[str, Any]]) -> None:
    """Print the table, and below it whether the same work was done."""
    heads = "".join(f"{head + ', s':>25}" for head in HEADS) + "".join(f"{name:>7}" for name in RATIOS)
    print(f"\n{'data':<14}{'peer':<40}{heads}{'target':>8}")
    print(*map(line, rows), sep="\n")
    print("\nThe largest difference of a model's mean accuracy, and the models that failed:")
    for row in rows:
        difference, model = row["apart"]
        told = "nothing to compare" if difference is None else f"{difference:.4f} ({model})"
        failed = f"; failed: here {row['failed_here'] or 'none'}, there {row['failed_there'] or 'none'}"
        print(f"{row['data']:<14}{row['peer']:<40}{told}{failed}")
