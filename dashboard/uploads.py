"""A file that a person hands over, kept in the folder of tables under a name that is safe.

Takes a name and a content, gives the name of the file. The name is only ever shown and compared, never joined to a path
before it was made plain.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

LONGEST = 80
_FORBIDDEN = re.compile(r"[^\w .()+-]+")
# Names that are devices on some systems, whatever their ending.
_DEVICES = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)$")


def keep(folder: Path, name: str, content: bytes) -> str:
    """Keep an uploaded file in a folder.

    Parameters
    ----------
    folder : Path
    name : str
        What the file was called where it came from.
    content : bytes

    Returns
    -------
    str
        The name it has now. A content that is there already is not kept twice; another content under the same name gets
        a number.
    """
    for path in sorted(folder.iterdir()):
        if _visible(path) and path.stat().st_size == len(content) and path.read_bytes() == content:
            return path.name
    path = _free(folder, safe_name(name))
    part = path.with_name(f".{path.name}.part")  # hidden, so nobody lists half a file
    part.write_bytes(content)
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
