"""Follows a run from the command line: how far it is, what it waits for, and the way to stop it."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import click

from core import jobs
from core.cli.terminal import console
from core.estimates import Estimate
from core.records import ENDED, Hold, RunState
from core.results import Comparison
from core.store import FitRow, RunRow, Store

POLL = 0.1
SIZES_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Followed:
    """What a run has come to, and whether it was stopped from here."""

    comparison: Comparison
    stopped: bool = False


def follow(store: Store, run: str, expected: Mapping[str, Estimate], *, quiet: bool) -> Followed:
    """Show a progress bar on standard error until the run has ended; Ctrl-C ends it, a second one leaves at once.

    `expected` is what a fit of each model will take, until its first fold has told.
    """
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TextColumn("{task.fields[left]}"))
    with Progress(*columns, console=console(stderr=True, quiet=quiet), transient=True) as bar:
        task = bar.add_task("Comparing", total=1.0, left="")

        def wait(*, sizes: bool) -> Comparison:
            over = math.inf
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
            return Followed(wait(sizes=True))
        except KeyboardInterrupt:
            bar.update(task, description="Stopping")
            return Followed(stopped=store.cancel(run) > 0, comparison=wait(sizes=False))


def _done(fits: Sequence[FitRow]) -> float:
    """Share of a run that is done, 0 to 1."""
    return sum(each.progress if each.outcome is None else 1.0 for each in fits) / max(len(fits), 1)


def _left(store: Store, run: RunRow, fits: Sequence[FitRow], expected: Mapping[str, Estimate]) -> str:
    """What a run waits for, or how long it still takes, in words; empty where that is not known."""
    if jobs.ended(run):
        return ""
    if store.full():
        return "paused: the disk is full; it goes on when there is room"
    if run.state == RunState.QUEUED:
        ahead = jobs.place(store, run).ahead
        return f"waiting: {ahead} to begin before it" if ahead else ""
    if all(each.hold == Hold.PAUSED for each in fits if each.state not in ENDED):
        return "paused on the page"
    slots = int((store.noted("supervisor") or {}).get("slots", 1))
    seconds = jobs.seconds_left(run, fits, slots, expected)
    if seconds is None:
        return ""
    return f"about {seconds:.0f} s left" if seconds < 90 else f"about {seconds / 60:.0f} min left"


def _unmeasured(fits: Sequence[FitRow], seconds: float) -> bool:
    """Whether a model's size is still to come, so long after the run's end; it may have been lost with its worker."""
    young = seconds < SIZES_SECONDS
    return young and any(each.outcome is not None and each.outcome.size_bytes is None for each in fits)
