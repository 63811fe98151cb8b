"""Mutants of a workflow's program: one statement removed, doubled or moved."""

from __future__ import annotations

import ast
import copy
import inspect
import types
from collections.abc import Iterator
from dataclasses import dataclass

OPERATIONS = ("removed", "doubled", "moved")


@dataclass(frozen=True)
class Mutant:
    """A workflow class, and what was done to it."""

    name: str
    workflow: type


def mutants_of(workflow: type) -> Iterator[Mutant]:
    """Every mutant of the class that can be loaded, in the order of its program."""
    module = inspect.getmodule(workflow)
    assert module is not None
    tree = ast.parse(inspect.getsource(module))
    for number in range(len(_places(tree, workflow.__name__))):
        for operation in OPERATIONS:
            changed = copy.deepcopy(tree)
            body, index = _places(changed, workflow.__name__)[number]
            line, text = body[index].lineno, ast.unparse(body[index]).splitlines()[0][:60]
            if not _change(body, index, operation):
                continue
            mutant = _loaded(changed, module, workflow.__name__)
            if mutant is not None:
                yield Mutant(f"{operation} at line {line}: {text}", mutant)


def _places(tree: ast.Module, name: str) -> list[tuple[list[ast.stmt], int]]:
    """Every statement of the class's methods, as a list and an index in it."""
    found: list[tuple[list[ast.stmt], int]] = []
    wanted = next(n for n in tree.body if isinstance(n, ast.ClassDef) and n.name == name)
    for method in wanted.body:
        for node in ast.walk(method):
            for field in ("body", "orelse", "handlers", "finalbody"):
                block = getattr(node, field, None)
                if isinstance(block, list):
                    found += [(block, i) for i, each in enumerate(block) if _counts(each)]
    return found


def _counts(node: ast.AST) -> bool:
    is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return isinstance(node, ast.stmt) and not is_text


def _change(body: list[ast.stmt], index: int, operation: str) -> bool:
    match operation:
        case "removed":
            body[index] = ast.copy_location(ast.Pass(), body[index])
        case "doubled":
            body.insert(index, copy.deepcopy(body[index]))
        case _:
            if index + 1 >= len(body):
                return False
            body[index], body[index + 1] = body[index + 1], body[index]
    return True


def _loaded(tree: ast.Module, module: types.ModuleType, name: str) -> type | None:
    """The class of the changed program; None if it can't even be loaded."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and node.name == name:
            (decorator,) = node.decorator_list
            assert isinstance(decorator, ast.Call)
            decorator.keywords.append(ast.keyword("sandboxed", ast.Constant(value=False)))
    code = compile(ast.fix_missing_locations(tree), str(module.__file__), "exec")
    namespace: dict[str, object] = {"__name__": module.__name__}
    try:
        exec(code, namespace)  # noqa: S102 - our own program
    except (NameError, AttributeError, ValueError, TypeError):  # it can't even be loaded
        return None
    found = namespace[name]
    return found if isinstance(found, type) else None
