"""The histories of healed workflows, each in a file: few, and not large.

Payloads stay sealed, as the server had them.
"""

from __future__ import annotations

import asyncio
import os
import re
from datetime import datetime
from pathlib import Path

import structlog
from temporalio.client import Client
from temporalio.service import RPCError

log = structlog.get_logger(__name__)

MOST_FILES = 40
MOST_BYTES = 16 * 1024 * 1024
# As the server counts it; the JSON of one history is up to three times as long.
LARGEST_HISTORY = 2 * 1024 * 1024
_UNUSUAL = re.compile(r"[^A-Za-z0-9._-]")


class KeptHistories:
    """Keeps the newest histories in `directory`; the oldest ones make room."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    async def keep(self, client: Client, workflow: str, run: str, now: datetime) -> str:
        """Keep the history of a run; returns the file, or empty if that is not possible."""
        try:
            handle = client.get_workflow_handle(workflow, run_id=run)
            text = (await handle.fetch_history()).to_json()
            return str(await asyncio.to_thread(self._write, workflow, text, now))
        except (RPCError, OSError) as error:
            log.warning("history.not_kept", workflow=workflow, why=str(error))
            return ""

    def _write(self, workflow: str, text: str, now: datetime) -> Path:
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = f"{now:%Y%m%dT%H%M%S%f}-{_UNUSUAL.sub('_', workflow)[:100]}.json"
        file = self._directory / name
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        with os.fdopen(os.open(file, flags, 0o600), "w", encoding="utf-8") as opened:
            opened.write(text)
        self._make_room()
        return file

    def _make_room(self) -> None:
        """Delete the oldest files beyond the limits; the newest one stays."""
        files = sorted(self._directory.glob("*.json"), reverse=True)
        used = 0
        for number, file in enumerate(files):
            used += file.stat().st_size
            if number and (number >= MOST_FILES or used > MOST_BYTES):
                file.unlink(missing_ok=True)
