"""Tables made by a formula: the same settings always give the same rows.

Each function takes rows, noise and seed, gives a frame with its target. Shapes that scikit-learn generates are its own.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

_AXES = ("horizontal", "vertical")


def _points(places: np.ndarray, target: str, codes: np.ndarray, classes: tuple[str, ...]) -> pd.DataFrame:
    labels = pd.Categorical.from_codes(codes.tolist(), categories=pd.Index(classes, dtype="str"))
    return pd.DataFrame(places, columns=list(_AXES)).assign(**{target: labels})


def moons(rows: int, noise: float, seed: int) -> pd.DataFrame:
    """Two half circles (`sklearn.datasets.make_moons`)."""
    from sklearn.datasets import make_moons

    places, codes = make_moons(n_samples=rows, noise=noise, random_state=seed)
    return _points(places, "moon", codes, ("upper", "lower"))


def circles(rows: int, noise: float, seed: int) -> pd.DataFrame:
    """A circle of half the size within another (`sklearn.datasets.make_circles`)."""
    from sklearn.datasets import make_circles

    places, codes = make_circles(n_samples=rows, noise=noise, factor=0.5, random_state=seed)
    return _points(places, "circle", codes, ("outer", "inner"))


def spirals(rows: int, noise: float, seed: int) -> pd.DataFrame:
    """Two Archimedean spirals of one and a half turns, the second turned by half a circle."""
    random = np.random.default_rng(seed)
    codes = random.permutation(np.arange(rows) % 2)
    angle = 3 * np.pi * np.sqrt(random.uniform(0.02, 1, rows))  # the root spreads the points evenly along the arm
    radius = angle / np.pi
    turned = angle + np.pi * codes
    places = np.column_stack([radius * np.cos(turned), radius * np.sin(turned)])
    return _points(places + random.normal(0, noise, (rows, 2)), "spiral", codes, ("first", "second"))


def blobs(rows: int, noise: float, classes: int, seed: int) -> pd.DataFrame:
    """Round clouds (`sklearn.datasets.make_blobs`)."""
    from sklearn.datasets import make_blobs

    places, codes = make_blobs(n_samples=rows, centers=classes, cluster_std=noise, random_state=seed)[:2]
    return _points(places, "blob", codes, tuple("ABCDEFGHIJ"[:classes]))


def xor(rows: int, noise: float, seed: int) -> pd.DataFrame:
    """Four corners of a square; the class is whether both coordinates have the same sign before the noise."""
    random = np.random.default_rng(seed)
    places = random.uniform(-1, 1, (rows, 2))
    codes = (places[:, 0] * places[:, 1] > 0).astype(int)
    return _points(places + random.normal(0, noise, (rows, 2)), "corner", codes, ("unlike", "alike"))


def curve(rows: int, noise: float, seed: int) -> pd.DataFrame:
    """A sine wave of growing height over 0 to 10, and a column that plays no part."""
    random = np.random.default_rng(seed)
    position, unrelated = random.uniform(0, 10, rows), random.uniform(0, 10, rows)
    height = np.sin(position) * (0.5 + position / 10) + random.normal(0, noise, rows)
    return pd.DataFrame({"position": position, "unrelated": unrelated, "height": height})


def loan_desk(rows: int, seed: int) -> pd.DataFrame:
    """Invented loan applications: the tenth with the highest risk plus luck is not paid back.

    Parameters
    ----------
    rows, seed : int

    Returns
    -------
    DataFrame of shape (rows, 12)
        Gaps are not at random in two columns: who earns irregularly rarely says how much, and who has no savings
        rarely says so. The target ``default`` is "yes" in a tenth of the rows.
    """
    random = np.random.default_rng(seed)
    people = _people(random, rows)
    loans = _loans(random, rows, people)
    risk = _risk(people, loans) + random.logistic(0, 0.6, rows)
    unpaid = risk >= np.sort(risk)[-max(1, round(rows / 10))]
    frame = pd.DataFrame({**people, **loans})
    shy = random.uniform(size=rows)
    irregular = frame["employment"].isin(["self-employed", "unemployed"]).to_numpy()
    frame.loc[shy < np.where(irregular, 0.20, 0.03), "income"] = np.nan
    modest = frame["savings"].to_numpy() < 500
    frame.loc[random.uniform(size=rows) < np.where(modest, 0.25, 0.08), "savings"] = np.nan
    frame.loc[random.uniform(size=rows) < 0.02, "housing"] = None
    return frame.assign(default=np.where(unpaid, "yes", "no"))


def _people(random: np.random.Generator, rows: int) -> dict[str, Any]:
    age = random.integers(19, 76, rows)
    employment = random.choice(
        ["permanent", "temporary", "self-employed", "unemployed"], rows, p=[0.62, 0.18, 0.14, 0.06]
    )
    level = pd.Series(employment).map({"permanent": 1.0, "temporary": 0.75, "self-employed": 1.1, "unemployed": 0.4})
    income = 2600 * level.to_numpy() * random.lognormal(0, 0.35, rows) * (1 - ((age - 48) / 70) ** 2)
    years = np.minimum(random.exponential(6, rows), age - 18) * (employment != "unemployed")
    return {
        "age": age,
        "income": np.round(income, -1),
        "employment": employment,
        "years_employed": np.round(years, 1),
        "housing": random.choice(["rents", "owns", "with family"], rows, p=[0.5, 0.38, 0.12]),
        "region": random.choice(["north", "east", "south", "west"], rows, p=[0.3, 0.2, 0.3, 0.2]),
        "savings": np.round(random.lognormal(7, 1.4, rows)),
    }


def _loans(random: np.random.Generator, rows: int, people: dict[str, Any]) -> dict[str, Any]:
    purpose = random.choice(
        ["car", "furniture", "education", "business", "renovation"], rows, p=[0.34, 0.24, 0.14, 0.1, 0.18]
    )
    amount = np.clip(people["income"] * random.lognormal(0.9, 0.6, rows), 500, 60_000)
    return {
        "amount": np.round(amount, -2),
        "duration_months": random.choice(np.array([12, 24, 36, 48, 60, 72]), rows),
        "purpose": purpose,
        "late_payments": random.poisson(0.4, rows),
    }


def _risk(people: dict[str, Any], loans: dict[str, Any]) -> np.ndarray:
    """The part of the risk that can be learned."""
    burden = loans["amount"] / loans["duration_months"] / np.maximum(people["income"], 200)
    work = pd.Series(people["employment"]).map(
        {"permanent": 0.0, "temporary": 0.5, "self-employed": 0.3, "unemployed": 1.2}
    )
    return np.asarray(
        0.75 * loans["late_payments"]
        + 2.2 * np.minimum(burden, 1.0)
        + work.to_numpy()
        - 0.06 * np.minimum(people["years_employed"], 15)
        - 0.25 * np.log(people["savings"] / 1000 + 0.1)
        + 0.4 * (people["housing"] == "rents")
        + 0.35 * (loans["purpose"] == "business")
        + 0.3 * (people["age"] < 25)
    )
