"""What nobody writes in this house, found in the syntax trees."""

from __future__ import annotations

import ast
import sys
from collections import defaultdict
from pathlib import Path

import pytest

from tests.house.reading import ROOT, at, python_files, tree

# Classes of one name that mean the same thing, each time for its own part; and why that is so.
SAME_MEANING: dict[str, str] = {}


def test_arguments_are_given_by_name_and_not_by_a_starred_tuple() -> None:
    starred = [
        at(file, node)
        for file in python_files()
        for node in ast.walk(tree(file))
        if isinstance(node, ast.Call)
        if any(isinstance(each, ast.Starred) and is_display(each.value) for each in node.args)
    ]
    assert starred == []


def test_no_two_classes_of_one_name_mean_different_things() -> None:
    places = defaultdict(list)
    for file in python_files("boxd"):
        for node in tree(file).body:
            if isinstance(node, ast.ClassDef):
                places[node.name].append(str(file.relative_to(ROOT)))
    twice = {name: where for name, where in places.items() if len(where) > 1}
    assert {name: where for name, where in twice.items() if name not in SAME_MEANING} == {}
    assert set(SAME_MEANING) - set(twice) == set(), "explained, and not there any more"


def test_no_module_has_the_name_of_one_of_the_standard_librarys() -> None:
    named = [str(file.relative_to(ROOT)) for file in python_files("boxd") if is_of_python(file)]
    assert named == []


@pytest.mark.parametrize("text", ["f(*(a, b))", "f(*[a], c)"])
def test_a_starred_tuple_is_seen(text: str) -> None:
    call = ast.parse(text, mode="eval").body
    assert isinstance(call, ast.Call)
    assert any(isinstance(each, ast.Starred) and is_display(each.value) for each in call.args)


def is_display(value: ast.expr) -> bool:
    """Whether it is a tuple, a list or a set written out on the spot."""
    return isinstance(value, ast.Tuple | ast.List | ast.Set)


def is_of_python(file: Path) -> bool:
    """Whether a reader may take it for a module of Python's own."""
    return file.stem in sys.stdlib_module_names and not file.stem.startswith("__")
