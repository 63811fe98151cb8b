"""Mutants of a module: its program with one small thing changed, as somebody could mistype it."""

from __future__ import annotations

import ast
import copy
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

_COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
_IN_SQL = {" AND ": " OR ", " IS NULL": " IS NOT NULL", " + 1": " + 2", " = ?": " <> ?"}
# What is only read by people: who changes it breaks no rule.
_FOR_PEOPLE = ("N_", "info", "warning", "debug", "format", "get_logger")

Change = Callable[[], None]


@dataclass(frozen=True)
class Mutant:
    """A change to a module. `name` says where and what, without a line number: lines move."""

    module: str
    name: str
    original: str

    def source(self) -> str:
        """The changed program."""
        tree = ast.parse(self.original)
        change = next(change for name, change in _changes(tree) if name == self.name)
        change()
        return ast.unparse(ast.fix_missing_locations(tree))


def mutants_of(file: Path, root: Path) -> list[Mutant]:
    """Every mutant of the module, in the order of its program."""
    module = str(file.relative_to(root))
    original = file.read_text(encoding="utf-8")
    return [Mutant(module, name, original) for name, _ in _changes(ast.parse(original))]


def _changes(tree: ast.Module) -> Iterator[tuple[str, Change]]:
    """What can be changed in this tree, each with a name that no other one has."""
    members = _members(tree)
    seen: dict[str, int] = defaultdict(int)
    for function in _functions(tree):
        for node in _nodes(function):
            for what, change in (*_of_expression(node, members), *_of_block(node)):
                name = f"{function.name}: {what}"
                seen[name] += 1
                yield (f"{name} ({seen[name]})" if seen[name] > 1 else name), change


def _functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    yield from (
        each for each in ast.walk(tree) if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)
    )


def _nodes(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[ast.AST]:
    """What the function does: no annotations, no inner functions, no texts for people."""
    waiting: list[ast.AST] = [function]
    while waiting:
        node = waiting.pop(0)
        yield node
        for name, child in ast.iter_fields(node):
            if name in ("annotation", "returns", "decorator_list", "args") and node is function:
                continue
            children = child if isinstance(child, list) else [child]
            waiting += [each for each in children if _is_of_program(each)]


def _is_of_program(node: object) -> bool:
    is_inner = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    is_text = isinstance(node, ast.Call) and _called(node) in _FOR_PEOPLE
    is_doc = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return isinstance(node, ast.AST) and not (is_inner or is_text or is_doc)


def _called(call: ast.Call) -> str:
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def _members(tree: ast.Module) -> dict[str, list[str]]:
    """The members of enums that the module names, by the enum."""
    found: dict[str, set[str]] = defaultdict(set)
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=ast.Name(id=enum), attr=member) if member.isupper():
                found[enum].add(member)
    return {enum: sorted(names) for enum, names in found.items()}


def _of_expression(node: ast.AST, members: dict[str, list[str]]) -> Iterator[tuple[str, Change]]:
    text = ast.unparse(node)[:70] if isinstance(node, ast.expr) else ""
    match node:
        case ast.Compare(ops=[op, *_]) if type(op) in _COMPARED:
            other = _COMPARED[type(op)]
            yield f"{text}: {other.__name__}", lambda: node.ops.__setitem__(0, other())
        case ast.BoolOp():
            turned = ast.Or() if isinstance(node.op, ast.And) else ast.And()
            yield f"{text}: {type(turned).__name__}", lambda: setattr(node, "op", turned)
        case ast.BinOp(op=ast.Add() | ast.Sub()):
            sign = ast.Sub() if isinstance(node.op, ast.Add) else ast.Add()
            yield f"{text}: {type(sign).__name__}", lambda: setattr(node, "op", sign)
        case ast.IfExp():
            yield f"{text}: never", lambda: setattr(node, "test", ast.Constant(False))
        case ast.Constant(value=bool(value)):
            yield f"{text}: turned", lambda: setattr(node, "value", not value)
        case ast.Constant(value=int(number)):
            yield f"{text}: one more", lambda: setattr(node, "value", number + 1)
        case ast.Constant(value=str(value)):
            for old, new in _IN_SQL.items():
                if old in value:
                    changed = value.replace(old, new, 1)
                    yield (
                        f"{text}: {new.strip()}",
                        lambda changed=changed: setattr(node, "value", changed),
                    )
        case ast.Attribute(value=ast.Name(id=enum), attr=member) if member in members.get(enum, []):
            names = members[enum]
            if len(names) > 1:
                other_name = names[(names.index(member) + 1) % len(names)]
                yield f"{text}: {other_name}", lambda: setattr(node, "attr", other_name)


def _of_block(node: ast.AST) -> Iterator[tuple[str, Change]]:
    if isinstance(node, ast.If | ast.While):
        turned = ast.UnaryOp(ast.Not(), copy.deepcopy(node.test))
        yield f"if {ast.unparse(node.test)[:60]}: turned", lambda: setattr(node, "test", turned)
    for field in ("body", "orelse", "finalbody"):
        block = getattr(node, field, None)
        if not isinstance(block, list):
            continue
        for index, each in enumerate(block):
            if _is_an_act(each):
                text = ast.unparse(each).splitlines()[0][:70]
                yield (
                    f"{text}: left out",
                    lambda block=block, index=index: block.__setitem__(index, ast.Pass()),
                )


def _is_an_act(node: object) -> bool:
    """A call for its effect, or an error; logging is for people."""
    if isinstance(node, ast.Raise):
        return True
    call = node.value if isinstance(node, ast.Expr) else None
    call = call.value if isinstance(call, ast.Await) else call
    return isinstance(call, ast.Call) and _called(call) not in _FOR_PEOPLE
