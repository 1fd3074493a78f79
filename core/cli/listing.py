"""What there is to choose from: data sets and models."""

from __future__ import annotations

import click

from core.data import DATASETS
from core.models import MODELS
from core.records import Task


@click.command()
def datasets() -> None:
    """List the data sets, and what those need that do not come along."""
    for entry in DATASETS.values():
        settings = " ".join(f"{each.name}={each.default}" for each in entry.params)
        click.echo(f"{entry.name:<18} {entry.title}. {entry.introduction}" + (f" [{settings}]" if settings else ""))


@click.command()
def models() -> None:
    """List the models, and what they can predict.

    Models of your own take part as well: BAKEOFF_MODELS names their modules, separated by commas, each of which has a
    tuple MODELS of entries such as those in core/models. Set it before anything of Bakeoff starts (bakeoff stop ends a
    supervisor that started without it), and see that Python finds the modules, as with PYTHONPATH.
    """
    for entry in MODELS.values():
        tasks = ", ".join(str(task) for task in Task if task in entry.build)
        click.echo(f"{entry.name:<24} {entry.title} ({tasks}). {entry.about}")
