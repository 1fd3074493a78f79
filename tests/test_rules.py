"""The rules of the house, read off the syntax tree. (test_project.py has those about the files beside the code.)

A rule about single files is an entry of RULES: it looks at one file and tells what it objects to. Its `planted` files
break it on purpose, so that a rule that can no longer fail is found out. Rules about the whole house have tests of
their own further down. A rule about a module that does not exist yet starts to hold when it appears.
"""

from __future__ import annotations

import ast
import importlib
import json
import re
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from core.catalogue import Catalogue
from tests.rooms import KNOWS
from tests.source import (
    ROOT,
    Source,
    aliases,
    called,
    functions,
    imports,
    length,
    literal,
    public,
    sources,
    within,
)

HOUSE = ("core", "dashboard")
# Who never imports what.
NEVER: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("core", ("dashboard", "streamlit", "plotly")),
    ("dashboard", ("sklearn", "torch", "sqlite3", "core.worker", "core.supervisor", "core.engines")),
    ("dashboard.charts", ("streamlit", "dashboard.views", "dashboard.session", "core.store", "core.jobs", "core.run")),
    ("dashboard.words", ("streamlit", "dashboard.views", "dashboard.session", "core.store", "core.jobs", "core.run")),
)
ONLY_THE_STORE = "core.store"

LONGEST_FILE = 400
MEDIAN_FUNCTION, P90_FUNCTION = 12, 40
JUNK_DRAWERS = {"utils", "util", "helpers", "helper", "common", "manager", "misc"}
BEARS_A_NAME = {"name", "id", "kind", "model", "metric", "dataset", "split", "chart", "view"}
DANGEROUS = re.compile(
    r"(pickle|cPickle|dill|cloudpickle|marshal)\.(load|loads|Unpickler)|joblib\.load|torch\.load|shelve\.open|eval|exec"
)


@dataclass(frozen=True)
class Rule:
    """What one file may not do. `planted` are files (path, text) that break it."""

    title: str
    objections: Callable[[Source], Iterator[str]]
    planted: tuple[tuple[str, str], ...]
    holds_for: tuple[str, ...] = HOUSE

    def __str__(self) -> str:
        return self.title


def directions(source: Source) -> Iterator[str]:
    for room, known in KNOWS.items():
        if not within(source.module, room):
            continue
        for name, line in imports(source):
            if within(name, "core") and name != "core.__version__" and not any(within(name, r) for r in (room, *known)):
                yield f"{source}:{line} imports {name}, but {room} may know only {', '.join(known) or 'itself'}"


def forbidden_imports(source: Source) -> Iterator[str]:
    banned = {what for who, whats in NEVER if within(source.module, who) for what in whats}
    if not within(source.module, ONLY_THE_STORE):
        banned.add("sqlite3")
    for name, line in imports(source):
        yield from (f"{source}:{line} imports {name}" for what in sorted(banned) if within(name, what))


def long_files(source: Source) -> Iterator[str]:
    lines = len(source.text.splitlines())
    if lines > LONGEST_FILE:
        yield f"{source} has {lines} lines; over {LONGEST_FILE} it becomes a package of the same name"


def junk_drawers(source: Source) -> Iterator[str]:
    yield from (f"{source}: a module called {part}" for part in source.module.split(".") if part in JUNK_DRAWERS)


def compared_names(source: Source) -> Iterator[str]:
    for node in source.nodes:
        if isinstance(node, ast.Compare) and any(map(_bears_a_name, (node.left, *node.comparators))):
            texts = {text for side in (node.left, *node.comparators) for text in _texts(side)}
        elif isinstance(node, ast.Match) and _bears_a_name(node.subject):
            texts = {text for each in node.cases for part in ast.walk(each.pattern) if (text := literal(part))}
            texts |= {literal(part.value) or "" for each in node.cases for part in _values(each.pattern)}
        else:
            continue
        if asked := sorted(texts & entry_names()):
            yield f"{source}:{node.lineno} asks for {asked}: what differs belongs in a field of the entry"


def _values(pattern: ast.pattern) -> Iterator[ast.MatchValue]:
    yield from (part for part in ast.walk(pattern) if isinstance(part, ast.MatchValue))


def _bears_a_name(node: ast.expr) -> bool:
    return getattr(node, "attr", getattr(node, "id", None)) in BEARS_A_NAME


def _texts(node: ast.expr) -> set[str]:
    parts = node.elts if isinstance(node, ast.Tuple | ast.List | ast.Set) else [node]
    return {text for part in parts if (text := literal(part))}


