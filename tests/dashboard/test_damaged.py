"""Damaged files on the page: each is shown as a table, or as a sentence with what to do next."""

from __future__ import annotations

import pytest

from core.store import Store
from tests.core.fuzzing import damaged, seeds
from tests.core.trials import SEED, sizes, told
from tests.dashboard.pages import page, said, sound


@pytest.mark.parametrize("count", sizes(40, 5_000, 3_600))
def test_a_damaged_file_is_shown_or_refused_in_words(
    count: int, store: Store, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> None:
    files, at, refused = seeds(tmp_path_factory.mktemp("seeds")), page(), 0
    for number in range(count):
        made_of, content = damaged(files, SEED, number)
        name = f"damaged {number}.csv"
        (store.tables / name).write_bytes(content)
        at.query_params["data"] = name
        at.run()
        words = said(at)
        sound(at)
        assert "not known here" not in words and "Traceback" not in words, (made_of, words)
        errors = [each.value for each in at.error if str(each.proto.title).endswith("cannot be used")]
        assert name in words or errors, (made_of, words)
        assert all(len(each) > 10 for each in errors), made_of
        refused += bool(errors)
        (store.tables / name).unlink()
    told(request, "damaged files on the page", files=count, refused=refused)
    assert count / 10 < refused < count
