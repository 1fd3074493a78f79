"""The command line: ``bakeoff compare | datasets | models | stop`` (also ``python -m core``).

Runs the same run through the same supervisor as the dashboard. Exit codes: 0 when the run ended, 2 for unusable
arguments, 1 when no model could be scored.
"""

from __future__ import annotations

import ast
import json
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from core import __version__, jobs
from core.data import DATASETS, SPLITS, default_split, make_problem, propose_target
from core.metrics import METRICS
from core.models import MODELS, default_models
from core.records import ModelSpec, Problem, Roles, RunSpec, Split, Table, Task
from core.results import Comparison
from core.run import with_baseline
from core.store import FitRow, RunRow, Store, StoreError

POLL = 0.1
SIZES_SECONDS = 30.0


@click.group()
@click.version_option(__version__)
def main() -> None:
    """Compare models on a table: trained on the same folds, judged honestly."""


@main.command()
def datasets() -> None:
    """List the data sets that need no file."""
    for entry in DATASETS.values():
        settings = " ".join(f"{each.name}={each.default}" for each in entry.params)
        click.echo(f"{entry.name:<15} {entry.title}. {entry.about}" + (f" [{settings}]" if settings else ""))


@main.command()
def models() -> None:
    """List the models, and what they can predict."""
    for entry in MODELS.values():
        tasks = ", ".join(str(task) for task in Task if task in entry.build)
        click.echo(f"{entry.name:<24} {entry.title} ({tasks}). {entry.about}")


@main.command()
@click.option("--data-dir", default="", help="Data folder; BAKEOFF_DATA or ~/.bakeoff when not given.")
def stop(data_dir: str) -> None:
    """End the supervisor of a data folder; unfinished runs go on when it is started again."""
    store = _store(data_dir)
    if not jobs.stop_supervisor(store):
        raise click.ClickException(f"The supervisor of {store.folder} does not end.")


@main.command()
@click.argument("data")
@click.option("--target", default="", metavar="COLUMN", help="Column to predict.")
@click.option("--positive", default=None, metavar="CLASS", help="Class that precision, recall and F1 speak of.")
@click.option("--models", "names", default="", metavar="A,B,…|all", help="Models; a sensible selection when not given.")
@click.option("--split", default="", metavar="|".join(SPLITS), help="How rows are divided.")
@click.option("--folds", default=5, show_default=True, type=click.IntRange(2))
@click.option("--repeats", default=1, show_default=True, type=click.IntRange(1))
@click.option("--shuffle/--no-shuffle", default=True, help="Shuffle rows by the seed before dividing them.")
@click.option("--group", default="", metavar="COLUMN", help="Rows of one group stay on one side.")
@click.option("--time", "time_column", default="", metavar="COLUMN", help="Order of the rows for the time split.")
@click.option(
    "--exam", default=0.0, show_default=True, type=click.FloatRange(0, 0.5), help="Share of rows sealed away."
)
@click.option("--seed", default=0, show_default=True, type=click.IntRange(0, 2**32 - 1))
@click.option("--class-weight", default="", metavar="balanced", help="Weight classes by their rarity.")
@click.option(
    "--time-limit", default=120.0, show_default=True, type=click.FloatRange(0), help="Seconds per fit; 0: none."
)
@click.option(
    "--set", "settings", multiple=True, metavar="MODEL.PARAM=VALUE", help="A setting; VALUE is a Python literal."
)
@click.option("--data-dir", default="", help="Data folder; BAKEOFF_DATA or ~/.bakeoff when not given.")
@click.option(
    "--json", "json_file", default="", metavar="FILE", help="Write the results as JSON; - for standard output."
)
def compare(data: str, data_dir: str, json_file: str, **options: Any) -> None:
    """Compare models on DATA: a data set's name (moons:noise=0.3,rows=500 for generated ones) or a file."""
    _check_writable(json_file)
    store = _store(data_dir)
    try:
        table = jobs.read(store, _source(data))
        spec = _spec(table, options)
        run = jobs.submit(store, spec, table)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    comparison = _follow(store, run, quiet=json_file == "-")
    if json_file:
        _write_json(comparison, json_file)
    if json_file != "-":
        _show(comparison)
    if all(comparison.model(each.id).done == () for each in spec.models):
        sys.exit(1)


