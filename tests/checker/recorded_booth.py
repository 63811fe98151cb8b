"""A booth's ledger and trace, written line by line as a box would leave them behind.

The ledger has the real schema; the audit rows are chained here once more, so that the checker's
own arithmetic is not its only witness.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from pathlib import Path
from typing import Any

from checker import Finding, check

_SCHEMA = sorted((Path(__file__).parents[2] / "boxd/ledger/migrations").glob("*.sql"))
_MINUTE = "2026-11-21T12:00:{:02d}.{:03d}Z"
UNLOCK = "f07d6001f7"
BOARD_0, BOARD_2 = "CodeTV Board 0", "CodeTV Board 2"


class RecordedBooth:
    """What is left of a booth's day: a ledger, a trace, what was acknowledged, a snapshot."""

    def __init__(self, directory: Path) -> None:
        self.ledger = directory / "ledger.sqlite3"
        self.trace = directory / "hardware-trace.jsonl"
        self.acknowledged = directory / "acknowledged.jsonl"
        self.snapshot: dict[str, Any] | None = None
        self.connection = sqlite3.connect(self.ledger, isolation_level=None)
        self.connection.execute("PRAGMA journal_mode = WAL")
        for function in ("cleaned_name", "folded_name"):
            self.connection.create_function(function, 1, str)  # for rows that are not there yet
        for step in _SCHEMA:
            self.connection.executescript(step.read_text())
        self.trace.touch()
        self._moments = 0
        self._t = 100.0

    # The evidence

    def findings(self, *, at_rest: bool = False) -> list[Finding]:
        """What the checker finds in all that is recorded."""
        acknowledged = self.acknowledged if self.acknowledged.exists() else None
        return check(self.ledger, self.trace, acknowledged, self.snapshot, at_rest=at_rest)

    def sql(self, text: str, *values: object) -> list[tuple[Any, ...]]:
        """Run one statement as the box could."""
        return self.connection.execute(text, values).fetchall()

    def forget_the_guards(self) -> None:
        """Take triggers, unique indexes and checks away, so that the ledger can be made wrong."""
        guards = self.sql(
            "SELECT type, name FROM sqlite_master"
            " WHERE type IN ('trigger', 'index') AND sql IS NOT NULL"
        )
        for kind, name in guards:
            self.sql(f"DROP {kind} {name}")
        self.sql("PRAGMA ignore_check_constraints = ON")

    def now(self) -> str:
        """The next moment on the wall clock."""
        self._moments += 1
        return _MINUTE.format(*divmod(self._moments, 1000))

    # The ledger

    def tell(
        self,
        action: str,
        *,
        actor: str = "boxd",
        cause: str = "test",
        detail: dict[str, Any] | None = None,
        **about: Any,
    ) -> None:
        """Append an audit row."""
        last = self.sql("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1")
        seq, previous = (last[0][0] + 1, last[0][1]) if last else (1, b"\0" * 32)
        names = ("redemption", "bay", "locker", "code", "sku")
        row = [seq, self.now(), actor, action, cause, *map(about.get, names)]
        row.append(json.dumps(detail or {}))
        text = json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
        digest = hashlib.sha256(previous + text).digest()
        self.chain(*row, previous, digest)

    def chain(self, *columns: object) -> None:
        """Put a row into the audit trail as it is."""
        self.sql("INSERT INTO audit VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)", *columns)

    def move(self, sku: str, source: str, target: str, *, code: int | None, units: int = 1) -> None:
        """Move stock."""
        self.sql(
            "INSERT INTO movements (at, sku, quantity, source, target, code, actor, reason)"
            " VALUES (?,?,?,?,?,?,'ann','because')",
            self.now(),
            sku,
            units,
            source,
            target,
            code,
        )
        self.tell(f"stock.{target}", sku=sku, code=code)

    def receive(self, sku: str, units: int) -> None:
        """A prize with its first units."""
        self.sql("INSERT INTO prizes (sku, name) VALUES (?, ?)", sku, f"A {sku}")
        self.move(sku, "outside", "on_hand", code=None, units=units)

    def issue(self, code: int, sku: str) -> None:
        """Issue a code and hold its unit."""
        self.sql("INSERT OR IGNORE INTO attendees (id, reference) VALUES (1, 'Zoë')")
        self.sql(
            "INSERT INTO codes (id, digest, sealed, box, attendee, sku, state, issued_at,"
            " expires_at) VALUES (?, ?, x'00', 'box-1', 1, ?, 'ready', ?, '2027-01-01')",
            code,
            code.to_bytes(4),
            sku,
            self.now(),
        )
        self.move(sku, "on_hand", "held", code=code)
        self.tell("code.issued", code=code, sku=sku)

    def task(self, task: str, state: str = "open") -> None:
        """Start an attendee's task; its kind is the part before the dot."""
        kind, attendee = task.split(".")
        self.sql("INSERT OR IGNORE INTO attendees (id, reference) VALUES (?, ?)", attendee, task)
        self.sql(
            "INSERT OR IGNORE INTO task_kinds (id) VALUES (?)",
            kind,
        )
        self.sql(
            "INSERT OR IGNORE INTO task_versions VALUES (?, 1, 'A task', '', '[]', '[]', 0, 'none',"
            " 1, 3, NULL, '[]', '2026-05-01', 'configuration')",
            kind,
        )
        at = self.now()
        self.sql(
            "INSERT INTO tasks (id, kind, attendee, state, started_at, since)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            task,
            kind,
            attendee,
            state,
            at,
            at,
        )
        self.tell("task.started", detail={"task": task})

    def approve(self, task: str) -> None:
        """An attendant's word, after which the task's code is to be issued."""
        at = self.now()
        self.sql(
            "INSERT INTO verdicts (id, task, try, approved, reason, actor, at)"
            " VALUES (?, ?, 0, 1, '', 'Eva', ?)",
            f"verdict-{task}",
            task,
            at,
        )
        self.sql("UPDATE tasks SET state = 'approved' WHERE id = ?", task)
        self.tell("task.approved", actor="Eva", detail={"task": task})
        self.sql(
            "INSERT INTO issues (id, task, attendee, prizes, actor, asked_at, since)"
            " SELECT id, id, attendee, '[]', 'Eva', ?, ? FROM tasks WHERE id = ?",
            at,
            at,
            task,
        )

    def hold(self, issue: str, sku: str, draw: int, among: list[tuple[str, int]]) -> None:
        """Pick a prize by its draw and hold a unit."""
        self.sql(
            "UPDATE issues SET state = 'held', draw = ?, among = ?, sku = ? WHERE id = ?",
            draw,
            json.dumps(among),
            sku,
            issue,
        )
        self.sql("INSERT INTO holds VALUES (?, ?, 'open', ?, NULL)", issue, sku, self.now())
        self.move(sku, "on_hand", "held", code=None)

    def hand_over(self, issue: str, code: int) -> None:
        """Mint the code and give it to the task's attendee."""
        at = self.now()
        self.sql(
            "INSERT INTO codes (id, digest, sealed, box, attendee, sku, state, issued_at,"
            " expires_at) SELECT ?, ?, x'00', 'box-1', attendee, sku, 'ready', ?,"
            " '2027-01-01' FROM issues WHERE id = ?",
            code,
            code.to_bytes(4),
            at,
            issue,
        )
        sku = self.sql("SELECT sku FROM issues WHERE id = ?", issue)[0][0]
        self.tell("code.issued", code=code, sku=sku, detail={"issue": issue})
        self.sql("UPDATE holds SET state = 'coded', ended_at = ? WHERE issue = ?", at, issue)
        self.sql(
            "UPDATE issues SET state = 'done', code = ?, ended_at = ? WHERE id = ?",
            code,
            at,
            issue,
        )
        self.sql(
            "UPDATE tasks SET state = 'rewarded', code = ?, ended_at = ? WHERE id ="
            " (SELECT task FROM issues WHERE id = ?)",
            code,
            at,
            issue,
        )

    def void(self, code: int, sku: str) -> None:
        """Void a code and release its unit."""
        self.sql("UPDATE codes SET state = 'voided' WHERE id = ?", code)
        self.move(sku, "held", "on_hand", code=code)
        self.tell("code.voided", code=code)

    def refuse(self, redemption: str) -> None:
        """Refuse a claim."""
        at = self.now()
        self.sql(
            "INSERT INTO redemptions (id, bay, stage, refusal, begun_at, since, ended_at)"
            " VALUES (?, 'bay-1', 'refused', 'unknown', ?, ?, ?)",
            redemption,
            at,
            at,
            at,
        )
        self.tell("claim.refused", redemption=redemption, cause="unknown")

    def claim(self, redemption: str, code: int, *, bay: str, locker: int) -> None:
        """Accept a claim."""
        self.sql("INSERT OR IGNORE INTO lockers (id) VALUES (?)", locker)
        self.sql("UPDATE codes SET state = 'in_use' WHERE id = ?", code)
        at = self.now()
        self.sql(
            "INSERT INTO redemptions (id, bay, stage, locker, code, sku, begun_at, since)"
            " SELECT ?, ?, 'load', ?, id, sku, ?, ? FROM codes WHERE id = ?",
            redemption,
            bay,
            locker,
            at,
            at,
            code,
        )
        self.tell("claim.accepted", redemption=redemption, cause="")

    def answer(self, redemption: str, kind: str, stage: str, detail: str = "{}") -> None:
        """Take an answer that leads to `stage`."""
        step = self.sql("SELECT step FROM redemptions WHERE id = ?", redemption)[0][0]
        self.sql(
            "INSERT INTO answers VALUES (?, ?, ?, ?, ?, 'ann', ?)",
            f"{redemption}-{step}",
            redemption,
            step,
            kind,
            detail,
            self.now(),
        )
        self.tell(f"redemption.{kind}", redemption=redemption, actor="ann", cause="")
        self.come_to(redemption, stage)
        if stage == "open":
            self.sql("UPDATE redemptions SET attempt = attempt + 1 WHERE id = ?", redemption)

    def come_to(self, redemption: str, stage: str) -> None:
        """Bring a redemption to its next stage."""
        ended = self.now() if stage in ("dispensed", "declined", "cancelled") else None
        self.sql(
            "UPDATE redemptions SET stage = ?, ended_at = ?, step = step + 1 WHERE id = ?",
            stage,
            ended,
            redemption,
        )

    def order(
        self,
        number: str,
        latch: str,
        outcome: str | None,
        *,
        redemption: str | None = None,
        actor: str = "boxd",
        reason: str = "loaded",
    ) -> None:
        """Order a pulse and record its outcome; the pulse itself goes into the trace."""
        self.sql("INSERT OR IGNORE INTO lockers (id) VALUES (1)")
        self.sql(
            "INSERT INTO actuations (id, locker, latch, redemption, actor, reason, intent_at,"
            " outcome, outcome_at) VALUES (?, 1, ?, ?, ?, ?, ?, ?, ?)",
            number,
            latch,
            redemption,
            actor,
            reason,
            self.now(),
            outcome,
            self.now() if outcome else None,
        )
        if redemption is None:
            self.tell("override.ordered", actor=actor)
        self.tell("actuation.intended", redemption=redemption)
        if outcome:
            self.tell(f"actuation.{outcome}", redemption=redemption)

    # The trace

    def see(self, what: str, device: str, *, after_s: float = 0.01, **more: Any) -> None:
        """The hardware saw something."""
        self._t += after_s
        self.write({"t": round(self._t, 6), "what": what, "device": device, **more})

    def write(self, line: dict[str, Any]) -> None:
        """One line of the trace, as it is."""
        with self.trace.open("a") as file:
            file.write(json.dumps(line) + "\n")

    def pulse(self, device: str, *, seconds: float = 0.1) -> None:
        """The bytes of one order arrive, the latch rises and falls."""
        self.see("bytes", device, bytes=UNLOCK)
        self.see("latch", device, level=1)
        self.see("latch", device, after_s=seconds, level=0)

    def acknowledge(self, **told: Any) -> None:
        """Somebody was told something."""
        with self.acknowledged.open("a") as file:
            file.write(json.dumps(told) + "\n")

    def prompt(self, redemption: str, **more: Any) -> None:
        """Put a question onto the HUD."""
        self.snapshot = self.snapshot or {"at": "2026-11-21T12:10:00Z", "prompts": []}
        asked = {"redemption": redemption, "who": "operator", "title": "Did locker 1 open?"}
        self.snapshot["prompts"].append({**asked, "since": "2026-11-21T12:00:00Z", **more})


