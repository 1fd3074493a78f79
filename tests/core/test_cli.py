"""The command line: the same run as on the page, JSON that scripts can rely on, and sentences for what cannot be."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from core import jobs
from core.cli import following, main
from core.data import DATASETS
from core.engines.inline import InlineEngine
from core.models import MODELS
from core.records import FitState, ModelSpec, Outcome, Roles, RunSpec, RunState, Split
from core.run import compare
from core.store import DiskFull, RunRow, Store
from core.supervisor import Supervisor


@pytest.fixture
def bakeoff(in_place: Store):  # type: ignore[no-untyped-def]
    def call(*arguments: str) -> Result:
        return CliRunner().invoke(main, [*arguments, "--data-dir", str(in_place.folder)])

    return call


@pytest.fixture
def csv(tmp_path: Path) -> Path:
    path = tmp_path / "people.csv"
    rows = [
        f"{age},{'north' if age % 3 else 'south'},{'yes' if age > 40 else 'no'}"
        for age in (20 + index * 37 % 50 for index in range(60))
    ]
    path.write_text("age,region,buys\n" + "\n".join(rows) + "\n")
    return path


def test_a_file_is_compared_and_the_json_written(bakeoff, csv: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    result = bakeoff(
        "compare",
        str(csv),
        "--target",
        "buys",
        "--models",
        "decision_tree",
        "--folds",
        "3",
        "--seed",
        "7",
        "--json",
        str(out),
    )
    assert result.exit_code == 0, result.output
    assert "Decision tree" in result.output
    data = json.loads(out.read_text())
    assert data["problem"] == {
        "task": "classification",
        "target": "buys",
        "positive": "yes",
        "classes": ["no", "yes"],
        "rows": 60,
        "features": ["age", "region"],
        "left_out": {},
        "group": None,
        "time": None,
        "weight": None,
    }
    assert (data["seed"], data["split"]["kind"], data["split"]["folds"]) == (7, "stratified", 3)
    assert [each["id"] for each in data["models"]] == ["baseline", "decision_tree"]
    assert all(len(each["fit_seconds"]) == 3 for each in data["models"])
    assert data["seconds"]["total"] > 0


def test_standard_output_is_nothing_but_json_when_asked(bakeoff) -> None:
    result = bakeoff("compare", "moons:rows=100", "--models", "k_neighbors", "--json", "-")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["dataset"]["rows"] == 100


def test_the_numbers_are_those_of_a_notebook(bakeoff) -> None:
    few = ("--set", "random_forest.n_estimators=20")
    data = json.loads(bakeoff("compare", "wine", "--models", "random_forest", *few, "--json", "-").stdout)
    mine = compare("wine", models=[ModelSpec("random_forest", "", {"n_estimators": 20})]).model("random_forest")
    assert data["models"][1]["scores"]["f1_macro"]["folds"] == mine.values("f1_macro")


def test_settings_and_copies(bakeoff) -> None:
    result = bakeoff(
        "compare", "iris", "--models", "k_neighbors", "--set", "k_neighbors.n_neighbors=3",
        "--set", "k_neighbors:far.n_neighbors=15", "--set", "k_neighbors:far.weights='distance'", "--json", "-",
    )  # fmt: skip
    models = {each["id"]: each["settings"] for each in json.loads(result.stdout)["models"]}
    assert models == {
        "baseline": {},
        "k_neighbors": {"n_neighbors": 3},
        "k_neighbors:far": {"n_neighbors": 15, "weights": "distance"},
    }


def test_the_baseline_can_be_set_without_being_named(bakeoff) -> None:
    result = bakeoff("compare", "iris", "--models", "lda", "--set", "baseline.strategy='prior'", "--json", "-")
    models = {each["id"]: each["settings"] for each in json.loads(result.stdout)["models"]}
    assert models == {"baseline": {"strategy": "prior"}, "lda": {}}


@pytest.mark.parametrize(
    ("arguments", "kind", "heeded"),
    [
        ((), "stratified", (5, 1, True)),
        (("--no-shuffle",), "stratified", (5, 1, False)),
        (("--repeats", "2"), "repeated", (5, 2, True)),
        (("--group", "region"), "group", (2, 1, True)),
        (("--time", "age"), "time", (5, 1, False)),
        (("--split", "holdout"), "holdout", (1, 1, True)),
    ],
)
def test_the_split_follows_the_options_and_is_told_as_it_was(
    bakeoff, csv: Path, arguments: tuple[str, ...], kind: str, heeded: tuple[int, int, bool]
) -> None:
    folds = ("--folds", str(max(2, heeded[0])))
    result = bakeoff("compare", str(csv), "--target", "buys", "--models", "lda", *folds, *arguments, "--json", "-")
    assert result.exit_code == 0, result.output
    split = json.loads(result.stdout)["split"]
    assert (split["kind"], split["folds"], split["repeats"], split["shuffle"]) == (kind, *heeded)


def test_a_second_time_everything_is_reused(bakeoff) -> None:
    bakeoff("compare", "iris", "--models", "lda")
    data = json.loads(bakeoff("compare", "iris", "--models", "lda", "--json", "-").stdout)
    assert [each["reused"] for each in data["models"]] == [True, True]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["iriss"], "Did you mean 'iris'"),
        (["iris", "--models", "random_forrest"], "Did you mean 'random_forest'"),
        (["iris", "--target", "speciess"], "species"),
        (["iris", "--split", "stratifeid"], "Did you mean 'stratified'"),
        (["iris", "--set", "ridge.alhpa=1", "--models", "ridge"], "Did you mean 'alpha'"),
        (["iris", "--set", "ridge.alpha=1"], "is not among the chosen models"),
        (["iris", "--set", "ridge.alpha=big", "--models", "ridge"], "not a Python literal"),
        (["iris", "--set", "alpha", "--models", "ridge"], "MODEL.PARAM=VALUE"),
        (["iris", "--class-weight", "balancd"], "'balanced'"),
        (["moons:nois=0.1"], "Did you mean 'noise'"),
        (["curve", "--split", "stratified"], "`height` is predicted as a number"),
        (["iris", "--modls", "ridge"], "--models"),
        (["iris", "--set", "ridge.alpha=1j", "--models", "ridge"], "a setting is a number, a text"),
        (["iris", "--set", "random_forest.class_weight={0: 1}"], "a setting is a number, a text"),
        (["iris", "--set", "k_neighbors.n_neighbors=True", "--models", "k_neighbors"], "a whole number from 1"),
        (["iris", "--split", "kfold", "--repeats", "3"], "--split repeated only, not by 'kfold'"),
        (["iris", "--json", "no/such/folder/out.json"], "no file can be written there"),
        (["iris", "--folds", "60"], "60 folds"),
        (["iris", "--time-limit", "nan"], "'nan' is not a number"),
        (["iris", "--memory-limit", "inf"], "'inf' is not a number"),
        (["iris", "--split", "group"], "group"),
    ],
)
def test_unusable_arguments_are_a_sentence_and_exit_code_2(bakeoff, arguments: list[str], sentence: str) -> None:
    result = bakeoff("compare", *arguments)
    assert result.exit_code == 2, result.output
    assert sentence in result.output
    assert "Traceback" not in result.output


def test_no_scored_model_is_exit_code_1(bakeoff) -> None:
    result = bakeoff("compare", "moons:rows=60", "--models", "baseline", "--set", "baseline.strategy='constant'")
    assert result.exit_code == 1, result.output
    assert "Fold 1" in result.output and "0 of 1 model finished." in result.output


def test_lists_name_every_entry() -> None:
    for command, table in (("datasets", DATASETS), ("models", MODELS)):
        listed = [line.split()[0] for line in CliRunner().invoke(main, [command]).output.splitlines()]
        assert listed == list(table)


def test_limits_go_into_the_run(bakeoff, in_place: Store) -> None:
    bakeoff(
        "compare", "iris", "--models", "lda", "--time-limit", "30", "--memory-limit", "2.5", "--run-limit", "600"
    )  # fmt: skip
    bakeoff("compare", "iris", "--models", "lda")
    usual, given = (each.spec for each in in_place.runs())
    assert (given.time_limit, given.memory_limit, given.run_limit) == (30.0, 2.5, 600.0)
    assert (usual.time_limit, usual.memory_limit, usual.run_limit) == (120.0, 0.0, 0.0)


def test_what_it_takes_is_told_before_it_starts(bakeoff, in_place: Store) -> None:
    arguments = ["compare", "moons:rows=300", "--models", "lda,gaussian_process", "--folds", "4"]
    told = bakeoff(*arguments, "--estimate").output
    assert "3 models on 4 folds: 0." in told and " s in all." in told and "fits on" in told
    assert not in_place.runs()
    in_place.note("supervisor", {"pid": 1, "slots": 2, "memory": 14 * 2**20})
    started = bakeoff(*arguments).stderr
    assert "3 models on 4 folds" in started and "Gaussian process will not fit: " in started


def test_what_it_waits_for_is_told(in_place: Store, waiting: list[RunRow], monkeypatch: pytest.MonkeyPatch) -> None:
    told = [following._left(in_place, each, [], {}) for each in waiting]
    assert told == ["", "waiting: 1 to begin before it"]
    monkeypatch.setattr(Store, "full", lambda _: True)
    assert "the disk is full" in following._left(in_place, waiting[0], [], {})


def test_what_did_not_settle_is_told_beside_its_score(bakeoff) -> None:
    one_step = ("--set", "logistic_regression.max_iter=1")
    result = bakeoff("compare", "breast_cancer", "--models", "logistic_regression", *one_step)
    assert "not converged" in result.output
    data = json.loads(
        bakeoff("compare", "breast_cancer", "--models", "logistic_regression", *one_step, "--json", "-").stdout
    )
    assert [each["marks"] for each in data["models"]] == [[], ["not converged"]]


class Interrupted:
    """A supervisor that does part of a run, and then somebody presses Ctrl-C."""

    def __init__(self, presses: int = 1) -> None:
        self.presses = presses

    def __call__(self, store: Store) -> None:
        supervisor = Supervisor(store, InlineEngine(store.folder))
        open_runs = store.runs(states=jobs.OPEN_RUNS)
        if not open_runs or store.unwanted_fits() or self.presses < 1:
            supervisor.drain()
            return
        first = next(each for each in store.fits(open_runs[0].id) if each.state == FitState.QUEUED)
        if first.fold < 2:  # as many folds as Ctrl-C leaves time for
            store.advance_fit(first, [FitState.QUEUED], FitState.RUNNING)
            store.finish_fit(first, Outcome(1.0, 0.1, 10, {"accuracy": 0.8}, {"accuracy": 0.9}))
            return
        self.presses -= 1
        raise KeyboardInterrupt


def test_ctrl_c_stops_the_run_and_shows_what_is_finished(
    bakeoff, in_place: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "ensure_supervisor", Interrupted())
    result = bakeoff("compare", "iris", "--models", "lda", "--folds", "3")
    assert result.exit_code == 130, result.output
    assert "stopped by you" in result.output and "0.8" in result.output and "goes on from here" in result.output
    (run,) = in_place.runs()
    states = [each.state for each in in_place.fits(run.id)]
    assert run.state == RunState.CANCELLED and states.count(FitState.DONE) == 2
    assert set(states) == {FitState.DONE, FitState.CANCELLED}


@pytest.fixture
def waiting(in_place: Store, monkeypatch: pytest.MonkeyPatch) -> list[RunRow]:
    """Two runs that nobody works on: one of the command line, one of a page."""
    table = jobs.read(in_place, "iris")
    monkeypatch.setattr(jobs, "ensure_supervisor", lambda _: None)
    spec = RunSpec("iris", table.fingerprint, Roles("species"), Split("kfold", folds=2), (ModelSpec("lda"),))
    ids = [jobs.submit(in_place, spec, table, owner) for owner in ("", "ann")]
    return [row for id in ids if (row := in_place.run(id))]


def states(store: Store) -> list[set[FitState]]:
    return [{fit.state for fit in store.fits(run.id)} for run in reversed(store.runs())]


def test_runs_are_listed(bakeoff, waiting: list[RunRow]) -> None:
    lines = [line.split() for line in bakeoff("runs").output.splitlines()]
    assert [line[:3] for line in lines] == [["2", waiting[1].id, "queued"], ["1", waiting[0].id, "queued"]]
    assert all(line[-3:] == ["iris", "→", "species"] for line in lines)


@pytest.mark.parametrize(
    ("name", "stopped"), [("--all", [True, False]), ("1", [True, False]), ("2", [False, True]), ("id", [False, True])]
)
def test_runs_are_stopped(bakeoff, in_place: Store, waiting: list[RunRow], name: str, stopped: list[bool]) -> None:
    result = bakeoff("cancel", waiting[1].id if name == "id" else name)
    assert result.exit_code == 0 and "2 fits stopped." in result.output
    assert [each == {FitState.CANCELLED} for each in states(in_place)] == stopped


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["cancel"], "Name one run, or say --all"),
        (["cancel", "1", "--all"], "Name one run, or say --all"),
        (["cancel", "7"], "There is no run '7'"),
        (["clean"], "Say what to remove"),
        (["clean", "--leftovers"], "A run is at work"),
    ],
)
def test_what_cannot_be_kept_in_order_is_a_sentence(bakeoff, waiting, arguments: list[str], sentence: str) -> None:
    result = bakeoff(*arguments)
    assert result.exit_code == 2 and sentence in result.output


def test_room_is_made(bakeoff, in_place: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    bakeoff("compare", "iris", "--models", "lda")
    monkeypatch.setattr("core.store.upkeep._age", lambda _: 1e6)
    (in_place.home / "fits" / "0123.npz").write_bytes(bytes(1500))
    models, predictions = in_place.totals().models, in_place.totals().predictions
    for dry_run in (["--dry-run"], []):
        result = bakeoff("clean", "--models", "--leftovers", *dry_run)
        words = "would be removed" if dry_run else "removed"
        assert f"of fitted models {words}." in result.output and f"1.5 kB in 1 leftover file {words}." in result.output
        left = in_place.totals()
        assert (left.models, left.predictions) == ((models, predictions) if dry_run else (0, predictions - 1500))


def test_a_folder_that_cannot_be_used_is_a_sentence(bakeoff, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Store) -> None:
        raise DiskFull

    monkeypatch.setattr(Store, "usage", full)
    result = bakeoff("runs")
    assert result.exit_code == 1 and "The disk is full" in result.output and "Traceback" not in result.output


def test_an_engine_that_cannot_be_had_is_a_sentence(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    told = "BAKEOFF_ENGINE is 'local', 'ray' or 'ray://host:port', not 'dask'."
    with monkeypatch.context() as broken:
        broken.setenv("BAKEOFF_ENGINE", "dask")
        command = ["compare", "iris", "--data-dir", str(store.folder)]
        unread = CliRunner().invoke(main, command)
        assert unread.exit_code == 2 and told in unread.output
        broken.setattr("core.jobs.ensure_supervisor", lambda _: None)
        broken.setattr("core.jobs.no_engine", lambda _: "")
        Supervisor(store, InlineEngine(store.folder)).drain()  # the table is read now
    monkeypatch.setattr("core.jobs.ensure_supervisor", lambda _: None)
    monkeypatch.setattr("core.jobs.no_engine", lambda _: told)
    nowhere = CliRunner().invoke(main, command)
    assert nowhere.exit_code == 1 and told in nowhere.output
    assert {each.state for each in store.fits(store.runs()[0].id)} == {FitState.CANCELLED}, "nothing is left to wait"
