"""``bakeoff compare``: starts a run, follows it, and shows what came of it."""

from __future__ import annotations

import json
import math
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from core import jobs
from core.cli.choice import data_dir, open_store, source_of, spec_of
from core.data import SPLITS
from core.estimates import Estimate, fold_rows, rough
from core.metrics import METRICS
from core.results import Comparison
from core.standing import Standing
from core.store import FitRow, RunRow, Store

POLL = 0.1
SIZES_SECONDS = 30.0
STOPPED = 130  # what a shell expects of a command that Ctrl-C ended


@click.command()
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
    "--memory-limit",
    default=0.0,
    type=click.FloatRange(0),
    metavar="GIB",
    help="Memory per fit; what the machine has left, and at least 2 GiB, when not given.",
)
@click.option(
    "--run-limit",
    default=0.0,
    type=click.FloatRange(0),
    metavar="SECONDS",
    help="For the whole run; 0: none.",
)
@click.option(
    "--set", "settings", multiple=True, metavar="MODEL.PARAM=VALUE", help="A setting; VALUE is a Python literal."
)
@data_dir
@click.option(
    "--json", "json_file", default="", metavar="FILE", help="Write the results as JSON; - for standard output."
)
def compare(data: str, data_dir: str, json_file: str, **options: Any) -> None:
    """Compare models on a table.

    DATA is a data set's name (moons:noise=0.3,rows=500 for generated ones) or a file. Ctrl-C stops the run and shows
    what is finished; the same command goes on from there.
    """
    _check_writable(json_file)
    store = open_store(data_dir)
    try:
        table = jobs.read(store, source_of(data))
        spec = spec_of(table, options)
        run = jobs.submit(store, spec, table)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    followed = _follow(store, run, quiet=json_file == "-")
    comparison = followed.comparison
    if json_file:
        _write_json(comparison, json_file)
    if json_file != "-":
        _show(comparison)
    if followed.stopped:
        click.echo("Stopped. The same command goes on from here: what is finished is not trained again.", err=True)
        sys.exit(STOPPED)
    if all(comparison.model(each.id).done == () for each in spec.models):
        sys.exit(1)


def _check_writable(json_file: str) -> None:
    """Say before the run, not after it, that its results could not be written."""
    file = Path(json_file)
    if json_file in ("", "-") or (os.access(file, os.W_OK) if file.is_file() else _takes_files(file.parent, file)):
        return
    raise click.UsageError(f"--json {json_file}: no file can be written there.")


def _takes_files(folder: Path, file: Path) -> bool:
    return folder.is_dir() and not file.exists() and os.access(folder, os.W_OK)


@dataclass(frozen=True, slots=True)
class _Followed:
    """What a run has come to, and whether it was stopped from here."""

    comparison: Comparison
    stopped: bool = False


def _follow(store: Store, run: str, *, quiet: bool) -> _Followed:
    """Show a progress bar on standard error until the run has ended; Ctrl-C ends it, a second one leaves at once."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

    console = Console(stderr=True, quiet=quiet)
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TextColumn("{task.fields[left]}"))
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("Comparing", total=1.0, left="")

        def wait(*, sizes: bool) -> Comparison:
            expected, over = _expected(store, run), math.inf
            while True:
                jobs.ensure_supervisor(store)
                if told := jobs.no_engine(store):
                    store.cancel(run)
                    raise click.ClickException(told)
                row = store.run(run)
                assert row is not None
                fits = store.fits(run, curves=False)
                bar.update(
                    task, completed=1.0 if jobs.ended(row) else _done(fits), left=_left(store, row, fits, expected)
                )
                over = min(over, time.monotonic()) if jobs.ended(row) else math.inf
                if jobs.ended(row) and not (sizes and _unmeasured(fits, time.monotonic() - over)):
                    return jobs.result(store, row)
                time.sleep(POLL)

        try:
            return _Followed(wait(sizes=True))
        except KeyboardInterrupt:
            bar.update(task, description="Stopping")
            return _Followed(stopped=store.cancel(run) > 0, comparison=wait(sizes=False))


def _done(fits: Sequence[FitRow]) -> float:
    """Share of a run that is done, 0 to 1."""
    return sum(each.progress if each.outcome is None else 1.0 for each in fits) / max(len(fits), 1)


def _expected(store: Store, run: str) -> dict[str, Estimate]:
    """What a fit of each model will roughly take, until its first fold has told."""
    row = store.run(run)
    assert row is not None
    train, _ = fold_rows(row.spec.split, row.problem.rows)
    return {each.id: rough(row.problem, each, train) for each in row.spec.models}


def _left(store: Store, run: RunRow, fits: Sequence[FitRow], expected: dict[str, Estimate]) -> str:
    """How long a run still takes, in words; empty where that is not known."""
    slots = int((store.noted("supervisor") or {}).get("slots", 1))
    seconds = None if jobs.ended(run) else jobs.seconds_left(run, fits, slots, expected)
    if seconds is None:
        return ""
    return f"about {seconds:.0f} s left" if seconds < 90 else f"about {seconds / 60:.0f} min left"


def _unmeasured(fits: Sequence[FitRow], seconds: float) -> bool:
    """Whether a model's size is still to come, so long after the run's end; it may have been lost with its worker."""
    young = seconds < SIZES_SECONDS
    return young and any(each.outcome is not None and each.outcome.size_bytes is None for each in fits)


def _write_json(comparison: Comparison, file: str) -> None:
    text = json.dumps(comparison.to_json(), indent=2, allow_nan=False, default=str)
    if file == "-":
        click.echo(text)
    else:
        Path(file).write_text(text + "\n", encoding="utf-8")


def _show(comparison: Comparison) -> None:
    """The leaderboard as a table."""
    from rich.console import Console
    from rich.table import Table as Grid

    metric = METRICS[comparison.metric]
    grid = Grid("", "Model", metric.title, "spread", "fit", "", title=_caption(comparison, metric.title))
    standings = comparison.standings()
    several = max(each.folds for each in standings) > 1
    for row in standings:
        tied = "=" if several and row.tied and row.rank != 1 else ""
        grid.add_row(
            "" if row.rank is None else f"{row.rank}{tied}",
            row.title,
            _number(row.mean),
            _number(row.spread),
            _seconds(row.fit_seconds),
            _remark(row),
        )
    Console().print(grid)
    if not several:
        click.echo("One division of the rows: whether the differences are luck cannot be said.")
    elif sum(each.tied for each in standings) > 1:
        click.echo("= cannot be told from the best on these folds (corrected resampled t test, 5 %).")


def _remark(row: Standing) -> str:
    """What is to be known of a row beside its numbers; brackets mean nothing to the table."""
    from rich.markup import escape

    parts = [*row.marks, row.reason or row.undefined, "reused" if row.reused and not row.reason else ""]
    return escape(", ".join(each for each in parts if each))


def _caption(comparison: Comparison, metric: str) -> str:
    spec = comparison.spec
    weights = f", class weights {spec.class_weight}" if spec.class_weight else ""
    return f"{spec.dataset}, ranked by {metric}, {spec.split.kind} split, seed {spec.seed}{weights}"


def _number(value: float | None) -> str:
    return "" if value is None or value != value else f"{value:.4g}"


def _seconds(value: float | None) -> str:
    return "" if value is None or value != value else f"{value:.2f} s"
