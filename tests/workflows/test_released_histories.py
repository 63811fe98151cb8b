"""What a released boxd has recorded stays as it is: else a replay would show nothing."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

HISTORIES = Path(__file__).parents[1] / "histories"
RELEASED = [
    line.split()
    for line in (HISTORIES / "released.txt").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]


@pytest.mark.parametrize(("digest", "name"), RELEASED, ids=[name for _, name in RELEASED])
def test_a_released_history_is_as_it_was_recorded(digest: str, name: str) -> None:
    assert hashlib.sha256((HISTORIES / name).read_bytes()).hexdigest() == digest, (
        "a released history was changed: put it back, and let the workflow replay it"
        " (workflow.patched)"
    )
