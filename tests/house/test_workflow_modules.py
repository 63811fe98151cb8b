"""Workflow code asks neither clock nor chance nor disk: a replay would get another answer.

The SDK's sandbox is not used (docs/adr/0011), so that these rules are held here.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.house.reading import imported, python_files, tree

FORBIDDEN = frozenset(
    {
        "os",
        "pathlib",
        "random",
        "secrets",
        "shutil",
        "socket",
        "sqlite3",
        "subprocess",
        "tempfile",
        "threading",
        "time",
        "uuid",
    }
)
ASKING_THE_CLOCK = frozenset({"now", "utcnow", "today"})
BUILTINS = frozenset({"open", "input", "print", "exec", "eval", "__import__"})


def workflow_modules() -> list[Path]:
    return [file for file in python_files("boxd") if "@workflow.defn" in file.read_text("utf-8")]


def asks(module: ast.Module) -> set[str]:
    """What the module's code asks that is not the workflow's own."""
    found = set()
    for node in ast.walk(module):
        if not isinstance(node, ast.Call):
            continue
        called = node.func
        if isinstance(called, ast.Name) and called.id in BUILTINS:
            found.add(called.id)
        if isinstance(called, ast.Attribute) and called.attr in ASKING_THE_CLOCK:
            owner = ast.unparse(called.value)
            if owner != "workflow":
                found.add(f"{owner}.{called.attr}")
    return found


def test_workflow_modules_are_found() -> None:
    assert len(workflow_modules()) >= 6


@pytest.mark.parametrize("file", workflow_modules(), ids=lambda file: file.stem)
def test_a_workflow_module_asks_neither_clock_nor_chance_nor_disk(file: Path) -> None:
    assert {name.split(".")[0] for name in imported(file)} & FORBIDDEN == set()
    assert asks(tree(file)) == set()


def test_a_question_to_the_clock_is_seen() -> None:
    assert asks(ast.parse("datetime.now(UTC); workflow.now(); open('x')")) == {
        "datetime.now",
        "open",
    }
