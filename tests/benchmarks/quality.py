"""``python -m tests.benchmarks.quality``: how good the networks are, beside the two forests that everybody tries first.

Every model gets the same rows: California housing and Adult as papers report them, and every classical table of at
least 1,000 rows in ``../shared/data``, split at random once per seed. MNIST is for networks alone, one contest each. A
model is a name of the catalogue, with settings where it shall have some (``tabular_network:preset=thorough``), behind
the preparation that it has in a run. What was fitted is kept in the folder, so the hours can be had in pieces; delete
it when a model has changed. The exit code is 1 where a target was missed.
"""

from __future__ import annotations

import os
import sys

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
    os.environ[name] = "1"  # as in a worker, and read when numpy and torch are imported

import argparse  # noqa: E402
import csv  # noqa: E402
import json  # noqa: E402
import math  # noqa: E402
import re  # noqa: E402
import time  # noqa: E402
import warnings  # noqa: E402
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence  # noqa: E402
from dataclasses import dataclass, replace  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
from sklearn.model_selection import train_test_split  # noqa: E402

from core.data import make_problem, read_table, samples, table_of_frame  # noqa: E402
from core.models import build  # noqa: E402
from core.records import ModelSpec, Problem, Roles, Samples, Task  # noqa: E402

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data"
FORESTS = ("hist_gradient_boosting", "random_forest")
OWN = "tabular_network"
WIDE = "feed_forward:hidden_layer_sizes=[512,512],dropout=0.4,schedule=cosine,max_epochs=40,early_stopping=false"
"""The network that papers report on MNIST; chosen with the last 10,000 of the 60,000 training images set aside."""

FEWEST_ROWS, MOST_ROWS = 1_000, 12_500
"""Of a larger table each seed takes a sample: of 12,500 rows 10,000 are learned from."""

Rows = tuple[np.ndarray, np.ndarray]
Key = tuple[str, str, int]


@dataclass(frozen=True)
class Contest:
    """A table, how its rows are divided under a seed, and what must be reached on it, if anything.

    Attributes
    ----------
    load : callable
        Gives the problem and its rows.
    divide : callable
        From problem, rows and seed to positions to learn from and positions to be judged on.
    target : float
        The greatest error of the first model: root mean squared error, or share of rows named wrongly.
    seconds : float
        The longest that its fit may have a core for itself.
    models : tuple of str
        Who takes part; empty for those that take part everywhere.
    """

    name: str
    load: Callable[[], tuple[Problem, Samples]]
    divide: Callable[[Problem, Samples, int], Rows]
    target: float = math.inf
    seconds: float = math.inf
    models: tuple[str, ...] = ()


# ---- what is contested -----------------------------------------------------------------------------------------------


def from_file(file: str, roles: Roles) -> tuple[Problem, Samples]:
    """A file of ../shared/data as a problem."""
    table = read_table(SHARED / file)
    problem = make_problem(table, roles)
    return problem, samples(table, problem)


def adult() -> tuple[Problem, Samples]:
    """Both official parts of Adult in one table, the test rows last; there the labels end in a full stop."""
    parts = [pd.read_csv(SHARED / f"core/adult_{part}.csv", skipinitialspace=True) for part in ("train", "test")]
    frame = pd.concat(parts, ignore_index=True)
    frame["class"] = frame["class"].str.rstrip(".")
    table = table_of_frame(frame, "adult")
    problem = make_problem(table, Roles("class"))
    return problem, samples(table, problem)


def mnist() -> tuple[Problem, Samples]:
    """Both official parts of MNIST in one table, the test images last."""
    train, test = (read_table(SHARED / f"images/mnist/{part}-images-idx3-ubyte.gz") for part in ("train", "t10k"))
    table = replace(train, frame=pd.concat([train.frame, test.frame], ignore_index=True))
    problem = make_problem(table, Roles("label"))
    return problem, samples(table, problem)


def random_split(problem: Problem, rows: Samples, seed: int, most: int | None = None) -> Rows:
    """Four fifths to learn from, one fifth to be judged on; classes keep their shares. Of many rows a sample."""
    positions = np.random.default_rng(seed).permutation(len(rows.y))[:most]
    classes = rows.y[positions] if problem.task is Task.CLASSIFICATION else None
    few = classes is not None and np.bincount(classes).min(initial=2, where=np.bincount(classes) > 0) < 2
    learned, judged = train_test_split(positions, test_size=0.2, random_state=seed, stratify=None if few else classes)
    return learned, judged


