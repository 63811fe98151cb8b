"""A box with keys and a ledger, to make card backups of."""

from __future__ import annotations

from pathlib import Path

from boxd.config import Config, load
from boxd.key_file import make_key
from boxd.ledger.database import open_ledger

PASSPHRASE = "correct horse battery"  # noqa: S105 - of tests alone


def card_box(root: Path) -> tuple[Config, Path]:
    """The configuration of a box below `root`, which names one more file, `etc/boxd/pin`."""
    file = root / "etc/boxd/boxd.toml"
    file.parent.mkdir(parents=True)
    text = Path("config/sim.toml").read_text(encoding="utf-8")
    text = text.replace("../var/sim", str(root / "var/lib/boxd"))
    named = f'[phones]\nattendant_pin_file = "{root}/etc/boxd/pin"'
    file.write_text(text.replace("[phones]", named), encoding="utf-8")
    config = load(file)
    for key in (config.claim_key_file, config.reading_key_file):
        make_key(key)
    open_ledger(config.ledger_file).close()
    return config, file
