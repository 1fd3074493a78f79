"""The command line: ``bakeoff compare | inspect | datasets | models | runs | cancel | clean | stop``.

Also ``python -m core``. Runs the same run through the same supervisor as the dashboard. Exit codes: 0 when the run
ended, 2 for unusable arguments, 1 when no model could be scored, 3 when a file cannot be inspected, 130 when the run
was stopped by Ctrl-C.
"""

from __future__ import annotations

from typing import Any

import click

from core import __version__
from core.cli.comparing import compare
from core.cli.inspecting import inspect
from core.cli.keeping import cancel, clean, runs, stop
from core.cli.listing import datasets, models
from core.cli.terminal import inert
from core.store import StoreError


class _Sentences(click.Group):
    """Says in a sentence what is wrong with the data folder."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except StoreError as error:
            raise click.ClickException(inert(error)) from error


@click.group(cls=_Sentences)
@click.version_option(__version__)
def main() -> None:
    """Compare models on a table: trained on the same folds, judged honestly."""


for _command in (compare, inspect, datasets, models, runs, cancel, clean, stop):
    main.add_command(_command)
