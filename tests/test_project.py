"""The rules of the house about what lies beside the code: README, dependencies, lock file, benchmarks, paths."""

from __future__ import annotations

import ast
import importlib
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.benchmarks import __main__ as benchmarks
from tests.conftest import ALONE
from tests.source import ROOT, Source, imports, literal, sources

HOUSE = ("core", "dashboard")

# ---- the README ----------------------------------------------------------------------------------------------------

README = ROOT / "README.md"
README_LISTS = {"data sets": ("core.data", "DATASETS"), "models": ("core.models", "MODELS")}


def listed(text: str, first: str) -> list[str]:
    """The several names between one pair of backticks that begin with this one; none where there is no such list."""
    part = re.search(rf"`({first}\s[^`]+)`", text)
    return part[1].split() if part else []


@pytest.mark.parametrize("what", README_LISTS)
def test_the_readme_lists_what_the_table_has(what: str) -> None:
    if not README.exists():
        pytest.skip("there is no README yet")
    module, name = README_LISTS[what]
    names = list(getattr(importlib.import_module(module), name))
    assert listed(README.read_text(encoding="utf-8"), names[0]) == names


def unnamed(text: str, folder: str) -> list[str]:
    """The modules of a folder that a text does not name."""
    parts = [path for path in sorted((ROOT / folder).iterdir()) if not path.name.startswith(("_", "."))]
    names = [path.name + "/" * path.is_dir() for path in parts if path.is_dir() or path.suffix == ".py"]
    return [name for name in names if not re.search(rf"\b{re.escape(name)}", text)]


@pytest.mark.parametrize("folder", HOUSE)
def test_the_readme_s_map_names_every_room(folder: str) -> None:
    if not README.exists():
        pytest.skip("there is no README yet")
    assert unnamed(README.read_text(encoding="utf-8"), folder) == []


def test_a_list_that_is_wrong_is_found() -> None:
    assert listed("`ridge` and `lda qda\n  ridge` and `qda lda`", "lda") == ["lda", "qda", "ridge"]
    assert listed("`lda`", "lda") == []
    assert {"records/", "data/"} <= set(lacking := unnamed("core/catalogue.py  models/", "core"))
    assert not {"catalogue.py", "models/"} & set(lacking)


# ---- the recipes ---------------------------------------------------------------------------------------------------

RECIPES = {"data set": "Dataset", "model": "Model", "metric": "Metric", "importance": "Importance"}
RECIPES |= {"file format": "Format", "projection": "Projection", "chart": "Chart", "check": "Check"}


