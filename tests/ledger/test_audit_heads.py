"""Heads of the audit trail: what was rewritten after one left the box is found by it."""

from __future__ import annotations

from pathlib import Path

import pytest

from boxd.errors import BadInput
from boxd.ledger import audit, audit_heads
from boxd.ledger.audit_heads import Head
from boxd.ledger.audit_key import AuditKey, is_signed, load_audit_key
from boxd.ledger.ledger import Transaction
from tests.ledger.conftest import Hands


def written(hands: Hands, *actions: str) -> Head:
    for action in actions:
        hands.ledger.write_now(lambda tx, a=action: audit.append(tx, audit.Entry("anna", a)))
    return hands.ledger.write_now(lambda tx: audit_heads.newest(tx.connection))


def why_not(hands: Hands, head: Head) -> str:
    return hands.ledger.write_now(lambda tx: audit_heads.why_not_in(tx.connection, head))


def rewrite_whole(hands: Hands, told: str) -> None:
    """What somebody with the file does in eight lines: another past, and a chain that holds."""

    def rewrite(tx: Transaction) -> None:
        connection = tx.connection
        for (name,) in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit'"
        ).fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        rows = [tuple(row) for row in connection.execute("SELECT * FROM audit ORDER BY seq")]
        names = [each[1] for each in connection.execute("PRAGMA table_info(audit)")]
        previous = bytes(32)
        for row in rows:
            values = dict(zip(names, row, strict=True)) | {"actor": told}
            columns = tuple(values[name] for name in audit._COLUMNS.split(", "))
            new = audit.row_hash(previous, columns)
            connection.execute(
                "UPDATE audit SET actor = ?, previous = ?, hash = ? WHERE seq = ?",
                (told, previous, new, values["seq"]),
            )
            previous = new

    hands.ledger.write_now(rewrite)


def test_a_trail_that_was_rewritten_whole_is_not_that_of_an_earlier_head(hands: Hands) -> None:
    head = written(hands, "one", "two")
    written(hands, "three")
    assert why_not(hands, head) == ""
    rewrite_whole(hands, "mallory")

    chain = hands.ledger.write_now(lambda tx: audit.verify(tx.connection))
    assert chain.holds  # the chain alone shows nothing
    assert "is another than when the head left the box" in why_not(hands, head)


def test_a_trail_that_was_cut_short_is_found(hands: Hands) -> None:
    head = written(hands, "one", "two")
    later = Head(head.seq + 5, head.hash)
    assert f"entry {later.seq} is not there" in why_not(hands, later)


def test_a_head_cut_short_as_in_a_file_s_name_is_as_good(hands: Hands) -> None:
    head = written(hands, "one")
    assert why_not(hands, audit_heads.parse(head.short)) == ""
    assert why_not(hands, audit_heads.parse(f"{head.seq}.{'0' * 24}")) != ""


def test_a_head_reads_back_as_it_was_printed(tmp_path: Path) -> None:
    key = load_audit_key(tmp_path / "audit.key", "box-1")
    head = key.signed(Head(4711, "8f" * 32))
    assert audit_heads.parse(f" {head}\n") == head
    assert key.signed(Head(4711, "8f" * 32)) == head
    assert load_audit_key(tmp_path / "audit.key", "box-1").public == key.public


@pytest.mark.parametrize("text", ["", "x", "4711", "4711.8f3a", "-1." + "a" * 64, "1." + "A" * 64])
def test_what_is_no_head_is_said(text: str) -> None:
    with pytest.raises(BadInput, match="is no head"):
        audit_heads.parse(text)


def test_a_signature_is_by_one_key_for_one_head_of_one_box() -> None:
    key, other = AuditKey(b"a" * 32, "box-1"), AuditKey(b"b" * 32, "box-1")
    head = key.signed(Head(4711, "8f" * 32))
    assert is_signed(head, key.public, "box-1")
    assert not is_signed(head, other.public, "box-1")
    assert not is_signed(head, key.public, "box-2")
    assert not is_signed(Head(4712, head.hash, head.signature), key.public, "box-1")
    with pytest.raises(BadInput, match="64 hex digits"):
        is_signed(head, "abc", "box-1")
