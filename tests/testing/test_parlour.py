"""The example of docs/device-kinds.md does what every kind has to do, and is quoted as it is."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import Any, ClassVar

import pytest

from boxd.testing import (
    KeyConformance,
    KeyPluggingConformance,
    LampConformance,
    LatchConformance,
    LatchPluggingConformance,
)
from tests.testing.parlour import PARLOUR, ParlourDevice, SimulatedParlour

SOCKET = f"{tempfile.gettempdir()}/boxd-parlour"
PAGE = Path(__file__).parents[2] / "docs" / "device-kinds.md"
CODE = Path(__file__).with_name("parlour.py").read_text(encoding="utf-8")
QUOTED = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.M | re.S)


class TestParlour(
    KeyPluggingConformance,
    LatchPluggingConformance,
    KeyConformance,
    LampConformance,
    LatchConformance,
):
    """A box at a Unix socket."""

    kind = PARLOUR
    twin = SimulatedParlour
    section: ClassVar[dict[str, Any]] = {
        "kind": "parlour",
        "name": "parlour-1",
        "port": SOCKET,
        "latches": {"latch-1": 1, "latch-2": 2},
    }

    @pytest.fixture(autouse=True)
    def _a_socket_of_its_own(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        section = {**self.section, "port": f"{tmp_path}/parlour"}
        monkeypatch.setattr(type(self), "section", section)


def test_two_latches_of_one_number_are_a_finding() -> None:
    section = ParlourDevice(kind="parlour", name="p", port="/p", latches={"a": 1, "b": 1})

    (finding,) = PARLOUR.faults({3: section})

    assert finding.path == ("devices", 3, "latches", "b")
    assert "device 'p': b: no. 1 is taken by device 'p': a already" in finding.text


@pytest.mark.parametrize("quoted", QUOTED)
def test_the_page_quotes_the_example_as_it_is(quoted: str) -> None:
    whole = CODE + Path(__file__).read_text(encoding="utf-8")
    assert all(part.strip("\n") in whole for part in quoted.split("    ...\n"))


def test_the_page_quotes_every_step() -> None:
    assert len(QUOTED) >= 6
