"""Reading within limits: the same table comes back, and whatever ends it is a sentence."""

from __future__ import annotations

import gzip
import os
import signal
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pandas as pd
import psutil
import pytest

from core import confined, jobs
from core.catalogue import UnknownName
from core.confined import allowance, read_confined, told
from core.data import Unreadable, load_table
from core.derived import DERIVED
from core.engines import Event, Job
from core.records import FitState
from core.store import Store
from core.supervisor import Supervisor
from tests.core.test_data_formats import ROWS, SAMPLES
from tests.core.trials import until

posix = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with a name")
linux = pytest.mark.skipif(sys.platform != "linux", reason="address space is limited on Linux only")

CSV = "day,size,grade,on,note\n" + "".join(
    f"2024-01-{row % 28 + 1:02},{row / 4},{'ABC'[row % 3]},{('yes', 'no', '')[row % 3]},a longer text {row} of many\n"
    for row in range(60)
)


def greedy(numbers: int) -> bytes:
    """A list of four bytes of text each, and forty of memory; packed, so that the file allows no more."""
    return gzip.compress(b"[" + b"2e0," * numbers + b"1]", 1)


@pytest.mark.parametrize("source", ["iris", "moons:rows=50", "here.csv"])
def test_the_same_table_comes_back(source: str, tmp_path: Path) -> None:
    (tmp_path / "here.csv").write_text(CSV)
    here, there = load_table(source, tmp_path), read_confined(source, tmp_path)
    pd.testing.assert_frame_equal(there.frame, here.frame)
    assert replace(there, frame=None) == replace(here, frame=None)  # type: ignore[arg-type]


def test_what_is_no_table_is_refused_with_the_same_words(tmp_path: Path) -> None:
    (tmp_path / "empty.csv").write_bytes(b"")
    with pytest.raises(Unreadable, match=r"^The file is empty\.$"):
        read_confined("empty.csv", tmp_path)
    with pytest.raises(UnknownName, match="Did you mean 'iris'"):
        read_confined("irris")
    with pytest.raises(UnknownName):
        read_confined("x" * 5_000, tmp_path)


def test_nothing_in_the_folder_of_a_person_is_taken_for_a_module(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pandas.py").write_text("raise SystemExit(7)")
    monkeypatch.chdir(tmp_path)
    assert len(read_confined("iris").frame) == 150


@posix
def test_a_file_that_takes_too_long_is_given_up(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "endless.csv")
    with pytest.raises(Unreadable, match=r"^Reading was stopped after 0\.5 s, its time limit\. Save .* try again\.$"):
        read_confined(str(tmp_path / "endless.csv"), seconds=0.5)
    assert not psutil.Process().children()


@linux
def test_a_file_that_takes_too_much_memory_is_given_up(tmp_path: Path) -> None:
    path = tmp_path / "greedy"
    path.write_bytes(greedy(1_000_000))
    said = r"^Reading was stopped at 0\.1 GiB, its memory limit\. The file .*: save a smaller part of it\.$"
    with pytest.raises(Unreadable, match=said):
        read_confined(str(path), memory=100 * 2**20)
    assert len(read_confined(str(path)).frame) == 1_000_001  # it was the limit, and nothing else


@posix
@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGKILL, signal.SIGABRT])
def test_a_crash_is_a_sentence(number: int, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "endless.csv")

    def strike() -> None:
        until(lambda: psutil.Process().children())
        psutil.Process().children()[0].send_signal(number)

    striker = threading.Thread(target=strike)
    striker.start()
    name = signal.Signals(number).name
    with pytest.raises(
        Unreadable, match=rf"the process crashed \({name}\) while reading it\. Save it again, as CSV\.$"
    ):
        read_confined(str(tmp_path / "endless.csv"))
    striker.join()


def test_what_nobody_foresaw_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("somewhere deep down")

    monkeypatch.setattr("core.data.load_table", fail)
    with pytest.raises(Unreadable, match=r"or of a kind not known here \(ZeroDivisionError\)\. Save it as CSV\.$"):
        confined.read("any")


# ---- where workers read


@pytest.fixture
def given(supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch) -> list[Job]:
    """The jobs that the engine is given, and does not do."""
    jobs_given: list[Job] = []
    monkeypatch.setattr(supervisor.engine, "start", jobs_given.append)
    return jobs_given


def test_a_worker_that_reads_a_file_has_these_limits(
    store: Store, supervisor: Supervisor, given: list[Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor.engine, "free", lambda _: 9)
    (store.tables / "a.csv").write_text(CSV)
    jobs.request_table(store, "a.csv")
    jobs.request_table(store, "wine")
    supervisor.look()
    limits = {each.params["source"]: (each.seconds, each.memory) for each in given}
    assert limits == {"a.csv": (30.0, 2**30 + 3 * len(CSV)), "wine": (600.0, 0)}
    assert allowance("a.csv", store.tables) == 2**30 + 3 * len(CSV)


@pytest.mark.parametrize(
    ("kind", "reason", "sentence"),
    [
        ("late", "stopped after 30 s, its time limit", "Reading was stopped after 30 s, its time limit. Save"),
        ("over", "stopped at 1.0 GiB, its memory limit", "Reading was stopped at 1.0 GiB, its memory limit. The file"),
        ("died", "the worker crashed (SIGSEGV)", "The file is damaged, or holds far more than its size tells: the"),
        ("failed", "The file is empty.", "The file is empty."),
    ],
)
def test_the_end_of_a_worker_that_reads_is_a_sentence(
    kind: str,
    reason: str,
    sentence: str,
    store: Store,
    supervisor: Supervisor,
    given: list[Job],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = jobs.request_table(store, "wine")
    supervisor.look()
    monkeypatch.setattr(supervisor.engine, "wait", lambda _: [Event(given[0].id, kind, reason=reason)])
    supervisor.step(0.0)
    row = store.derived(asked.key)  # type: ignore[union-attr]
    assert row is not None and row.state == FitState.FAILED
    assert row.reason.startswith(sentence) and row.reason.endswith(".")
    assert row.reason == told(kind, reason) == DERIVED["table"].told(kind, reason)


@linux
def test_a_greedy_file_ends_as_a_sentence_and_the_next_one_is_read(served: Store) -> None:
    (served.tables / "greedy").write_bytes(greedy(30_000_000))
    with pytest.raises(ValueError, match=r"^Reading was stopped at 1\.0 GiB, its memory limit\."):
        jobs.read(served, "greedy")
    (served.tables / "next.csv").write_text(CSV)
    assert len(jobs.read(served, "next.csv").frame) == 60


@pytest.mark.parametrize("kind", [each for each in SAMPLES if each != "sas"])  # nothing but SAS itself writes these
def test_workers_read_every_format_within_their_limits(kind: str, served: Store, tmp_path: Path) -> None:
    """A library that takes a gibibyte of address space to begin with could not."""
    (served.tables / kind).write_bytes(SAMPLES[kind](tmp_path))
    assert len(jobs.read(served, kind).frame) == ROWS
