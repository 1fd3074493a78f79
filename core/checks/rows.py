"""Checks that compare rows: the same twice, nearly the same, the same with another answer, on both sides of a fold.

Takes a `Setting`, gives findings. Rows are told apart by a hash of what the models see.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.checks.entry import Check, Finding, Setting, Severity, Suggestion, once
from core.checks.texts import plain
from core.records import Task
from core.wording import counted

TOGETHER = "together"  # the split that keeps equal rows on one side, see `core.data.SPLITS`
LITTLE, MUCH = 0.01, 0.05  # shares of the rows: fewer duplicates change no score that anybody would see
FEW_ROWS, RATHER_FEW = 50, 200
NEAR = 0.01  # of the distance that neighbours usually have
NEAR_ROWS, DIRECTIONS, FEWEST_NUMBERS = 20_000, 6, 3

Codes = NDArray[np.int64]


@once
def same_rows(setting: Setting) -> Codes:
    """Each row's place among the different rows, by what the models see of them: shape (rows,)."""
    hashed = pd.util.hash_pandas_object(setting.features, index=False)
    codes: Codes = pd.factorize(hashed.to_numpy())[0].astype(np.int64)
    return codes


def _duplicates(setting: Setting) -> list[Finding]:
    """Rows that equal an earlier one, target and all."""
    target = setting.samples.y.astype(np.float64)
    codes = pd.factorize(pd.MultiIndex.from_arrays([same_rows(setting), target]))[0]
    repeated = setting.rows - len(np.unique(codes))
    if not repeated:
        return []
    by_chance = _likely_by_chance(setting)
    share = repeated / setting.rows
    severity = Severity.MEDIUM if by_chance or share < MUCH else Severity.HIGH
    severity = Severity.LOW if share < LITTLE or (by_chance and share < MUCH) or _kept_together(setting) else severity
    split = None if by_chance or share < LITTLE else Suggestion(split=TOGETHER)
    return [
        Finding(
            "duplicates",
            severity,
            f"{counted(repeated, 'row')} of {setting.rows:,} {'repeats' if repeated == 1 else 'repeat'} an earlier row "
            f"exactly, {setting.problem.target} included{_CHANCE if by_chance else ''}.",
            _CHANCE_ADVICE if by_chance else _DUPLICATES_ADVICE,
            (),
            {"repeated": repeated, "rows": setting.rows, "by_chance": by_chance},
            split,
        )
    ]


_CHANCE = ", which with so few different values can be chance"
_CHANCE_ADVICE = "If they are different cases that happen to be alike, nothing has to be done; if not, remove them."
_DUPLICATES_ADVICE = "Keep equal rows on one side of every fold, or a model is judged on rows that it has seen."


def _kept_together(setting: Setting) -> bool:
    return setting.split.kind == TOGETHER


@once
def _likely_by_chance(setting: Setting) -> bool:
    """Whether rows with so few different values would meet by chance.

    Two rows drawn at random agree in a column with probability Σ pᵢ². The sum of -log₂ of it over the columns would be
    what all say together if they were independent; half of it is taken, as they are not. Among n rows there are about
    n² / 2 pairs, so rows that say less than 2 log₂ n are expected to meet.
    """
    rows, _ = setting.some(5_000)
    bits = 0.0
    for name in setting.samples.frame:
        counts = np.bincount(setting.codes(str(name))[0][rows]) / len(rows)
        bits -= float(np.log2((counts**2).sum()))
    return bool(bits / 2 < 2 * np.log2(setting.rows))


def _near(setting: Setting) -> list[Finding]:
    rows, said = setting.some(NEAR_ROWS)
    rows = rows[np.unique(same_rows(setting)[rows], return_index=True)[1]]  # one of each: equal ones are told above
    frame = _in_one_spelling(setting, rows)
    spelled = frame.duplicated().to_numpy()
    pairs = int(spelled.sum()) + _close_by(setting, frame[~spelled])
    if not pairs:
        return []
    several = pairs > 2 * LITTLE * len(rows)
    return [
        Finding(
            "near_duplicates",
            Severity.MEDIUM if several else Severity.LOW,
            f"{counted(pairs, 'row')} {'is' if pairs == 1 else 'are'} nearly the same as another row: equal but for "
            f"spelling or the last digits{said}.",
            "See whether they are the same case twice; if so, keep one of them, or give both one group.",
            (),
            {"near": pairs, "looked_at": len(rows)},
        )
    ]


def _in_one_spelling(setting: Setting, rows: NDArray[np.intp]) -> pd.DataFrame:
    """Some rows with the places of their categories' values, the same where only the spelling differs."""
    frame = setting.features.iloc[rows].copy()
    for name in setting.categories:
        values = frame[name].astype(object)
        frame[name] = pd.factorize(values.map({each: plain(str(each)) for each in values.dropna().unique()}))[0]
    return frame


