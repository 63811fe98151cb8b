"""`boxd recover ledger`: what a damaged ledger still proves is put together, and put in place."""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from boxd.devices import DoorState
from boxd.errors import LedgerDamaged, NotFound, Refused
from boxd.ledger import actuations, alarms, audit, backup, redemptions, replacing
from boxd.ledger.backup import BackupRules
from boxd.ledger.database import PAGE_BYTES, open_ledger
from boxd.ledger.soundness import examine
from boxd.redemption import AnswerKind, RedemptionStanding, Stage
from boxd.salvage.evidence import CodeFate, Gap
from boxd.salvage.ledger_recovery import RecoveredLedger, recover
from boxd.salvage.trail_rows import rows_in
from tests.ledger.conftest import Hands
from tests.ledger.test_restore import PowerCut

OpenHands = Callable[[], Hands]


@dataclass
class Past:
    """A ledger whose backup lacks what happened since."""

    hands: Hands
    backups: Path
    used: str
    opened: str
    untouched: str

    def recover(self, agreed: bool = True) -> RecoveredLedger:
        now = self.hands.now
        return recover(self.hands.file, self.backups, "ada (CLI)", now, lambda _: agreed)

    def damage_pages(self, holding: bytes) -> int:
        """Spoil every page of the ledger with these bytes; returns how many."""
        content = bytearray(self.hands.file.read_bytes())
        starts = range(PAGE_BYTES, len(content), PAGE_BYTES)
        hit = [at for at in starts if holding in content[at : at + PAGE_BYTES]]
        for at in hit:
            content[at : at + PAGE_BYTES] = b"\xa5" * PAGE_BYTES
        self.hands.file.write_bytes(content)
        return len(hit)


def open_locker(hands: Hands, standing: RedemptionStanding) -> RedemptionStanding:
    order = actuations.ActuationOrder(
        f"{standing.redemption}/{standing.attempt}", 1, "latch", "boxd", "open", standing.redemption
    )
    hands.ledger.write_now(lambda tx: actuations.intend(tx, order))
    hands.ledger.write_now(lambda tx: actuations.conclude(tx, order, actuations.Outcome.DONE))
    return hands.ledger.write_now(
        lambda tx: redemptions.settle_opening(
            tx, standing.redemption, standing.attempt, Stage.TAKE, outcome_unknown=False
        )
    )


@pytest.fixture
def past(hands: Hands, tmp_path: Path) -> Past:
    """Three codes in the backup; since then one was used, and for one a locker opened."""
    codes = [str(hands.issue("mug")["code"]) for _ in range(3)]
    rules = BackupRules(tmp_path / "backups", 5, 5)
    backup.make(hands.file, rules, lambda: hands.now)
    loaded = hands.answer(hands.claim(codes[0], "r-used"), AnswerKind.LOADED)
    taking = open_locker(hands, loaded.standing)
    assert hands.answer(taking, AnswerKind.COMPLETED, door=DoorState.CLOSED).accepted
    loaded = hands.answer(hands.claim(codes[1], "r-opened"), AnswerKind.LOADED)
    open_locker(hands, loaded.standing)
    hands.ledger.close()
    return Past(hands, rules.directory, *codes)


def test_a_flipped_bit_costs_nothing(past: Past, open_hands: OpenHands) -> None:
    whole = dump(past.hands.file)
    content = past.hands.file.read_bytes()
    past.hands.file.write_bytes(content.replace(b"attendee 1", b"attendee 3"))
    with pytest.raises(LedgerDamaged, match="a row of attendees"):
        open_ledger(past.hands.file)
    found = past.recover()
    assert (found.base, found.unproven, found.changes) == (None, (), ())
    assert dump(past.hands.file)[: len(whole)] == whole
    assert open_hands().claim(past.untouched, "r-after", "bay-2").stage is Stage.LOAD


def test_a_ledger_without_its_header_costs_nothing(past: Past, open_hands: OpenHands) -> None:
    content = past.hands.file.read_bytes()
    past.hands.file.write_bytes(b"\0" * 16 + content[16:])
    assert past.recover().base is None
    assert open_hands().code_state(1) == "spent"


