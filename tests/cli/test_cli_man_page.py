"""The manual page: every command with its options, in lines that roff understands."""

from __future__ import annotations

import re
from pathlib import Path

from boxd.cli.man_page import page
from tests.cli.test_cli_help import ALL_LINES


def test_every_command_is_in_the_manual_page() -> None:
    told = page().replace("\\-", "-")
    ends = [line for line in ALL_LINES if not any(line == other[:-1] for other in ALL_LINES)]
    assert len(ends) > 60
    for line in ends:
        assert re.search(rf"^\.SS boxd {' '.join(line)}( |$)", told, re.MULTILINE), line


def test_no_line_of_text_is_taken_for_a_request() -> None:
    for line in page().splitlines():
        if line.startswith((".", "'")):
            assert re.match(r"\.(TH|SH|SS|PP|TP|B)( |$)", line), line


def test_the_installed_page_is_made_of_these_commands() -> None:
    kept = Path(__file__).parents[2] / "docs" / "boxd.1"
    assert kept.read_text(encoding="utf-8") == page(), "run: make man-page"
