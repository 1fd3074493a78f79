"""What a comparison will take, told on the command line before it starts."""

from __future__ import annotations

import time

from core import jobs
from core.cli.terminal import console, echo
from core.data import fold_count
from core.estimates import about
from core.forecast import Forecast
from core.models import model_title
from core.records import Problem, RunSpec
from core.results import practice_rows
from core.store import Store
from core.store.space import in_words
from core.wording import counted

POLL, PATIENCE = 0.1, 120.0  # seconds between two looks, and until what is still on trial is told as it stands


def in_all(spec: RunSpec, problem: Problem, known: Forecast) -> str:
    """How many fits there will be and how long they will take; and which models will not fit into the limits."""
    folds = fold_count(spec.split, practice_rows(spec.split, problem.rows))
    told = [f"{counted(len(spec.models), 'model')} on {counted(folds, 'fold')}: {_duration(known.seconds)} in all."]
    if spec.run_limit and known.seconds > spec.run_limit:
        told[0] += f" It may take {spec.run_limit:g} s only."
    for model in spec.models:
        if why := known.against.get(model.id):
            told.append(f"{model_title(model)} will not fit: {why}")
    return "\n".join(told)


def _duration(seconds: float) -> str:
    return f"{seconds:.1g} s" if seconds < 1.5 else about(seconds).lower()


def foretell(store: Store, spec: RunSpec, problem: Problem) -> None:
    """Try every model on a sample and show what a fit of it and the whole will take."""
    from rich.table import Table as Grid

    known, deadline = jobs.expected(store, spec, problem), time.monotonic() + PATIENCE
    while known.on_trial and time.monotonic() < deadline:
        time.sleep(POLL)
        jobs.ensure_supervisor(store)
        known = jobs.expected(store, spec, problem)
    grid = Grid("Model", "one fit takes", "memory", "estimated")
    for model in spec.models:
        if each := known.expected.get(model.id):
            grid.add_row(model_title(model), _duration(each.seconds), in_words(each.bytes), each.how)
    console().print(grid)
    echo(in_all(spec, problem, known))
