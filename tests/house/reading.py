"""The project's Python as syntax trees, and what its modules import."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDERS = ("boxd", "bench", "booth", "checker", "tests")


def python_files(*folders: str) -> Iterator[Path]:
    """Every module in these folders of the project, in all of them when none is named."""
    for folder in folders or FOLDERS:
        yield from sorted((ROOT / folder).rglob("*.py"))


@cache
def tree(file: Path) -> ast.Module:
    """A module's syntax tree."""
    return ast.parse(file.read_text(encoding="utf-8"), str(file))


def imported(file: Path) -> Iterator[str]:
    """The dotted names that a module imports, also those for types and inside functions."""
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{name.name}" for name in node.names)


def at(file: Path, node: ast.stmt | ast.expr) -> str:
    """Where something stands, as an editor opens it."""
    return f"{file.relative_to(ROOT)}:{node.lineno}"
