"""What tables there are to choose from, and which a page may read.

Takes names of sources; knows the store's folder of tables and the catalogue.
"""

from __future__ import annotations

from collections.abc import Iterable

from core.catalogue import did_you_mean
from core.data import DATASETS, catalogue_sources, is_named
from core.data.databases import base_of, is_database
from core.derived import source_stamp
from dashboard.session import EXAMPLE, choose_source, store


def sources() -> dict[str, tuple[str, str]]:
    """Everything there is to choose from: source to its title and a sentence."""
    return {source: (title, about) for source, title, about in catalogue_sources(store().tables)}


def strange(name: str) -> str:
    """Why a source is none of these; empty where it is one. Anybody may have written the address: no path is one."""
    known = sources()
    if is_database(name):
        return _strange_database(name, known)
    here = name in known or name.partition("?")[0] in known
    if here or name.partition(":")[0] in DATASETS or is_named(name):
        return ""
    return did_you_mean("data set or file", name, known)


def _strange_database(name: str, known: Iterable[str]) -> str:
    if base_of(name) not in known:  # this machine does not knock at others' doors for whoever writes an address
        return (
            "On this page only databases that databases.toml in the data folder names can be read, and files in the "
            "folder of tables. Other addresses are for the command line."
        )
    try:
        source_stamp(name, store().tables)
    except ValueError as error:
        return str(error)
    return ""


def forget_file(name: str) -> None:
    """Delete a file from the folder of tables and go back to the example."""
    file = name.partition("?")[0]
    if file in sources() and file not in DATASETS:
        (store().tables / file).unlink(missing_ok=True)
    choose_source(EXAMPLE)
