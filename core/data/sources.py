"""From a name to a table: data sets of the catalogue with settings, files, and files of the tables folder.

Takes text such as ``"moons:noise=0.3,rows=500"``, gives a `Table` or says what was probably meant.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

from core.catalogue import UnknownName, did_you_mean
from core.data.databases import database_sources, database_table, is_database
from core.data.datasets import DATASETS
from core.data.entry import Dataset
from core.data.errors import Unreadable
from core.data.fetched import PLACES
from core.data.reading import read_table
from core.data.settings import SHOWN, parts
from core.records import Param, Table


def load_table(source: str, tables: Path | None = None) -> Table:
    """A table by its name or its file.

    Parameters
    ----------
    source : str
        A data set (``"iris"``), one with settings (``"moons:noise=0.3,rows=500"``), one of a place elsewhere
        (``"openml:61"``, ``"sklearn:covtype"``), the path of a file, or the name of a file in `tables`; behind a file,
        after a question mark, how it is to be read (``"sales.csv?decimal=,&header=3"``, see `core.data.settings`); or a
        database (see `core.data.databases`).
    tables : Path, optional
        The folder of tables that people put there or uploaded. What is fetched is kept beside it.

    Raises
    ------
    UnknownName
        If nothing is called so; the text names near misses.
    Unreadable
        If the file holds no table, or a setting is out of its bounds.
    """
    name, colon, settings = source.strip().partition(":")
    if name in DATASETS and (colon or not Path(source).is_file()):
        dataset = DATASETS[name]
        return dataset.table(_settings(dataset, settings), tables)
    if name in PLACES and colon:
        return PLACES[name].fetch(settings, tables)
    if is_database(source):
        return database_table(source, tables)
    path, wanted = file_of(source, tables)
    if path is None:
        raise UnknownName(did_you_mean("data set or file", source, [*DATASETS, *_file_names(tables)]))
    return read_table(path, settings=wanted)


def file_of(source: str, tables: Path | None) -> tuple[Path | None, dict[str, Any]]:
    """The file that a source means, None where there is none, and how it is to be read."""
    whole = _file(source, tables)
    if whole is not None or "?" not in source:
        return whole, {}
    name, wanted = parts(source)
    return _file(name, tables), wanted


def catalogue_sources(tables: Path | None) -> list[tuple[str, str, str]]:
    """Source, title and one sentence of everything there is to choose from; nothing is opened.

    Databases that the operator has named and files of the folder `tables` stand behind the catalogue.
    """
    known = [(entry.name, entry.title, entry.introduction) for entry in DATASETS.values()]
    known += [(name, name, "A database that databases.toml names.") for name in database_sources(tables)]
    return known + [(name, name, "A file in your tables folder.") for name in _file_names(tables)]


def is_named(source: str) -> bool:
    """Whether a source is a data set of the catalogue or of a place elsewhere, and so no file."""
    name, colon, _ = source.strip().partition(":")
    return name in DATASETS or bool(colon and name in PLACES)


def files_behind(source: str, tables: Path) -> list[Path]:
    """The files that decide what a source is: itself, or those that may be a data set's; none where it comes along."""
    own, entry = own_file(source, tables), DATASETS.get(source)
    if own is not None:
        return [own]
    return entry.files.candidates(tables) if entry and entry.files else []


def own_file(source: str, tables: Path | None) -> Path | None:
    """The file that a source names, with or without settings behind it; None where it names none."""
    found = (_file(name, tables) for name in (source, source.partition("?")[0]))
    return next((path for path in found if path is not None and path.is_file()), None)


def _file_names(tables: Path | None) -> list[str]:
    if tables is None or not tables.is_dir():
        return []
    return sorted(each.name for each in tables.iterdir() if each.is_file() and not each.name.startswith("."))


def _file(source: str, tables: Path | None) -> Path | None:
    """The file that is meant; a name that leads out of the tables folder means no file in it."""
    if "\0" in source or not source.strip():
        return None
    if source in _file_names(tables) and not Path(source).is_file():
        assert tables is not None
        return tables / source
    path = Path(source).expanduser()
    try:
        return path if path.exists() else None
    except OSError:  # a name too long for the file system
        return None


def _settings(dataset: Dataset, text: str) -> dict[str, Any]:
    """Settings from ``"noise=0.3,rows=500"``, checked against the entry's parameters."""
    params = {param.name: param for param in dataset.params}
    result: dict[str, Any] = {}
    for part in filter(None, (each.strip() for each in re.split(r",(?=\s*\w+\s*=)", text))):
        name, equals, value = (each.strip() for each in part.partition("="))
        if not params:
            raise UnknownName(f"The data set {dataset.name!r} has no settings, so {name!r} cannot be set.")
        if name not in params:
            raise UnknownName(did_you_mean(f"setting of {dataset.name!r}", name, params))
        if not equals:
            raise Unreadable(f"The setting {name!r} of {dataset.name!r} has no value. Write {name}=… .")
        result[name] = _checked(dataset, params[name], value)
    return result


def _checked(dataset: Dataset, param: Param, text: str) -> Any:
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError):
        value = text
    whole = isinstance(param.default, int)
    fits = isinstance(value, (int, float)) and not isinstance(value, bool) and (not whole or value % 1 == 0)
    in_bounds = fits and (param.low is None or value >= param.low) and (param.high is None or value <= param.high)
    if in_bounds:
        return int(value) if whole else float(value)
    kind = "a whole number" if whole else "a number"
    raise Unreadable(
        f"The setting {param.name!r} of {dataset.name!r} must be {kind} from {param.low:,} to {param.high:,}, "
        f"not {text[:SHOWN]}."
    )
