"""Shuffled answers in a browser, from the verdict to the sealed rows: nobody wins, and every opening is told."""

from __future__ import annotations

import random

import pytest
from playwright.sync_api import Page, expect

from core import jobs
from core.records import ModelSpec, Roles, RunSpec, Split
from core.run import with_baseline
from core.store import Store
from tests.core.trials import until
from tests.e2e.conftest import Server, settled

MODELS = with_baseline([ModelSpec("gaussian_naive_bayes"), ModelSpec("k_neighbors")])
WORK = 120_000  # milliseconds that an answer may take on a busy machine


@pytest.fixture
def shuffled(server: Server) -> str:
    """The address of a comparison on answers that have nothing to do with the columns, with sealed rows."""
    dice = random.Random(0)
    lines = ["a,b,answer"]
    lines += [f"{dice.gauss(0, 1):.3f},{dice.gauss(0, 1):.3f},{dice.choice(('yes', 'no'))}" for _ in range(200)]
    store = Store(server.home)
    (store.tables / "shuffled.csv").write_text("\n".join(lines), encoding="utf-8")
    jobs.ensure_supervisor(store)
    table = jobs.read(store, "shuffled.csv")
    spec = RunSpec(table.name, table.fingerprint, Roles("answer"), Split("stratified", folds=3, exam=0.2), MODELS)
    run = jobs.submit(store, spec, table)
    until(lambda: jobs.ended(store.run(run)), 150)  # type: ignore[arg-type]
    return f"data=shuffled.csv&target=answer&run={run}"


def shows(page: Page, text: str) -> None:
    """The page says so, at last."""
    expect(page.get_by_text(text).first).to_be_visible(timeout=WORK)


@pytest.mark.timeout(300)  # a quarter of a minute where nobody else is at work
def test_shuffled_answers_crown_nobody_and_every_opening_is_told(page: Page, app_url: str, shuffled: str) -> None:
    page.set_default_timeout(WORK)
    page.goto(f"{app_url}/compare?{shuffled}")
    shows(page, "No model beats guessing")
    shows(page, "there is nothing to pay for")

    page.goto(f"{app_url}/proof?{shuffled}")
    shows(page, "40 rows took no part in anything so far")
    page.get_by_role("button", name="Open the exam").click()
    shows(page, "The first look at these rows")
    shows(page, "Exam against practice")
    page.get_by_role("combobox", name="Model").click()
    page.get_by_role("option").last.click()
    shows(page, "they were opened once before")
    page.get_by_role("button", name="Open the exam").click()
    shows(page, "No longer sealed: this is opening number 2")
    settled(page)


PARTS = "() => document.querySelectorAll('[data-testid=stMain] [data-testid=stVerticalBlock]').length"
FIGURES = "() => [...document.querySelectorAll('.bakeoff-sliding strong')].map((each) => each.innerText).join()"


@pytest.mark.timeout(300)
def test_a_part_that_is_drawn_again_leaves_the_page_as_it_was(page: Page, app_url: str, shuffled: str) -> None:
    page.set_default_timeout(WORK)
    page.goto(f"{app_url}/compare?{shuffled}")
    shows(page, "there is nothing to pay for")
    settled(page)
    before = page.evaluate(PARTS)
    for seen in (1, 0):
        page.get_by_text("The same as a plain table").click()
        expect(page.get_by_test_id("stTable")).to_have_count(seen)
        settled(page)
    assert page.evaluate(PARTS) == before, "nothing is there twice"


@pytest.mark.timeout(300)
def test_figures_move_with_the_slider_and_the_page_follows_when_it_is_let_go(
    page: Page, app_url: str, shuffled: str
) -> None:
    page.set_default_timeout(WORK)
    page.goto(f"{app_url}/decide?{shuffled}")
    slider = page.locator(".bakeoff-sliding input")
    slider.scroll_into_view_if_needed()
    settled(page)
    place, told = slider.bounding_box(), page.get_by_text("Of 1,000 cases").first.inner_text()
    assert place is not None
    across, up = place["x"] + place["width"] * 0.3, place["y"] + place["height"] / 2
    page.mouse.move(across, up)
    page.mouse.down()
    seen = [page.evaluate(FIGURES)]
    for share in (0.5, 0.9):
        page.mouse.move(place["x"] + place["width"] * share, up)
        seen.append(page.evaluate(FIGURES))
    assert len({*seen}) == 3, "while it is held, with nobody asked"
    assert page.get_by_text("Of 1,000 cases").first.inner_text() == told
    page.mouse.up()
    expect(page.get_by_text("Of 1,000 cases").first).not_to_have_text(told)
    settled(page)
    assert page.evaluate(FIGURES) == seen[-1], "nothing is taken back"
    page.get_by_role("button", name="Best").click()
    page.wait_for_function(f"(before) => ({FIGURES})() !== before", arg=seen[-1])