def _source(data: str) -> str:
    """What is read by another process, in another folder: a path from here as one from the root.

    A data set's name means the data set, whatever lies in the folder; ``./iris`` means the file.
    """
    path = Path(data)
    meant = data and data.partition(":")[0] not in DATASETS and path.exists()
    return str(path.resolve()) if meant else data


def _check_writable(json_file: str) -> None:
    """Say before the run, not after it, that its results could not be written."""
    file = Path(json_file)
    if json_file in ("", "-") or (os.access(file, os.W_OK) if file.is_file() else _takes_files(file.parent, file)):
        return
    raise click.UsageError(f"--json {json_file}: no file can be written there.")


def _takes_files(folder: Path, file: Path) -> bool:
    return folder.is_dir() and not file.exists() and os.access(folder, os.W_OK)


def _store(data_dir: str) -> Store:
    try:
        return Store(jobs.data_folder(data_dir))
    except StoreError as error:
        raise click.UsageError(str(error)) from error


def _spec(table: Table, options: dict[str, Any]) -> RunSpec:
    """The run that the options describe; a wrong one raises ValueError with a sentence."""
    roles = Roles(
        options["target"] or table.target or _unsaid(table),
        positive=options["positive"],
        group=options["group"],
        time=options["time_column"],
    )
    problem = make_problem(table, roles)
    return RunSpec(
        table.name,
        table.fingerprint,
        roles,
        _split(problem, options),
        chosen_models(problem, options["names"], options["settings"]),
        options["seed"],
        options["class_weight"],
        options["time_limit"],
    )


def _unsaid(table: Table) -> str:
    """A table of a person's own is not guessed at in silence: the proposal is told, and the choice left to them.

    Empty where nothing can be proposed: then the table is at fault, and says so itself.
    """
    proposal = propose_target(table)
    if not proposal.value:
        return ""
    raise ValueError(f"Say what to predict with --target. Suggested is {str(proposal.value)!r}: {proposal.reason}.")


def _split(problem: Problem, options: dict[str, Any]) -> Split:
    default = default_split(problem.task)
    kind = SPLITS[options["split"] or _implied(options) or default.kind]
    if options["repeats"] > 1 and not kind.repeated:
        raise ValueError(f"--repeats is heeded by --split repeated only, not by {kind.name!r}.")
    return replace(
        default,
        kind=kind.name,
        folds=options["folds"],
        repeats=options["repeats"],
        shuffle=options["shuffle"],
        exam=options["exam"],
    )


def _implied(options: dict[str, Any]) -> str:
    """The split that the other options speak of; empty where they speak of none."""
    given = {"group": options["group"], "time": options["time_column"]}
    needed = [kind.name for kind in SPLITS.values() if given.get(kind.needs)]
    repeated = [kind.name for kind in SPLITS.values() if kind.repeated and options["repeats"] > 1]
    return next(iter(needed + repeated), "")


def chosen_models(problem: Problem, names: str, settings: Sequence[str]) -> tuple[ModelSpec, ...]:
    """The models that ``--models`` and ``--set`` name, the baseline in front.

    Raises
    ------
    UnknownName, ValueError
        If a name is not known, or a setting is not of the form MODEL.PARAM=VALUE.
    """
    named = (id.partition(":") for id in _ids(problem, names))
    chosen = with_baseline([ModelSpec(MODELS[name].name, label) for name, _, label in named])
    specs = {each.id: each for each in chosen}
    for each in settings:
        id, parameter, value = _setting(each)
        name, _, label = id.partition(":")
        if id not in specs and not label:
            raise ValueError(f"--set {each}: {MODELS[name].name!r} is not among the chosen models.")
        known = specs.get(id, ModelSpec(MODELS[name].name, label))
        specs[id] = replace(known, settings={**known.settings, parameter: value})
    return tuple(specs.values())


def _ids(problem: Problem, names: str) -> list[str]:
    if names == "all":
        return [name for name, entry in MODELS.items() if problem.task in entry.build]
    return [each.strip() for each in names.split(",") if each.strip()] or list(default_models(problem))


