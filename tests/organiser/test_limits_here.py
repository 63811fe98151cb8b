"""Codes without a task, at a box of an event whose limit another box keeps."""

from __future__ import annotations

from pathlib import Path

import pytest

from boxd.errors import Refused
from boxd.organiser.limits_here import require_limits_here
from tests.api.live_box import configured

JOINED = '[fleet]\nnumber = {number}\nevent = "fair"\naddress = "127.0.0.1:9"\n'
LIMIT = "[codes]\nper_attendee = 1\n"


def test_they_are_made_at_the_box_that_keeps_the_limit(tmp_path: Path) -> None:
    require_limits_here(configured(tmp_path, JOINED.format(number=1), LIMIT))
    with pytest.raises(Refused, match="box 1 keeps the limit of codes for each attendee"):
        require_limits_here(configured(tmp_path, JOINED.format(number=2), LIMIT))


def test_without_a_limit_every_box_makes_them(tmp_path: Path) -> None:
    require_limits_here(configured(tmp_path, JOINED.format(number=2)))
