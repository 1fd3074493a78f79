"""Virtual environments for the peers: made once, kept while their packages stay the same."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from pathlib import Path

READY = "bakeoff-peer.txt"  # in a finished environment: what was asked for
SECONDS = 1800


class NotInstalled(Exception):
    """A peer cannot be installed here; the text is the end of what pip said."""


def python_with(packages: tuple[str, ...], folder: Path) -> Path:
    """The Python of the environment in a folder, which is made where it is not there.

    Raises
    ------
    NotInstalled
    """
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    wanted, ready = "\n".join((sys.version, *packages)), folder / READY
    if ready.exists() and ready.read_text(encoding="utf-8") == wanted:
        return python
    print(f"Installing {', '.join(packages)} …", flush=True)
    venv.create(folder, with_pip=True, clear=True)
    command = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages]
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS)
    if done.returncode:
        raise NotInstalled((done.stderr.strip().splitlines() or ["pip failed"])[-1])
    ready.write_text(wanted, encoding="utf-8")
    return python
