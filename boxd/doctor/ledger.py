"""Checks of the ledger: its schema, its pages, its audit trail, its keys."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from boxd.doctor.check import Check
from boxd.doctor.check_context import CheckContext
from boxd.doctor.finding import Finding, failed, passed, warned
from boxd.doctor.ledger_reading import READ_WITHIN_S, Damaged, reading
from boxd.ledger import audit, row_sums
from boxd.ledger.database import migrations

FAMILY = "Ledger"

_LONG_MIN = 30

_RESTORE = (
    "sudo systemctl stop boxd && boxd backup list --verify   # then: boxd backup restore FILE"
)


def schema(context: CheckContext) -> Iterator[Finding]:
    """The installed version of boxd knows the ledger's schema."""
    known = migrations()[-1][0]
    with reading(context) as ledger:
        present = int(ledger.execute("PRAGMA user_version").fetchone()[0])
    if present > known:
        yield failed(
            f"it has schema {present}, this boxd knows up to {known}",
            "boxd backup list   # or install the newer boxd again: docs/maintainers.md, 'Upgrade'",
        )
    elif present < known:
        yield warned(
            f"it has schema {present}; this boxd takes it to {known} when it starts",
            "sudo systemctl restart boxd",
        )
    else:
        yield passed(f"schema {present}")


def integrity(context: CheckContext) -> Iterator[Finding]:
    """Every page of the file, and every reference between rows, is intact."""
    try:
        with reading(context) as ledger:
            found = [str(row[0]) for row in ledger.execute("PRAGMA quick_check(3)")]
            orphans = len(ledger.execute("PRAGMA foreign_key_check").fetchall())
            pages = ledger.execute("PRAGMA page_count").fetchone()[0]
    except Damaged as error:
        yield failed(error.why, _RESTORE)
        return
    if found != ["ok"]:
        yield failed(f"damaged: {'; '.join(found)[:200]}", _RESTORE)
    elif orphans:
        yield failed(f"damaged: {orphans} rows refer to rows that are not there", _RESTORE)
    else:
        yield passed(f"{pages} pages, all whole")


def rows(context: CheckContext) -> Iterator[Finding]:
    """Every row is as boxd wrote it, and every index agrees with its rows."""
    with reading(context) as ledger:
        ledger.execute("BEGIN")  # rows and their sums of one moment
        found = row_sums.faults(ledger)
        found += [
            line
            for (line,) in map(tuple, ledger.execute("PRAGMA integrity_check(3)"))
            if line != "ok"
        ]
    if found:
        yield failed(f"the disk changed what was written: {'; '.join(found)[:200]}", _RESTORE)
    else:
        yield passed("all as they were written")


def audit_trail(context: CheckContext) -> Iterator[Finding]:
    """Each entry of the audit trail follows from the one before it."""
    with reading(context) as ledger:
        chain = audit.verify(ledger)
    if chain.holds:
        yield passed(f"{chain.rows} entries, each following from the one before")
    else:
        yield failed(
            f"{chain.fault}; the {chain.rows} entries before it hold",
            f"sudo cp {context.config.ledger_file}* /media/usb/   # keep it, then compare:"
            " boxd backup list --verify",
        )


def keys(context: CheckContext) -> Iterator[Finding]:
    """The two keys exist; without them the ledger's codes are useless."""
    config = context.config
    with reading(context) as ledger:
        codes = int(ledger.execute("SELECT count(*) FROM codes").fetchone()[0])
    missing = [key for key in (config.claim_key_file, config.reading_key_file) if not key.exists()]
    for key in missing if codes else []:
        yield failed(
            f"{key} is not there, and {codes} codes were made with it",
            f"sudo install -o boxd -g boxd -m 600 YOUR-COPY {key}",
        )
    if not missing or not codes:
        yield passed(
            f"there, for {codes} {'code' if codes == 1 else 'codes'}"
            if codes
            else "no code needs one yet"
        )


def redemptions(context: CheckContext) -> Iterator[Finding]:
    """Redemptions that wait for somebody, and for how long."""
    with reading(context) as ledger:
        waiting = ledger.execute(
            "SELECT id, bay, stage, since FROM redemptions WHERE ended_at IS NULL ORDER BY since"
        ).fetchall()
    for row in waiting:
        minutes = (context.now - datetime.fromisoformat(row["since"])).total_seconds() // 60
        if minutes >= _LONG_MIN:
            yield warned(
                f"{row['bay']} has stood at '{row['stage']}' for {minutes:.0f} minutes",
                f"boxd redemptions show {row['id']}   # then answer at the HUD",
            )
    yield passed(f"{len(waiting)} open" if waiting else "none is open")


CHECKS = (
    Check(FAMILY, "schema", schema, "it was written by a newer boxd, or can't be read"),
    Check(
        FAMILY,
        "integrity",
        integrity,
        "a page is damaged, or a row refers to one that is not there",
        READ_WITHIN_S + 5,
    ),
    Check(
        FAMILY,
        "rows",
        rows,
        "a row or an index is not as boxd wrote it",
        READ_WITHIN_S + 5,
    ),
    Check(
        FAMILY,
        "audit trail",
        audit_trail,
        "an entry is missing, was changed, or does not follow",
        READ_WITHIN_S + 5,
    ),
    Check(FAMILY, "keys", keys, "a key file is missing and codes need it"),
    Check(
        FAMILY,
        "redemptions",
        redemptions,
        f"one has waited at the same step for {_LONG_MIN} minutes",
    ),
)
