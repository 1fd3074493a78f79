"""Damaged files, handed over in a real browser: each is shown as a table, or refused in a sentence, soon."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import Page, expect

from tests.core.fuzzing import SLOWEST, damaged, seeds
from tests.core.trials import SEED, sizes, told
from tests.e2e.conftest import Server, settled

LONGEST = 3 * SLOWEST  # by the clock, on a machine that does other things as well
#: The file that the page speaks of, as a table or as one that cannot be used, once nothing on the page is waited for.
ANSWER = """name => {
    if (document.querySelector('[data-testid=stApp]').dataset.testScriptState !== 'notRunning') return null;
    const refused = [...document.querySelectorAll('[data-testid=stAlert]')].map(each => each.innerText)
        .find(text => text.includes('cannot be used') && text.includes(name));
    if (refused) return refused;
    const table = [...document.querySelectorAll('h1')].some(each => each.innerText.includes(name));
    return table && document.querySelector('[data-testid=stDataFrame]') ? 'table' : null;
}"""


@pytest.mark.parametrize("count", sizes(10, 200, 1_800))
def test_a_damaged_file_is_shown_or_refused_in_words(
    count: int, page: Page, server: Server, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> None:
    files, refused, slowest = seeds(tmp_path_factory.mktemp("seeds")), 0, 0.0
    page.goto(server.url)
    expect(page.get_by_role("heading", name="Iris flowers")).to_be_visible()
    settled(page)
    for number in range(count):
        made_of, content = damaged(files, SEED, number)
        name = f"damaged {number}"
        began = time.monotonic()
        page.get_by_test_id("stFileUploaderDropzoneInput").first.set_input_files(
            {"name": f"{name}.csv", "mimeType": "text/csv", "buffer": content}
        )
        answer = page.wait_for_function(ANSWER, arg=name, timeout=LONGEST * 1_000).json_value()
        slowest = max(slowest, time.monotonic() - began)
        if answer != "table":
            refused += 1
            sentence = answer.partition("cannot be used")[2].strip()
            assert len(sentence) > 10 and sentence.endswith(".") and "Traceback" not in sentence, (made_of, answer)
            assert "not known here" not in sentence, (made_of, answer)
        assert "Something went wrong" not in page.inner_text("body"), made_of
        assert page.get_by_test_id("stException").count() == 0, made_of
        (server.home / "tables" / f"{name}.csv").unlink()
    settled(page)
    told(request, "damaged files in a browser", files=count, refused=refused, slowest_s=slowest)
    assert 0 < refused < count
