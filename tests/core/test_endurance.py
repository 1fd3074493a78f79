"""Every real table that lies beside the project ends in scores or in a sentence: run by ``make test-slow``."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from core.data import Unreadable, Unusable, propose_target, read_table
from core.records import FitState
from core.run import compare

pytestmark = pytest.mark.slow

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data"


def real_tables() -> list[tuple[str, str]]:
    if not (SHARED / "INDEX.csv").exists():
        return []
    with (SHARED / "INDEX.csv").open(encoding="utf-8") as index:
        return [(row["file"], row["target"]) for row in csv.DictReader(index)]


@pytest.mark.skipif(not real_tables(), reason="the real tables are not beside the project")
@pytest.mark.timeout(900)
@pytest.mark.parametrize("folder", sorted({file.split("/")[0] for file, _ in real_tables()}))
def test_every_real_table_ends_in_scores_or_in_a_sentence(folder: str) -> None:
    scored = 0
    for file, target in real_tables():
        if not file.startswith(f"{folder}/"):
            continue
        try:
            table = read_table(SHARED / file)
            known = target if target in table.frame.columns else propose_target(table).value
            result = compare(table, known, models=["decision_tree"], split="holdout")
        except (Unreadable, Unusable) as error:
            assert len(str(error)) > 10 and str(error).endswith((".", "?")), f"{file}: {error}"
            continue
        tree = result.model("decision_tree")
        assert tree.state == FitState.DONE, f"{file}: {tree.reason}"
        assert tree.mean(result.metric) is not None or tree.undefined(result.metric).endswith(".")
        scored += tree.mean(result.metric) is not None
    assert scored or folder in {"arff_other", "images", "statistics"}, f"nothing in {folder} could be scored"
