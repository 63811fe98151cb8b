"""An event of boxes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from boxd.config.schema import Temporal
from tests.temporal.conftest import directory, made, settings
from tests.workflows.fleet.boxes import LinkedBox, fleet

__all__ = ["directory", "made", "settings"]


@pytest.fixture
async def boxes(directory: Path, settings: Temporal) -> AsyncIterator[list[LinkedBox]]:
    """Two boxes that are connected, with two mugs each."""
    async with fleet(directory, settings, 2) as found:
        for box in found:
            await box.connect()
        yield found
