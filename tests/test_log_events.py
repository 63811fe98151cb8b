"""Every log event is called `subject.verb`, so that a filter finds it by a name that stays."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TypeGuard

BOXD = Path(__file__).parents[1] / "boxd"
LEVELS = {"debug", "info", "warning", "error", "critical", "exception"}
# A workflow's logger takes no fields, so a reason follows the name.
NAME = re.compile(r"[a-z][a-z_]*\.[a-z{}][a-z_{}]*(: %s)?")


def test_log_events_are_named_by_subject_and_verb() -> None:
    named = dict(_events())

    assert len(named) > 50
    assert {place: name for place, name in named.items() if not NAME.fullmatch(name)} == {}


def _events() -> Iterator[tuple[str, str]]:
    """Each event of a log call: where it stands, and its name with `{}` for what is filled in."""
    for file in sorted(BOXD.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if _is_log_call(node):
                for name in _names(node.args[0]):
                    yield f"{file.relative_to(BOXD)}:{node.lineno}: {name}", name


def _is_log_call(node: ast.AST) -> TypeGuard[ast.Call]:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in LEVELS
        and re.search(r"(^|\.|_)log(ger)?\b", ast.unparse(node.func.value)) is not None
    )


def _names(argument: ast.expr) -> list[str]:
    """The names that an event's argument can become; a text made elsewhere has none."""
    match argument:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.JoinedStr(values=parts):
            return ["".join(str(p.value) if isinstance(p, ast.Constant) else "{}" for p in parts)]
        case ast.IfExp(body=body, orelse=orelse):
            return _names(body) + _names(orelse)
    return ["?"]
