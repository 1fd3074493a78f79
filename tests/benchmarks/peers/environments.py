"""Virtual environments for the peers: made once, kept while what was asked for stays the same."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from pathlib import Path

READY = "bakeoff-peer.txt"  # in a finished environment: what was asked for
SECONDS = 1800


class CannotInstallError(Exception):
    """A peer cannot be installed here; the text is the end of what was said."""


def python_with(packages: tuple[str, ...], module: str, folder: Path) -> Path:
    """The Python of the environment in a folder, which is made where it is not there; `module` can be imported in it.

    Raises
    ------
    CannotInstallError
    """
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    wanted, ready = "\n".join((sys.version, *packages)), folder / READY
    if ready.exists() and ready.read_text(encoding="utf-8") == wanted:
        return python
    print(f"Installing {', '.join(packages)} …", flush=True)
    venv.create(folder, with_pip=True, clear=True)
    _must(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages)
    _must(python, "-c", f"import {module}")  # a package may lack what it needs and be installed all the same
    ready.write_text(wanted, encoding="utf-8")
    return python


def _must(*command: str | Path) -> None:
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS)
    if done.returncode:
        raise CannotInstallError((done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1])