def test_damaged_pages_of_the_trail_are_made_of_the_backup(past: Past) -> None:
    assert past.damage_pages(b"prize.imported")
    assert past.recover().base is None
    assert examine(past.hands.file).entries > 20


def test_lost_pages_of_codes_are_made_good_by_what_the_trail_proves(
    past: Past, open_hands: OpenHands
) -> None:
    assert past.damage_pages(b"box-1")
    found = past.recover()
    again = open_hands()

    assert found.base is not None
    assert "codes" in found.unproven
    assert {(each.code, each.fate) for each in found.beyond.proofs} == {
        (1, CodeFate.USED),
        (2, CodeFate.OPENED),
    }
    for number, code in enumerate((past.used, past.opened)):
        assert again.claim(code, f"again-{number}").stage is Stage.REFUSED
    assert again.claim(past.untouched, "again").stage is Stage.LOAD
    assert (again.stock("mug")["written_off"], again.stock("mug")["held"]) == (1, 1)
    (alarm,) = again.ledger.write_now(lambda tx: alarms.active(tx.connection))
    assert "Count the stock" in str(alarm["text"])
    assert audit.verify(again.ledger._writer).holds


def test_a_gap_in_the_trail_is_named_and_a_claim_before_it_counts_as_used(past: Past) -> None:
    past.damage_pages(b"box-1")
    rows = rows_in(past.hands.file, PAGE_BYTES)
    lost = next(each.seq for each in rows if each.action == "actuation.intended")
    spoil_rows(past.hands.file, {lost, lost + 1})
    found = past.recover(agreed=False)
    # The row behind them has the hash of the last one, which was spoilt with it.
    assert found.beyond.gaps == (Gap(lost, lost + 2),)
    assert {each.code for each in found.beyond.proofs} == {1, 2}


def test_a_redemption_that_was_open_in_the_backup_is_not_paid_again(
    hands: Hands, open_hands: OpenHands, tmp_path: Path
) -> None:
    code = str(hands.issue("mug")["code"])
    claimed = hands.claim(code, "r-1")
    rules = BackupRules(tmp_path / "backups", 5, 5)
    backup.make(hands.file, rules, lambda: hands.now)
    taking = open_locker(hands, hands.answer(claimed, AnswerKind.LOADED).standing)
    hands.answer(taking, AnswerKind.COMPLETED)
    hands.ledger.close()
    with closing(sqlite3.connect(hands.file)) as connection, connection:
        connection.execute("UPDATE row_sums SET sums = zeroblob(80)")
    found = Past(hands, rules.directory, code, "", "").recover()
    again = open_hands()
    assert found.base is not None
    assert again.code_state(1) == "voided"
    assert again.stock("mug") | {"held": 0, "on_hand": 2, "written_off": 1} == again.stock("mug")


def test_a_single_code_that_was_lost_is_found_by_the_sum_of_its_table(
    hands: Hands, open_hands: OpenHands, tmp_path: Path
) -> None:
    code = str(hands.issue("mug")["code"])
    rules = BackupRules(tmp_path / "backups", 5, 5)
    backup.make(hands.file, rules, lambda: hands.now)
    taking = open_locker(hands, hands.answer(hands.claim(code, "r"), AnswerKind.LOADED).standing)
    hands.answer(taking, AnswerKind.COMPLETED)
    hands.ledger.close()
    past = Past(hands, rules.directory, code, "", "")
    assert past.damage_pages(b"box-1")
    assert past.recover().base is None
    assert open_hands().code_state(1) == "spent"


def test_who_says_no_has_changed_nothing(past: Past) -> None:
    past.damage_pages(b"box-1")
    before = contents_of(past.hands.file.parent)
    past.recover(agreed=False)
    assert contents_of(past.hands.file.parent) == before


def test_the_damaged_ledger_is_kept_as_it_was(past: Past) -> None:
    past.damage_pages(b"box-1")
    before = past.hands.file.read_bytes()
    found = past.recover()
    assert (found.set_aside / past.hands.file.name).read_bytes() == before


