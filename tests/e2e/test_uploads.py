"""Large files, handed over in a real browser: what they cost the server."""

from __future__ import annotations

import threading
from pathlib import Path

import psutil
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Server

SIZE, MOST = 199 * 10**6, 50 * 10**6


def test_a_large_upload_takes_no_memory_of_the_server(page: Page, server: Server, tmp_path: Path) -> None:
    large = tmp_path / "large.csv"
    with large.open("wb") as file:
        file.write(b"\x80\x04\x95")  # a pickle, which is refused by its first bytes: nothing but the upload is measured
        file.truncate(SIZE)
    page.goto(server.url)
    expect(page.get_by_role("heading", name="Iris flowers")).to_be_visible()
    page.wait_for_timeout(1000)
    assert server._process is not None
    process, arrived = psutil.Process(server._process.pid), threading.Event()
    before, most = process.memory_info().rss, [0]

    def watch() -> None:
        while not arrived.wait(0.01):
            most[0] = max(most[0], process.memory_info().rss)

    watching = threading.Thread(target=watch)
    watching.start()
    page.get_by_test_id("stFileUploaderDropzoneInput").first.set_input_files(large)
    try:
        expect(page.get_by_text("pickle").first).to_be_visible(timeout=30_000)
    finally:
        arrived.set()
        watching.join()
    assert (server.home / "tables" / "large.csv").stat().st_size == SIZE
    assert list((server.home / "tables").glob(".*")) == []
    print(f"an upload of 199 MB: {(most[0] - before) / 10**6:.1f} MB of the server's memory")
    assert most[0] - before < MOST
