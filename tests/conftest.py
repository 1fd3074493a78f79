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
from functools import cache  # noqa: E402
from pathlib import Path  # noqa: E402

import pytest  # noqa: E402

# What must have the machine to itself, as it measures time or memory, kills processes, has some of its own at work,
# sets clocks or drives a browser: `make test` runs it last, in one process, and everything else in two.
# Tests on the fixture `served` as well: its workers step back behind whatever else runs.
ALONE = (
    "core/test_cluster.py",
    "core/test_confined.py",
    "core/test_data_fetched.py",
    "core/test_endurance.py",
    "core/test_engine*.py",
    "core/test_store_kills.py",
    "core/test_store_locks.py",
    "core/test_store_opening.py",
    "core/test_supervisor_*.py",
    "core/test_trials_[!d]*.py",
    "core/test_trials_disk.py",
    "core/test_worker.py",
    "e2e/test_*.py",
)


@cache
def alone(path: Path) -> bool:
    """Whether all tests of a file must have the machine to themselves."""
    return any(path.match(f"tests/{files}") for files in ALONE)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Spare a part of `make test` the import of files that have no test for it: half a minute of the processor."""
    wanted, whole = config.option.markexpr, all(map(os.path.isdir, config.args))
    if not whole or collection_path.suffix != ".py" or not collection_path.name.startswith("test_"):
        return None
    if wanted.endswith("not alone"):
        return alone(collection_path) or None
    if wanted.endswith("alone"):
        return not (alone(collection_path) or "served" in collection_path.read_text("utf-8")) or None
    return None


def pytest_itemcollected(item: pytest.Item) -> None:
    if alone(item.path) or "served" in getattr(item, "fixturenames", ()):
        item.add_marker("alone")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what `tests.core.trials.told` was given."""
    reports = [each for group in terminalreporter.stats.values() for each in group]
    calls = [each for each in reports if getattr(each, "when", "") == "call"]
    if lines := [line for each in calls for name, line in each.user_properties if name == "told"]:
        terminalreporter.section("what trials found")
        terminalreporter.write_line("\n".join(lines))


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