def dangerous_calls(source: Source) -> Iterator[str]:
    known = aliases(source)
    for node in source.nodes:
        if not isinstance(node, ast.Call):
            continue
        if DANGEROUS.fullmatch(name := called(node, known)):
            yield f"{source}:{node.lineno} calls {name}: a file or a text could run anything"
        if any(
            keyword.arg in ("unsafe_allow_html", "allow_pickle") and _on(keyword.value) for keyword in node.keywords
        ):
            yield f"{source}:{node.lineno} lets data act as markup or code"


def _on(value: ast.expr) -> bool:
    return not (isinstance(value, ast.Constant) and value.value is False)


def missing_docstrings(source: Source) -> Iterator[str]:
    if ast.get_docstring(source.tree) is None and source.text.strip():
        yield f"{source} does not say what it is for"
    for name, node in public(source.tree):
        only_declared = ast.unparse(node.body[-1]) == "..." or any(
            "overload" in ast.unparse(d) for d in node.decorator_list
        )
        if ast.get_docstring(node) is None and not only_declared:
            yield f"{source}:{node.lineno} {name} has no docstring"


RULES = (
    Rule(
        "imports run one way",
        directions,
        (
            ("core/records/tables.py", "from core.catalogue import Catalogue"),
            ("core/progress.py", "import core.records"),
            ("core/data/reading.py", "def read():\n    from core import models"),
            ("core/models/trees.py", "from core.metrics import METRICS"),
            ("core/networks/network.py", "from .. import store"),
            ("core/store/rows.py", "import importlib\nimportlib.import_module('core.jobs')"),
        ),
    ),
    Rule(
        "some never import some",
        forbidden_imports,
        (
            ("core/run.py", "import streamlit as st"),
            ("core/cli.py", "from dashboard import words"),
            ("core/jobs.py", "import sqlite3"),
            ("core/metrics.py", "from plotly import graph_objects"),
            ("dashboard/charts/curves.py", "import streamlit"),
            ("dashboard/words.py", "import streamlit"),
            ("dashboard/views/data.py", "from sklearn.datasets import load_iris"),
            ("dashboard/views/compare.py", "from core import worker"),
            ("dashboard/session.py", "import torch.nn"),
        ),
    ),
    Rule(
        f"no file is longer than {LONGEST_FILE} lines",
        long_files,
        (("core/run.py", "x = 1\n" * (LONGEST_FILE + 1)),),
        (*HOUSE, "tests"),
    ),
    Rule(
        "no junk drawers",
        junk_drawers,
        (("core/utils.py", ""), ("dashboard/common/text.py", ""), ("core/data/helpers/__init__.py", "")),
        (*HOUSE, "tests"),
    ),
    Rule(
        "nothing asks for an entry by its name",
        compared_names,
        (
            ("core/run.py", "if model.name == 'random_forest': pass"),
            ("core/run.py", "fast = 'iris' != dataset"),
            ("core/run.py", "if spec.name in ('nothing', 'ridge'): pass"),
            ("core/run.py", "match name:\n    case 'svm_rbf' | 'lda': pass"),
        ),
    ),
    Rule(
        "nothing stored or typed can run as code",
        dangerous_calls,
        (
            ("core/store.py", "import pickle\npickle.load(file)"),
            ("core/store.py", "from joblib import load as read\nread(path)"),
            ("core/networks/saving.py", "import torch as t\nt.load(path)"),
            ("core/cli.py", "value = eval(text)"),
            ("core/data/reading.py", "import numpy as np\nnp.load(path, allow_pickle=True)"),
            ("dashboard/app.py", "st.markdown(text, unsafe_allow_html=True)"),
        ),
    ),
    Rule(
        "what core offers is documented",
        missing_docstrings,
        (
            ("core/run.py", "x = 1"),
            ("core/run.py", '"""Says."""\ndef compare():\n    return 1'),
            ("core/run.py", '"""Says."""\nclass Run:\n    """Says."""\n    def stop(self):\n        return 1'),
        ),
        ("core",),
    ),
)


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_the_house_keeps_the_rule(rule: Rule) -> None:
    objections = [text for source in sources(*rule.holds_for) for text in rule.objections(source)]
    assert not objections, "\n".join(["", *objections])


