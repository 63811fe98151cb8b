"""`boxd doctor` on an installed box: its units under a real systemd, as root and as somebody."""

from __future__ import annotations

import json
from typing import Any

from tests.systemd.installed import InstalledBox

TEMPORAL = "boxd-temporal.service"


def doctor(box: InstalledBox, before: str = "") -> dict[str, Any]:
    """What it finds, as JSON."""
    found: dict[str, Any] = json.loads(box.run(f"cd /tmp; {before} boxd doctor --json").stdout)
    return found


def lines(box: InstalledBox, family: str, name: str = "") -> list[tuple[str, str, str]]:
    """Grade, what was seen and remedy of each line of a family, or of one check."""
    return [
        (each["grade"], each["seen"], each["remedy"])
        for each in doctor(box)["checks"]
        if each["family"] == family and name in ("", each["check"])
    ]


def bad(box: InstalledBox) -> list[tuple[str, str]]:
    """What is wrong with the units, each with its remedy."""
    return [(seen, remedy) for grade, seen, remedy in lines(box, "Units") if grade != "passed"]


def test_units_that_are_not_started_then_are_then_break(box: InstalledBox) -> None:
    start = "sudo systemctl start boxd.target"
    assert ("boxd.target is inactive", start) in bad(box)
    assert (
        "boxd.target will not start with the power",
        "sudo systemctl enable boxd.target",
    ) in bad(box)

    box.ask("systemctl enable --now boxd.target")
    box.wait_until_ready()
    assert bad(box) == []
    assert [each for each in doctor(box)["checks"] if each["grade"] == "failed"] == []
    ((grade, seen, _),) = lines(box, "Permissions", "groups")
    assert (grade, seen) == ("passed", "boxd runs as boxd (audio, boxd, dialout, gpio, i2c)")

    box.ask(f"systemctl mask --now {TEMPORAL}")
    (masked,) = bad(box)
    assert masked[0] == f"{TEMPORAL} is masked"
    assert box.ask(masked[1].replace("sudo ", "")) == ""
    box.wait_until_ready()
    assert bad(box) == []

    box.override("boxd.service", "Restart=no")
    box.ask("systemctl kill --signal=SIGKILL boxd.service")
    box.wait("it has failed", lambda: box.property("boxd.service", "ActiveState") == "failed")
    ((seen, remedy),) = [each for each in bad(box) if "boxd.service" in each[0]]
    assert seen == "boxd.service has failed (signal, exit 9)"
    assert remedy.startswith("journalctl -u boxd.service")


def test_a_unit_that_starts_again_and_again_and_was_changed(box: InstalledBox) -> None:
    box.ask("systemctl enable --now boxd.target")
    box.wait_until_ready()
    for count in range(1, 4):
        box.ask("systemctl kill --signal=SIGKILL boxd.service")
        box.wait("it was started again", lambda n=count: restarts(box) >= n and is_up(box))
    box.ask("echo '# changed' >> /lib/systemd/system/boxd.service")
    seen = [seen for seen, _ in bad(box)]
    assert seen == [
        "boxd.service was started again 3 times",
        "boxd.service was changed on the disk since",
    ]
    assert bad(box)[1][1] == "sudo systemctl daemon-reload"


def is_up(box: InstalledBox) -> bool:
    return box.property("boxd.service", "ActiveState") == "active"


def restarts(box: InstalledBox) -> int:
    return int(box.property("boxd.service", "NRestarts"))


def test_somebody_who_is_not_root(box: InstalledBox) -> None:
    box.ask("systemctl enable --now boxd.target")
    box.wait_until_ready()
    told = doctor(box, "setpriv --reuid=65534 --regid=65534 --clear-groups")
    sudo = [each for each in told["checks"] if each["remedy"] == "sudo boxd doctor"]
    assert {each["family"] for each in sudo} >= {"Daemon", "Configuration", "Ledger", "Backups"}
    units = {each["grade"] for each in told["checks"] if each["family"] == "Units"}
    assert units == {"passed"}
    assert not [each for each in told["checks"] if "itself broke" in each["seen"]]


def test_a_bundle_with_a_real_journal_and_without_codes(box: InstalledBox) -> None:
    box.ask("systemctl enable --now boxd.target")
    box.wait_until_ready()
    code = box.ask("boxd codes issue badge-1042 --json | grep -o '[0-9]\\{8\\}' | head -1")
    box.override("boxd.service", "ExecReload=/bin/cat /etc/said")
    box.ask(f"echo 'somebody typed {code} for badge-1042' > /etc/said; systemctl reload boxd")
    assert code in box.messages("-u", "boxd")
    box.run("cd /tmp && boxd doctor --bundle")
    told = box.ask("tar -xOzf /tmp/boxd-bundle-box-1-*.tar.gz")
    assert code not in told
    assert "badge-1042" not in told
    journal = box.ask("tar -xOzf /tmp/boxd-bundle-box-1-*.tar.gz --wildcards '*/journal.jsonl'")
    entries = [json.loads(line) for line in journal.splitlines()]
    assert any(each["unit"] == TEMPORAL for each in entries)
    assert any(each.get("device") == "board-0" for each in entries)
    units = box.ask("tar -xOzf /tmp/boxd-bundle-box-1-*.tar.gz --wildcards '*/units.txt'")
    assert "ActiveState=active" in units
