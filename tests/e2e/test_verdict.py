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
WORK = 120_000  # milliseconds that a fit may wait on a busy machine


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
    spec = RunSpec(table.name, table.fingerprint, Roles("answer"), Split("stratified", folds=5, exam=0.2), MODELS)
    run = jobs.submit(store, spec, table)
    until(lambda: jobs.ended(store.run(run)), 150)  # type: ignore[arg-type]
    return f"data=shuffled.csv&target=answer&run={run}"


def test_shuffled_answers_crown_nobody_and_every_opening_is_told(page: Page, app_url: str, shuffled: str) -> None:
    page.goto(f"{app_url}/compare?{shuffled}")
    expect(page.get_by_text("No model beats guessing.").first).to_be_visible(timeout=WORK)
    page.get_by_text("The same as a plain table").click()
    plain = page.get_by_test_id("stTable")
    expect(plain.get_by_role("row")).to_have_count(4)  # three models below the headings
    expect(plain.get_by_role("row").filter(has_text="best")).to_have_count(0)
    expect(page.get_by_text("there is nothing to pay for")).to_be_visible()

    page.goto(f"{app_url}/better?{shuffled}")
    expect(page.get_by_text("no model has shown that it learned something")).to_be_visible()

    page.goto(f"{app_url}/proof?{shuffled}")
    expect(page.get_by_text("40 rows took no part in anything so far")).to_be_visible()
    page.get_by_role("button", name="Open the exam").click()
    expect(page.get_by_text("The first look at these rows")).to_be_visible(timeout=WORK)
    expect(page.get_by_text("Exam against practice")).to_be_visible()
    page.get_by_role("combobox", name="Model").click()
    page.get_by_role("option").last.click()
    expect(page.get_by_text("they were opened once before")).to_be_visible()
    page.get_by_role("button", name="Open the exam").click()
    expect(page.get_by_text("No longer sealed: this is opening number 2")).to_be_visible(timeout=WORK)
    settled(page)
