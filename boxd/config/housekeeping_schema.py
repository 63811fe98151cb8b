"""The schema of the housekeeping sections: how often each job runs, and where backups lie."""

from __future__ import annotations

from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field

from boxd.config.values import FilePath, Section

_WEEK_H = 7 * 24
Hours = Annotated[int, Field(ge=0, le=_WEEK_H)]
TimeOfDay = Annotated[
    str,
    Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", description='a time of day, e.g. "06:00"'),
]


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError('this is no time zone; write one as "Europe/Berlin"') from None
    return name


class Schedules(Section):
    """When each housekeeping job runs by itself: every so often, 0 for never, or once a day.

    A time of day is that of `time_zone`, and takes the place of the interval.
    """

    expiry_every_min: int = Field(default=60, ge=0, le=_WEEK_H * 60)
    backup_every_h: Hours = 6
    self_test_every_h: Hours = 24
    verification_every_h: Hours = 24
    backup_at: TimeOfDay | None = None
    self_test_at: TimeOfDay | None = None
    verification_at: TimeOfDay | None = None
    time_zone: Annotated[str, AfterValidator(_known_zone)] = "UTC"


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
