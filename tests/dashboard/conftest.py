"""What the tests of pages run on: a data folder of their own, in which jobs run in place."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.components.v2 import manifest_scanner

from core import jobs
from core.store import Store
from tests.core.once import fitted_once
from tests.dashboard.pages import drain


@pytest.fixture(scope="session", autouse=True)
def looked_for_once() -> Iterator[None]:
    """Have Streamlit look for components among what is installed once, not for every page that is opened."""
    with pytest.MonkeyPatch.context() as patch:
        found = manifest_scanner.scan_component_manifests()
        patch.setattr(manifest_scanner, "scan_component_manifests", lambda *_: found)
        yield


@pytest.fixture(scope="session", autouse=True)
def trained_once() -> Iterator[None]:
    """Have a model be fitted once to the same rows, for however many pages."""
    with fitted_once():
        yield


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.setenv("BAKEOFF_DATA", str(tmp_path))
    monkeypatch.setattr(jobs, "ensure_supervisor", drain)
    monkeypatch.setattr(jobs, "estimates", lambda *_, **__: {})  # trials on samples would take longer than the tests
    monkeypatch.setattr("core.afterwards.AT_ONCE_SECONDS", 0.0)  # nor are models fitted anew unasked
    monkeypatch.setattr("dashboard.session.owner", lambda: "")  # a test has no browser that could keep a cookie
    yield Store(tmp_path)
    st.cache_resource.clear()


@pytest.fixture
def idle(store: Store, monkeypatch: pytest.MonkeyPatch) -> Store:
    """The same with nobody at work, so that what was queued stays so; the example's table has been read."""
    jobs.read(store, "iris")
    monkeypatch.setattr(jobs, "ensure_supervisor", lambda _: None)
    return store
