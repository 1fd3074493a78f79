"""More rules of the house, read off the syntax tree: what would make it fail quietly, or at a change of the clock."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.source import Source, aliases, called, sources, within
from tests.test_rules import HOUSE, Rule

# Who may ask what time it is: for stamps that people see, and for the age of files, whose stamps are of the same clock.
TELLS_THE_TIME = (
    "core.store.database",
    "core.store.upkeep",
    "core.engines.node",
    "dashboard.uploads",
    "dashboard.views",
    "dashboard.widgets",
)
CLOCKS = {"time.time", "time.time_ns", "datetime.datetime.now", "datetime.datetime.utcnow", "datetime.datetime.today"}

# What takes a text for a program, a query, markup or a path, whoever wrote it.
READS_TEXT_AS_CODE = {"yaml.load", "yaml.unsafe_load", "yaml.full_load", "streamlit.html", "os.system", "os.popen"}
JOINS_PATHS = {"os.path.join", "tempfile.mktemp"}
QUERIES = {"query", "eval"}  # of a frame: with a text; a network's `eval` has none


def wall_clocks(source: Source) -> Iterator[str]:
    known = aliases(source)
    if any(within(source.module, each) for each in TELLS_THE_TIME):
        return
    for node in source.nodes:
        if isinstance(node, ast.Call) and called(node, known) in CLOCKS:
            yield f"{source}:{node.lineno} asks the clock on the wall, which can be set: time.monotonic measures"


def texts_as_code(source: Source) -> Iterator[str]:
    known = aliases(source)
    for node in source.nodes:
        if not isinstance(node, ast.Call):
            continue
        name = called(node, known)
        if name in READS_TEXT_AS_CODE | JOINS_PATHS:
            yield f"{source}:{node.lineno} calls {name}"
        if isinstance(node.func, ast.Attribute) and node.func.attr in QUERIES and node.args:
            yield f"{source}:{node.lineno} calls .{node.func.attr} with a text, which could say anything"
        if any(each.arg == "shell" and not _false(each.value) for each in node.keywords):
            yield f"{source}:{node.lineno} hands a text to a shell"


def _false(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is False


def swallowed(source: Source) -> Iterator[str]:
    known = aliases(source)
    for node in source.nodes:
        if isinstance(node, ast.ExceptHandler) and node.type is None:
            yield f"{source}:{node.lineno} catches everything, also the end of the program"
        elif (
            isinstance(node, ast.ExceptHandler) and _any(node.type) and all(isinstance(e, ast.Pass) for e in node.body)
        ):
            yield f"{source}:{node.lineno} passes over every error in silence"
        elif isinstance(node, ast.Call) and called(node, known) == "contextlib.suppress":
            yield from (f"{source}:{node.lineno} suppresses {each.id}" for each in node.args if _everything(each))


def _any(kind: ast.expr | None) -> bool:
    return isinstance(kind, ast.Name) and kind.id in ("Exception", "BaseException")


def _everything(kind: ast.expr) -> bool:
    return isinstance(kind, ast.Name) and kind.id == "BaseException"


def stops(source: Source) -> Iterator[str]:
    known = aliases(source)
    for node in source.nodes:
        if isinstance(node, ast.Call) and called(node, known) == "streamlit.stop":
            yield f"{source}:{node.lineno} leaves the last page's fragments at work: widgets.end() ends a page"


RULES = (
    Rule(
        "a page ends without leaving timers behind",
        stops,
        (("dashboard/views/x.py", "import streamlit as st\nst.stop()"),),
    ),
    Rule(
        "time is measured by a clock that cannot be set",
        wall_clocks,
        (
            ("core/engines/local.py", "import time\nuntil = time.time() + 5"),
            ("core/supervisor/loop.py", "from time import time as now\nlate = now() > 5"),
            ("core/jobs.py", "from datetime import datetime\nbegan = datetime.now()"),
        ),
    ),
    Rule(
        "no text is taken for code, a query or a path",
        texts_as_code,
        (
            ("core/data/reading.py", "import yaml\nyaml.load(text)"),
            ("core/data/tables.py", "frame.query(text)"),
            ("core/data/tables.py", "frame.eval(f'{column} > 1')"),
            ("core/store/files.py", "import os\npath = os.path.join(folder, name)"),
            ("dashboard/views/data.py", "import streamlit as st\nst.html(column)"),
            ("core/cli/keeping.py", "import subprocess\nsubprocess.run(text, shell=True)"),
        ),
    ),
    Rule(
        "no error is swallowed whole",
        swallowed,
        (
            ("core/worker.py", "try:\n    pass\nexcept:\n    log('x')"),
            ("core/worker.py", "try:\n    run()\nexcept Exception:\n    pass"),
            ("core/jobs.py", "from contextlib import suppress\nwith suppress(BaseException):\n    run()"),
        ),
    ),
)


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_the_house_keeps_the_rule(rule: Rule) -> None:
    objections = [text for source in sources(*HOUSE) for text in rule.objections(source)]
    assert not objections, "\n".join(["", *objections])


@pytest.mark.parametrize(("rule", "path", "text"), [(r, *planted) for r in RULES for planted in r.planted])
def test_the_rule_finds_what_breaks_it(rule: Rule, path: str, text: str) -> None:
    assert list(rule.objections(Source(Path(path), text)))


def test_the_rules_let_good_code_pass() -> None:
    text = (
        "import time\nnetwork.eval()\nstore.query_only = 1\ntry:\n    a()\nexcept OSError:\n    pass\ntime.monotonic()"
    )
    good = Source(Path("core/networks/training.py"), text)
    assert [text for rule in RULES for text in rule.objections(good)] == []
