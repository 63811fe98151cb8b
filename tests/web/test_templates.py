"""Templates of pages: what holds for each of them, whoever writes it."""

from __future__ import annotations

from pathlib import Path

import pytest
from jinja2 import UndefinedError, nodes

from boxd.web import templates

BOXD = Path(templates.__file__).parents[1]
FILES = sorted(BOXD.glob("*/templates/*"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(BOXD)))
def test_each_template_is_found_by_its_package_and_compiles(file: Path) -> None:
    package = file.relative_to(BOXD).parts[0]
    assert templates.environment().get_template(f"{package}/{file.name}").name == file.name


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(BOXD)))
def test_no_template_lets_text_through_as_markup(file: Path) -> None:
    tree = templates.environment().parse(file.read_text(encoding="utf-8"))
    assert [each.name for each in tree.find_all(nodes.Filter) if each.name == "safe"] == []
    assert list(tree.find_all(nodes.ScopedEvalContextModifier)) == []


def test_what_people_write_is_escaped() -> None:
    page = templates.render("phones/parts.html")
    assert page == ""
    head = templates.environment().get_template("phones/parts.html").module
    assert "<i>" not in str(head.head("<i>", "<b>"))  # type: ignore[attr-defined]


def test_a_value_that_is_not_given_is_an_error_and_no_gap() -> None:
    with pytest.raises(UndefinedError, match="page"):
        templates.render("phones/message.html", lines=())