def sampled_split(problem: Problem, rows: Samples, seed: int) -> Rows:
    """As `random_split`, of no more rows than make a table quick."""
    return random_split(problem, rows, seed, MOST_ROWS)


def official_split(count: int) -> Callable[[Problem, Samples, int], Rows]:
    """The first rows to learn from and the others to be judged on, whatever the seed."""
    return lambda problem, rows, seed: (np.arange(count), np.arange(count, len(rows.y)))


def tables() -> Iterator[Contest]:
    """Every large enough table with a target in ``core`` and ``openml_cc18``; an ARFF has a CSV beside it."""
    with (SHARED / "INDEX.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            folder, _, name = row["file"].partition("/")
            if folder not in ("core", "openml_cc18") or name.endswith(".arff") or name.startswith("adult_"):
                continue
            if row["task"] in list(Task) and int(row["rows"]) >= FEWEST_ROWS:
                yield Contest(name.split(".")[0], _loader(row["file"], row["target"], row["task"]), sampled_split)


def _loader(file: str, target: str, task: str) -> Callable[[], tuple[Problem, Samples]]:
    return lambda: from_file(file, Roles(target, task=task))


def known() -> list[Contest]:
    """The tables with a target of their own."""
    california = _loader("core/california_housing.csv", "MedHouseVal", Task.REGRESSION)
    return [
        Contest("California housing", california, random_split, 0.445),
        Contest("Adult", adult, official_split(32_561), 1 - 0.868),
        Contest("MNIST, feed-forward", mnist, official_split(60_000), 1 - 0.984, models=(WIDE,)),
        Contest("MNIST, convolutional", mnist, official_split(60_000), 1 - 0.9925, 600, ("convolutional",)),
    ]


# ---- taking part -----------------------------------------------------------------------------------------------------


def spec_of(text: str) -> ModelSpec:
    """The model behind ``name`` or ``name:setting=value,…``."""
    model, _, settings = text.partition(":")
    pairs = (each.split("=", 1) for each in filter(None, re.split(r",(?![^[]*])", settings)))  # [512,512] is one
    return ModelSpec(model, settings={key: _value(value) for key, value in pairs})


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def default_models(thorough: bool) -> tuple[str, ...]:
    """Who takes part unless told otherwise: our network and the forests."""
    return (f"{OWN}:preset=thorough" if thorough else OWN, *FORESTS)


def judge(contest: Contest, model: str, seed: int) -> dict[str, float]:
    """Fit one model on one split; give its errors on the rest and the seconds.

    Returns
    -------
    dict
        ``error`` is the share of rows named wrongly, or 1 - R²; ``rmse`` of a number; ``seconds`` of the fit, and
        ``busy``, those in which it had a core: less where others want it as well.
    """
    problem, rows = contest.load()
    learned, judged = contest.divide(problem, rows, seed)
    pipeline = build(spec_of(model), problem, seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # e.g. of too few steps, which belongs to the model that is judged
        begun, own = time.perf_counter(), time.process_time()
        pipeline.fit(rows.take(learned), rows.y[learned])
        took = {"seconds": time.perf_counter() - begun, "busy": time.process_time() - own}
        answers, truth = pipeline.predict(rows.take(judged)), rows.y[judged]
    if problem.task is Task.CLASSIFICATION:
        return {"error": float(np.mean(answers != truth))} | took
    squared = float(np.mean((answers - truth) ** 2))
    return {"error": squared / float(np.var(truth)), "rmse": math.sqrt(squared)} | took


class Kept:
    """Results in a file, a line each, so that a run can be cut off and go on."""

    def __init__(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        self.file = file
        lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
        self.results: dict[Key, dict[str, float]] = {tuple(key): value for key, value in map(json.loads, lines)}

    def get(self, contest: Contest, model: str, seed: int) -> dict[str, float]:
        """The result, computed where it is not there yet."""
        key = (contest.name, model, seed)
        if key not in self.results:
            self.results[key] = judge(contest, model, seed)
            with self.file.open("a", encoding="utf-8") as file:
                file.write(json.dumps([key, self.results[key]]) + "\n")
        return self.results[key]


# ---- the table -------------------------------------------------------------------------------------------------------


def means(results: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Each figure's mean over the seeds."""
    return {figure: float(np.mean([each[figure] for each in results])) for figure in results[0]}


def line(name: str, values: Iterable[float], words: str = "") -> str:
    """A row of the table."""
    return f"  {name[:38]:<38} " + " ".join(f"{value:>14.4f}" for value in values) + f"  {words}".rstrip()


def heading(models: Sequence[str]) -> str:
    """The names of the models, as far as there is room."""
    return f"  {'':<38} " + " ".join(f"{model.replace('preset=', '')[-14:]:>14}" for model in models)


def contested(contests: Iterable[Contest], models: Sequence[str], seeds: int, kept: Kept) -> dict[str, list[float]]:
    """Print each table's mean errors, and who won; give them by table."""
    errors = {}
    for contest in contests:
        shown = [means([kept.get(contest, model, seed) for seed in range(seeds)]) for model in models]
        errors[contest.name] = [each["error"] for each in shown]
        best = errors[contest.name][0] <= min(errors[contest.name][1:], default=math.inf)
        seconds = " ".join(f"{each['seconds']:.1f}" for each in shown)
        print(line(contest.name, errors[contest.name], f"{'' if best else 'loses':<6} {seconds} s"), flush=True)
    return errors


def summed_up(errors: Mapping[str, Sequence[float]], models: Sequence[str]) -> bool:
    """Print the means over the tables; whether the first model errs no more than any other."""
    table = np.array(list(errors.values()))
    mean = table.mean(axis=0)
    # A five-hundredth is added, or a table that somebody knows without a mistake would decide everything.
    relative = np.exp(np.log(table + 0.002).mean(axis=0))
    print(line("mean error", mean), line("geometric mean", relative), sep="\n")
    for place, model in enumerate(models[1:], 1):
        ahead = int(np.sum(table[:, 0] <= table[:, place]))
        print(f"  no worse than {model} on {ahead} of {len(table)} tables")
    return bool((mean[0] <= mean[1:]).all())


def reached(contests: Iterable[Contest], models: Sequence[str], seeds: int, kept: Kept) -> bool:
    """Print what is reached where papers report figures; whether the first model met every target."""
    met = True
    for contest in contests:
        fitted = contest.models or models
        shown = [means([kept.get(contest, model, seed) for seed in range(seeds)]) for model in fitted]
        figures = [each.get("rmse", each["error"]) for each in shown]
        good = figures[0] <= contest.target and shown[0].get("busy", shown[0]["seconds"]) <= contest.seconds
        met &= good
        verdict = "ok" if good else "MISSED"
        within = f" within {contest.seconds:.0f} s" if contest.seconds < math.inf else ""
        seconds = " ".join(f"{each['seconds']:.1f}" for each in shown)
        print(line(contest.name, figures, f"at most {contest.target:.4f}{within} {verdict} {seconds} s"), flush=True)
    return met


def main() -> int:
    """Run, print; 1 where a target was missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=Path("build/quality"), help="where results are kept")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--tables", nargs="*", help="these tables only")
    parser.add_argument("--model", default="", help="in place of our network, e.g. feed_forward:max_epochs=50")
    given = parser.parse_args()
    if not SHARED.is_dir():
        print(f"Nothing measured: the tables are not at {SHARED}.")
        return 0
    kept, met = Kept(given.folder / "results.jsonl"), True
    chosen = [[each for each in part if not given.tables or each.name in given.tables] for part in (known(), tables())]
    for contests, thorough, run in zip(chosen, (True, False), (_known, _tables), strict=True):
        models = (given.model, *FORESTS) if given.model else default_models(thorough)
        if contests:
            met &= run(contests, models, given.seeds, kept)
    return 0 if met else 1


def _known(contests: Sequence[Contest], models: Sequence[str], seeds: int, kept: Kept) -> bool:
    print("As papers report it: root mean squared error, share of rows named wrongly", heading(models), sep="\n")
    return reached(contests, models, seeds, kept)


def _tables(contests: Sequence[Contest], models: Sequence[str], seeds: int, kept: Kept) -> bool:
    print("Tables: share of rows named wrongly, or 1 - R²; mean of the seeds", heading(models), sep="\n")
    return summed_up(contested(contests, models, seeds, kept), models)


if __name__ == "__main__":
    sys.exit(main())
