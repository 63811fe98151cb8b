"""An event to try tasks at."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from boxd.config.schema import Temporal
from tests.temporal.conftest import directory, made, settings
from tests.workflows.event import Event, held

__all__ = ["directory", "made", "settings"]


@pytest.fixture
async def event(directory: Path, settings: Temporal) -> AsyncIterator[Event]:
    """An event with five mugs in stock."""
    async with held(directory, settings) as running:
        await running.stock("mug", 5)
        yield running
