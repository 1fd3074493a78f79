"""Reading a file within limits: how much it may take, what a person is told at the end of it, and a process for it.

Takes a source, gives its `Table` or a sentence. The dashboard has its workers read, which keep these limits; who has no
workers reads with `read_confined`. Knows nothing of formats.
"""

from __future__ import annotations

import contextlib
import gc
import json
import logging
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core import data
from core.catalogue import UnknownName
from core.data import Unreadable, own_file
from core.engines import memory_reason, time_reason
from core.engines.limits import ONE_THREAD, PLAIN_ARROW, limited
from core.engines.orphans import KILL, die_with_parent

if TYPE_CHECKING:
    from core.records import Table

SECONDS, _SECONDS_ELSEWHERE = 30.0, 600.0
_ROOM, _TIMES = 2**30, 3

# How a reading may end before it is through, by the engine's name for it, and what a person can do about it.
_ENDS = {
    "late": "Reading was {}. Save a smaller part of the table, or save it as CSV or Parquet, and try again.",
    "over": "Reading was {}. The file is damaged, or holds far more than its size tells: save a smaller part of it.",
    "died": "The file is damaged, or holds far more than its size tells: {} while reading it. Save it again, as CSV.",
}

log = logging.getLogger("bakeoff.reading")


def allowance(source: str, tables: Path | None = None) -> int:
    """Bytes of memory that reading a source may take: 1 GiB and three times the file; 0 where there is no file."""
    path = own_file(source, tables)
    with contextlib.suppress(OSError):  # it was deleted a moment ago
        return _ROOM + _TIMES * path.stat().st_size if path else 0
    return 0


def patience(source: str, tables: Path | None = None) -> float:
    """Seconds that reading a source may take: few for a file, many for what comes from elsewhere."""
    return SECONDS if own_file(source, tables) else _SECONDS_ELSEWHERE


def told(kind: str, reason: str) -> str:
    """What a person is told of a reading that ended before it was through.

    Parameters
    ----------
    kind : str
        The end of an engine's job, see `core.engines.Event`.
    reason : str
        Why, as the engine says it.
    """
    return _ENDS.get(kind, "{}").format(reason)


def read(source: str, tables: Path | None = None) -> Table:
    """A table by its name or its file, see `core.data.load_table`; what nobody foresaw in a file is a sentence as well.

    Raises
    ------
    UnknownName, Unreadable
    """
    gc.disable()  # it would look through millions of lists and find no cycle
    try:
        return data.load_table(source, tables)
    except (UnknownName, Unreadable, MemoryError):
        raise
    except Exception as error:
        what = type(error).__name__
        raise Unreadable(f"The file is damaged, or of a kind not known here ({what}). Save it as CSV.") from error
    finally:
        gc.enable()


def read_confined(source: str, tables: Path | None = None, *, seconds: float = 0.0, memory: int = 0) -> Table:
    """A table by its name or its file, read by a process of its own that is ended at its limits.

    Parameters
    ----------
    source : str
        See `core.data.load_table`.
    tables : Path, optional
        The folder of tables.
    seconds : float
        After which it is ended; 0 for `patience`.
    memory : int
        Bytes that it may take beyond what it has at its start; 0 for `allowance`.

    Returns
    -------
    Table

    Raises
    ------
    UnknownName
        If nothing is called so.
    Unreadable
        If the file holds no table, cannot be read within the limits, or crashes the process; the text says which.
    """
    memory, seconds = memory or allowance(source, tables), seconds or patience(source, tables)
    asked = {"source": source, "tables": str(tables) if tables else None, "memory": memory}
    with tempfile.TemporaryDirectory(prefix="bakeoff-", ignore_cleanup_errors=True) as folder:
        code, said = _run(asked | {"folder": folder}, seconds)
        if code is None:
            raise Unreadable(told("late", time_reason(seconds)))
        answer = _answer(Path(folder))
        if answer is None:
            log.warning("the process that read %r ended with %s\n%s", source, code, said)
            raise Unreadable(told("died", _death(code)))
        if answer["kind"] == "over":
            raise Unreadable(told("over", memory_reason(memory)))
        if answer["kind"] == "done":
            return _table(answer["info"], Path(folder))
        raise (UnknownName if answer["kind"] == "unknown" else Unreadable)(answer["text"])


def _run(asked: Mapping[str, Any], seconds: float) -> tuple[int | None, str]:
    """The exit code of a process that reads, None where it took too long, and the end of what it printed."""
    here = str(Path(__file__).parents[1])  # -P: whatever lies in the folder of the person is no module
    path = os.pathsep.join(filter(None, (here, os.environ.get("PYTHONPATH"))))
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "core.confined"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env={**os.environ, **ONE_THREAD, **PLAIN_ARROW, "PYTHONPATH": path},
        start_new_session=True,
    )
    try:
        _, said = process.communicate(json.dumps(asked).encode(), timeout=seconds)
    except subprocess.TimeoutExpired:
        return None, ""
    finally:
        if process.returncode is None:
            _kill(process)
    return process.returncode, said[-8_000:].decode("utf-8", "replace")


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End a process with all that it has started, and wait for that."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, KILL) if hasattr(os, "killpg") else process.kill()
    process.communicate()


def _death(code: int | None) -> str:
    names = {-each.value: each.name for each in signal.Signals}
    return f"the process crashed ({names.get(code or 0, f'exit code {code}')})"


def _answer(folder: Path) -> dict[str, Any] | None:
    """What the process has written; None where it did not come to that."""
    path = folder / "answer.json"
    answer: dict[str, Any] | None = json.loads(path.read_text(encoding="utf-8")) if path.exists() else None
    return answer


def _table(info: Mapping[str, Any], folder: Path) -> Table:
    from core.store.frames import read_frame
    from core.store.rows import table_of

    return table_of(info, read_frame(folder / "frame.arrow"))


def main() -> None:
    """The life of the process: what to read comes through its input, the answer goes into files."""
    die_with_parent()
    asked = json.load(sys.stdin)
    folder = Path(asked["folder"])
    part = folder / "part.json"
    part.write_text(json.dumps(_read_into(folder, asked)), encoding="utf-8")
    part.replace(folder / "answer.json")


def _read_into(folder: Path, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Read a table and write its frame; gives the answer."""
    import pyarrow  # noqa: F401 - with core.data before memory is counted

    from core.store import table_info
    from core.store.frames import write_frame

    try:
        with limited(asked["memory"]):
            table = read(asked["source"], Path(asked["tables"]) if asked["tables"] else None)
            write_frame(table.frame, folder / "frame.arrow")
    except MemoryError:
        return {"kind": "over"}
    except UnknownName as error:
        return {"kind": "unknown", "text": str(error)}
    except Unreadable as error:
        return {"kind": "unreadable", "text": str(error)}
    return {"kind": "done", "info": table_info(table)}


if __name__ == "__main__":
    main()
