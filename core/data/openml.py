"""OpenML: its data sets by number or by name, fetched through scikit-learn and kept as the files that OpenML sent.

Takes what is wanted and the folder of tables, gives a `Table` with OpenML's own target; what it says of it is noted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from core.data.errors import Unreadable
from core.data.frames import as_whole, table_of_frame
from core.data.network import fetching, home_of
from core.data.report import Report
from core.data.sampling import drawn, sample
from core.records import Table
from core.wording import quoted

HOSTS: tuple[str, ...] = ("openml.org",)
_MOST_COLUMNS = 10_000  # of a sparse table: beyond, it is mostly zeros and no model here reads it as such
_NAME = re.compile(r"(?P<name>[\w.(),-]{1,128}?)(?:@(?P<version>\d{1,9}))?", re.ASCII)
_ANOTHER_TARGET = "it is another answer of this data set, not a cause"
_LONGEST = 240
_HEADING = re.compile(r"(\*\*(author|source|please cite|note)\b.*|#.*|\*\*[^*]*\*\*:?|[\W_]*)$", re.IGNORECASE)


def by_openml(number: int) -> Callable[[Path | None], Table]:
    """What fetches the data set of OpenML that has this number."""
    return lambda tables: fetch_openml(str(number), tables)


def fetch_openml(wanted: str, tables: Path | None = None) -> Table:
    """A data set of OpenML.

    Parameters
    ----------
    wanted : str
        Its number (``"61"``) or its name, perhaps with a version (``"adult@2"``); else the oldest that is active.
    tables : Path, optional
        The folder of tables, beside which it is kept.

    Returns
    -------
    Table
        Its target is the one that OpenML names; version, licence and address are in its notes.

    Raises
    ------
    Unreadable
        If there is none of that name or number, if OpenML does not answer, or if what it sends is damaged, sparse and
        very wide, or no table.
    """
    asked = _NAME.fullmatch(wanted.strip())
    if not asked or set(asked["name"]) <= {"."}:
        raise Unreadable(
            f"{wanted[:80]!r} is no name of OpenML: letters, digits and _ - . ( ) , alone, and a version behind @. "
            "Write openml:61 or openml:adult@2."
        )
    what = f"The data set {asked[0]!r} of OpenML"
    with home_of(tables) as home, fetching(what, "OpenML", HOSTS):
        bunch = _from_openml(what, asked, home)
        return _table_of(f"openml:{asked[0]}", bunch)


def _from_openml(what: str, asked: re.Match[str], home: Path) -> Any:
    from sklearn.datasets import fetch_openml as fetch
    from sklearn.datasets._openml import OpenMLError

    name, version = asked["name"], asked["version"]
    which: dict[str, Any] = {"name": name, "version": int(version) if version else "active"}
    if name.isascii() and name.isdigit() and not version:
        which = {"data_id": int(name)}
    # No target: one with gaps would be refused. The slower of the two parsers (a second for a million cells) keeps the
    # order of the classes; scikit-learn's other one stumbles over classes that are numbers with this pandas.
    options = {"target_column": None, "as_frame": "auto", "parser": "liac-arff", "n_retries": 1}
    try:
        return fetch(**which, **options, data_home=home)
    except OpenMLError as error:
        raise Unreadable(
            f"{what} does not exist, or is not active. Bakeoff has no list of OpenML's names and cannot say which one "
            "is near: search for it on openml.org, and write openml: with its number."
        ) from error


def _table_of(source: str, bunch: Any) -> Table:
    details, report = bunch.details, Report()
    _tell(details, bunch.url, report)
    frame = _frame_of(bunch, report)
    names = set(frame.columns)
    targets = [each for each in _targets(details) if each in names]
    return table_of_frame(
        frame,
        source,
        title=f"{details['name']} (OpenML)",
        about=first_sentence(bunch.DESCR) or "A data set of OpenML.",
        report=report,
        target=targets[0] if targets else "",
        left_out=dict.fromkeys(targets[1:], _ANOTHER_TARGET),
    )


def _targets(details: Mapping[str, Any]) -> list[str]:
    """The columns to predict: mostly one, several with commas between them, or none."""
    return [each.strip() for each in str(details.get("default_target_attribute", "")).split(",") if each.strip()]


def _tell(details: Mapping[str, Any], address: str, report: Report) -> None:
    """Note where a data set comes from and what OpenML says against it."""
    licence = details.get("licence") or "not stated"
    which, where = f"{quoted(details['name'])}, version {details['version']}", address.removeprefix("https://www.")
    report.add("origin", f"From OpenML: {which}, {where}. Licence: {licence}.")
    if details.get("status") != "active":
        report.add(
            "origin",
            f"OpenML says that this version is {details.get('status') or 'not active'}: something is wrong with it, or "
            "another took its place.",
        )
    for kind in ("error", "warning"):
        if details.get(kind):
            report.add("origin", f"OpenML says of it: {' '.join(str(details[kind]).split())[:_LONGEST]}")


def _frame_of(bunch: Any, report: Report) -> pd.DataFrame:
    if isinstance(bunch.data, pd.DataFrame):
        frame = sample(bunch.data, report)
        return frame.assign(**{str(name): as_whole(frame[name]) for name in frame.select_dtypes("float").columns})
    many, columns = bunch.data.shape
    if columns > _MOST_COLUMNS:
        raise Unreadable(
            f"This data set is sparse: it has {columns:,} columns, mostly zeros, and at most {_MOST_COLUMNS:,} are "
            "read here. Choose another one, or bring its most useful columns as a file."
        )
    rows = drawn(many, columns, report)
    dense = (bunch.data if rows is None else bunch.data[rows]).toarray()
    frame = pd.DataFrame(dense, columns=bunch.feature_names)
    named = {name: texts for name, texts in (bunch.categories or {}).items() if texts}
    return frame.assign(**{name: _named(frame[name], texts) for name, texts in named.items()})


def _named(codes: pd.Series[Any], texts: list[str]) -> pd.Categorical:
    """A column of classes, which a sparse table holds as their numbers."""
    known = codes.fillna(-1).to_numpy(dtype=np.int64)
    return pd.Categorical.from_codes(known, categories=pd.Index(texts, dtype="str"))


def first_sentence(description: str) -> str:
    """The first sentence of a description in Markdown that says something; empty where none does."""
    text = re.sub(r"!\[[^\]]*\]\([^)]*\)|<[^>]*>", " ", description)
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text).removesuffix("Downloaded from openml.org.")
    lines = [line.strip() for line in text.splitlines()]
    prose = " ".join(line for line in lines if not _HEADING.match(line)).replace("*", "")
    prose = " ".join(prose.split())
    sentence = re.match(r".{10,}?[.!?](?=\s+[A-Z\"(]|$)", prose)
    said = sentence[0] if sentence else prose
    return said if len(said) <= _LONGEST else f"{said[:_LONGEST].rsplit(' ', 1)[0]} …"
