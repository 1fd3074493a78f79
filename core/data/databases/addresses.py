"""From what a person types to the database that is meant: URLs, names of databases.toml, files with a table.

Takes a source such as ``"postgresql://ann@host/shop?table=orders"``, gives an `Address`. The source of a table stands
in the records of every run, so it may hold no password; those stand in databases.toml. Opens no database.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote

from core.catalogue import UnknownName, did_you_mean
from core.data.databases.engines import FILES, File, file_of
from core.data.errors import Unreadable

if TYPE_CHECKING:
    from sqlalchemy.engine import URL

CONFIGURED = "databases.toml"
_NAMED = "db:"
_TABLE = "?table="
_SCHEME = re.compile(r"([a-z][a-z0-9_]*)(\+\w+)?://", re.IGNORECASE)
_WEB = frozenset({"http", "https", "ftp", "ftps", "file", "s3", "gs"})
_OTHER_NAMES = {"postgres": "postgresql"}
_WHERE = (
    f"Put the address with its password into {CONFIGURED} in the data folder, under a name as in "
    '[shop] url = "…", and ask for db:shop, or leave the password to the database\'s own password file.'
)


@dataclass(frozen=True, slots=True)
class Address:
    """A database and the table that is meant.

    Attributes
    ----------
    shown : str
        The source without its table: what people, records and logs may see.
    table : str
        ``"orders"`` or ``"schema.orders"``; empty where none was named.
    path : Path or None
        The file, where the database is one.
    url : URL or None
        Of a server; may hold a password, so it is never shown.
    """

    shown: str
    table: str = ""
    path: Path | None = None
    file: File | None = None
    url: URL | None = field(default=None, repr=False)

    def source(self, table: str = "") -> str:
        """The source that names a table of this database."""
        return f"{self.shown}{_TABLE}{quote(table or self.table, safe='')}" if table or self.table else self.shown


def is_database(source: str) -> bool:
    """Whether a source means a database: a URL, a name of databases.toml, or a file with ``?table=`` behind it."""
    scheme = _SCHEME.match(source)
    return bool(scheme and scheme[1].lower() not in _WEB) or source.startswith(_NAMED) or _TABLE in source


def configured(tables: Path | None) -> dict[str, str]:
    """The databases that the operator has named in databases.toml beside the tables folder, and their URLs.

    Raises
    ------
    Unreadable
        If the file is there and cannot be understood; what stands in it is not repeated.
    """
    path = tables.parent / CONFIGURED if tables else None
    if path is None or not path.is_file():
        return {}
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
        return {name: str(entry["url"]) for name, entry in found.items()}
    except (OSError, ValueError, KeyError, TypeError):
        raise Unreadable(
            f'{CONFIGURED} in the data folder cannot be understood. It needs lines such as [shop] and url = "…".'
        ) from None


def database_sources(tables: Path | None) -> list[str]:
    """The sources of the databases that the operator has named; none where the list cannot be understood."""
    try:
        return [f"{_NAMED}{name}" for name in configured(tables)]
    except Unreadable:
        return []


def base_of(source: str) -> str:
    """A source without the table that is named in it; what bears anything else behind its ``?`` stays as it is."""
    base, mark, rest = source.partition("?")
    return base if mark and [key for key, _ in parse_qsl(rest, keep_blank_values=True)] == ["table"] else source


def address_of(source: str, tables: Path | None = None) -> Address:
    """The database that a source means.

    Parameters
    ----------
    source : str
    tables : Path, optional
        The folder of tables; databases.toml lies beside it.

    Raises
    ------
    UnknownName
        If databases.toml has no such name, or there is no such file.
    Unreadable
        If the source holds a password, or is no address.
    """
    base, _, rest = source.strip().partition("?")
    asked = dict(parse_qsl(rest, keep_blank_values=True))
    table = asked.pop("table", "")
    if base.startswith(_NAMED):
        _refuse_settings(asked)
        return _named(base, table, tables)
    if not _SCHEME.match(base):
        _refuse_settings(asked)
        return _of_file(base, table, _existing(base, tables))
    url = _parsed(base)
    if url.password:
        raise Unreadable(f"The address holds a password, which would stand in the records of the run. {_WHERE}")
    _refuse_settings(asked)
    return _of_url(base, table, url, tables)


def absolute(source: str) -> str:
    """A source whose file is named from the root, for a process in another folder; others as they are.

    Raises
    ------
    ValueError
        As `address_of` does, save for names that only the data folder knows.
    """
    if source.startswith(_NAMED):
        return source
    found = address_of(source)
    if found.path is None or not found.path.is_file():
        return source
    scheme = _SCHEME.match(source)
    return Address((f"{scheme[0]}/" if scheme else "") + str(found.path.resolve()), found.table).source()


def stamp(source: str, tables: Path | None = None) -> str:
    """What changes when the file of a database does, with what is not yet merged into it; of a server always the same.

    Nothing tells cheaply whether a server's table has changed, so it is read anew when that is asked for.
    """
    path = address_of(source, tables).path
    if path is None:
        return "server"
    parts = [path, *(path.with_name(path.name + end) for end in ("-wal", ".wal"))]
    states = [each.stat() for each in parts if each.is_file()]
    return ",".join(f"{state.st_size}-{state.st_mtime_ns}" for state in states)


def is_server(source: str, tables: Path | None = None) -> bool:
    """Whether a source means a database behind a connection, whose changes nobody sees from here."""
    return is_database(source) and address_of(source, tables).path is None


def _refuse_settings(asked: dict[str, str]) -> None:
    if asked:
        raise Unreadable(
            "Behind the ? of a database only table= may stand. Settings of a connection stand with its address in "
            f"{CONFIGURED} in the data folder."
        )


def _parsed(text: str) -> URL:
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    scheme, rest = text.split("://", 1)
    name, plus, driver = scheme.partition("+")
    try:
        return make_url(f"{_OTHER_NAMES.get(name.lower(), name.lower())}{plus}{driver}://{rest}")
    except (ArgumentError, ValueError):  # their texts repeat parts of the address, perhaps of a password
        raise Unreadable(
            "The address of the database cannot be understood. It looks like postgresql://user@host:5432/name?table=… "
            "or sqlite:///file.db?table=…; special signs in a name are written as %40 and the like."
        ) from None


def _named(base: str, table: str, tables: Path | None) -> Address:
    name, known = base.removeprefix(_NAMED), configured(tables)
    if not known:
        raise Unreadable(f"No database has a name here: {CONFIGURED} in the data folder would name them.")
    if name not in known:
        raise UnknownName(did_you_mean("database", base, [f"{_NAMED}{each}" for each in known]))
    url = _parsed(known[name])
    query = dict(url.query)
    table = table or str(query.pop("table", ""))
    return _of_url(base, table, url.set(query=query), tables.parent if tables else None)


def _of_url(shown: str, table: str, url: URL, folder: Path | None) -> Address:
    if url.get_backend_name() not in FILES:
        return Address(shown, table, url=url)
    if not url.database or url.database == ":memory:":
        raise Unreadable("The address names no file. Write sqlite:///file.db, or four strokes for a path from /.")
    return _of_file(shown, table, _existing(url.database, folder))


def _of_file(shown: str, table: str, path: Path) -> Address:
    try:
        with path.open("rb") as file:
            found = file_of(file.read(64))
    except OSError as error:
        raise Unreadable(f"{path.name} cannot be opened: {error.strerror or error}.") from error
    if found is None:
        kinds = " or ".join(each.title for each in FILES.values())
        raise Unreadable(f"{path.name} is no database of {kinds}, so it has no tables to choose from.")
    return Address(shown, table, path, found)


def _existing(name: str, folder: Path | None) -> Path:
    """A file by its path or by its name in a folder; a name that leads out of the folder means no file in it."""
    if "\0" not in name and name.strip():
        path = Path(name).expanduser()
        inside = folder / name if folder and Path(name).name == name else path
        for each in (path, inside):
            try:
                if each.is_file():
                    return each
            except OSError:  # a name too long for the file system
                break
    raise UnknownName(f"There is no file {name!r} to open as a database.")
