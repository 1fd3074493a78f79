"""What the tests of the core share: a store, and queues that are worked off in place or by real workers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core import jobs
from core.data import openml
from core.engines.inline import InlineEngine
from core.store import Store
from core.supervisor import Supervisor
from tests.core import openml_server
from tests.core.openml_server import OPENML, Server


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path)


@pytest.fixture
def in_place(store: Store, monkeypatch: pytest.MonkeyPatch) -> Store:
    """A store whose queue is worked off in this process as soon as something is submitted."""
    monkeypatch.setattr(jobs, "ensure_supervisor", lambda s: Supervisor(s, InlineEngine(s.folder)).drain())
    return store


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store with a real supervisor and real workers, kept for a whole module because they take seconds to start."""
    store = Store(tmp_path_factory.mktemp("served"))
    jobs.ensure_supervisor(store)
    yield store
    assert jobs.stop_supervisor(store)


@pytest.fixture
def supervisor(store: Store, monkeypatch: pytest.MonkeyPatch) -> Supervisor:
    """One that works when the test has it work; it has read iris."""
    monkeypatch.setattr(jobs, "ensure_supervisor", lambda _: None)
    made = Supervisor(store, InlineEngine(store.folder))
    jobs.request_table(store, "iris")
    made.drain()
    return made


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """OpenML on this machine, and nothing else that could be reached."""
    from sklearn.datasets import _openml

    with openml_server.serving() as server:
        for name in ("_SEARCH_NAME", "_DATA_INFO", "_DATA_FEATURES", "_DATA_QUALITIES"):
            monkeypatch.setattr(_openml, name, getattr(_openml, name).replace(OPENML, server.address))
        monkeypatch.setattr(openml, "HOSTS", ("127.0.0.1",))
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        yield server


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    folder = tmp_path / "tables"
    folder.mkdir()
    return folder
