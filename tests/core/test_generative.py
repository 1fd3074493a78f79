"""A network that invents rows: what comes back is a table of the same kind, and something can be learned from it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import roc_auc_score

from core.networks import TabularGAN, generative_files
from core.networks.adversarial import NOT_FINITE, STOPPED
from core.progress import Step, listening

ROWS = 400


def customers(rows: int = ROWS, seed: int = 0) -> pd.DataFrame:
    """A table with a column of every kind, gaps, and a target that hangs on two of them."""
    rng = np.random.default_rng(seed)
    visits = rng.poisson(4, rows)
    frame = pd.DataFrame(
        {
            "joined": pd.date_range("2023-01-01", periods=rows, freq="6h"),
            "revenue": rng.gamma(2, 50, rows).round(2),
            "visits": visits,
            "parcels": rng.integers(0, 40, rows) * 5,
            "region": pd.Categorical(rng.choice(["north", "south", None], rows, p=[0.5, 0.3, 0.2])),
            "answer": rng.random(rows) < 0.3,
            "share": rng.random(rows),
            "same": 7,
            "nothing": np.nan,
            "word": rng.choice(["a", "b", "c"], rows),
        }
    )
    frame.loc[::4, "revenue"] = np.nan
    frame["left"] = np.where(rng.random(rows) < 1 / (1 + np.exp(2 * (visits - 2))), "yes", "no")
    return frame


def quick(condition: str = "", **settings: Any) -> TabularGAN:
    return TabularGAN(condition, **{"steps": 20, "hidden": 16, "random_state": 0, **settings})


@pytest.fixture(scope="module")
def learned() -> TabularGAN:
    return quick("left").fit(customers())


def test_what_is_invented_looks_like_the_table(learned: TabularGAN) -> None:
    real, invented = customers(), learned.sample(1_000)
    assert list(invented) == list(real) and (invented.dtypes == real.dtypes).all() and len(invented) == 1_000
    for name in ("joined", "revenue", "visits", "parcels", "share"):
        assert invented[name].min() >= real[name].min() and invented[name].max() <= real[name].max(), name
        assert invented[name].nunique() > 5, name
    assert (invented["parcels"] % 5 == 0).all() and ((invented["joined"].dt.hour % 6) == 0).all()
    assert (invented["revenue"].dropna().round(2) == invented["revenue"].dropna()).all()
    assert (invented["same"] == 7).all() and invented["nothing"].isna().all()
    assert set(invented["word"]) == {"a", "b", "c"}


def test_classes_come_in_their_shares_and_gaps_about_as_often(learned: TabularGAN) -> None:
    real, invented = customers(), learned.sample(1_000)
    assert (invented["left"] == "yes").mean() == pytest.approx((real["left"] == "yes").mean(), abs=0.001)
    for name in ("revenue", "region"):
        assert invented[name].isna().mean() == pytest.approx(real[name].isna().mean(), abs=0.06), name
    assert invented["answer"].mean() == pytest.approx(real["answer"].mean(), abs=0.06)
    assert not invented.drop(columns=["revenue", "region", "nothing"]).isna().any().any()
    quarters = [0.25, 0.5, 0.75]
    assert np.abs(real["share"].quantile(quarters) - invented["share"].quantile(quarters)).max() < 0.08


@pytest.mark.parametrize("condition", ["", "left", "revenue", "joined", "answer", "same", "nothing"])
def test_any_column_can_be_the_condition(condition: str) -> None:
    real = customers(120)
    invented = quick(condition, steps=2).fit(real).sample(50)
    assert list(invented) == list(real) and (invented.dtypes == real.dtypes).all()


def test_the_same_seed_invents_the_same_rows(learned: TabularGAN) -> None:
    again = quick("left").fit(customers())
    pd.testing.assert_frame_equal(again.sample(100), learned.sample(100))
    assert not again.sample(100, random_state=1).equals(learned.sample(100))
    assert not quick("left", random_state=1).fit(customers()).sample(100).equals(learned.sample(100))


def test_models_that_learn_from_invented_rows_beat_guessing_clearly() -> None:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(900, 4)), columns=list("abcd"))
    frame["kind"] = np.where(frame["a"] - frame["b"] + 0.3 * rng.normal(size=900) > 0, "one", "other")
    known, unseen = frame[:600], frame[600:]
    invented = TabularGAN("kind", steps=250, hidden=64, random_state=0).fit(known).sample(600)
    model = RandomForestClassifier(random_state=0).fit(invented[list("abcd")], invented["kind"])
    reached = roc_auc_score(unseen["kind"] == "one", model.predict_proba(unseen[list("abcd")])[:, 0])
    assert reached > 0.85  # guessing is 0.5


def test_it_tells_every_epoch_and_can_be_stopped_and_kept() -> None:
    told: list[Step] = []
    with listening(told.append):
        network = quick("left", batch_size=100).fit(customers())
    assert [each.point["step"] for each in told] == [1, 2, 3, 4, 5] and told[-1].fraction == 1
    assert set(told[0].point) == {"step", "generator_loss", "critic_loss"} and network.curve_[0] == told[0].point
    asked = iter([True, True, False])
    with listening(told.append, lambda: next(asked)):
        stopped = quick("left").fit(customers())
    assert stopped.marks_ == [STOPPED] and "step 3 of 20" in stopped.notes_[0]
    assert len(stopped.sample(10)) == 10


def test_a_loss_that_is_no_number_ends_it_with_the_state_before() -> None:
    network = quick(learning_rate=1e30).fit(customers())
    assert network.marks_ == [NOT_FINITE] and "no longer a number" in network.notes_[0]
    assert not network.sample(50)["visits"].isna().any()


HARD = {
    "three rows": customers(3),
    "two rows": customers(2),
    "constant columns": pd.DataFrame({"a": [1] * 30, "b": ["x"] * 30}),
    "one column": pd.DataFrame({"a": np.arange(30.0)}),
    "one class": customers(60).assign(left="no"),
    "all missing": pd.DataFrame({"a": [np.nan] * 30, "b": [None] * 30, "c": range(30)}),
    "large target": customers(60).assign(left=np.random.default_rng(0).normal(1e9, 1e8, 60)),
    "text": customers(60).assign(word=[f"a text of its own, number {each}" for each in range(60)]),
    "infinite": customers(60).assign(share=[np.inf, -np.inf, np.nan] * 20),
    "some infinite": customers(60).assign(share=[np.inf, *range(59)]),
    "huge": customers(60).assign(share=np.linspace(-1e300, 1e300, 60)),
    "a mixture": customers(60).assign(word=[1, "1", 2.5, True, None, "x"] * 10),
    "nullable": customers(60).assign(share=pd.array([1, None, *range(58)], dtype="Int64")),
    "long whole numbers": customers(60).assign(share=2**60 + np.arange(60)),
    "time zones": customers(60).assign(joined=pd.date_range("2023", periods=60, tz="Europe/Berlin")),
    "a name that is no text": customers(60).rename(columns={"share": 5}),
}


@pytest.mark.parametrize("case", HARD)
@pytest.mark.filterwarnings("error")
def test_hard_tables_are_learned_all_the_same(case: str) -> None:
    real = HARD[case]
    invented = quick("left" if "left" in real else "", steps=3).fit(real).sample(40)
    assert list(invented) == [str(each) for each in real] and len(invented) == 40
    assert [str(each) for each in invented.dtypes] == [str(each) for each in real.dtypes]
    for name, values in invented.items():
        original = real[name] if name in real else real[5]
        if not original.replace([np.inf, -np.inf], np.nan).isna().any():
            assert not values.isna().any(), name


def test_a_hundred_thousand_categories_share_a_level() -> None:
    values = [f"value {each}" for each in range(100_000)]
    real = pd.DataFrame({"many": values + ["often"] * 20_000, "x": np.arange(120_000) % 7})
    network = quick("x", steps=3).fit(real)
    assert network.layout_.width == 2
    invented = network.sample(2_000)
    assert set(invented["many"]) <= set(real["many"])
    assert (invented["many"] == "often").mean() == pytest.approx(1 / 6, abs=0.05)


@pytest.mark.parametrize(
    ("settings", "frame", "words"),
    [
        ({"steps": 0}, customers(9), "steps=0 does not fit: a whole number from 1"),
        ({"learning_rate": float("nan")}, customers(9), "a number above 0"),
        ({"condition": "lft"}, customers(9), "left"),
        ({}, customers(1), "nothing to learn from 1 row"),
        ({}, pd.DataFrame(index=range(5)), "at least one column"),
        ({}, pd.DataFrame(np.ones((5, 2)), columns=["a", "a"]), "a name of its own"),
        ({}, pd.DataFrame(np.random.default_rng(0).normal(size=(12, 3_001))), "3,001 numbers wide"),
    ],
)
def test_what_cannot_be_is_a_sentence(settings: dict[str, Any], frame: pd.DataFrame, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        quick(**settings).fit(frame)


def test_it_is_an_estimator_like_any_other(learned: TabularGAN) -> None:
    assert clone(learned).get_params() == learned.get_params()
    with pytest.raises(TypeError, match="A DataFrame is needed"):
        quick().fit([[1, 2]])  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="n=-1"):
        learned.sample(-1)
    assert len(learned.sample(0)) == 0 and list(learned.sample(0)) == learned.columns_


@pytest.mark.parametrize("case", ["three rows", "constant columns", "nullable", "all missing"])
def test_a_file_brings_it_back(case: str, tmp_path: Path) -> None:
    network = quick("left" if "left" in HARD[case] else "", steps=2).fit(HARD[case])
    generative_files.save(network, tmp_path / "network.safetensors")
    loaded = generative_files.load(tmp_path / "network.safetensors")
    pd.testing.assert_frame_equal(loaded.sample(30), network.sample(30))
    assert loaded.get_params() == network.get_params() and loaded.curve_ == network.curve_


def test_a_file_that_is_no_such_network_is_refused(learned: TabularGAN, tmp_path: Path) -> None:
    path = tmp_path / "network.safetensors"
    path.write_bytes(b"nothing of the kind")
    with pytest.raises(ValueError, match="not a generative network"):
        generative_files.load(path)
    generative_files.save(learned, path)
    content = path.read_bytes()
    path.write_bytes(content.replace(b'\\"hidden\\": 16', b'\\"hidden\\": 17'))
    with pytest.raises(ValueError, match="do not fit"):
        generative_files.load(path)
    path.write_bytes(content.replace(b'{\\"format\\": 1', b'{\\"format\\": 9'))
    with pytest.raises(ValueError, match="format 9"):
        generative_files.load(path)
    with pytest.raises(ValueError, match="cannot be written down"):
        odd = pd.DataFrame({"a": pd.Series([(1, 2), (3, 4)] * 5, dtype=object)})
        generative_files.save(quick(steps=1).fit(odd), path)