def recipes(text: str) -> dict[str, str]:
    """The Python examples of CONTRIBUTING.md by the thing that they add."""
    return dict(re.findall(r"^### An? ([a-z ]+)$.*?^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL))


def test_the_recipes_of_contributing_work() -> None:
    found = recipes((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"))
    assert set(RECIPES) == set(found)
    for thing, code in found.items():
        body = ast.parse(code).body
        *before, entry = body
        assert isinstance(entry, ast.Expr)
        space: dict[str, Any] = {"__name__": f"recipe for a {thing}"}
        exec(compile(ast.Module(before, []), thing, "exec"), space)
        made = eval(compile(ast.Expression(entry.value), thing, "eval"), space)
        assert type(made).__name__ == RECIPES[thing] and made.name and made.title and made.about


# ---- dependencies --------------------------------------------------------------------------------------------------

PYPROJECT = ROOT / "pyproject.toml"
PROJECT = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["project"]
LOCK = ROOT / "requirements.lock"


@cache
def installed() -> dict[str, set[str]]:
    """The name of every package that can be imported, and the distributions that bring it."""
    return {name: set(map(canonicalize_name, owners)) for name, owners in packages_distributions().items()}


def import_names(distribution: str) -> set[str]:
    """The names under which a distribution is imported."""
    return {name for name, owners in installed().items() if canonicalize_name(distribution) in owners}


def third_party(source: Source) -> Iterator[tuple[str, int]]:
    """Top-level names of what a file imports, now or later by a string, from neither the house nor Python."""
    late = (
        (text, node.lineno) for node in source.nodes if (text := literal(node)) and re.fullmatch(r"[\w.]+:\w+", text)
    )
    for name, line in (*imports(source), *late):
        top = re.split(r"[.:]", name)[0]
        if top not in sys.stdlib_module_names and top not in (*HOUSE, "tests") and top in installed():
            yield top, line


def undeclared(checked: Iterable[Source], declared: list[str]) -> list[str]:
    """Imports that no dependency stands for."""
    known = {name for each in declared for name in import_names(Requirement(each).name)}
    return [f"{source}:{line} {name}" for source in checked for name, line in third_party(source) if name not in known]


def files_named(distribution: str, text: str) -> list[str]:
    """The files that the comment behind a dependency names."""
    line = re.search(rf'^ *"{re.escape(distribution)}[^"]*",? *# ([^;\n]+)', text, re.MULTILINE | re.IGNORECASE)
    return [part.strip() for part in line[1].split(",")] if line else []


def mentions(path: Path, names: set[str]) -> bool:
    """Whether a Python file, or one in this folder, speaks of a package by one of these names."""
    files = path.rglob("*.py") if path.is_dir() else [path] if path.exists() else []
    return any(re.search(rf"\b({'|'.join(names)})\b", file.read_text(encoding="utf-8")) for file in files)


def test_every_import_is_declared() -> None:
    optional = PROJECT["optional-dependencies"]
    extras = [each for name, extra in optional.items() if name != "dev" for each in extra]
    assert undeclared(sources(*HOUSE), [*PROJECT["dependencies"], *extras]) == []
    assert undeclared(sources("tests"), [*PROJECT["dependencies"], *optional["dev"], *optional["ray"]]) == []


@pytest.mark.parametrize("dependency", PROJECT["dependencies"])
def test_every_dependency_is_used_where_its_comment_says(dependency: str) -> None:
    name = Requirement(dependency).name
    files = files_named(name, PYPROJECT.read_text(encoding="utf-8"))
    assert files, f"say behind {name} in pyproject.toml which file needs it"
    assert [file for file in files if not mentions(ROOT / file, import_names(name))] == []


def test_what_is_not_declared_or_not_used_is_found() -> None:
    planted = Source(Path("core/x.py"), "import json, numpy as np, core.run\nbuild = 'sklearn.svm:SVC'\nat = '10:30'")
    assert undeclared([planted], ["pandas>=3"]) == ["core/x.py:1 numpy", "core/x.py:2 sklearn"]
    assert undeclared([planted], ["numpy", "scikit-learn"]) == []
    assert files_named("numpy", '    "numpy>=2", # core/a.py, core/b; fast\n') == ["core/a.py", "core/b"]
    assert not mentions(ROOT / "core/catalogue.py", {"numpy"}) and mentions(ROOT / "core/records/tables.py", {"numpy"})


def pins(text: str) -> dict[str, str]:
    """Name to version of every line of a lock file.

    Raises
    ------
    ValueError
        For a line that is neither a comment nor a bare pin: no addresses, paths, hashes or local builds.
    """
    found = {}
    for line in filter(None, (line.split("#")[0].strip() for line in text.splitlines())):
        if not (pin := re.fullmatch(r"([\w.-]+)==([\w.!]+)", line)):
            raise ValueError(f"{line!r} is no pin of the form name==version")
        found[canonicalize_name(pin[1])] = pin[2]
    return found


def test_the_lock_pins_every_declared_dependency() -> None:
    locked = pins(LOCK.read_text(encoding="utf-8"))
    asked = map(Requirement, (*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["dev"]))
    assert [
        str(each) for each in asked if not each.specifier.contains(locked.get(canonicalize_name(each.name), ""))
    ] == []


@pytest.mark.parametrize(
    "line", ["numpy>=2", "numpy==2.4.6+cpu", "-e .", "numpy @ file://x", "numpy==2 --hash=sha256:0"]
)
def test_what_is_no_pin_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match="is no pin"):
        pins(f"# comment\npandas==3.1.1\n{line}\n")


# ---- tests that run alone --------------------------------------------------------------------------------------------

PROCESSES = re.compile(r"\bStage\(|\bimport psutil\b|\bos\.kill")


def crowded(files: Iterable[Path]) -> list[str]:
    """The files of tests with processes of their own at work that would run beside others."""
    beside = [file for file in files if not any(file.match(f"tests/{each}") for each in ALONE)]
    return [file.name for file in beside if PROCESSES.search(file.read_text(encoding="utf-8"))]


def test_what_needs_the_machine_to_itself_runs_alone(tmp_path: Path) -> None:
    assert [each for each in ALONE if not list((ROOT / "tests").glob(each))] == []
    assert crowded((ROOT / "tests").glob("*/test_*.py")) == []
    (tmp_path / "test_planted.py").write_text("stage = Stage(tmp_path)")
    assert crowded([tmp_path / "test_planted.py"]) == ["test_planted.py"]


# ---- benchmarks ----------------------------------------------------------------------------------------------------

ROW = {"name": "iris", "value": 1.25, "target": 2.0, "unit": "s", "passed": True}


def test_a_missed_target_fails_the_benchmarks(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [ROW, {**ROW, "name": "told", "target": None, "passed": False}]
    monkeypatch.setattr(benchmarks, "benchmarks", lambda: ["one"])
    monkeypatch.setattr(benchmarks, "measure", lambda name: rows)
    assert benchmarks.main([]) == 0
    rows.append({**ROW, "name": "slow", "value": 20_000.0, "passed": False})
    assert benchmarks.main(["one"]) == 1
    assert "1 missed" in (told := capsys.readouterr().out) and "20,000" in told and told.count("MISSED") == 1
    assert benchmarks.main(["two"]) == 2


# ---- paths ---------------------------------------------------------------------------------------------------------

LOCAL = tuple("/" + folder + "/" for folder in ("work", "root", "tmp/bash_jobs"))


def local_paths(content: bytes) -> list[str]:
    """The folders of one machine that a file speaks of."""
    return [path for path in LOCAL if re.search(rb"(?<![\w./])" + path.encode(), content)]


def tracked() -> list[Path]:
    """Every file that belongs to the repository, or would with the next commit."""
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode().split("\0")
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


def test_no_file_speaks_of_one_machine() -> None:
    found = {str(file.relative_to(ROOT)): paths for file in tracked() if (paths := local_paths(file.read_bytes()))}
    assert not found


def test_a_local_path_is_found() -> None:
    assert local_paths(b"open('/" + b"work/data.csv')") == ["/" + "work/"]
    assert local_paths(b"docs/work/plan, https://example.org/work/plan") == []