def _close_by(setting: Setting, frame: pd.DataFrame) -> int:
    """Rows of which the nearest other is far nearer than neighbours usually are, in every number and category."""
    if len(setting.numbers) < FEWEST_NUMBERS or len(frame) < FEW_ROWS:
        return 0
    values = _scaled(frame[list(setting.numbers)].astype(np.float64))
    nearest = _nearest(values)
    distance = np.sqrt(((values - values[nearest]) ** 2).sum(axis=1))
    close = distance < NEAR * float(np.median(distance))
    for name in setting.categories:
        codes = frame[name].to_numpy()
        close &= codes == codes[nearest]
    mutual = close & (nearest[nearest] == np.arange(len(frame)))
    return int(close.sum() - mutual.sum() // 2)  # of two that are nearest to each other one repeats the other


def _scaled(frame: pd.DataFrame) -> NDArray[np.float64]:
    """Numbers on one scale, gaps at the middle."""
    values: NDArray[np.float64] = ((frame - frame.mean()) / frame.std().replace(0.0, np.nan)).fillna(0.0).to_numpy()
    return values


def _nearest(values: NDArray[np.float64]) -> NDArray[np.intp]:
    """Each row's nearest other row, looked for in the directions of largest variance."""
    from sklearn.decomposition import PCA
    from sklearn.neighbors import NearestNeighbors

    width = min(DIRECTIONS, values.shape[1])
    points = PCA(width, svd_solver="covariance_eigh").fit_transform(values) if width < values.shape[1] else values
    found: NDArray[np.intp] = NearestNeighbors(n_neighbors=1, algorithm="kd_tree").fit(points).kneighbors()[1][:, 0]
    return found


def _conflicting(setting: Setting) -> list[Finding]:
    """Rows that equal others in all that the models see, but not in the target."""
    codes = same_rows(setting)
    frame = pd.DataFrame({"row": codes, "y": setting.samples.y})
    different = frame.groupby("row")["y"].nunique()
    rows = int((different > 1).to_numpy()[codes].sum())
    if not rows:
        return []
    share = rows / setting.rows
    return [
        Finding(
            "conflicting",
            Severity.MEDIUM if share > LITTLE and setting.problem.task is Task.CLASSIFICATION else Severity.LOW,
            f"{counted(rows, 'row')} of {setting.rows:,} equal others in every feature, but not in "
            f"{setting.problem.target}.",
            "No model can name all of them right; see whether a column is missing that would tell them apart.",
            (),
            {"rows": rows, "share": share},
        )
    ]


def _both_sides(setting: Setting) -> list[Finding]:
    """Rows that are judged while an equal one is trained on."""
    codes = same_rows(setting)
    seen = judged = 0
    for place in range(max(1, len(setting.folds) // setting.split.repeats)):  # repeated folds would say it again
        fold = setting.folds[place]
        trained = np.bincount(codes[fold.train], minlength=int(codes.max()) + 1) > 0
        seen, judged = seen + int(trained[codes[fold.test]].sum()), judged + len(fold.test)
    share = seen / judged if judged else 0.0
    if not seen:
        return []
    by_chance = _likely_by_chance(setting)
    return [
        Finding(
            "both_sides",
            Severity.LOW if by_chance or share < MUCH else Severity.MEDIUM,
            f"With these folds {counted(seen, 'row')} of {judged:,} {'is' if seen == 1 else 'are'} judged while an "
            "equal row is among those trained on.",
            _DUPLICATES_ADVICE,
            (),
            {"seen": seen, "judged": judged},
            None if by_chance or share < LITTLE else Suggestion(split=TOGETHER),
        )
    ]


def _no_folds(setting: Setting) -> str | None:
    if not setting.folds:
        return "how the rows are divided is not known"
    return "the rows are divided so that equal ones stand on one side" if _kept_together(setting) else None


def _few_rows(setting: Setting) -> list[Finding]:
    if setting.rows >= RATHER_FEW:
        return []
    few = setting.rows < FEW_ROWS
    return [
        Finding(
            "few_rows",
            Severity.MEDIUM if few else Severity.LOW,
            f"{'Only ' if few else ''}{counted(setting.rows, 'row')}: scores will be uncertain.",
            "Divide the rows several times anew (repeated folds), and mind the intervals more than the ranking.",
            (),
            {"rows": setting.rows},
        )
    ]


def _wide(setting: Setting) -> list[Finding]:
    width = len(setting.samples.frame.columns)
    if width <= setting.rows:
        return []
    return [
        Finding(
            "wide",
            Severity.MEDIUM,
            f"There are more features ({width:,}) than rows ({setting.rows:,}): models can learn the rows by heart.",
            "Leave out what cannot matter, and trust simple models more.",
            (),
            {"features": width, "rows": setting.rows},
        )
    ]


DUPLICATES = Check(
    "duplicates", "Duplicates", "Rows that are there twice, so that a model is judged on what it saw.", _duplicates
)
NEAR_DUPLICATES = Check(
    "near_duplicates", "Near duplicates", "Rows that are the same but for spelling or tiny differences.", _near
)
BOTH_SIDES = Check(
    "both_sides",
    "Equal rows on both sides",
    "Rows that are judged while an equal one is trained on.",
    _both_sides,
    _no_folds,
)
CONFLICTING = Check(
    "conflicting", "Conflicting answers", "Rows that are alike in everything but what is to be predicted.", _conflicting
)
FEW = Check("few_rows", "Too few rows", "Tables so small that luck decides about scores.", _few_rows)
WIDE = Check("wide", "More columns than rows", "Tables that can be learned by heart.", _wide)
