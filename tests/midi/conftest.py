"""Real JACK servers for the tests that need one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.midi.jackd import jack_server


@pytest.fixture
def jack(tmp_path: Path) -> Iterator[None]:
    """A JACK server of the test's own."""
    with jack_server(tmp_path):
        yield
