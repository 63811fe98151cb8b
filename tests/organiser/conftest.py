"""A real ledger with prizes, as the organiser's side of a box finds it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from boxd.config import Config
from boxd.ledger import stock
from boxd.ledger.code_keys import CodeKeys
from boxd.ledger.ledger import Ledger


@pytest.fixture
def keys() -> CodeKeys:
    return CodeKeys(b"c" * 32, b"r" * 32)


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return Config.model_validate({"box": {"id": "box-1", "state_dir": str(tmp_path)}})


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger(tmp_path / "ledger.db")
    prizes = [stock.StockedPrize("mug", "Mug", 3), stock.StockedPrize("pin", "Pin", 2)]
    opened.write_now(lambda tx: stock.import_prizes(tx, prizes, "ada"))
    yield opened
    opened.close()
