"""From the options of a command to the run that they describe."""

from __future__ import annotations

import ast
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from core import jobs
from core.data import DATASETS, SPLITS, default_split, make_problem, propose_target
from core.data.databases import absolute, is_database
from core.models import MODELS, default_models
from core.records import ModelSpec, Problem, Roles, RunSpec, Split, Table
from core.run import with_baseline
from core.store import Store, StoreError

data_dir = click.option("--data-dir", default="", help="Data folder; BAKEOFF_DATA or ~/.bakeoff when not given.")


def open_store(folder: str) -> Store:
    """The store of a data folder; one that cannot be used is a sentence."""
    try:
        return Store(jobs.data_folder(folder))
    except StoreError as error:
        raise click.UsageError(str(error)) from error


def source_of(data: str) -> str:
    """What is read by another process, in another folder: a path from here as one from the root.

    A data set's name means the data set, whatever lies in the folder; ``./iris`` means the file.
    """
    if is_database(data):
        return absolute(data)
    if not data or data.partition(":")[0] in DATASETS:
        return data
    name, mark, settings = data.partition("?")
    for path, rest in ((Path(data), ""), (Path(name), mark + settings)):
        if path.exists():
            return str(path.resolve()) + rest
    return data


def check_writable(json_file: str) -> None:
    """Say before the run, not after it, that its results could not be written."""
    file = Path(json_file)
    if json_file in ("", "-") or (os.access(file, os.W_OK) if file.is_file() else _takes_files(file.parent, file)):
        return
    raise click.UsageError(f"--json {json_file}: no file can be written there.")


def _takes_files(folder: Path, file: Path) -> bool:
    return folder.is_dir() and not file.exists() and os.access(folder, os.W_OK)


def spec_of(table: Table, options: Mapping[str, Any]) -> RunSpec:
    """The run that the options describe; a wrong one raises ValueError with a sentence."""
    roles = Roles(
        options["target"] or table.target or _unsaid(table),
        positive=options["positive"],
        group=options["group"],
        time=options["time_column"],
        weight=options["weight"],
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
        options["memory_limit"],
        options["run_limit"],
    )


def _unsaid(table: Table) -> str:
    """A table of a person's own is not guessed at in silence: the proposal is told, and the choice left to them.

    Empty where nothing can be proposed: then the table is at fault, and says so itself.
    """
    proposal = propose_target(table)
    if not proposal.value:
        return ""
    raise ValueError(f"Say what to predict with --target. Suggested is {str(proposal.value)!r}: {proposal.reason}.")


def _split(problem: Problem, options: Mapping[str, Any]) -> Split:
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


def _implied(options: Mapping[str, Any]) -> str:
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
