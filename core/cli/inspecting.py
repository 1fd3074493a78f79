"""``bakeoff inspect``: what a file was read as, what it is probably for, and what stands out in it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from core import jobs
from core.cli.choice import check_writable, data_dir, source_of
from core.cli.terminal import console, echo, inert
from core.confined import read_confined
from core.data import make_problem, propose_target
from core.inspection import Inspection, inspect_table
from core.records import Roles, Table
from core.wording import counted

UNREADABLE = 3


@click.command()
@click.argument("data")
@click.option("--target", default="", metavar="COLUMN", help="Column to predict; proposed when not given.")
@click.option("--weight", default="", metavar="COLUMN", help="How much each row counts; proposed when not given.")
@data_dir
@click.option("--json", "json_file", default="", metavar="OUT", help="Write the same as JSON; - for standard output.")
def inspect(data: str, target: str, weight: str, data_dir: str, json_file: str) -> None:
    """Say how a file was read and what stands out in it; nothing is trained.

    DATA is a file, or anything else that bakeoff compare takes. How a file is to be read may stand behind it, as in
    'sales.csv?delimiter=;&decimal=,&header=3'. Exit code 3 when it cannot be read.
    """
    check_writable(json_file)
    found = inspect_table(*_read(data, target, weight, data_dir))
    if json_file:
        _write(found.to_json(), json_file)
    if json_file != "-":
        _show(found)


def _read(data: str, target: str, weight: str, folder: str) -> tuple[Table, Roles | None]:
    try:
        table = read_confined(source_of(data), jobs.data_folder(folder) / "tables")
    except ValueError as error:
        echo(error, err=True)
        sys.exit(UNREADABLE)
    if not target and not weight:
        return table, None
    try:
        make_problem(table, roles := Roles(target or str(propose_target(table).value), weight=weight))
    except ValueError as error:
        raise click.UsageError(inert(error)) from error
    return table, roles


def _write(found: dict[str, Any], file: str) -> None:
    shown = file == "-"
    text = json.dumps(found, ensure_ascii=shown, indent=1, default=str)
    if shown:
        echo(text)
        return
    try:
        Path(file).write_text(f"{text}\n", encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"{file} could not be written: {error.strerror}.") from error


def _show(found: Inspection) -> None:
    from rich.table import Table as Grid

    terminal, told, table = console(), found.to_json(), found.table
    size = f"{counted(len(table.frame), 'row')}, {counted(len(table.columns), 'column')}"
    facts = [f"{name.replace('_', ' ')} {_fact(told[name])}" for name in ("format", *_SHOWN) if told.get(name)]
    terminal.print(f"{table.title}: {', '.join([size, *facts])}", style="bold")
    grid = Grid("column", "kind", "role", "missing", "distinct", "why")
    for each in told["columns"]:
        why = each.get("role_reason", each["reason"])
        grid.add_row(each["name"], each["kind"], each["role"], f"{each['missing']:,}", f"{each['distinct']:,}", why)
    terminal.print(grid)
    for title, lines in _paragraphs(told, found):
        terminal.print(title, style="bold")
        for line in lines:
            terminal.print(f"  {line}", highlight=False)


_SHOWN = ("encoding", "delimiter", "decimal", "header_row", "sheet", "table")


def _fact(value: Any) -> str:
    return repr(value) if isinstance(value, str) and not value.isalnum() else str(value)


def _paragraphs(told: dict[str, Any], found: Inspection) -> list[tuple[str, list[str]]]:
    """Headings with their lines, without those that have none."""
    target, split = told["target"], told["split"]
    purpose = [found.objection]
    if split:
        purpose = [
            f"{target['proposal']}: {target['reason']}.",
            f"{told['task']}: {told['task_reason']}.",
            f"Divide the rows by {split['proposal']}: {split['reason']}.",
        ]
        if told["weight"]["proposal"]:
            purpose.append(f"Have rows count by {told['weight']['proposal']}: {told['weight']['reason']}.")
    warnings = [f"{each['severity']}: {each['text']} {each['advice']}" for each in told["warnings"] if split]
    paragraphs = [("What it is for", purpose), ("How it was read", list(found.table.notes))]
    paragraphs.append(("What stands out", warnings))
    return [(title, lines) for title, lines in paragraphs if lines]
