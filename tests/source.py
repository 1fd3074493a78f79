"""Python files as the rules see them: a module's name, its text, its syntax tree, and what is read off that tree."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Source:
    """A Python file. `path` is relative to the repository's root."""

    path: Path
    text: str

    @property
    def module(self) -> str:
        """The dotted name under which it is imported."""
        parts = self.path.with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    @cached_property
    def tree(self) -> ast.Module:
        """Its syntax tree."""
        return ast.parse(self.text, str(self.path))

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """All nodes of the tree."""
        return list(ast.walk(self.tree))

    def __str__(self) -> str:
        return str(self.path)


@cache
def sources(*folders: str) -> tuple[Source, ...]:
    """All Python files in these folders of the repository."""
    files = (file for folder in folders for file in sorted((ROOT / folder).rglob("*.py")))
    return tuple(Source(file.relative_to(ROOT), file.read_text(encoding="utf-8")) for file in files)


def within(name: str, room: str) -> bool:
    """Whether a dotted name is a module or package, or lies in it."""
    return name == room or name.startswith(room + ".")


def imports(source: Source) -> Iterator[tuple[str, int]]:
    """Every import as a dotted name with its line, wherever it stands; ``from a import b`` counts as ``a.b``."""
    for node in source.nodes:
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(source, node)
            yield from ((f"{base}.{alias.name}", node.lineno) for alias in node.names)
        elif isinstance(node, ast.Call) and called(node, {}) in ("importlib.import_module", "__import__"):
            yield from ((name, node.lineno) for name in map(literal, node.args) if name)


def _absolute(source: Source, node: ast.ImportFrom) -> str:
    """The package that ``from … import`` names, relative ones resolved."""
    if not node.level:
        return node.module or ""
    package = source.path.parent.parts[: len(source.path.parent.parts) - node.level + 1]
    return ".".join((*package, *([node.module] if node.module else [])))


def literal(node: ast.AST) -> str | None:
    """The text of a string literal, None for anything else."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def aliases(source: Source) -> dict[str, str]:
    """Local name to the dotted name that it was imported as."""
    known = {}
    for node in source.nodes:
        if isinstance(node, ast.Import):
            known.update({alias.asname or alias.name: alias.name for alias in node.names})
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(source, node)
            known.update({alias.asname or alias.name: f"{base}.{alias.name}" for alias in node.names})
    return known


def called(node: ast.Call, known: dict[str, str]) -> str:
    """The dotted name of what is called, local names replaced by what they were imported as; else empty."""
    parts: list[str] = []
    target: ast.expr = node.func
    while isinstance(target, ast.Attribute):
        parts.append(target.attr)
        target = target.value
    if not isinstance(target, ast.Name):
        return ""
    return ".".join([known.get(target.id, target.id), *reversed(parts)])


def functions(source: Source) -> Iterator[Function]:
    """All functions and methods, nested ones too."""
    yield from (node for node in source.nodes if isinstance(node, Function))


def length(function: Function) -> int:
    """Lines from ``def`` to the end, without the docstring."""
    lines = (function.end_lineno or function.lineno) - function.lineno + 1
    first = function.body[0]
    if ast.get_docstring(function, clean=False) is not None and first.end_lineno is not None:
        lines -= first.end_lineno - first.lineno + 1
    return lines


def public(tree: ast.Module) -> Iterator[tuple[str, Function | ast.ClassDef]]:
    """What a module offers: its functions and classes, and the methods of these, without leading underscores."""
    for node in tree.body:
        if not isinstance(node, Function | ast.ClassDef) or node.name.startswith("_"):
            continue
        yield node.name, node
        if isinstance(node, ast.ClassDef):
            methods = (each for each in node.body if isinstance(each, Function) and not each.name.startswith("_"))
            yield from ((f"{node.name}.{method.name}", method) for method in methods)
