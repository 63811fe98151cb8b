"""The ledger's part in an upgrade: what is open, and the backup that undoes a migration."""

from __future__ import annotations

import shutil
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from boxd.config import Config
from boxd.daemon.instance_lock import only_one
from boxd.ledger import redemption_standings, replacing
from boxd.ledger.database import open_for_reading
from boxd.ledger.ledger import as_text
from boxd.ledger.soundness import examine, look_at
from boxd.service_user import done_as_owner_of
from boxd.upgrade.journal import Upgrade


def open_redemptions(ledger: Path) -> tuple[str, ...]:
    """The redemptions that have not ended."""
    with closing(open_for_reading(ledger)) as connection:
        return tuple(standing.redemption for standing in redemption_standings.open_ones(connection))


def written_since(config: Config, upgrade: Upgrade) -> int:
    """How many audit entries by people, not by boxd, are missing in the backup."""
    known = look_at(Path(upgrade.backup)).entries
    with closing(open_for_reading(config.ledger_file)) as connection:
        found = connection.execute(
            "SELECT count(*) FROM audit WHERE seq > ? AND actor <> 'boxd'", (known,)
        ).fetchone()
    return int(found[0])


def put_back(config: Config, upgrade: Upgrade) -> str:
    """Replace the ledger by the backup; returns where the present one is kept.

    A power cut before the replacement changes nothing, and one after it neither.
    """
    return done_as_owner_of(config.box.state_dir, partial(_put_back, config, upgrade))


def _put_back(config: Config, upgrade: Upgrade) -> str:
    ledger = config.ledger_file
    with only_one(config.lock_file):
        replacing.finish(ledger)
        prepared = ledger.with_name("being-put-back")
        shutil.rmtree(prepared, ignore_errors=True)
        prepared.mkdir(mode=0o750)
        copy = prepared / ledger.name
        shutil.copyfile(upgrade.backup, copy)
        examine(copy)
        copy.chmod(0o640)
        replacing.flush(copy)
        stamp = as_text(datetime.now(UTC)).replace(":", "-")
        replacing.decide(prepared, ledger, stamp)
        replacing.finish(ledger)
    return str(replacing.set_aside_for(ledger, stamp))
