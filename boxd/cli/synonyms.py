"""Other words that people type for commands: what runs for them, or what to type instead.

A word runs another command only where that does the same; where it would have to guess, a sentence
names the commands.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence

_SYSTEMD = "systemd {does} an installed box: sudo systemctl {word} boxd.target; a clone: {clone}"

# What a word of the first level stands for.
_AT_THE_TOP = {
    "badges": "attendees",
    "boards": "devices",
    "boxes": "fleet status",
    "cancel": "redemptions",
    "cards": "attendees link",
    "cfg": "config",
    "check": "doctor",
    "claims": "redemptions",
    "console": "status",
    "diagnose": "doctor",
    "doors": "lockers",
    "events": "audit tail",
    "flash": "devices flash",
    "forget": "attendees forget",
    "hardware": "devices",
    "health": "doctor",
    "history": "audit tail",
    "info": "status",
    "inventory": "prizes list",
    "issue": "codes issue",
    "join": "fleet join",
    "journal": "logs",
    "learn": "devices learn",
    "leave": "fleet leave",
    "link": "attendees link",
    "log": "logs",
    "man": "help",
    "midi": "devices list",
    "moves": "stock list",
    "open": "lockers open",
    "orders": "redemptions",
    "participants": "attendees",
    "people": "attendees",
    "qr": "tasks qr",
    "queue": "redemptions list",
    "restore": "backup restore",
    "self-test": "devices test",
    "send": "stock send",
    "serve": "run",
    "settings": "config",
    "signs": "tasks qr",
    "simulate": "run",
    "state": "status",
    "stats": "report",
    "test": "devices test",
    "time": "clock",
    "trail": "audit",
    "transfer": "stock send",
    "unlock": "lockers open",
    "users": "attendees",
    "verify": "audit verify",
    "vouchers": "codes print",
    "watch": "devices watch",
}

# The same below a command, by the command.
_BELOW = {
    "alarms": {"ack": "clear", "acknowledge": "clear", "close": "clear", "resolve": "clear"},
    "attendees": {
        "card": "link",
        "cards": "link",
        "delete": "forget",
        "erase": "forget",
        "links": "link",
        "remove": "forget",
    },
    "audit": {"list": "tail", "log": "tail", "show": "tail", "check": "verify", "follow": "tail"},
    "backup": {"check": "list --verify", "make": "create", "new": "create", "now": "create"},
    "clock": {"status": "show", "confirm": "trust", "set": "trust"},
    "codes": {
        "add": "issue",
        "cancel": "void",
        "create": "issue",
        "delete": "void",
        "generate": "issue",
        "lookup": "find",
        "make": "issue",
        "new": "issue",
        "remove": "void",
        "reveal": "show --reveal",
        "revoke": "void",
        "search": "find",
        "vouchers": "print",
    },
    "config": {"list": "show", "validate": "check", "verify": "check", "test": "check"},
    "devices": {"check": "test", "events": "watch", "monitor": "watch", "status": "list"},
    "fleet": {
        "add": "invite",
        "create": "begin",
        "enter": "join",
        "exit": "leave",
        "init": "begin",
        "list": "status",
        "new": "begin",
        "quit": "leave",
        "show": "status",
        "start": "begin",
        "token": "invite",
    },
    "lockers": {
        "close": "out-of-service",
        "disable": "out-of-service",
        "enable": "in-service",
        "repaired": "in-service",
        "status": "list",
        "unlock": "open",
    },
    "outbox": {"retry": "resend", "send": "resend", "status": "list", "show": "list"},
    "prizes": {
        "delete": "remove",
        "edit": "set",
        "new": "add",
        "receive": "adjust",
        "rename": "set",
        "restock": "adjust",
        "show": "list",
        "stock": "list",
        "update": "set",
    },
    "recover": {"begin": "start", "continue": "resume", "database": "ledger", "status": "open"},
    "redemptions": {"events": "history", "status": "list"},
    "schedules": {"show": "list", "start": "run", "trigger": "run"},
    "staff": {"add": "invite", "delete": "remove", "new": "invite", "show": "list"},
    "stock": {
        "accept": "arrive",
        "arrived": "arrive",
        "lost": "settle",
        "missing": "list",
        "move": "send",
        "moves": "list",
        "ship": "send",
        "show": "list",
        "sign": "arrive",
        "status": "list",
        "transfer": "send",
    },
    "tasks": {
        "accept": "approve",
        "confirm": "approve",
        "add": "publish",
        "change": "publish",
        "deny": "refuse",
        "edit": "publish",
        "import": "publish",
        "new": "start",
        "reject": "refuse",
        "retry": "issue-again",
        "signs": "qr",
    },
    "tokens": {"add": "create", "delete": "revoke", "new": "create", "remove": "revoke"},
}

# What no command does, and who or what does it; with the words before it, if there are any.
_INSTEAD = {
    "start": _SYSTEMD.format(does="starts", word="start", clone="make run"),
    "stop": _SYSTEMD.format(does="stops", word="stop", clone="Ctrl-C where make run stands"),
    "restart": _SYSTEMD.format(does="restarts", word="restart", clone="Ctrl-C, then make run"),
    "enable": "systemd starts it at each boot: sudo systemctl enable --now boxd.target",
    "disable": "systemd starts it at each boot; against that: sudo systemctl disable boxd.target",
    "shutdown": "the Pi is shut down by: sudo systemctl poweroff; no code or prize is lost",
    "reboot": "the Pi is restarted by: sudo systemctl reboot; no code or prize is lost",
    "install": "a box is installed by its package, or in a clone by: sudo make install",
    "uninstall": "sudo apt remove boxd, or in a clone: sudo make uninstall",
    "update": "install the new package: sudo apt install ./boxd_*.deb; back: boxd upgrade --back",
    "print": "codes print (vouchers), attendees link (cards), tasks qr (signs for checkpoints)",
    "export": "codes export, report --csv FILE, audit export, prizes list --json",
    "import": "prizes import FILE, codes import FILE, attendees import FILE",
    "add": "prizes add SKU, attendees add NAME, codes issue ATTENDEE, tokens create NAME",
    "search": "attendees search TEXT, codes find DIGITS",
    "find": "attendees search TEXT, codes find DIGITS",
    "list": "status shows all in short; prizes list, codes list, attendees list, tasks list, ...",
    "delete": "codes void ID, attendees forget ATTENDEE, prizes remove SKU, tokens revoke NAME",
    "remove": "codes void ID, attendees forget ATTENDEE, prizes remove SKU, tokens revoke NAME",
    "reset": "lockers in-service LOCKER, alarms clear ALARM; a new event: see docs/organisers.md",
    "clear": "alarms clear ALARM; alarms list shows their numbers",
    "approve": "tasks approve TASK; tasks list --state verifying shows what waits",
    "refuse": "tasks refuse TASK --reason WHY; tasks list --state verifying shows what waits",
    "answer": "redemptions answer ID KIND; redemptions list shows the questions",
    "confirm": "redemptions answer ID loaded (the operator's question), clock trust (the time)",
    "void": "codes void ID; codes find DIGITS shows the number of a code",
    "hud": "the HUD is a page: open the address that status shows in a browser on the box",
    "web": "the HUD is a page: open the address that status shows in a browser on the box",
    "dashboard": "the HUD is a page: open the address that status shows in a browser on the box",
    "invite": "staff invite NAME --role ROLE (a person), fleet invite (another box)",
    "repair": "doctor (what is wrong), recover list (playbooks), recover ledger (a damaged ledger)",
    "setup": "a new card: docs/card.md; bays and devices: config check; several boxes: fleet begin",
    "stock add": "prizes adjust SKU +UNITS; a new prize: prizes add SKU",
    "stock adjust": "prizes adjust SKU UNITS",
    "stock count": "prizes count SKU UNITS",
    "stock receive": "stock arrive MOVE UNITS (from another box), prizes adjust SKU +UNITS",
    "stock remove": "prizes adjust SKU -UNITS; the prize itself: prizes remove SKU",
    "stock set": "prizes count SKU UNITS",
    "login": "commands need no sign-in: whoever is in the group boxd may use them",
    "password": "config show names the file of the PIN; tokens create NAME is for programs",
    "wifi": "the network is the system's: nmtui, or nmcli device wifi",
}


def meant(path: Sequence[str], word: str, known: Sequence[str]) -> list[str]:
    """The words of the command that `word` stands for below `path`; none if it is not known.

    `path` are the commands above (none at the first level), `known` the commands that there are.
    """
    spelled = word.casefold().replace("_", "-")
    table = _BELOW.get(path[0], {}) if path else _AT_THE_TOP
    for form in (spelled, *_other_numbers(spelled)):
        if form in known:
            return [form]
        if form in table:
            return table[form].split()
    return []


def why_unknown(path: Sequence[str], word: str, known: Sequence[str]) -> str:
    """The error for a word that is no command, with what comes nearest to its meaning."""
    called = " ".join(("boxd", *path))
    instead = _INSTEAD.get(" ".join((*path, word.casefold())))
    if instead is not None:
        return f"'{called} {word}' is no command: {instead}"
    words = {*known, *(_BELOW.get(path[0], {}) if path else _AT_THE_TOP)}
    near = difflib.get_close_matches(word.casefold(), sorted(words), n=3, cutoff=0.6)
    near.sort(key=lambda each: each not in known)  # a command's own name before another's synonym
    lines = dict.fromkeys(" ".join(meant(path, each, known)) for each in near)
    guesses = " or ".join(f"'{called} {line}'" for line in lines)
    told = f"'{called} {word}' is no command. "
    help_line = " ".join(("boxd help", *path))
    return told + (f"Do you mean {guesses}? " if guesses else "") + f"'{help_line}' lists all."


def _other_numbers(word: str) -> list[str]:
    """The word in the plural and in the singular."""
    return [f"{word}s", word.removesuffix("s"), word.removesuffix("es")]
