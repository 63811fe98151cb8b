"""Snapshots of every state that the operator's screen has to show."""

from __future__ import annotations

import copy
from datetime import UTC, datetime, timedelta
from typing import Any

Json = dict[str, Any]

NAMES = {"sticker": "Sticker pack", "shirt": "T-shirt", "plush": "Plush gopher", "mug": "Mug"}


def ago(seconds: float) -> str:
    return (datetime.now(UTC) - timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z")


def option(
    option_id: str,
    label: str,
    key: str,
    tone: str = "plain",
    answer: Json | None = None,
    opens: str = "",
) -> Json:
    return {
        "id": option_id,
        "label": label,
        "key": key,
        "tone": tone,
        "answer": answer,
        "opens": opens,
    }


BACK = option("back", "Back", "Cancel")
DECLINE_MENU = [
    option(
        "declined",
        "Yes, decline: Sticker pack is not given out",
        "9",
        "danger",
        {"kind": "declined"},
    ),
    option("back", "No, go back", "Cancel"),
]
SUBSTITUTE_MENU = [
    option(
        f"sub-{sku}",
        f"{NAMES[sku]} ({left} left)",
        str(number),
        "plain",
        {"kind": "substituted", "sku": sku},
    )
    for number, (sku, left) in enumerate({"shirt": 7, "plush": 2, "mug": 12}.items(), 1)
] + [BACK]


def prompt(stage: str, **changes: Any) -> Json:
    base: Json = {
        "id": f"r-1:{changes.get('step', 1)}",
        "redemption": "r-1",
        "step": 1,
        "stage": stage,
        "bay": "bay-1",
        "locker": 1,
        "prize": {"sku": "sticker", "name": "Sticker pack"},
        "who": "operator",
        "title": "",
        "text": "",
        "since": ago(14),
        "reminders": 0,
        "focused": True,
        "menu": "",
        "options": [],
        "menus": {},
    }
    return base | STAGES[stage] | changes


STAGES: dict[str, Json] = {
    "load": {
        "title": "Put Sticker pack into locker 1",
        "text": "Shut the locker, then confirm.",
        "options": [
            option("loaded", "It is loaded", "Enter", "primary", {"kind": "loaded"}),
            option("substitute", "Another prize", "1", "plain", None, "substitute"),
            option("decline", "Decline", "Cancel", "danger", None, "decline"),
        ],
        "menus": {"decline": DECLINE_MENU, "substitute": SUBSTITUTE_MENU},
    },
    "open": {
        "title": "Opening locker 1",
        "text": "The box opens the latch; nothing to do.",
        "who": "box",
    },
    "ask": {
        "title": "Did locker 1 open?",
        "text": "Locker 1 has no door switch: look at it.",
        "options": [
            option("opened", "Yes, it is open", "Enter", "primary", {"kind": "opened"}),
            option("jammed", "No", "Cancel", "plain", {"kind": "jammed"}),
        ],
    },
    "jam": {
        "title": "Locker 1 did not open",
        "text": "Push the door, then try again; or open it by hand.",
        "options": [
            option("again", "Try again", "1", "primary", {"kind": "jammed", "remedy": "again"}),
            option("other", "Other locker", "2", "plain",
                   {"kind": "jammed", "remedy": "other_locker"}),
            option("opened", "Opened by hand", "3", "plain", {"kind": "opened"}),
            option("decline", "Decline", "Cancel", "danger", None, "decline"),
        ],
        "menus": {"decline": DECLINE_MENU},
    },
    "take": {
        "title": "Wait until Sticker pack is taken, then shut locker 1",
        "text": "The door is shut. If the prize is gone, confirm.",
        "options": [
            option("completed", "Taken and shut", "Enter", "primary", {"kind": "completed"}),
        ],
    },
}  # fmt: skip


def bay(bay_id: str, name: str, **changes: Any) -> Json:
    base: Json = {
        "id": bay_id,
        "name": name,
        "state": "ready",
        "text": "Ready for a code",
        "typed": 0,
        "locked_for_s": 0,
        "lamps": "ready",
        "keypad": "ready",
        "redemption": None,
        "last": None,
    }
    return base | changes


def locker(number: int, bay_id: str, **changes: Any) -> Json:
    base: Json = {
        "id": number,
        "bay": bay_id,
        "state": "free",
        "reason": "",
        "door": "closed",
        "believed": "operator" if changes.get("door") == "none" else "door",
        "latch": "ready",
        "prize": "",
    }
    return base | changes


def device(name: str, port: str, kind: str = "codetv", **changes: Any) -> Json:
    base = {
        "name": name,
        "kind": kind,
        "port": port,
        "state": "ready",
        "since": ago(7200),
        "why": "",
        "parts": parts(latch=int(port[-1]) + 1) if kind == "codetv" else parts(keys=False),
        "tested_by": "",
    }
    return base | changes


def parts(*, keys: bool = True, latch: int = 0, doors: int = 0) -> Json:
    """What a device has: all of a board's parts with the latch of a locker, or only some."""
    return {
        "keys": [*"0123456789", "Cancel", "Enter"] if keys else [],
        "lamps": ["standby", "success", "failure"] if latch else [],
        "buzzer": bool(latch),
        "latches": [{"name": "latch", "feedback": None, "locker": latch}] if latch else [],
        "doors": [
            {"name": f"door-{number}", "state": "closed", "locker": number}
            for number in range(1, doors + 1)
        ],
    }


def prize(sku: str, received: int, dispensed: int, held: int = 0, written_off: int = 0) -> Json:
    return {
        "sku": sku,
        "name": NAMES[sku],
        "weight": 1,
        "received": received,
        "on_hand": received - dispensed - held - written_off,
        "held": held,
        "dispensed": dispensed,
        "written_off": written_off,
    }


EVENTS = [
    (12, "Sticker pack given out from locker 1 at Left", "good"),
    (95, "Code refused at Right: used already", "bad"),
    (240, "T-shirt given out from locker 3 at Right", "good"),
    (700, "Prize substituted: Mug for Plush gopher", "plain"),
    (1900, "boxd started", "plain"),
]


def ready() -> Json:
    return {
        "version": 17,
        "at": ago(0),
        "box": {"id": "box-1", "name": "Prize box", "simulation": True, "boxd": "0.1.0"},
        "health": {
            "state": "ready",
            "why": "",
            "remedy": "",
            "temporal": {"state": "up", "why": "", "since": ago(7200)},
            "ledger": {"state": "whole", "why": ""},
        },
        "operator": {"focused": "", "menu": "", "page": 0, "message": ""},
        "prompts": [],
        "bays": [bay("bay-1", "Left"), bay("bay-2", "Right")],
        "lockers": [
            locker(1, "bay-1"),
            locker(2, "bay-1"),
            locker(3, "bay-2"),
            locker(4, "bay-2", door="none"),
        ],
        "devices": [
            *(device(f"board-{number}", f"CodeTV Board {number}") for number in range(4)),
            device("door-pad", "Door Pad", "notes", parts=parts(keys=False, doors=3)),
            device("operator-pad", "Operator Pad", "notes", parts=parts()),
        ],
        "strangers": [],
        "upstream": None,
        "stock": [
            prize("sticker", 20, 5, 1),
            prize("shirt", 10, 3),
            prize("plush", 5, 3),
            prize("mug", 25, 11, 1, 1),
        ],
        "alarms": [],
        "events": [
            {"seq": 41 - place, "at": ago(seconds), "text": text, "tone": tone}
            for place, (seconds, text, tone) in enumerate(EVENTS)
        ],
    }


def asking(stage: str, **changes: Any) -> Json:
    snapshot = ready()
    snapshot["prompts"] = [prompt(stage, **changes)]
    snapshot["bays"][0] |= {"state": "busy", "text": "A prize is on its way", "redemption": "r-1"}
    snapshot["lockers"][0] |= {"state": "taken", "prize": "Sticker pack"}
    return snapshot


def alarm(number: int, kind: str, subject: str, text: str) -> Json:
    return {"id": number, "kind": kind, "subject": subject, "text": text, "raised_at": ago(75)}


def load_reminded() -> Json:
    return asking("load", since=ago(190), reminders=2)


def load_long_name() -> Json:
    name = "Limited edition conference hoodie, size XL, midnight blue"
    return asking(
        "load",
        prize={"sku": "hoodie", "name": name},
        title=f"Put {name} into locker 12",
        locker=12,
    )


def load_declining() -> Json:
    return asking("load", menu="decline")


def load_substituting() -> Json:
    return asking("load", menu="substitute")


def ask_unknown() -> Json:
    return asking(
        "ask",
        title="Did locker 1 open?",
        text="boxd was interrupted while it opened the latch and will not try again by itself. "
        "Look at locker 1.",
        options=[
            option("opened", "Yes, it is open", "Enter", "primary", {"kind": "opened"}),
            option("jammed", "No, it is shut", "Cancel", "danger", {"kind": "jammed"}),
        ],
    )


def load_many_prizes() -> Json:
    many = [
        option(
            f"sub-{n}",
            f"Prize of a longer name {n} ({n} left)",
            str(n) if n < 10 else "",
            "plain",
            {"kind": "substituted", "sku": f"p-{n}"},
        )
        for n in range(1, 15)
    ]
    more = option("more", "More prizes on the keys", "Enter", opens="substitute")
    return asking("load", menu="substitute", menus={"substitute": [*many, more, BACK]})


def load_refused_at_pad() -> Json:
    snapshot = asking("load")
    snapshot["operator"]["message"] = "Not taken: the door is open; shut it, then confirm again"
    return snapshot


def take_left_open() -> Json:
    snapshot = asking(
        "take",
        since=ago(75),
        reminders=1,
        text="The door is open. When it is shut and the prize is gone, confirm.",
    )
    snapshot["lockers"][0]["door"] = "open"
    snapshot["alarms"] = [
        alarm(3, "door_left_open", "locker 1", "Locker 1 is open for over a minute: shut it.")
    ]
    return snapshot


def take_switch_lost() -> Json:
    snapshot = asking(
        "take",
        text="The door switch can't be read: look at the door.",
        options=[
            option(
                "completed",
                "I see it shut",
                "Enter",
                "primary",
                {"kind": "completed", "seen_shut": True},
            )
        ],
    )
    snapshot["lockers"][0]["door"] = "unknown"
    return snapshot


def locked_out() -> Json:
    snapshot = ready()
    snapshot["bays"][0] |= {
        "state": "locked_out",
        "text": "Locked: five wrong codes",
        "locked_for_s": 27,
        "last": {"at": ago(3), "text": "Code refused: unknown", "tone": "bad"},
    }
    snapshot["bays"][1] |= {"typed": 5, "text": "Somebody is typing"}
    return snapshot


def temporal_down() -> Json:
    snapshot = asking("load")
    snapshot["health"] |= {
        "state": "out_of_service",
        "why": "The Temporal server does not answer.",
        "remedy": "It is started again by itself; if this stays for a minute, run: boxd doctor",
        "temporal": {"state": "down", "why": "exited with code 1", "since": ago(9)},
    }
    for each in snapshot["bays"]:
        each |= {"state": "out_of_service", "text": "Out of service, one moment"}
    return snapshot


def ledger_damaged() -> Json:
    snapshot = ready()
    snapshot["health"] |= {
        "state": "out_of_service",
        "why": "The ledger is damaged: page 7 of ledger.db fails its integrity check.",
        "remedy": "Restore the newest good backup: boxd backup restore "
        "/var/lib/boxd/backups/2026-11-21T11-00.db",
        "ledger": {"state": "damaged", "why": "integrity check failed"},
    }
    snapshot |= {"stock": [], "events": []}
    for each in snapshot["bays"]:
        each |= {"state": "out_of_service", "text": "Out of service"}
    return snapshot


def starting() -> Json:
    snapshot = ready()
    snapshot["health"] |= {
        "state": "starting",
        "why": "The Temporal server is starting.",
        "temporal": {"state": "starting", "why": "", "since": ago(1)},
    }
    for each in snapshot["bays"]:
        each |= {"state": "out_of_service", "text": "One moment"}
    return snapshot


def two_prompts() -> Json:
    snapshot = asking("load")
    other = prompt(
        "take",
        id="r-2:4",
        redemption="r-2",
        step=4,
        bay="bay-2",
        locker=4,
        prize={"sku": "shirt", "name": "T-shirt"},
        title="Wait until T-shirt is taken, then shut locker 4",
        text="It has no door switch. Look at the door, then confirm.",
        since=ago(48),
        focused=False,
    )
    snapshot["prompts"].append(other)
    snapshot["bays"][1] |= {"state": "busy", "text": "A prize is taken", "redemption": "r-2"}
    snapshot["lockers"][3] |= {"state": "taken", "prize": "T-shirt"}
    return snapshot


def unreachable() -> Json:
    snapshot = ready()
    gone = {"state": "unreachable", "why": "no MIDI port of that name", "since": ago(130)}
    snapshot["devices"][1] |= gone
    snapshot["devices"][2] |= {
        "state": "unreachable",
        "why": "two boards say they are CodeTV Board 2",
        "since": ago(30),
    }
    snapshot["devices"][5] |= gone
    snapshot["bays"][1] |= {
        "state": "out_of_service",
        "text": "Keypad unreachable",
        "keypad": "unreachable",
    }
    snapshot["lockers"][1]["latch"] = "unreachable"
    snapshot["lockers"][2] |= {"latch": "unreachable", "door": "unknown"}
    snapshot["lockers"][3] |= {"state": "out_of_service", "reason": "hinge broken"}
    snapshot["alarms"] = [
        alarm(
            4,
            "device_unreachable",
            "board-1",
            "CodeTV Board 1 is gone: check its cable; it is taken up again by itself.",
        ),
        alarm(
            5,
            "duplicate_board",
            "board-2",
            "Two boards say they are CodeTV Board 2: unplug one, check its jumpers.",
        ),
        alarm(6, "device_unreachable", "operator-pad", "Operator Pad is gone: check its cable."),
    ]
    return snapshot


def crowded() -> Json:
    snapshot = two_prompts()
    trouble = unreachable()
    snapshot["alarms"] = trouble["alarms"]
    snapshot["devices"] = trouble["devices"]
    snapshot["bays"][0]["text"] = "Waiting for Sticker pack in locker 1"
    return snapshot


def checking() -> Json:
    snapshot = ready()
    snapshot["bays"][0] |= {"state": "checking", "text": "Checking the code"}
    return snapshot


STATES = {
    "ready": ready,
    "checking": checking,
    "load": lambda: asking("load"),
    "load-reminded": load_reminded,
    "load-long-name": load_long_name,
    "load-declining": load_declining,
    "load-substituting": load_substituting,
    "load-many-prizes": load_many_prizes,
    "load-refused-at-pad": load_refused_at_pad,
    "open": lambda: asking("open"),
    "ask": lambda: asking("ask"),
    "ask-unknown": ask_unknown,
    "jam": lambda: asking("jam"),
    "take": lambda: asking("take"),
    "take-left-open": take_left_open,
    "take-switch-lost": take_switch_lost,
    "locked-out": locked_out,
    "starting": starting,
    "temporal-down": temporal_down,
    "ledger-damaged": ledger_damaged,
    "two-prompts": two_prompts,
    "unreachable": unreachable,
    "crowded": crowded,
}


def state(name: str) -> Json:
    return copy.deepcopy(STATES[name]())
