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
CHOSEN = re.compile(r"\b(boxd_[a-z_]+)\{([^}]*)\}")
GROUPED = re.compile(r"\b(?:by|on) \(([^)]*)\)")
LEGEND = re.compile(r"\{\{(\w+)\}\}")
BY_PROMETHEUS = {"instance", "le"}  # the one is the scraped address, the other the histogram's
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
    work_a_while(box)
    lines = (await tcp.get("/metrics")).text.splitlines()
    assert 'boxd_redemptions_total{refusal="",stage="load"} 2.0' in lines
    assert 'boxd_actuations_total{cause="redemption",outcome="done"} 1.0' in lines
    assert 'boxd_alarms_raised_total{kind="door_left_open"} 1.0' in lines
    assert "boxd_healed_alarms_total 0.0" in lines
    assert 'boxd_operator_wait_seconds_bucket{le="15.0"} 0.0' in lines
    assert 'boxd_operator_wait_seconds_bucket{le="30.0"} 1.0' in lines
    assert "boxd_opening_seconds_count 1.0" in lines


def work_a_while(box: LiveBox) -> None:
    """Two claims, of which one was answered and opened its locker, and an alarm."""
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


def told_phones(tmp_path: Path) -> list[Metric]:
    """What is counted at a box that has told some phones."""
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
    return list(ledger_metrics.families(counted))


def test_notices_are_counted_by_way_and_by_what_became_of_them(tmp_path: Path) -> None:
    found = {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in told_phones(tmp_path)
        for sample in family.samples
        if "notices" in sample.name
    }
    assert found == {
        ("boxd_notices_total", "mail", "sent"): 1.0,
        ("boxd_notices_total", "given_up", "mail"): 0.0,
        ("boxd_notices_waiting", "mail"): 1.0,
        ("boxd_notices_waiting", "ntfy"): 2.0,
    }


def queries() -> list[tuple[str, str]]:
    """Every query of the dashboard and the rules, with what its lines are called."""
    dashboard: dict[str, Any] = json.loads(DASHBOARD.read_text(encoding="utf-8"))
    targets = [target for panel in dashboard["panels"] for target in panel["targets"]]
    rules = re.findall(r"expr: (.*)", RULES.read_text(encoding="utf-8"))
    return [(each["expr"], each.get("legendFormat", "")) for each in targets] + [
        (rule, "") for rule in rules
    ]


def labels_asked(query: str, legend: str) -> set[tuple[str, str]]:
    """Each metric of a query with each label that is asked of it."""
    of_all = set(LEGEND.findall(legend))
    for some in GROUPED.findall(query):
        of_all |= set(some.split(", "))
    asked = {(name, label) for name in NAMES.findall(query) for label in of_all}
    for name, chosen in CHOSEN.findall(query):
        asked |= {(name, label) for label in re.findall(r"(\w+)(?:=|!)", chosen)}
    return {(name, label) for name, label in asked if label not in BY_PROMETHEUS}


async def test_every_label_of_the_dashboard_and_the_rules_exists(
    tcp: httpx.AsyncClient, box: LiveBox, tmp_path: Path
) -> None:
    work_a_while(box)
    shown = {**await box.settled(), "upstream": UPSTREAM}
    shown["devices"][0]["line"]["ever"] = {"no_reply": 1}
    known = {
        (sample.name, label)
        for family in (*families(shown, True, 0), *told_phones(tmp_path))
        for sample in family.samples
        for label in sample.labels
    }
    for name, labels in CHOSEN.findall((await tcp.get("/metrics")).text):
        known |= {(name, label) for label in re.findall(r'(\w+)="', labels)}
    asked = set[tuple[str, str]]().union(*(labels_asked(*each) for each in queries()))
    assert len(asked) > 10
    assert asked <= known, f"no such labels: {sorted(asked - known)}"


async def test_every_metric_of_the_dashboard_and_the_rules_exists(
    tcp: httpx.AsyncClient, box: LiveBox
) -> None:
    shown = {**await box.settled(), "upstream": UPSTREAM}
    known = {name for family in families(shown, True, 0) for name in named(family)}
    known |= exposed((await tcp.get("/metrics")).text)
    asked = {name for query, _ in queries() for name in NAMES.findall(query)}
    assert len(asked) > 15
    assert asked <= known, f"no such metrics: {sorted(asked - known)}"