@pytest.mark.parametrize(("rule", "path", "text"), [(r, *planted) for r in RULES for planted in r.planted])
def test_the_rule_finds_what_breaks_it(rule: Rule, path: str, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{__name__}.entry_names", lambda: {"iris", "random_forest", "ridge", "svm_rbf", "lda"})
    assert list(rule.objections(Source(Path(path), text)))


def test_the_rules_let_good_code_pass() -> None:
    text = '"""Says."""\nfrom core.records import Task\nfrom core.models.base import Model\nmodel.eval()\nname == "x"'
    good = Source(Path("core/models/trees.py"), text)
    assert [text for rule in RULES for text in rule.objections(good)] == []


# ---- catalogues ----------------------------------------------------------------------------------------------------


@cache
def catalogues() -> tuple[tuple[str, str], ...]:
    """Module and name of every table of entries in the house."""
    found = []
    for source in sources(*HOUSE):
        for node in source.tree.body:
            value = getattr(node, "value", None)
            if isinstance(value, ast.Call) and called(value, {}).endswith("Catalogue"):
                target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
                found += [(source.module, target.id)] if isinstance(target, ast.Name) else []
    return tuple(found)


def entries(module: str, name: str) -> Catalogue:
    """The table itself."""
    return getattr(importlib.import_module(module), name)


@cache
def entry_names() -> set[str]:
    """The names of all entries of all tables."""
    return {entry for table in catalogues() for entry in entries(*table)}


# ---- functions -----------------------------------------------------------------------------------------------------


def spread(lengths: Iterable[int]) -> tuple[float, float]:
    """Median and 90th percentile."""
    lengths = sorted(lengths)
    return statistics.median(lengths), statistics.quantiles(lengths, n=10, method="inclusive")[-1]


@pytest.mark.parametrize("folder", HOUSE)
def test_functions_are_short(folder: str) -> None:
    lengths = [length(function) for source in sources(folder) for function in functions(source)]
    if len(lengths) < 2:
        pytest.skip(f"there are no functions in {folder} yet")
    median, p90 = spread(lengths)
    assert median <= MEDIAN_FUNCTION and p90 <= P90_FUNCTION, f"median {median:.0f} lines, 90th percentile {p90:.0f}"


def test_the_length_of_a_function_leaves_out_its_docstring() -> None:
    text = 'def f(a):\n    """One.\n\n    Two.\n    """\n    b = a\n    return b'
    assert [length(function) for function in functions(Source(Path("core/x.py"), text))] == [3]
    assert spread([3, 3, 41, 41]) == (22, 41)


# ---- what the UI process imports -----------------------------------------------------------------------------------

CORE_OF_THE_UI = ("core.cli", "core.jobs", "core.store")
SCRIPTS = (
    "dashboard.app",
    "dashboard.views",
)  # these draw when they are imported: what they import is imported instead


def loaded(modules: Iterable[str], unwanted: Iterable[str]) -> str:
    """Which of the unwanted packages a fresh process has after importing these modules, and since which module."""
    code = """if True:
        import importlib, json, sys
        modules, unwanted = json.load(sys.stdin)
        for module in modules:
            importlib.import_module(module)
            for each in unwanted:
                if each in sys.modules:
                    sys.exit(f"{module} imports {each}")
    """
    asked = json.dumps((list(modules), list(unwanted)))
    done = subprocess.run([sys.executable, "-c", code], input=asked, capture_output=True, text=True, cwd=ROOT)
    return done.stderr.strip()


def exists(module: str) -> bool:
    """Whether the house has this module."""
    path = ROOT.joinpath(*module.split("."))
    return path.with_suffix(".py").exists() or (path / "__init__.py").exists()


def at_import(source: Source) -> Iterator[str]:
    """The modules that a script imports at its own top level."""
    top = Source(
        source.path, "\n".join(ast.unparse(n) for n in source.tree.body if isinstance(n, ast.Import | ast.ImportFrom))
    )
    for name, _ in imports(top):
        package, _, _ = name.rpartition(".")
        yield name if not package or exists(name) else package


def test_the_core_of_the_ui_loads_no_training_library() -> None:
    modules = [module for module in (*CORE_OF_THE_UI, *dict(catalogues())) if within(module, "core") and exists(module)]
    assert loaded(modules, ("sklearn", "torch", "streamlit", "plotly")) == ""


def test_the_dashboard_loads_no_training_library() -> None:
    own = {source for source in sources("dashboard") if any(within(source.module, script) for script in SCRIPTS)}
    modules = {source.module for source in sources("dashboard") if source not in own}
    modules |= {name for source in own for name in at_import(source) if name != "__future__"}
    assert loaded(sorted(modules), ("sklearn", "torch")) == ""


def test_a_training_library_would_be_seen() -> None:
    assert loaded(["json", "sklearn.base"], ("sklearn", "torch")) == "sklearn.base imports sklearn"
    planted = Source(Path("dashboard/views/x.py"), "import torch\nfrom core.store import rows\nfrom json import loads")
    assert list(at_import(planted))[::2] == ["torch", "json"]


def test_nothing_beside_the_entry_hides_a_library() -> None:
    """``streamlit run`` puts dashboard/ first on the path, so a file there could stand in for a library."""
    taken = {*sys.stdlib_module_names, *packages_distributions(), *HOUSE, "tests", "pages"} - {"dashboard"}
    inside = {path.stem for path in (ROOT / "dashboard").iterdir() if not path.name.startswith(("_", "."))}
    assert not inside & taken
    assert {"json", "plotly", "core"} <= taken
