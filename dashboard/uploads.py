"""A file that a person hands over, kept in the folder of tables under a name that is safe.

Takes a name and a file that has no name yet, gives the name of the file. The name is only ever shown and compared,
never joined to a path before it was made plain.
"""

from __future__ import annotations

import filecmp
import os
import re
import secrets
import time
from contextlib import suppress
from pathlib import Path

LONGEST = 80
ABANDONED = 600.0  # seconds after which a part that nobody writes to any more belongs to nobody
_FORBIDDEN = re.compile(r"[^\w .()+-]+")
# Names that are devices on some systems, whatever their ending.
_DEVICES = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)$")


def new_part(folder: Path) -> Path:
    """A path for a file on its way: hidden, so that nobody lists half a file."""
    return folder / f".{secrets.token_hex(8)}.part"


def sweep(folder: Path) -> None:
    """Delete what was never finished: the tab was closed, or the server ended."""
    for part in folder.glob(".*.part"):
        with suppress(OSError):  # another server may do the same
            if time.time() - part.stat().st_mtime > ABANDONED:
                part.unlink()


def keep(folder: Path, name: str, part: Path) -> str:
    """Keep an uploaded file in a folder.

    Parameters
    ----------
    folder : Path
    name : str
        What the file was called where it came from.
    part : Path
        Its content, in the same folder (see `new_part`); is gone afterwards.

    Returns
    -------
    str
        The name it has now. A content that is there already is not kept twice; another content under the same name gets
        a number.
    """
    for path in sorted(folder.iterdir()):
        if _visible(path) and path.stat().st_size == part.stat().st_size and filecmp.cmp(path, part, shallow=False):
            part.unlink()
            return path.name
    path = _free(folder, safe_name(name))
    os.replace(part, path)
    return path.name


def safe_name(name: str) -> str:
    """A file name without folders, control characters and other surprises; keeps letters of any language."""
    base = re.split(r"[/\\]", name)[-1]
    stem, dot, ending = base.rpartition(".")
    stem, ending = (stem, ending) if dot else (base, "")
    stem = _FORBIDDEN.sub("_", stem).strip(" .")[:LONGEST].strip(" .")
    ending = re.sub(r"\W", "", ending)[:8].lower()
    if not stem or _DEVICES.match(stem):
        stem = f"table_{stem}".rstrip("_")
    return f"{stem}.{ending}" if ending else stem


def _free(folder: Path, name: str) -> Path:
    path, number = folder / name, 2
    while path.exists():
        path = folder / f"{Path(name).stem}-{number}{Path(name).suffix}"
        number += 1
    return path


def _visible(path: Path) -> bool:
    return path.is_file() and not path.name.startswith(".")
