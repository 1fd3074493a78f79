"""Browser tests: one server and one Chromium per session, one fresh browser context per test.

Playwright drives a Chromium or Chrome that is installed already. Where there is none, these tests are skipped; with
``BAKEOFF_BROWSER_TESTS=required`` a skipped one is a failure.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from core.records import RunState
from core.store import Store
from tests.conftest import end_supervisor

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).parent
REQUIRED = os.environ.get("BAKEOFF_BROWSER_TESTS") == "required"
NAMES = ("chromium", "google-chrome", "google-chrome-stable", "chromium-browser", "chrome")
MAC_APPS = ("Google Chrome", "Chromium")
NO_BROWSER = (
    "no Chromium or Chrome found: install one (Debian: apt install chromium; macOS: brew install --cask chromium), "
    "or set CHROMIUM to the path of its program"
)
FLAGS = (
    "--no-sandbox",  # containers and CI have no user namespaces to build one from
    "--disable-gpu",
    "--disable-background-networking",  # these four: no calls to the browser maker's own servers
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
    "--force-color-profile=srgb",  # these two: screenshots that look alike on every machine
    "--font-render-hinting=none",
)
WAIT_MS = 45_000  # three seconds on a quiet machine, and nothing is waited for once it is there
START_SECONDS = 60

expect.set_options(timeout=WAIT_MS)


def find_browser() -> str | None:
    """The path of an installed Chromium or Chrome, the one named by CHROMIUM first."""
    named = os.environ.get("CHROMIUM")
    if named:
        return shutil.which(named)
    apps = (f"/Applications/{app}.app/Contents/MacOS/{app}" for app in MAC_APPS)
    return next((found for name in (*NAMES, *apps) if (found := shutil.which(name))), None)


class Server:
    """The dashboard, served on a free port with a data folder of its own.

    Parameters
    ----------
    home : Path
        The data folder; it also takes the server's log.
    """

    def __init__(self, home: Path) -> None:
        self.home, self.log, self.url = home, home / "server.log", ""
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start and wait until it answers. A port can be taken between the asking and the binding, so try thrice."""
        for _ in range(3):
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                port = probe.getsockname()[1]
            self.url = f"http://127.0.0.1:{port}"
            self._launch(port)
            if self._answers():
                return
            self.stop()
        raise RuntimeError(f"The dashboard did not start. The end of its log:\n{self.tail()}")

    def _launch(self, port: int) -> None:
        flags = {
            "server.port": port,
            "server.address": "127.0.0.1",
            "server.headless": "true",
            "server.fileWatcherType": "none",
            "browser.gatherUsageStats": "false",
        }
        command = [sys.executable, "-m", "streamlit", "run", "dashboard/app.py"]
        command += [f"--{name}={value}" for name, value in flags.items()]
        environment = {**os.environ, "BAKEOFF_DATA": str(self.home), "NO_COLOR": "1"}
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                command, cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
            )

    def _answers(self) -> bool:
        assert self._process is not None
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end and self._process.poll() is None:
            try:
                with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=1) as answer:
                    return bool(answer.read() == b"ok")
            except OSError:
                time.sleep(0.05)
        return False

    def stop(self) -> None:
        """End the server; the supervisor that it started goes on, as it would for a person."""
        if self._process is None or self._process.poll() is not None:
            return
        os.killpg(self._process.pid, signal.SIGTERM)
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def tail(self, characters: int = 3000) -> str:
        """The end of the log."""
        return self.log.read_text(errors="replace")[-characters:] if self.log.exists() else ""


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = find_browser()
    if path is None:
        pytest.skip(NO_BROWSER)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def server(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The running dashboard; asks for the browser first, so that nothing starts where the tests are skipped."""
    served = Server(tmp_path_factory.mktemp("bakeoff-e2e"))
    served.start()
    yield served
    served.stop()
    end_supervisor(served.home)


@pytest.fixture(scope="session")
def app_url(server: Server) -> str:
    """Where the dashboard answers."""
    return server.url


@pytest.fixture
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page in a fresh context. The test fails on any script error and on any Streamlit exception box."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 900}, color_scheme="light", locale="en-US", timezone_id="UTC"
    )
    context.set_default_timeout(WAIT_MS)
    tab = context.new_page()
    errors: list[str] = []
    tab.on("pageerror", lambda error: errors.append(str(error)))
    yield tab
    boxes = tab.get_by_test_id("stException").all_inner_texts()
    if request.node.stash.get(FAILED, False) or errors or boxes:
        picture = ROOT / "test-results" / f"{request.node.name.replace('/', '_')}.png"
        tab.screenshot(path=picture, full_page=True)
    context.close()
    assert not errors, f"script errors on the page: {errors}"
    assert not boxes, f"a Streamlit exception box is on the page: {boxes}"


@pytest.fixture(autouse=True)
def nothing_left_at_work(request: pytest.FixtureRequest) -> Iterator[None]:
    """Stop what a test leaves at work on the server that all share: the next one would have to wait for it."""
    served: Server | None = request.getfixturevalue("server") if "server" in request.fixturenames else None
    yield
    if served is not None:
        store = Store(served.home)
        for run in store.runs(states=(RunState.QUEUED, RunState.RUNNING)):
            store.cancel(run.id)


def settled(page: Page) -> None:
    """Wait until the script run is over."""
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")


FAILED = pytest.StashKey[bool]()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker("browser")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    report = yield
    if report.skipped and isinstance(report.longrepr, tuple):  # an expected failure has no such tuple
        reason = report.longrepr[2].removeprefix("Skipped: ")
        report.longrepr = (__file__, None, reason)  # one place for all of them, so that the summary says it in one line
        if REQUIRED:
            report.outcome, report.longrepr = "failed", f"skipped, but BAKEOFF_BROWSER_TESTS=required: {reason}"
    if report.failed:
        item.stash[FAILED] = True
        served = getattr(item, "funcargs", {}).get("server")
        if served is not None:
            report.sections.append(("the end of the server's log", served.tail()))
    return report
