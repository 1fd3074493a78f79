"""Damaged files of every format: each ends as a table or as a sentence, soon, and in little memory."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.core.fuzzing import Kept, damaged, seeds, trial, wrong
from tests.core.hostile.reader import EMPTY, Ended, Reader
from tests.core.trials import SEED, sizes, told

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="what a child took is Linux's to tell")


@pytest.mark.parametrize("count", sizes(300, 20_000, 3_000))
def test_a_damaged_file_is_a_table_or_a_sentence(count: int, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    ends, slowest, most, faults = trial(tmp_path, SEED, range(count))
    told(request, "damaged files", files=count, **ends, slowest_s=slowest, most_MiB=most / 2**20)
    assert not faults, faults
    assert ends["refused"] > count / 10 and ends["table"] > count / 10  # they are damaged, and not beyond knowing


def test_the_same_seed_gives_the_same_files(tmp_path: Path) -> None:
    files = seeds(tmp_path)
    assert [damaged(files, 1, number) for number in range(50)] == [damaged(files, 1, number) for number in range(50)]
    assert damaged(files, 1, 7) != damaged(files, 2, 7)
    assert len({damaged(files, 1, number)[1] for number in range(200)}) > 190


# ---- the controls


def test_what_is_wrong_is_seen() -> None:
    fine = Ended(**(EMPTY | {"end": "refused", "text": "The file is empty."}), table={})
    assert not wrong(fine) and not wrong(replace(fine, end="table", text=""))
    for fault in ({"end": "error"}, {"end": "died"}, {"end": "late"}, {"text": ""}, {"busy": 11.0}, {"peak": 2**31}):
        assert wrong(replace(fine, **fault)), fault


def test_an_error_that_nobody_foresaw_is_told_and_its_file_kept(tmp_path: Path) -> None:
    reader = Reader("stay", tmp_path / "reader")
    try:
        (tmp_path / "file").write_bytes(b"not a pickle")
        ended = reader.read(tmp_path / "file", deed="tests.core.hostile.baits:pickled")
        assert ended.end == "error" and "UnpicklingError" in wrong(ended)
        assert reader.read(tmp_path / "file", deed="tests.core.hostile.baits:crashes").end == "died"
        assert reader.read(tmp_path / "file", deed="tests.core.hostile.baits:lingers", patience=0.5).end == "late"
        assert reader.read("iris").end == "table"  # by the process that took its place
        assert reader.read("iris").peak < reader.read("iris", deed="tests.core.hostile.baits:grows", memory=0).peak
    finally:
        reader.close()
    kept = Kept()
    kept.add(3, "text: cut", b"content", "error: x")
    assert (kept.folder / "3").read_bytes() == b"content" and str(kept.folder) in kept.told()
    kept.found.clear()
    assert kept.told() == "" and not kept.folder.exists()