def record_a_day(directory: Path) -> RecordedBooth:
    """A consistent day: a prize given out, a jam, an open question, a refusal, an override."""
    booth = RecordedBooth(directory)
    booth.receive("sticker", 5)
    booth.receive("mug", 2)
    for code in (1, 2, 3):
        booth.issue(code, "sticker")
    booth.issue(4, "mug")
    booth.void(3, "sticker")
    for device in (BOARD_0, BOARD_2):
        booth.see("power", device)
        booth.see("plugged", device)
        booth.see("bytes", device, bytes="f07d3001f7f07d5005f7")
    booth.refuse("r-0")
    _give_out_a_sticker(booth)
    _ask_about_a_jam(booth)
    booth.order("override-1", BOARD_2, "done", actor="ann", reason="the key is inside")
    booth.pulse(BOARD_2)
    booth.order("override-2", BOARD_2, "failed", actor="ann", reason="again")
    booth.acknowledge(what="claimed", redemption="r-1")
    booth.acknowledge(what="answer", redemption="r-1", id="r-1-1", kind="loaded")
    booth.acknowledge(what="dispensed", redemption="r-1")
    booth.acknowledge(what="code", id=4)
    booth.acknowledge(what="verdict", bay="bay-1", lamp="success")
    booth.acknowledge(what="verdict", bay="bay-1", lamp="failure")
    booth.prompt("r-2")
    return booth


