"""Parts of a profile are worked out once, by whoever works off the queue."""

from __future__ import annotations

import pytest

from core import jobs
from core.asking import request_profile
from core.catalogue import UnknownName
from core.profile import PARTS, unpacked
from core.records import FitState
from core.store import Store

SETTINGS = {
    "columns": {"names": ["petal length (cm)", "species"]},
    "associations": {"target": "species"},
    "pair": {"a": "petal length (cm)", "b": "species"},
    "scatter": {"x": "petal length (cm)", "y": "petal width (cm)"},
    "views": {"target": "species"},
    "groups": {"way": "value", "column": "species", "value": "setosa"},
}


@pytest.mark.parametrize("part", PARTS)
def test_every_part_goes_through_the_store(in_place: Store, part: str) -> None:
    table = jobs.read(in_place, "iris")
    asked = request_profile(in_place, part, table.fingerprint, **SETTINGS.get(part, {}))
    done = in_place.derived(asked.key)
    assert done is not None and done.state == FitState.DONE, done
    direct = PARTS[part].work(table, SETTINGS.get(part, {}))
    assert unpacked(done.result).shape == direct.shape
    again = request_profile(in_place, part, table.fingerprint, **SETTINGS.get(part, {}))
    assert again.state == FitState.DONE and again.key == asked.key


def test_a_part_that_cannot_be_is_a_sentence(in_place: Store) -> None:
    table = jobs.read(in_place, "iris")
    asked = request_profile(in_place, "groups", table.fingerprint, way="value", column="species", value="rose")
    failed = in_place.derived(asked.key)
    assert failed is not None and failed.state == FitState.FAILED
    assert failed.reason == "The group “species is rose” has 0 rows, and at least 5 are needed to compare."
    with pytest.raises(UnknownName, match="overview"):
        request_profile(in_place, "overveiw", table.fingerprint)


def test_a_profile_of_a_deleted_table_says_so(in_place: Store) -> None:
    failed = in_place.derived(request_profile(in_place, "overview", "0" * 20).key)
    assert failed is not None and failed.reason == "The table was deleted."
