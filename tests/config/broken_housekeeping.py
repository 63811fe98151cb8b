"""Broken sections about housekeeping, each with what a person is told about it."""

from __future__ import annotations

from tests.config.broken import VALID, Broken

HOUSEKEEPING = f"{VALID}\n[schedules]\n[backups]\n"

CASES = {
    "schedule below nothing": Broken(
        "[schedules]",
        "[schedules]\nbackup_every_h = -1 # here",
        "[schedules] backup_every_h = -1 can't be; it takes a whole number from 0 to 168, without"
        " quotes (without this line: 6)",
        HOUSEKEEPING,
    ),
    "schedule unknown": Broken(
        "[schedules]",
        "[schedules]\nbackup_every_hours = 6 # here",
        "[schedules]: unknown key 'backup_every_hours'; did you mean 'backup_every_h'?",
        HOUSEKEEPING,
    ),
    "fewer backups than are always kept": Broken(
        "[backups]",
        "[backups]\nkeep = 1 # here",
        "[backups] keep = 1 can't be; it takes a whole number from 3 to 1000, without quotes"
        " (without this line: 20)",
        HOUSEKEEPING,
    ),
}
