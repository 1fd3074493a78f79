"""Tables by name from elsewhere: PLACES (OpenML, scikit-learn's own fetchers), fetched once and then kept.

Takes a name within a place and the folder of tables, gives a `Table`; what was fetched lies beside that folder, so that
the second time needs no network. Nothing that is kept there is a pickle: scikit-learn's own, which are, do not stay.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from core.catalogue import Catalogue, resolve
from core.data.columnar import read_parquet
from core.data.errors import Unreadable
from core.data.frames import table_of_frame
from core.data.network import fetching, kept_beside
from core.data.openml import fetch_openml
from core.data.report import Report
from core.data.sampling import sample
from core.records import Table, Task
from core.wording import listed, quoted


@dataclass(frozen=True, slots=True)
class Place:
    """Where tables can be had by name.

    Attributes
    ----------
    example : str
        A name that it knows.
    fetch : callable
        A name and the folder of tables (or None: nothing is kept) in, a `Table` out.
    """

    name: str
    title: str
    about: str
    example: str
    fetch: Callable[[str, Path | None], Table]


@dataclass(frozen=True, slots=True)
class Fetcher:
    """One of scikit-learn's functions that fetch data.

    Attributes
    ----------
    load : str
        Module and function.
    target, task : str
        What it is meant for.
    no_table : str
        Why it gives no table that can be read here, as a clause; empty where it does.
    """

    name: str
    title: str
    about: str
    load: str = ""
    target: str = ""
    task: str = ""
    no_table: str = ""


_PICTURES = "it holds pictures of faces and no table"

FETCHERS: Catalogue[Fetcher] = Catalogue(
    "fetcher of scikit-learn",
    Fetcher(
        "california_housing",
        "California housing",
        "Districts of California in 1990; predicted is the median house value in units of $100,000 (Pace, Barry 1997).",
        "sklearn.datasets:fetch_california_housing",
        "MedHouseVal",
        Task.REGRESSION,
    ),
    Fetcher(
        "covtype",
        "Forest cover",
        "Patches of forest in Colorado; predicted is which of seven kinds of trees grows there (Blackard, Dean 1999).",
        "sklearn.datasets:fetch_covtype",
        "Cover_Type",
        Task.CLASSIFICATION,
    ),
    Fetcher(
        "kddcup99",
        "Network attacks",
        "A tenth of the connections of a simulated network in 1998; predicted is which were attacks (KDD Cup 1999).",
        "sklearn.datasets:fetch_kddcup99",
        "labels",
        Task.CLASSIFICATION,
    ),
    Fetcher("olivetti_faces", "Faces", "Pictures of 40 people.", no_table=_PICTURES),
    Fetcher("lfw_people", "Faces in the wild", "Pictures of well-known people.", no_table=_PICTURES),
    Fetcher("lfw_pairs", "Pairs of faces", "Pairs of pictures of well-known people.", no_table=_PICTURES),
    Fetcher("20newsgroups", "Newsgroups", "Letters to 20 groups.", no_table="it holds letters as free text"),
    Fetcher(
        "20newsgroups_vectorized",
        "Words of newsgroups",
        "How often words occur in letters.",
        no_table="it has 130,107 columns, one per word",
    ),
    Fetcher(
        "rcv1", "Reuters", "Words of news.", no_table="it has 47,236 columns, one per word, and many answers per row"
    ),
    Fetcher(
        "species_distributions", "Species", "Where two animals were seen.", no_table="it holds maps and no single table"
    ),
)


def by_sklearn(name: str) -> Callable[[Path | None], Table]:
    """What fetches a data set by the fetcher of scikit-learn that has this name."""
    return lambda tables: fetch_sklearn(name, tables)


def fetch_sklearn(wanted: str, tables: Path | None = None) -> Table:
    """The table of one of scikit-learn's own fetchers.

    Parameters
    ----------
    wanted : str
        Its name without ``fetch_``: ``"california_housing"``.
    tables : Path, optional
        The folder of tables, beside which it is kept.

    Raises
    ------
    UnknownName
        If scikit-learn has none of that name; the text names near misses.
    Unreadable
        If it gives no table, if its source does not answer, or if what is sent is damaged.
    """
    fetcher = FETCHERS[wanted.strip().removeprefix("fetch_")]
    if fetcher.no_table:
        known = [each.name for each in FETCHERS.values() if not each.no_table]
        raise Unreadable(f"{fetcher.title} cannot be used here: {fetcher.no_table}. Those that can: {listed(known)}.")
    report = Report()
    report.add("origin", f"Fetched by scikit-learn's {quoted(fetcher.load.partition(':')[2])}.")
    frame = sample(_kept(fetcher, tables), report)
    return table_of_frame(
        frame,
        f"sklearn:{fetcher.name}",
        title=fetcher.title,
        about=fetcher.about,
        report=report,
        target=fetcher.target,
        task=fetcher.task,
    )


def _kept(fetcher: Fetcher, tables: Path | None) -> pd.DataFrame:
    """The table as it was kept, or fetched and kept now; a copy that is damaged is made anew."""
    folder = kept_beside(tables)
    path = folder / f"{fetcher.name}.parquet" if folder else None
    if path is not None and path.is_file():
        with suppress(Unreadable):
            return read_parquet(path.read_bytes(), Report())
    frame = _from_sklearn(fetcher)
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f"{path.name}.part{os.getpid()}")
        frame.to_parquet(part, index=False)
        part.replace(path)
    return frame


def _from_sklearn(fetcher: Fetcher) -> pd.DataFrame:
    """What scikit-learn fetches, in a folder of its own: what it leaves there are pickles."""
    what = f"The data set {fetcher.name!r} of scikit-learn"
    with tempfile.TemporaryDirectory() as home, fetching(what, f"The source of {fetcher.title}"):
        frame: pd.DataFrame = resolve(fetcher.load)(data_home=home, as_frame=True, n_retries=1, delay=0.1).frame
    bytes_too = frame.select_dtypes(object).columns
    return frame.assign(**{str(name): _of_bytes(frame[name]) for name in bytes_too})


def _of_bytes(values: pd.Series[Any]) -> pd.Series[Any]:
    """A column of bytes as text, or as numbers where it holds numbers."""
    texts = values.map(lambda each: each.decode("utf-8", "replace") if isinstance(each, bytes) else each)
    inferred: pd.Series[Any] = texts.infer_objects()
    return inferred


PLACES: Catalogue[Place] = Catalogue(
    "place of data sets",
    Place("openml", "OpenML", "Thousands of data sets, by number or name.", "openml:61", fetch_openml),
    Place(
        "sklearn", "scikit-learn", "What scikit-learn's own fetchers give.", "sklearn:california_housing", fetch_sklearn
    ),
)
