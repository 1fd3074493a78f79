"""What pictures of several models show, in plain sentences: near misses, what they rely on, how they learned, folds.

Takes the frames that the pictures are drawn from, gives plain text; empty where there is nothing that the numbers
support. Knows no store.
"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from core.importances import CLEAR

from .diagnosing import share
from .figures import count, joined, number
from .learning import by_heart

NAMED = 3  # models of which is spoken
LAST = 0.1  # of the steps: who is best there may not be through
FEWEST_FOLDS, FEWEST_MODELS = 3, 2  # for which the same worst fold is worth a word


def nearer_than_the_mean(model: str, frame: pd.DataFrame, target: str) -> str:
    """How often a prediction comes nearer than the mean would, and the one furthest off: of `residuals`."""
    if len(frame) < 2:
        return ""
    off, usual = frame["residual"].abs(), (frame["actual"] - frame["actual"].mean()).abs()
    times = frame.attrs.get("repeats", 1.0)
    rows = f"{share(float((off < usual).sum()) / times, len(frame) / times)} of 100 rows"
    worst = frame.iloc[int(off.to_numpy().argmax())]
    told = f"For {rows} {model} comes nearer to the true {target} than the mean of all would"
    return f"{told}; furthest off is {number(worst['predicted'])} where {number(worst['actual'])} is true."


def relied_on(frame: pd.DataFrame) -> str:
    """What models rely on most, and how many columns do not matter: of the chart of importances.

    An order is only claimed beyond two deviations of the shuffles, and so is that a column matters at all.
    """
    told = [_relies(str(model), part) for model, part in _first_models(frame)]
    bare = any("no use at all" in each for each in told)
    return " ".join(filter(None, [*told, "A column that says the same as another can look so." if bare else ""]))


def _relies(model: str, part: pd.DataFrame) -> str:
    ordered = part.sort_values("mean", ascending=False, kind="stable")
    matter = ordered[ordered["mean"] > CLEAR * ordered["spread"].fillna(0.0)]
    if matter.empty:
        return f"No column can be told to matter to {model} by itself."
    names = [f"“{each}”" for each in matter["feature"].iloc[:2]]
    known = bool(ordered["spread"].notna().all())
    told = f"{model} relies most on {names[0]}"
    if len(names) > 1:
        gap = matter["mean"].iloc[0] - matter["mean"].iloc[1]
        deviation = float((matter["spread"].iloc[:2] ** 2).sum() ** 0.5)
        unsettled = known and gap <= CLEAR * deviation
        told += f" and {names[1]}, in an order that may be luck" if unsettled else f", then on {names[1]}"
    rest = len(ordered) - len(matter)
    if rest and known:
        told += f"; {rest} of {count(len(ordered), 'column')} cannot be told from no use at all"
    return f"{told}."


def learned(frame: pd.DataFrame) -> str:
    """When models were best on rows that they had not seen, and whether they may not be through: of learning curves."""
    own = frame[frame["earlier"] == ""] if "earlier" in frame else frame
    return " ".join(filter(None, (_learned(str(model), part) for model, part in _first_models(own))))


def _learned(model: str, part: pd.DataFrame) -> str:
    """Of its first fold."""
    fold = part[part["fold"] == part["fold"].min()]
    names = [each for each in ("valid_loss", "valid_score") if each in fold and fold[each].notna().sum() > 1]
    if not names:
        return ""
    if "turn" in fold and fold["turn"].any():
        return by_heart(model, "step", float(fold.loc[fold["turn"].astype(bool), "step"].iloc[0]))
    values = fold.dropna(subset=names[0])
    best = values[names[0]].to_numpy()
    place = int(best.argmin() if names[0] == "valid_loss" else best.argmax())
    at, last = (float(values["step"].iloc[each]) for each in (place, -1))
    told = f"{model} is best on rows that it has not seen at step {count(at)} of {count(last)}"
    if at >= (1 - LAST) * last:
        return f"{told}: it may not be through, and more steps may help."
    return f"{told}; what comes after brings nothing more."


def over_folds(frame: pd.DataFrame, *, greater_is_better: bool) -> str:
    """How far scores scatter over the folds, where another model wins, and a fold that is the worst for all."""
    if frame.empty:
        return ""
    folds = frame["fold"].nunique()
    if folds < 2:
        return "There is one fold only, so how far scores scatter cannot be seen."
    shown = list(_first_models(frame))
    ends = [f"{model} scores {number(part['score'].min())} to {number(part['score'].max())}" for model, part in shown]
    told = [f"Over {count(folds, 'fold')} {joined(ends)}."]
    if len(shown) > 1:
        told.append(_wins(shown, greater_is_better))
    of_all = {str(_worst(part, greater_is_better)) for _, part in frame.groupby("model", sort=False, observed=True)}
    models = frame["model"].nunique()
    if len(of_all) == 1 and models >= FEWEST_MODELS and folds >= FEWEST_FOLDS:
        told.append(f"Fold {of_all.pop()} is the worst for {'both' if models == 2 else f'all {models} models'}.")
    return " ".join(filter(None, told))


def _wins(shown: list[tuple[str, pd.DataFrame]], greater_is_better: bool) -> str:
    """On how many folds the second is ahead of the first."""
    (first, mine), (second, theirs) = shown[:2]
    both = mine.set_index("fold")["score"].to_frame("a").join(theirs.set_index("fold")["score"].to_frame("b")).dropna()
    ahead = int(((both["b"] > both["a"]) if greater_is_better else (both["b"] < both["a"])).sum())
    return f"On {ahead} of {count(len(both), 'fold')} {second} is ahead of {first}." if len(both) else ""


def _worst(part: pd.DataFrame, greater_is_better: bool) -> int:
    score = part["score"].to_numpy()
    return int(part["fold"].iloc[int(score.argmin() if greater_is_better else score.argmax())])


def _first_models(frame: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """The first few models with their lines, in the order of the frame."""
    groups = list(frame.groupby("model", sort=False, observed=True))
    return iter([(str(model), part) for model, part in groups[:NAMED]])
