"""Every row of "Where is X decided?" leads to a definition that is there, and to the only one."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from tests.house.reading import ROOT, python_files, tree

ARCHITECTURE = ROOT / "docs" / "architecture.md"
_SPAN = re.compile(r"`([^`]+)`")
_FILE = re.compile(r"[\w./-]+/[\w.-]+\.\w+|\w+\.py")
_NAME = re.compile(r"\w+")
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Assign | ast.AnnAssign


@dataclass(frozen=True)
class Place:
    """A definition that a row names: its file, and what it is called there; empty for a unit."""

    question: str
    file: str
    name: str

    @property
    def path(self) -> Path:
        """The file of it, in the package or beside it."""
        inside = ROOT / "boxd" / self.file
        return inside if inside.exists() else ROOT / self.file


def rows() -> Iterator[tuple[str, str]]:
    """Each question of the table, and what stands beside it."""
    text = ARCHITECTURE.read_text(encoding="utf-8").partition("## Where is X decided?")[2]
    for line in text.partition("\n## ")[0].splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| ") and cells[0] != "question":
            yield cells[0], cells[1]


def places_of(question: str, answer: str) -> Iterator[Place]:
    """The definitions of a row; a name belongs to the file before it."""
    file = ""
    for span in _SPAN.findall(answer):
        if _FILE.fullmatch(span):
            file = span
            if not span.endswith((".py", ".c")):
                yield Place(question, file, "")
        elif _NAME.fullmatch(span) and file:
            yield Place(question, file, span)


PLACES = [place for question, answer in rows() for place in places_of(question, answer)]


def definitions(file: Path) -> Iterator[tuple[str, Definition]]:
    """What a module defines: at its top, and within its classes."""
    for node in tree(file).body:
        inner = node.body if isinstance(node, ast.ClassDef) else []
        for each in (node, *inner):
            match each:
                case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                    yield each.name, each
                case ast.Assign(targets=[ast.Name(id=name)]):
                    yield name, each
                case ast.AnnAssign(target=ast.Name(id=name)):
                    yield name, each


def meaning(name: str, node: Definition) -> str:
    """What a definition says, whatever it is called and however it is explained.

    Two numbers may be the same by chance; under one name they are not.
    """
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            explained = ast.get_docstring(node) is not None
            return "\n".join(ast.dump(each) for each in node.body[explained:])
        case _:
            said = ast.dump(node.value) if node.value else name
            return name + said if isinstance(node.value, ast.Constant) else said


@cache
def everywhere() -> Counter[str]:
    """How often each meaning is defined in the package."""
    return Counter(
        meaning(name, node) for file in python_files("boxd") for name, node in definitions(file)
    )


def test_every_question_is_asked_once() -> None:
    questions = Counter(question for question, _ in rows())
    assert len(questions) > 50
    assert [question for question, times in questions.items() if times > 1] == []


@pytest.mark.parametrize(("question", "answer"), list(rows()))
def test_every_row_names_a_definition(question: str, answer: str) -> None:
    assert list(places_of(question, answer)) != []
    named = {place.file for place in places_of(question, answer)}
    assert {span for span in _SPAN.findall(answer) if _FILE.fullmatch(span)} - named == set()


@pytest.mark.parametrize("place", PLACES, ids=lambda place: f"{place.file}-{place.name}")
def test_every_definition_is_there_and_the_only_one(place: Place) -> None:
    assert place.path.is_file(), f"no file {place.file}: {place.question}"
    if place.path.suffix == ".c":
        assert re.search(rf"\b{place.name}\(", place.path.read_text(encoding="utf-8"))
    elif place.name:
        found = [node for name, node in definitions(place.path) if name == place.name]
        assert len(found) == 1, f"{place.file} defines {place.name} {len(found)} times"
        assert everywhere()[meaning(place.name, found[0])] == 1, f"{place.name} has a copy"


def test_no_two_questions_have_the_same_answer() -> None:
    named = Counter((place.file, place.name) for place in PLACES)
    assert [place for place, times in named.items() if times > 1] == []
