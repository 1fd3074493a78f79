"""Files that mean harm: none runs, reaches out, leaves a file, or takes more than a reading may.

Each is read in a child process of its own, in a network of its own where the system allows that, as a worker would read
it. Whatever ends a reading is a sentence for a person: a refusal, a limit, or a crash that only the child notices.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.confined import told
from core.data import Unreadable, load_table, read_table
from tests.core.hostile import EITHER, PLAIN, REFUSED, Hostile, Traps, packed, programs, stores, texts, typed, workbooks
from tests.core.hostile.reader import Ended, Reader
from tests.pace import in_time

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the child's limits, and what it took, are Linux's")

CASES = (*packed.CASES, *programs.CASES, *stores.CASES, *texts.CASES, *typed.CASES, *workbooks.CASES)
BAITED = [case for case in CASES if case.bait]
FEWEST, LONGEST, MOST = 80, 5.0, 2**30
ENDS = {REFUSED: {"refused", "over", "died"}, PLAIN: {"table"}, EITHER: {"table", "refused", "over", "died"}}
BAITS = "tests.core.hostile.baits:"


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    made = Reader("fork", tmp_path_factory.mktemp("reader"))
    yield made
    made.close()


@pytest.fixture
def traps(reader: Reader, tmp_path: Path) -> Traps:
    return Traps(tmp_path / "canary", reader.url)


@pytest.fixture
def laid(traps: Traps, tmp_path: Path) -> Path:
    """Where a file lies, beside which nothing else may appear."""
    folder = tmp_path / "laid"
    folder.mkdir()
    return folder / "file"


def harm(ended: Ended, reader: Reader, traps: Traps) -> list[str]:
    """What a file has done that none may do."""
    left = reader.strangers()
    for each in left:
        Path(each).unlink()
    found = [*ended.seen, *left, *(str(each) for each in traps.canary.parent.glob("canary"))]
    return [*found, *(["somebody came"] if ended.callers else [])]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_file_that_means_harm_does_none(case: Hostile, reader: Reader, traps: Traps, laid: Path) -> None:
    laid.write_bytes(case.make(traps))
    ended = reader.read(laid)
    assert harm(ended, reader, traps) == [] and [each.name for each in laid.parent.iterdir()] == ["file"]
    assert ended.end in ENDS[case.expected], ended
    assert ended.peak - reader.base <= MOST, ended
    assert in_time(ended.busy, LONGEST), ended
    if ended.end == "refused":
        assert re.search(case.said, ended.text) and ended.text.endswith("."), ended.text
        assert "not known here" not in ended.text, ended.text  # nobody foresaw it
    assert "root:" not in str(ended.table), "a file of the machine was read"


def test_there_are_many_of_them_and_no_two_are_the_same() -> None:
    assert len(CASES) >= FEWEST and len({case.name for case in CASES}) == len(CASES)


def test_every_end_of_a_child_is_a_sentence() -> None:
    for kind in ("over", "died", "late"):
        assert re.fullmatch(r"[A-Z].*\.", told(kind, "ended for a reason"))


@pytest.mark.parametrize(
    "text", ["c\nsize\n0.", "(a),b\n1,x.\n", "city,note\nUlm,small.\nBonn,old.", "I1\n2.\n3.", "]\n0.\n.\n1."]
)
def test_a_text_that_begins_like_an_old_pickle_is_none(text: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text(text)
    assert len(read_table(tmp_path / "file").frame) > 0


@pytest.mark.parametrize("digits", [12, 400, 5_000])  # more than a count, than a float, than Python reads
def test_numbers_that_nobody_can_mean_are_refused_in_words(digits: int, tmp_path: Path) -> None:
    (tmp_path / "file.csv").write_text("a,b\n1,2\n")
    for source in (f"file.csv?header={'9' * digits}", f"moons:rows={'9' * digits}"):
        with pytest.raises(Unreadable, match="a whole number from") as told:
            load_table(source, tmp_path)
        assert len(str(told.value)) < 250


# ---- the controls: what must be seen is seen


@pytest.mark.parametrize("case", BAITED, ids=str)
def test_who_falls_for_it_is_seen(case: Hostile, reader: Reader, traps: Traps, laid: Path) -> None:
    laid.write_bytes(case.make(traps))
    ended = reader.read(laid, deed=case.bait, memory=0)
    assert traps.canary.exists() and ended.seen, ended


@pytest.mark.parametrize("deed", ["fetches", "reaches"])
def test_who_reaches_out_is_seen(deed: str, reader: Reader, traps: Traps, laid: Path) -> None:
    laid.write_text(traps.url)
    ended = reader.read(laid, deed=BAITS + deed)
    assert ended.callers == 1, ended
    assert bool(ended.seen) == (deed == "fetches")


def test_who_takes_too_much_memory_is_seen(reader: Reader, laid: Path) -> None:
    laid.write_bytes(b"")
    assert reader.read(laid, deed=BAITS + "grows", memory=0).peak - reader.base > MOST
    assert reader.read(laid, deed=BAITS + "grows").end == "over"


def test_who_takes_too_long_or_crashes_is_seen(reader: Reader, laid: Path) -> None:
    laid.write_bytes(b"")
    assert reader.read(laid, deed=BAITS + "lingers", seconds=1).end == "late"
    crashed = reader.read(laid, deed=BAITS + "crashes")
    assert (crashed.end, crashed.text) == ("died", "signal 11")
    assert reader.read(laid, deed=BAITS + "works").busy > 0.5


def test_who_leaves_a_file_is_seen(reader: Reader, traps: Traps, laid: Path) -> None:
    laid.write_bytes(b"")
    ended = reader.read(laid, deed=BAITS + "litters")
    assert len(ended.seen) == 1 and len(harm(ended, reader, traps)) == 2
    assert reader.strangers() == []
