"""Before each start of the server: make sure that its database is complete, or make a new one.

A new one is made under another name, by a server of its own, and gets its name once it is
complete. A kill at any moment leaves either the old state or the new one, and something to delete.
"""

from __future__ import annotations

import asyncio
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from boxd.computer_trouble import lacking
from boxd.errors import BoxdError, TemporalUnavailable
from boxd.temporal import database as db
from boxd.temporal.command import (
    LOOPBACK,
    MAKING_PRAGMAS,
    Ports,
    server_command,
    server_environment,
)
from boxd.temporal.http_api import ensure_namespace
from boxd.temporal.ports import free_ports
from boxd.temporal.process import ServerProcess
from boxd.temporal.set_aside import SetAside

if TYPE_CHECKING:
    from boxd.config.schema import Temporal
    from boxd.temporal.settings import ServerSettings

MAKING_DEADLINE_S = 60  # takes 0.4 s; a Pi that reads the program from a cold card takes far longer
POLL_S = 0.01


@dataclass(frozen=True)
class Maker:
    """What making a database takes: the program, its version, and the settings."""

    binary: Path
    version: str
    settings: Temporal | ServerSettings


async def prepare(database: Path, maker: Maker, distrusted: str) -> SetAside | None:
    """Make sure that `database` is complete; returns what was set aside for that, if anything.

    `distrusted` is a reason to replace the file even if it looks complete; usually empty. Raises
    BoxdError if neither the old file nor a new one can be used.
    """
    try:
        if await asyncio.to_thread(db.is_absent, database):
            unfit = ""
        else:
            unfit = distrusted or await asyncio.to_thread(
                db.why_unfit, database, maker.version, db.is_marked_running(database)
            )
            if not unfit:
                return None
        return await _replace(database, maker, unfit)
    except (OSError, sqlite3.Error) as error:
        lacks = lacking(error) if isinstance(error, OSError) else ""
        raise BoxdError(
            f"Temporal's database {database} can't be made or moved: "
            + (lacks or f"{error}; see to the owner and the space of its directory")
        ) from error


async def _replace(database: Path, maker: Maker, unfit: str) -> SetAside | None:
    """Make a new database, then replace the old one with it."""
    being_made = database.with_name(database.name + ".being-made")
    await asyncio.to_thread(db.discard, being_made)
    await _make(being_made, maker)
    await asyncio.to_thread(db.finish, being_made, maker.version)
    kept = None
    if unfit == db.UNSEALED:
        await asyncio.to_thread(db.discard_unsealed, database)
    elif unfit:
        kept = await asyncio.to_thread(db.set_aside, database, unfit, datetime.now(UTC))
    await asyncio.to_thread(db.publish, being_made, database)
    return kept


async def _make(being_made: Path, maker: Maker) -> None:
    """Let a server make the file, and kill it once everything is in it.

    Killing saves a second, and what the server has committed is in the file. It has ports of its
    own, so that nobody takes it for the box's server.
    """
    grpc, http, metrics = free_ports(LOOPBACK, 3)
    settings = maker.settings
    ports = Ports(grpc, http, metrics, ui=None)
    process = await ServerProcess.spawn(
        server_command(maker.binary, being_made, ports, MAKING_PRAGMAS, settings.namespace),
        server_environment(settings.memory_mib, being_made.parent),
    )
    try:
        await wait_for_namespace(process, http, settings, MAKING_DEADLINE_S)
    except TemporalUnavailable as error:
        raise BoxdError(f"a new Temporal database could not be made: {error}") from error
    finally:
        await process.kill()


async def wait_for_namespace(
    process: ServerProcess, http_port: int, settings: Temporal | ServerSettings, deadline_s: float
) -> None:
    """Wait until the server answers and the namespace is as configured.

    Raises TemporalUnavailable if the server ends before that, or at the deadline.
    """
    ended = asyncio.ensure_future(process.wait())
    last = ""
    try:
        async with asyncio.timeout(deadline_s):
            while not ended.done():
                try:
                    await ensure_namespace(http_port, settings.namespace, settings.retention_days)
                except TemporalUnavailable as error:
                    last = str(error)
                else:
                    return
                await asyncio.wait({ended}, timeout=POLL_S)
    except TimeoutError:
        raise TemporalUnavailable(f"not serving after {deadline_s:g} s: {last}") from None
    finally:
        ended.cancel()
    raise TemporalUnavailable(ended.result())
