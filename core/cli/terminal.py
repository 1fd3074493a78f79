"""What reaches the terminal: text as it is, without the signs that steer one.

Takes text with names from people's files in it. A terminal obeys an escape sequence wherever it comes from, and rich
reads brackets and colons as colors and pictures; nothing of that is left to read.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rich.console import Console

# Control characters but for line ends, the marks that turn the direction of what follows, and halves of characters.
_STEERING = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]+")


def inert(text: Any) -> str:
    """A text that a terminal shows and does not obey."""
    return _STEERING.sub(" ", str(text))


def echo(text: Any, *, err: bool = False) -> None:
    """Print a line."""
    click.echo(inert(text), err=err)


def console(**options: Any) -> Console:
    """Where tables are printed; every text in them is taken as it is."""
    from rich.console import Console  # 50 ms that most commands do not need

    class Plain(Console):
        def render_str(self, text: str, **how: Any) -> Any:
            return super().render_str(inert(text), **how)

    return Plain(markup=False, emoji=False, **options)