def test_a_whole_ledger_is_refused(past: Past) -> None:
    before = contents_of(past.hands.file.parent)
    with pytest.raises(Refused, match="is whole"):
        past.recover()
    assert contents_of(past.hands.file.parent) == before


def test_without_a_backup_what_is_not_proven_is_named(past: Past) -> None:
    past.damage_pages(b"box-1")
    shutil.rmtree(past.backups)
    with pytest.raises(LedgerDamaged, match=r"its codes.*no whole backup.*restore FILE"):
        past.recover()
    past.hands.file.unlink()
    with pytest.raises(NotFound, match="backup restore"):
        past.recover()


@pytest.mark.parametrize("number", range(0, 22, 4))
def test_a_cut_at_any_moment_leaves_the_damaged_ledger_or_the_recovered_one(
    past: Past, open_hands: OpenHands, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    past.damage_pages(b"box-1")
    damaged = past.hands.file.read_bytes()
    countdown = [number]

    def cut(call: Callable[..., object]) -> Callable[..., object]:
        def counted(*arguments: object, **more: object) -> object:
            if not countdown[0]:
                raise PowerCut
            countdown[0] -= 1
            return call(*arguments, **more)

        return counted

    with monkeypatch.context() as patched:
        patched.setattr(Path, "rename", cut(Path.rename))
        patched.setattr(Path, "mkdir", cut(Path.mkdir))
        patched.setattr(replacing, "flush", cut(replacing.flush))
        patched.setattr(shutil, "copyfile", cut(shutil.copyfile))
        patched.setattr(shutil, "rmtree", cut(shutil.rmtree))
        with suppress(PowerCut):
            past.recover()
    is_decided = bool(list(past.hands.file.parent.glob("ledger-set-aside-*"))) or bool(
        list(past.hands.file.parent.glob("restore-*"))
    )
    if not is_decided:
        assert past.hands.file.read_bytes() == damaged
        past.recover()
    assert open_hands().claim(past.used, "again").stage is Stage.REFUSED


@pytest.mark.parametrize("seed", range(4))
def test_whatever_pages_are_lost_no_used_code_is_good_again(
    past: Past, open_hands: OpenHands, seed: int
) -> None:
    rng = random.Random(seed)
    content = bytearray(past.hands.file.read_bytes())
    for _ in range(3):
        at = rng.randrange(len(content) // PAGE_BYTES) * PAGE_BYTES
        content[at : at + PAGE_BYTES] = rng.randbytes(PAGE_BYTES)
    past.hands.file.write_bytes(content)
    proven = {each.action for each in rows_in(past.hands.file, PAGE_BYTES) if each.code == 1}
    with suppress(Refused):  # free pages were hit
        past.recover()
    again = open_hands()
    if "stock.dispensed" in proven:
        assert again.claim(past.used, "again").stage is Stage.REFUSED
    assert audit.verify(again.ledger._writer).holds


def spoil_rows(file: Path, numbers: set[int]) -> None:
    """Turn a bit in these rows of the trail, wherever the file has them."""
    content = file.read_bytes()
    for row in rows_in(file, PAGE_BYTES):
        if row.seq in numbers:
            content = content.replace(row.hash, bytes(32))
    file.write_bytes(content)


def contents_of(folder: Path) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in folder.iterdir() if each.is_file()}


def dump(file: Path) -> list[tuple[object, ...]]:
    """All codes, redemptions and rows of the trail."""
    with closing(sqlite3.connect(file)) as connection:
        return [
            tuple(row)
            for table in ("codes", "redemptions", "stock", "answers", "audit")
            for row in connection.execute(f"SELECT * FROM {table}")  # noqa: S608
        ]


def test_the_rows_of_the_trail_are_read_without_sqlite(past: Past) -> None:
    with closing(sqlite3.connect(past.hands.file)) as connection:
        expected = [tuple(row) for row in connection.execute("SELECT * FROM audit ORDER BY seq")]
    assert [each.values for each in rows_in(past.hands.file, PAGE_BYTES)] == expected
