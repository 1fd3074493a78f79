"""What others take the separator and the quote of a text for: CleverCSV always, DuckDB where two are about as good.

Takes the first lines of a text, gives proposals; what they count is decided in `core.data.dialect`.
"""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

from core.data.settings import BLANKS

Proposed = tuple[str, str]
NOTHING: Proposed = "", ""

_SIZE = 20_000
_DELIMITERS = (",", ";", "\t", "|", ":", "^", "~", " ")
_LONG_WORD = re.compile(r"([\w.+@-]{100})[\w.+@-]+")  # some of CleverCSV's patterns take the square of it
_CONFINED = {"threads": "1", "autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}


def clever(sample: str) -> Proposed:
    """The separator and the quote that CleverCSV proposes; nothing where it has no proposal."""
    import clevercsv

    try:
        dialect = clevercsv.Sniffer().sniff(_LONG_WORD.sub(r"\1", sample[:_SIZE]), delimiters=list(_DELIMITERS))
    except clevercsv.Error:
        return NOTHING
    return NOTHING if dialect is None else _named(str(dialect.delimiter), dialect.quotechar)


def duck(sample: str) -> Proposed:
    """The same by DuckDB; to load it takes longer than most files, and 0.6 GB of address space."""
    import duckdb

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "sample.csv")
        path.write_text(sample[:_SIZE].rpartition("\n")[0], encoding="utf-8", newline="")
        try:
            with duckdb.connect(":memory:", config=dict(_CONFINED)) as connection:
                asked = connection.execute("SELECT Delimiter, Quote FROM sniff_csv(?)", [str(path)])
                found = asked.fetchone()
        except (duckdb.Error, MemoryError):
            return NOTHING
    return _named(*found) if found else NOTHING


def _named(delimiter: str, quote: str | None) -> Proposed:
    return (BLANKS if delimiter == " " else delimiter), quote if quote in ('"', "'") else '"'
