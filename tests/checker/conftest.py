"""A consistent day at a booth, for tests to break."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.checker.recorded_booth import RecordedBooth, record_a_day


@pytest.fixture
def booth(tmp_path: Path) -> Iterator[RecordedBooth]:
    """The ledger and the trace of a consistent day."""
    recorded = record_a_day(tmp_path)
    yield recorded
    recorded.connection.close()
