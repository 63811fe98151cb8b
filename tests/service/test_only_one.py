"""The lock of a box serves whoever the box belongs to."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from boxd.daemon.instance_lock import only_one

DAEMON = 4321


@pytest.mark.skipif(os.geteuid() != 0, reason="gives a file to another user: takes root")
def test_a_lock_that_root_made_first_is_the_daemons(tmp_path: Path) -> None:
    os.chown(tmp_path, DAEMON, DAEMON)
    with only_one(tmp_path / "boxd.lock"):
        pass
    assert (tmp_path / "boxd.lock").stat().st_uid == DAEMON
