"""The trials' end of the process that reads for them."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.engines.limits import ONE_THREAD, PLAIN_ARROW
from tests.source import ROOT


@dataclass(frozen=True)
class Ended:
    """How reading a file ended.

    Attributes
    ----------
    end : str
        ``table``, ``refused``, ``over``, ``error``, ``died`` or ``late``.
    text : str
        The sentence of a refusal, the traceback of an error.
    seconds, busy : float
        By the clock, and of the processor, which does not mind what else the machine does.
    peak : int
        Bytes of memory that the process had at its highest.
    seen : list of str
        What Python code did that no reading may do: connect, run, write.
    callers : int
        Who came to the address that the file may name.
    table : mapping
        Of a table its ``rows``, and the beginning of its ``columns``, ``notes`` and ``cells``.
    """

    end: str
    text: str
    seconds: float
    busy: float
    peak: int
    seen: list[str]
    callers: int
    table: Mapping[str, Any]


class Reader:
    """A process that reads files, each in a child of its own (``fork``) or by itself (``stay``).

    Parameters
    ----------
    way : {"fork", "stay"}
    folder : Path
        Its home, where it may leave a frame; nothing else may appear below it.
    """

    def __init__(self, way: str, folder: Path) -> None:
        self.way, self.folder = way, folder
        for name in ("home", "temporary", "kept"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        self._begin()

    def _begin(self) -> None:
        places = {"HOME": str(self.folder / "home"), "TMPDIR": str(self.folder / "temporary"), "PYTHONPATH": str(ROOT)}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.core.hostile.child", self.way, str(self.folder / "kept")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=self.folder / "home",
            env={**os.environ, **ONE_THREAD, **PLAIN_ARROW, **places, "PYTHONDONTWRITEBYTECODE": "1"},
        )
        hello = self._answer(60.0)
        assert hello is not None
        self.url, self.alone, self.base = f"http://127.0.0.1:{hello['port']}/", hello["alone"], hello["base"]

    def _answer(self, seconds: float) -> dict[str, Any] | None:
        """Its next line; None where that does not come in time, or it died."""
        assert self.process.stdout is not None
        ready, _, _ = select.select([self.process.stdout], [], [], seconds)
        line = self.process.stdout.readline() if ready else b""
        return json.loads(line) if line else None

    def read(self, path: Path | str, *, patience: float = 60.0, **asked: Any) -> Ended:
        """Have a file read; one that ends the process, or takes longer, costs a new one."""
        assert self.process.stdin is not None
        began = time.monotonic()
        self.process.stdin.write(json.dumps({"path": str(path), **asked}).encode() + b"\n")
        self.process.stdin.flush()
        told = self._answer(patience)
        if told is None:
            late = time.monotonic() - began >= patience
            self.close()
            text = "" if late else f"exit code {self.process.returncode}"
            self._begin()
            told = {"end": "late" if late else "died", "text": text, "seconds": time.monotonic() - began, "peak": 0}
        known = {name: told.pop(name, empty) for name, empty in EMPTY.items()}
        return Ended(**known, table=told)

    def strangers(self) -> list[str]:
        """Files below its home that a reading has left."""
        kept = self.folder / "kept" / "frame.arrow"
        return [str(path) for path in self.folder.rglob("*") if not path.is_dir() and path != kept]

    def close(self) -> None:
        """End it."""
        self.process.kill()
        self.process.communicate()


EMPTY: dict[str, Any] = {"end": "", "text": "", "seconds": 0.0, "busy": 0.0, "peak": 0, "seen": [], "callers": 0}
