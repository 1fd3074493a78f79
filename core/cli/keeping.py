"""What was run: listed, stopped, cleaned away. And the supervisor's end."""

from __future__ import annotations

import click

from core import jobs
from core.cli.choice import data_dir, open_store
from core.cli.terminal import echo
from core.records import RUN_ENDED
from core.store import RunRow, Store
from core.store.space import in_words
from core.wording import counted


@click.command()
@data_dir
def runs(data_dir: str) -> None:
    """List the runs, the newest first.

    A line tells a run's number, id, state, size on the disk, data and target.
    """
    store = open_store(data_dir)
    usage = store.usage()
    for each in store.runs():
        size = in_words(usage.get(each.id, 0))
        echo(f"{each.number:>4}  {each.id}  {each.state:<9}  {size:>9}  {each.spec.dataset} → {each.problem.target}")


@click.command()
@click.argument("run", default="")
@click.option("--all", "everything", is_flag=True, help="Every run that was started from the command line.")
@data_dir
def cancel(run: str, everything: bool, data_dir: str) -> None:
    """Stop a run; what is finished stays.

    RUN is its number or id, as bakeoff runs lists them.
    """
    store = open_store(data_dir)
    if bool(run) == everything:
        raise click.UsageError("Name one run, or say --all.")
    fits = jobs.stop_all(store, "") if everything else store.cancel(_open_run(store, run).id)
    echo(f"{counted(fits, 'fit')} stopped.")


def _open_run(store: Store, name: str) -> RunRow:
    found = next((each for each in store.runs() if name in (str(each.number), each.id)), None)
    if found is None:
        raise click.UsageError(f"There is no run {name!r}; bakeoff runs lists them.")
    if found.state in RUN_ENDED:
        raise click.UsageError(f"Run {found.number} has ended already: {found.state}.")
    return found


@click.command()
@click.option("--models", is_flag=True, help="Fitted models; they are fitted again when they are needed.")
@click.option("--leftovers", is_flag=True, help="Files that no run needs any more.")
@click.option("--dry-run", is_flag=True, help="Only say what would be removed.")
@data_dir
def clean(models: bool, leftovers: bool, dry_run: bool, data_dir: str) -> None:
    """Make room on the disk; scores and predictions stay."""
    store = open_store(data_dir)
    if not (models or leftovers):
        raise click.UsageError("Say what to remove: --models, --leftovers or both.")
    if leftovers and store.runs(states=jobs.OPEN_RUNS):
        raise click.UsageError("A run is at work, and what looks left over may be its own. Try again later.")
    done = "would be removed" if dry_run else "removed"
    if models:
        freed = store.remove_models(dry_run=dry_run)
        echo(f"{in_words(freed)} of fitted models {done}.")
    if leftovers:
        found = store.remove_leftovers(dry_run=True)
        freed = sum(each.stat().st_size for each in found)
        if not dry_run:
            store.remove_leftovers()
        echo(f"{in_words(freed)} in {counted(len(found), 'leftover file')} {done}.")


@click.command()
@data_dir
def stop(data_dir: str) -> None:
    """End the supervisor.

    Unfinished runs go on when it is started again, by a page or a command.
    """
    store = open_store(data_dir)
    if not jobs.stop_supervisor(store):
        raise click.ClickException(f"The supervisor of {store.folder} does not end.")
