"""What others propose as a text's separator, and when the second of them is asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.data import dialect, read_table, sniffers
from core.data.dialect import dialect_of
from core.data.report import Report

PLAIN = "a,b\n" + "".join(f"{n},{n * 2}\n" for n in range(30))
# as many commas as semicolons, and no cell that looks better for one of them
DOUBTFUL = "a;b,c\n" + "".join(f"x{n};y{n % 7},z{n % 3}\n" for n in range(30))


@pytest.mark.parametrize("sniffer", [sniffers.clever, sniffers.duck])
@pytest.mark.parametrize(("mark", "named"), [(",", ","), (";", ";"), ("\t", "\t"), ("|", "|")])
def test_what_is_plain_is_found_by_both(sniffer, mark: str, named: str) -> None:  # type: ignore[no-untyped-def]
    assert sniffer(PLAIN.replace(",", mark)) == (named, '"')


@pytest.mark.parametrize("text", ["", "\n", "\0\0", "a" * 100_000, '"' * 999])
def test_what_is_no_table_has_no_proposal_or_one_that_does_no_harm(text: str) -> None:
    for sniffer in (sniffers.clever, sniffers.duck):
        assert len(sniffer(text)) == 2


def test_the_second_is_asked_where_two_are_about_as_good(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(dialect, "clever", lambda _: sniffers.NOTHING)
    for answer in (";", ","):

        def duck(sample: str, answer: str = answer) -> tuple[str, str]:
            asked.append(sample)
            return answer, '"'

        monkeypatch.setattr(dialect, "duck", duck)
        assert dialect_of(DOUBTFUL, Report()).delimiter == answer
    assert len(asked) == 2
    assert dialect_of(PLAIN, Report()).delimiter == "," and len(asked) == 2


def test_a_doubtful_file_is_read_by_them_together(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(DOUBTFUL)
    assert read_table(tmp_path / "t.csv").frame.shape == (30, 2)