def _setting(text: str) -> tuple[str, str, Any]:
    """``feed_forward:wide.hidden_layer_sizes=(256,256)`` in its three parts."""
    left, equals, value = text.partition("=")
    id, dot, parameter = left.rpartition(".")
    if not (equals and dot and id and parameter):
        raise ValueError(f"--set takes MODEL.PARAM=VALUE, as in random_forest.n_estimators=500, not {text!r}.")
    try:
        literal = ast.literal_eval(value)
    except (ValueError, SyntaxError) as error:
        raise ValueError(
            f"--set {text}: {value!r} is not a Python literal. Text needs quotes, as in {left}='{value}'."
        ) from error
    if not _can_be_kept(literal):
        raise ValueError(f"--set {text}: a setting is a number, a text, True, False, None, or several in brackets.")
    return id.strip(), parameter.strip(), literal


def _can_be_kept(value: Any) -> bool:
    """Whether a setting comes back from the store's JSON as it was."""
    if isinstance(value, tuple | list):
        return all(_can_be_kept(each) for each in value)
    return value is None or isinstance(value, bool | int | float | str)


def _follow(store: Store, run: str, *, quiet: bool) -> Comparison:
    """Show a progress bar on standard error until the run has ended."""
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True, quiet=quiet), transient=True) as bar:
        task = bar.add_task("Comparing", total=1.0)
        while True:
            jobs.ensure_supervisor(store)
            row = store.run(run)
            assert row is not None
            fits = store.fits(run, curves=False)
            done = sum(each.progress if each.outcome is None else 1.0 for each in fits) / max(len(fits), 1)
            bar.update(task, completed=1.0 if jobs.ended(row) else done)
            if jobs.ended(row) and not _unmeasured(fits, row):
                return jobs.result(store, row)
            time.sleep(POLL)


def _unmeasured(fits: Sequence[FitRow], run: RunRow) -> bool:
    """Whether a model's size is still to come; waited for a while, because it may have been lost with its worker."""
    young = run.ended is not None and time.time() - run.ended < SIZES_SECONDS
    return young and any(each.outcome is not None and each.outcome.size_bytes is None for each in fits)


def _write_json(comparison: Comparison, file: str) -> None:
    text = json.dumps(comparison.to_json(), indent=2, allow_nan=False, default=str)
    if file == "-":
        click.echo(text)
    else:
        Path(file).write_text(text + "\n", encoding="utf-8")


def _show(comparison: Comparison) -> None:
    """The leaderboard as a table."""
    import pandas
    from rich.console import Console
    from rich.table import Table as Grid

    metric = METRICS[comparison.metric]
    grid = Grid("", "Model", metric.title, "spread", "fit", "", title=_caption(comparison, metric.title))
    board = comparison.leaderboard()
    several = board["folds"].max() > 1
    for row in board.to_dict("records"):
        mark = "=" if several and row["tied"] and row["rank"] != 1 else ""
        grid.add_row(
            "" if pandas.isna(row["rank"]) else f"{row['rank']}{mark}",
            row["title"],
            _number(row["mean"]),
            _number(row["spread"]),
            _seconds(row["fit_seconds"]),
            row["reason"] or row["undefined"] or ("reused" if row["reused"] else ""),
        )
    Console().print(grid)
    if not several:
        click.echo("One division of the rows: whether the differences are luck cannot be said.")
    elif board["tied"].sum() > 1:
        click.echo("= cannot be told from the best on these folds (corrected resampled t test, 5 %).")


def _caption(comparison: Comparison, metric: str) -> str:
    spec = comparison.spec
    weights = f", class weights {spec.class_weight}" if spec.class_weight else ""
    return f"{spec.dataset}, ranked by {metric}, {spec.split.kind} split, seed {spec.seed}{weights}"


def _number(value: float | None) -> str:
    return "" if value is None or value != value else f"{value:.4g}"


def _seconds(value: float | None) -> str:
    return "" if value is None or value != value else f"{value:.2f} s"


if __name__ == "__main__":
    main()
