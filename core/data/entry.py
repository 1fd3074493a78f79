"""An entry of DATASETS: a table that is at hand, or one whose file is looked for and which is fetched otherwise.

Gives a `Table` under the entry's name. Knows no entry in particular.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from core.data.errors import Unreadable
from core.data.frames import table_of_frame
from core.data.layouts import Files, Found, bare
from core.records import Param, Table, Task

NOT_AT_HAND = "Needs a file or the network once."


@dataclass(frozen=True, slots=True)
class Dataset:
    """A table with a name.

    Attributes
    ----------
    name, title : str
        For programs and for people.
    task : Task
        What it is meant for.
    load : callable
        Takes the settings by name, gives a DataFrame with the target among its columns. With `files` it fetches
        instead: it takes the folder of tables or None, gives a `Table`, or raises `Unreadable`.
    about : str
        One honest sentence.
    target : str
        The column to predict; with `files`, where no form of the file says another one.
    params : tuple of Param
        The settings of a generated table.
    left_out : mapping of str to str
        Columns that are better no features, with the reason; with `files` by their bare names.
    image_shape : tuple of int
        Height and width where the columns are pixels.
    generated : bool
        Whether it was made by a formula and describes nothing in the world.
    files : Files or None
        How its file is known, where the table does not come along: it is looked for in the folder of tables first.
    """

    name: str
    title: str
    task: Task
    load: Callable[..., Any]
    about: str
    target: str
    params: tuple[Param, ...] = ()
    left_out: Mapping[str, str] = field(default_factory=dict)
    image_shape: tuple[int, ...] = ()
    generated: bool = False
    files: Files | None = None

    @property
    def introduction(self) -> str:
        """What it is, and what it needs."""
        return f"{self.about} {NOT_AT_HAND}" if self.files else self.about

    def table(self, settings: Mapping[str, Any] | None = None, tables: Path | None = None) -> Table:
        """The table with these settings, the defaults for the others; its name brings it back.

        Parameters
        ----------
        settings : mapping
        tables : Path, optional
            The folder of tables, for an entry with `files`.

        Raises
        ------
        Unreadable
            If it is neither in the folder nor can be fetched; the text says which file to put there.
        """
        if self.files:
            return self._from_elsewhere(self.files, tables)
        chosen = {param.name: (settings or {}).get(param.name, param.default) for param in self.params}
        unusual = [
            f"{param.name}={chosen[param.name]!r}" for param in self.params if chosen[param.name] != param.default
        ]
        return table_of_frame(
            self.load(**chosen),
            f"{self.name}:{','.join(unusual)}" if unusual else self.name,
            title=self.title,
            about=self.about,
            target=self.target,
            task=self.task,
            image_shape=self.image_shape,
            left_out=self.left_out,
        )

    def _from_elsewhere(self, files: Files, tables: Path | None) -> Table:
        found, refused = files.find(tables, self.image_shape)
        if found is None:
            try:
                fetched: Table = self.load(tables)
            except Unreadable as error:
                absent = f"{self.title} is not in the data folder."
                raise Unreadable(" ".join([absent, *refused, str(error), files.wanted()])) from error
            found = files.recognised(fetched, self.image_shape)
        if found is None:
            strange = f"What was fetched as {self.title} has other columns than it should. Try again later."
            raise Unreadable(f"{strange} {files.wanted()}")
        return self._known(found)

    def _known(self, found: Found) -> Table:
        """What was found, as this entry knows it: with its target, and what is better no feature left out."""
        names = list(found.frame.columns)
        reasons = {name: self.left_out[bare(name)] for name in names if bare(name) in self.left_out}
        pixels = len(self.image_shape) == 2 and len(names) == 1 + self.image_shape[0] * self.image_shape[1]
        table = table_of_frame(
            found.frame,
            self.name,
            title=self.title,
            about=self.about,
            report=found.report,
            target=found.target,
            task=self.task,
            image_shape=self.image_shape if pixels else (),
            left_out=reasons,
        )
        notes = dict.fromkeys(note for each in found.origin for note in each.notes)
        changes = dict.fromkeys(change for each in found.origin for change in each.report)
        facts = found.origin[0].facts
        return replace(table, notes=(*notes, *table.notes), report=(*changes, *table.report), facts=facts)