def _give_out_a_sticker(booth: RecordedBooth) -> None:
    booth.claim("r-1", 1, bay="bay-1", locker=1)
    booth.answer("r-1", "loaded", "open")
    booth.order("r-1/1", BOARD_0, "done", redemption="r-1")
    booth.pulse(BOARD_0)
    booth.come_to("r-1", "take")
    booth.move("sticker", "held", "dispensed", code=1)
    booth.sql("UPDATE codes SET state = 'spent' WHERE id = 1")
    booth.answer("r-1", "completed", "dispensed")


def _ask_about_a_jam(booth: RecordedBooth) -> None:
    booth.claim("r-2", 2, bay="bay-2", locker=2)
    booth.answer("r-2", "loaded", "open")
    booth.order("r-2/1", BOARD_2, "done", redemption="r-2")
    booth.pulse(BOARD_2)
    booth.come_to("r-2", "jam")
    booth.answer("r-2", "jammed", "open", '{"remedy": "again"}')
    booth.order("r-2/2", BOARD_2, "unknown", redemption="r-2")
    booth.come_to("r-2", "ask")


def only(findings: list[Finding]) -> Finding:
    """The one finding; says all of them where there are none or more."""
    assert len(findings) == 1, "\n".join(map(str, findings)) or "nothing was found"
    return findings[0]
