"""What an upgrade and the way back do as root, where the service has planted links."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from boxd.config import load
from boxd.errors import BoxdError
from boxd.ledger.database import open_ledger
from boxd.upgrade import journal
from boxd.upgrade.install_paths import InstallPaths
from boxd.upgrade.ledger_backup import put_back
from boxd.upgrade.rollback import return_to_previous
from tests.upgrade.test_asking import KEPT, places

__all__ = ["places"]

SERVICE = 4321
pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="is about what root does: takes root")


def services_ledger(places: InstallPaths) -> Path:
    """The ledger in the service's folder, below one that everybody may enter."""
    for folder in (places.root, *places.root.parents[:3]):
        folder.chmod(0o755)
    ledger = load(places.config_file).ledger_file
    ledger.parent.mkdir()
    open_ledger(ledger).close()
    for each in (ledger.parent, *ledger.parent.glob("ledger.db*")):
        os.chown(each, SERVICE, SERVICE)
    return ledger


@pytest.mark.parametrize("name", ["ledger.db", "ledger.db-wal", "ledger.db-shm", "being-put-back"])
def test_the_way_back_follows_no_link(places: InstallPaths, name: str) -> None:
    ledger = services_ledger(places)
    backup = places.root / "backup.db"
    open_ledger(backup).close()
    backup.chmod(0o644)
    roots = places.root / "roots"
    roots.mkdir(mode=0o700)
    (roots / "file").write_text("root's own\n", encoding="utf-8")
    leads_to = roots if name == "being-put-back" else roots / "file"
    (ledger.parent / name).unlink(missing_ok=True)
    (ledger.parent / name).symlink_to(leads_to)
    journal.end(places, replace(KEPT, schema=1, backup=str(backup)))
    with pytest.raises(BoxdError):
        return_to_previous(places, 120, lambda _: False)
    try:
        put_back(load(places.config_file), replace(KEPT, backup=str(backup)))
    except BoxdError as error:
        assert "root's own" not in str(error)
    assert [each.name for each in roots.iterdir()] == ["file"]
    assert (roots / "file").read_text(encoding="utf-8") == "root's own\n"
    assert (roots.stat().st_uid, (roots / "file").stat().st_uid) == (0, 0)
