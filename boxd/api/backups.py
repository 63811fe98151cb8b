"""The API of backups: what there is, one as a file, and a new one."""

from __future__ import annotations

import asyncio
from typing import Annotated

from pydantic import StringConstraints
from starlette.responses import FileResponse, Response

from boxd.api.queries import Query, Text
from boxd.api.replies import ReplyModel
from boxd.api.request_context import BoxContext
from boxd.errors import NotFound
from boxd.ledger import audit, backup
from boxd.words import gettext as _

# Shorter than a command waits.
ANSWERS_WITHIN_S = 15.0
# One part of a path: no slash is in it, so that it never leaves the folder of backups.
BackupName = Annotated[str, StringConstraints(pattern=r"^ledger-[0-9A-Za-z.-]{1,80}$")]


class BackupReply(ReplyModel):
    """A whole backup; not `is_new` if nothing has changed since it was made.

    `name` is what it is downloaded by.
    """

    name: str
    file: str
    made_at: str
    bytes: int
    entries: int
    is_new: bool


class OneBackupReply(ReplyModel):
    """The new backup; null while it is being made: ask again."""

    backup: BackupReply | None


class ListedBackup(ReplyModel):
    """A backup: readable, sealed to a key that the box does not have, or damaged.

    `entries` are those of its audit trail; null where it can't be read, and `why` says why.
    """

    name: str
    made_at: str
    bytes: int
    state: str
    why: str
    entries: int | None
    last_entry_at: str | None


class BackupsReply(ReplyModel):
    """The backups, newest first."""

    backups: tuple[ListedBackup, ...]


class DownloadQuery(Query):
    """Who takes the backup; only the commands' socket needs the name."""

    actor: Text | None = None


async def backups(context: BoxContext) -> BackupsReply:
    """The backups of the ledger, newest first."""
    found = await asyncio.to_thread(backup.listing, context.box.config.backup_dir)
    return BackupsReply.of(backups=[{**each.as_json(), "name": each.file.name} for each in found])


async def download_backup(context: BoxContext, file: BackupName, query: DownloadQuery) -> Response:
    """A backup as a file; who took it is recorded. A `Range` gets a part of it."""
    actor = context.actor(query.actor)
    found = await asyncio.to_thread(backup.listing, context.box.config.backup_dir)
    wanted = next((each.file for each in found if each.file.name == file), None)
    if wanted is None:
        raise NotFound(_("There is no such backup any more."))
    entry = audit.Entry(actor, "backup.downloaded", detail={"file": file})
    await context.box.ledger.write(lambda tx: audit.append(tx, entry))
    return FileResponse(
        wanted,
        media_type="application/octet-stream",
        filename=file,
        headers={"Cache-Control": "no-store"},
    )


async def back_up(context: BoxContext) -> OneBackupReply:
    """Make a backup of the ledger now."""
    made = await context.box.backups.make_within(ANSWERS_WITHIN_S)
    if made is None:
        return OneBackupReply.of(backup=None)
    return OneBackupReply.of(backup={**made.as_json(), "name": made.file.name})
