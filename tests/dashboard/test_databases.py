"""Databases on the page: those that the operator has named, and nothing that a visitor types."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from core.store import Store
from tests.core.database_files import filled
from tests.dashboard.pages import page, said, sound


@pytest.fixture
def shop(store: Store, tmp_path: Path) -> Path:
    """A data folder that names a database which lies elsewhere."""
    path = filled(tmp_path / "elsewhere") / "shop.db"
    (store.folder / "databases.toml").write_text(f'[shop]\nurl = "sqlite:///{path}"\n')
    return path


def test_a_database_that_the_operator_has_named_is_offered_with_its_tables(shop: Path) -> None:
    at = page()
    assert "db:shop" in at.selectbox(key="data_set").options
    at.selectbox(key="data_set").select("db:shop").run()
    sound(at)
    assert "Read “orders”, the largest table of the database." in said(at)
    at = page(data="db:shop?table=customers")
    sound(at)
    assert at.title[0].value == "customers"


@pytest.mark.parametrize(
    "kind", ["sqlite:///{}?table=orders", "{}?table=orders", "postgresql://127.0.0.1:1/x", "db:other"]
)
def test_what_a_visitor_types_is_not_read(kind: str, shop: Path, store: Store) -> None:
    at = page(data=kind.format(shop))
    sound(at)
    assert "On this page only databases that databases.toml" in said(at)
    assert store.find_table(kind.format(shop), "server") is None and not store.queued_derived()


def test_what_cannot_be_understood_is_a_sentence(shop: Path, store: Store) -> None:
    (store.tables / "notes.csv").write_text("a,b\n1,2\n")
    at = page(data="notes.csv?table=a")
    sound(at)
    assert "notes.csv is no database of SQLite or DuckDB" in said(at)


def test_a_server_s_table_is_read_again_when_that_is_asked_for(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for place in ("dashboard.widgets.sources.is_server", "core.jobs.is_server"):
        monkeypatch.setattr(place, lambda source, tables: source.startswith("db:"))
    monkeypatch.setattr("core.data.databases.stamp", lambda *_: "server")
    at = page(data="db:shop?table=customers")
    assert "3 rows" in said(at)
    with sqlite3.connect(shop) as writer:
        writer.execute("INSERT INTO customers VALUES ('Eve', 50)")
    writer.close()
    assert "3 rows" in said(at.run())
    at.button(key="read_anew").click().run()
    sound(at)
    assert "4 rows" in said(at)
