"""What all tests share: single threads, and a data folder that is nobody's own."""

from __future__ import annotations

import os

THREADS = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)
os.environ.update(dict.fromkeys(THREADS, "1"))  # read when numpy, scikit-learn and torch are imported, so before them

import subprocess  # noqa: E402
import sys  # noqa: E402
from collections.abc import Iterator  # noqa: E402
from pathlib import Path  # noqa: E402

import pytest  # noqa: E402


def end_supervisor(folder: Path) -> None:
    """End the supervisor that serves `folder`, if there is one; it would outlive the tests."""
    if (folder / "store").exists():
        command = [sys.executable, "-m", "core.cli", "stop", "--data-dir", str(folder)]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=60)
        assert ended.returncode == 0, ended.stderr


@pytest.fixture(scope="session", autouse=True)
def own_data_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Point BAKEOFF_DATA at a folder of the tests' own, so that no test reads or writes a person's."""
    folder = tmp_path_factory.mktemp("bakeoff-data")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BAKEOFF_DATA", str(folder))
        yield folder
        end_supervisor(folder)
