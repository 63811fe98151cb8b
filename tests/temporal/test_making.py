"""Killed at any moment of its first start, the next start serves and no server is left over."""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest

from boxd.config.schema import Temporal
from boxd.temporal import database as db
from tests.temporal.conftest import embedded, serving, until

START = """
import asyncio, sys
from pathlib import Path
from boxd.config.schema import Temporal
from boxd.temporal.server import EmbeddedServer

async def main():
    settings = Temporal.model_validate_json(sys.argv[2])
    server = EmbeddedServer(settings, Path(sys.argv[1]), lambda _: None)
    await server.start()
    await asyncio.Event().wait()

asyncio.run(main())
"""


def size(path: Path) -> int:
    with suppress(FileNotFoundError):
        return path.stat().st_size
    return 0


# In their order; a moment that was too short to be seen counts once the database has its name.
MOMENTS: dict[str, Callable[[Path], bool]] = {
    "the file appears": lambda d: (d / "temporal.db.being-made").exists(),
    "the first tables are made": lambda d: size(d / "temporal.db.being-made") > 8_000,
    "half of the tables are made": lambda d: size(d / "temporal.db.being-made") > 60_000,
    "all tables are made": lambda d: size(d / "temporal.db.being-made") > 130_000,
    "its sidecar is written": lambda d: (d / "temporal.db.being-made.json").exists(),
    "it has its name": lambda _: False,
    "the server starts on it": lambda d: (d / "temporal.db.running").exists(),
    "the server writes to it": lambda d: size(d / "temporal.db-wal") > 20_000,
}
LATER = ("the server starts on it", "the server writes to it")


def has_come(moment: str, directory: Path) -> bool:
    is_past = moment not in LATER and (directory / "temporal.db").exists()
    return is_past or MOMENTS[moment](directory)


def servers_of(directory: Path) -> Iterator[psutil.Process]:
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if any(part.startswith(str(directory)) for part in process.cmdline()):
                yield process


def set_aside_in(directory: Path) -> list[Path]:
    return list(directory.glob("temporal.db.set-aside-*"))


@pytest.mark.parametrize("moment", MOMENTS)
async def test_killed_when(moment: str, settings: Temporal, tmp_path: Path) -> None:
    state = tmp_path / "temporal"
    starter = await asyncio.create_subprocess_exec(
        sys.executable, "-c", START, state, settings.model_dump_json()
    )
    try:
        await until(lambda: has_come(moment, state), moment)
    finally:
        starter.kill()
        await starter.wait()
    await until(lambda: not list(servers_of(state)), "the killed one's server to be gone")
    async with serving(settings, state) as watched:
        assert watched.set_aside == []
    left = {path.name for path in state.iterdir()}
    assert left <= {f"temporal.db{part}" for part in ("", "-wal", "-shm", ".json", ".running")}


async def test_a_crash_between_sidecar_and_database_makes_it_anew(
    settings: Temporal, directory: Path
) -> None:
    (directory / "temporal.db").unlink()
    async with serving(settings, directory) as watched:
        assert watched.set_aside == []


async def test_a_crash_between_setting_aside_and_publishing_loses_nothing(
    settings: Temporal, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (directory / "temporal.db.json").unlink()
    before = (directory / "temporal.db").read_bytes()

    def crash(*_: Path) -> None:
        raise asyncio.CancelledError

    with monkeypatch.context() as patched:
        patched.setattr(db, "publish", crash)
        async with embedded(settings, directory):
            await until(lambda: set_aside_in(directory), "it to be set aside")
    async with serving(settings, directory):
        pass
    [kept] = set_aside_in(directory)
    assert kept.read_bytes() == before


async def test_what_an_earlier_release_did_not_seal_is_gone_after_the_upgrade(
    settings: Temporal, directory: Path
) -> None:
    database = directory / db.NAME
    sidecar = json.loads(db.sidecar_of(database).read_text(encoding="utf-8"))
    del sidecar["sealed"]
    db.sidecar_of(database).write_text(json.dumps(sidecar), encoding="utf-8")
    kept = db.set_aside(database, "of an earlier start", datetime.now(UTC)).path
    for part in ("", ".json"):
        shutil.copyfile(f"{kept}{part}", f"{database}{part}")
    with database.open("ab") as file:
        file.write(b"ada-lovelace")
    async with serving(settings, directory):
        pass
    assert b"ada-lovelace" not in content_of(directory)
    assert not db.sidecar_of(kept).exists()
    assert json.loads(db.sidecar_of(database).read_text(encoding="utf-8"))["sealed"] is True


def content_of(directory: Path) -> bytes:
    """Everything that is in the server's files, also in those set aside."""
    return b"".join(file.read_bytes() for file in directory.glob(f"{db.NAME}*"))
