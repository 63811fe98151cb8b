"""The schema of the housekeeping sections: how often each job runs, and where backups lie."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from boxd.config.values import FilePath, Section

_WEEK_H = 7 * 24
Hours = Annotated[int, Field(ge=0, le=_WEEK_H)]


class Schedules(Section):
    """How often each housekeeping job runs by itself; 0 switches it off."""

    expiry_every_min: int = Field(default=60, ge=0, le=_WEEK_H * 60)
    backup_every_h: Hours = 6
    self_test_every_h: Hours = 24
    verification_every_h: Hours = 24


class Backups(Section):
    """Where backups of the ledger lie, which are kept, and which public key opens them."""

    directory: FilePath | None = None
    keep: int = Field(default=20, ge=3, le=1000)
    keep_days: int = Field(default=30, ge=1, le=3650)
    seal_to: (
        Annotated[
            str,
            Field(
                pattern=r"^boxd-backup-[0-9a-f]{64}$",
                description="a public key, as `boxd backup new-key FILE` prints it",
            ),
        ]
        | None
    ) = None
