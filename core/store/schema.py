"""The database's tables, and the steps from each older version to the next."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE "table" (fingerprint TEXT PRIMARY KEY, info TEXT NOT NULL, created REAL NOT NULL);
CREATE TABLE source (
    source TEXT PRIMARY KEY, stamp TEXT NOT NULL, fingerprint TEXT NOT NULL, info TEXT NOT NULL DEFAULT '');
CREATE TABLE run (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE NOT NULL, owner TEXT NOT NULL, spec TEXT NOT NULL,
    problem TEXT NOT NULL, state TEXT NOT NULL, created REAL NOT NULL, started REAL, ended REAL, seconds REAL);
CREATE TABLE fit (
    run TEXT NOT NULL, model TEXT NOT NULL, fold INTEGER NOT NULL, key TEXT NOT NULL, cost REAL NOT NULL,
    state TEXT NOT NULL, reason TEXT NOT NULL DEFAULT '', log TEXT NOT NULL DEFAULT '',
    reused INTEGER NOT NULL DEFAULT 0, cancel INTEGER NOT NULL DEFAULT 0,
    attempts INTEGER NOT NULL DEFAULT 0, progress REAL NOT NULL DEFAULT 0,
    message TEXT NOT NULL DEFAULT '', curve TEXT NOT NULL DEFAULT '[]',
    started REAL, ended REAL, hold TEXT NOT NULL DEFAULT '', PRIMARY KEY (run, model, fold));
CREATE INDEX fit_state ON fit (state, run, cost);
CREATE INDEX fit_key ON fit (key);
CREATE TABLE outcome (key TEXT PRIMARY KEY, outcome TEXT NOT NULL, created REAL NOT NULL);
CREATE TABLE derived (
    key TEXT PRIMARY KEY, kind TEXT NOT NULL, params TEXT NOT NULL, state TEXT NOT NULL,
    reason TEXT NOT NULL DEFAULT '', log TEXT NOT NULL DEFAULT '', result TEXT NOT NULL DEFAULT '{}',
    run TEXT NOT NULL DEFAULT '', created REAL NOT NULL);
CREATE INDEX derived_state ON derived (state);
"""

# From a version to the next one. A step is never changed once people have stores of its version.
MIGRATIONS: Mapping[int, str] = {
    1: """
        ALTER TABLE fit ADD COLUMN started REAL;
        ALTER TABLE fit ADD COLUMN ended REAL;
        CREATE INDEX fit_key ON fit (key);
    """,
    # what a table is called and how it was read belongs to the file: two may have the same content
    2: """
        ALTER TABLE source ADD COLUMN info TEXT NOT NULL DEFAULT '';
        DELETE FROM source;
    """,
    3: """
        ALTER TABLE fit ADD COLUMN hold TEXT NOT NULL DEFAULT '';
    """,
}

VERSION = max(MIGRATIONS) + 1


def create(db: sqlite3.Connection) -> None:
    """Make the tables of the newest version, in the caller's transaction."""
    _run(db, SCHEMA, VERSION)


def migrate(db: sqlite3.Connection, version: int) -> None:
    """Bring the tables of an older version up to date, in the caller's transaction."""
    for step in range(version, VERSION):
        _run(db, MIGRATIONS[step], step + 1)


def _run(db: sqlite3.Connection, statements: str, version: int) -> None:
    for statement in filter(str.strip, statements.split(";")):
        db.execute(statement)
    db.execute(f"PRAGMA user_version={version}")
