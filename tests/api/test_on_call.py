"""What somebody on call watches: the counters, and the dashboard and alert rules over them."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import httpx
from prometheus_client.core import Metric

from boxd.api import ledger_metrics
from boxd.api.metrics import families
from boxd.ledger import actuations, alarms, notices
from boxd.ledger.actuations import ActuationOrder, Outcome
from boxd.ledger.ledger import Ledger, Transaction, as_text
from boxd.ledger.notice_settings import NoticeSettings
from boxd.ledger.notices import NoticeKind
from boxd.ledger.tallies import tallies
from boxd.machine_clock import utc_now
from tests.api.live_box import LiveBox

DOCS = Path(__file__).parents[2] / "docs"
DASHBOARD, RULES = DOCS / "grafana-dashboard.json", DOCS / "prometheus-alerts.yml"
NAMES = re.compile(r"\bboxd_[a-z_]+\b")
UPSTREAM = {"waiting": 1, "oldest_at": None, "dead": 0, "delivered": 3, "failures": 0}


def named(family: Metric) -> set[str]:
    """What a family of metrics is called in queries."""
    suffixes = {"counter": ["_total"], "histogram": ["_bucket", "_sum", "_count"]}
    return {family.name + suffix for suffix in suffixes.get(family.type, [""])}


def exposed(text: str) -> set[str]:
    """The names in the text format, also those of families that have no sample yet."""
    return set(re.findall(r"^(?:# TYPE )?(boxd_\w+)", text, re.MULTILINE))


async def test_redemptions_actuations_and_waits_are_counted(
    tcp: httpx.AsyncClient, box: LiveBox
) -> None:
    box.receive("sticker", 15)
    begun = [box.claim("r-1", "sticker", "bay-1"), box.claim("r-2", "sticker", "bay-2")]
    box.alarm("door_left_open", "locker 1", "Shut it")
    at = as_text(datetime.fromisoformat(begun[0].since) + timedelta(seconds=20))
    order = ActuationOrder("r-1/1", 1, "latch", "operator", "redemption, attempt 1", "r-1")

    def answer_and_open(tx: Transaction) -> None:
        tx.connection.execute(
            "INSERT INTO answers (id, redemption, step, kind, detail, actor, at)"
            " VALUES ('a-1', 'r-1', 1, 'loaded', '{}', 'operator', ?)",
            (at,),
        )
        actuations.intend(tx, order)
        actuations.conclude(tx, order, Outcome.DONE, "")

    box.ledger.write_now(answer_and_open)
    lines = (await tcp.get("/metrics")).text.splitlines()
    assert 'boxd_redemptions_total{refusal="",stage="load"} 2.0' in lines
    assert 'boxd_actuations_total{cause="redemption",outcome="done"} 1.0' in lines
    assert 'boxd_alarms_raised_total{kind="door_left_open"} 1.0' in lines
    assert "boxd_healed_alarms_total 0.0" in lines
    assert 'boxd_operator_wait_seconds_bucket{le="15.0"} 0.0' in lines
    assert 'boxd_operator_wait_seconds_bucket{le="30.0"} 1.0' in lines
    assert "boxd_opening_seconds_count 1.0" in lines


def test_notices_are_counted_by_way_and_by_what_became_of_them(tmp_path: Path) -> None:
    ways = NoticeSettings(frozenset({NoticeKind.SOLD_OUT}), ("mail", "ntfy"))
    ledger = Ledger(tmp_path / "ledger.db", notices=ways)
    for prize in ("mug", "cap"):
        ledger.write_now(partial(alarms.raise_alarm, kind="sold_out", subject=prize, text="Empty"))
    later = as_text(utc_now() + timedelta(minutes=1))

    def send_one(tx: Transaction) -> None:
        notices.sent(
            tx, next(each for each in notices.due(tx.connection, later) if each.way == "mail")
        )

    ledger.write_now(send_one)
    counted = ledger.write_now(lambda tx: tallies(tx.connection))
    ledger.close()
    found = {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in ledger_metrics.families(counted)
        for sample in family.samples
        if "notices" in sample.name
    }
    assert found == {
        ("boxd_notices_total", "mail", "sent"): 1.0,
        ("boxd_notices_total", "given_up", "mail"): 0.0,
        ("boxd_notices_waiting", "mail"): 1.0,
        ("boxd_notices_waiting", "ntfy"): 2.0,
    }


async def test_every_metric_of_the_dashboard_and_the_rules_exists(
    tcp: httpx.AsyncClient, box: LiveBox
) -> None:
    shown = {**await box.settled(), "upstream": UPSTREAM}
    known = {name for family in families(shown, True, 0) for name in named(family)}
    known |= exposed((await tcp.get("/metrics")).text)
    dashboard: dict[str, Any] = json.loads(DASHBOARD.read_text(encoding="utf-8"))
    queries = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    queries += re.findall(r"expr: (.*)", RULES.read_text(encoding="utf-8"))
    asked = {name for query in queries for name in NAMES.findall(query)}
    assert len(asked) > 15
    assert asked <= known, f"no such metrics: {sorted(asked - known)}"
