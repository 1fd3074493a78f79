"""``bakeoff compare``: starts a run, follows it, and shows what came of it."""

from __future__ import annotations

import json
import math
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from core import jobs
from core.cli.choice import check_writable, data_dir, open_store, source_of, spec_of
from core.cli.following import follow
from core.cli.forecasting import foretell, in_all
from core.cli.terminal import console, echo, inert
from core.data import SPLITS, make_problem
from core.metrics import METRICS
from core.results import Comparison
from core.standing import Standing
from core.wording import counted

STOPPED = 130  # what a shell expects of a command that Ctrl-C ended


class _Amount(click.FloatRange):
    """A number of seconds or GiB: neither less than nothing nor without end."""

    def __init__(self) -> None:
        super().__init__(min=0)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        number = super().convert(value, param, ctx)
        return (
            number if math.isfinite(number) else self.fail(f"{value!r} is not a number; 0 is for no limit.", param, ctx)
        )


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
@click.option("--weight", default="", metavar="COLUMN", help="How much each row counts, in fits and in scores.")
@click.option(
    "--exam", default=0.0, show_default=True, type=click.FloatRange(0, 0.5), help="Share of rows sealed away."
)
@click.option("--seed", default=0, show_default=True, type=click.IntRange(0, 2**32 - 1))
@click.option("--class-weight", default="", metavar="balanced", help="Weight classes by their rarity.")
@click.option("--time-limit", default=120.0, show_default=True, type=_Amount(), help="Seconds per fit; 0: none.")
@click.option(
    "--memory-limit",
    default=0.0,
    type=_Amount(),
    metavar="GIB",
    help="Memory per fit; what the machine has left, and at least 2 GiB, when not given.",
)
@click.option(
    "--run-limit",
    default=0.0,
    type=_Amount(),
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
@click.option("--estimate", is_flag=True, help="Only say what it would take, from fits on samples.")
def compare(data: str, data_dir: str, json_file: str, estimate: bool, **options: Any) -> None:
    """Compare models on a table.

    DATA is a data set's name (moons:noise=0.3,rows=500 for generated ones) or a file. Ctrl-C stops the run and shows
    what is finished; the same command goes on from there.
    """
    check_writable(json_file)
    store = open_store(data_dir)
    try:
        table = jobs.read(store, source_of(data))
        spec = spec_of(table, options)
        problem = make_problem(table, spec.roles)
        if estimate:
            foretell(store, spec, problem)
            return
        run = jobs.submit(store, spec, table)
    except ValueError as error:
        raise click.UsageError(inert(error)) from error
    known, quiet = jobs.expected(store, spec, problem, ask=False), json_file == "-"
    if not quiet:
        echo(in_all(spec, problem, known), err=True)
    followed = follow(store, run, known.expected, quiet=quiet)
    comparison = replace(followed.comparison, drawn=None)  # a single fold's rows are drawn again here and now
    if json_file:
        _write_json(comparison, json_file)
    if json_file != "-":
        _show(comparison)
    if followed.stopped:
        echo("Stopped. The same command goes on from here: what is finished is not trained again.", err=True)
        sys.exit(STOPPED)
    if not any(each.done for each in comparison.models):
        echo(f"0 of {counted(len(comparison.models), 'model')} finished.", err=True)
        sys.exit(1)


def _write_json(comparison: Comparison, file: str) -> None:
    text = json.dumps(comparison.to_json(), indent=2, allow_nan=False, default=str)
    if file == "-":
        echo(text)
    else:
        Path(file).write_text(text + "\n", encoding="utf-8")


def _show(comparison: Comparison) -> None:
    """The leaderboard as a table."""
    from rich.table import Table as Grid

    metric = METRICS[comparison.metric]
    grid = Grid("", "Model", metric.title, "spread", "fit", "", title=_caption(comparison, metric.title))
    standings = comparison.standings()
    lacks, once = comparison.evidence().lacks, max(each.folds for each in standings) == 1
    for row in standings:
        tied = "=" if not lacks and row.tied and row.rank != 1 else ""
        grid.add_row(
            "" if row.rank is None else f"{row.rank}{tied}",
            row.title,
            _number(row.mean),
            _number(row.spread),
            _seconds(row.fit_seconds),
            _remark(row),
        )
    console().print(grid)
    if lacks:
        echo("One division of the rows: whether the differences are luck cannot be said.")
    elif sum(each.tied for each in standings) > 1:
        test = "rows (bootstrap" if once else "folds (corrected resampled t test"
        echo(f"= cannot be told from the best on these {test}, Holm's correction, 5 %).")


def _remark(row: Standing) -> str:
    """What is to be known of a row beside its numbers."""
    folds = "reused" if row.reused else f"{row.reused_folds} of {row.folds_done} folds reused"
    parts = [*row.marks, row.reason or row.undefined, folds if row.reused_folds and not row.reason else ""]
    return ", ".join(each for each in parts if each)


def _caption(comparison: Comparison, metric: str) -> str:
    spec = comparison.spec
    weights = f", class weights {spec.class_weight}" if spec.class_weight else ""
    weights += f", rows weighted by {spec.roles.weight}" if spec.roles.weight else ""
    return f"{spec.dataset}, ranked by {metric}, {spec.split.kind} split, seed {spec.seed}{weights}"


def _number(value: float | None) -> str:
    return "" if value is None or value != value else f"{value:.4g}"


def _seconds(value: float | None) -> str:
    return "" if value is None or value != value else f"{value:.2f} s"
