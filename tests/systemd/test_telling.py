"""What a maintainer reads: the status line, and the journal by its fields."""

from __future__ import annotations

from tests.systemd.installed import InstalledBox


def redeem(box: InstalledBox) -> tuple[str, str]:
    """A whole redemption; its id, and the code that was typed."""
    order = {"attendee": "attendee", "sku": "mug", "actor": "organiser"}
    code = str(box.post("/api/v1/codes", order)["codes"][0]["code"])
    box.post("/sim/api/bays/bay-1/keys", {"keys": [*code, "Enter"]})
    load = box.wait("a question", lambda: box.snapshot()["prompts"])[0]
    redemption = str(load["redemption"])
    assert box.wait_for_status("ready; 1 redemption open")
    for kind, stage in (("loaded", "load"), ("completed", "take")):
        [prompt] = box.wait(
            stage, lambda s=stage: [p for p in box.snapshot()["prompts"] if p["stage"] == s]
        )
        if kind == "completed":
            box.post(f"/sim/api/lockers/{prompt['locker']}/door", {"state": "closed"})
        box.post(
            f"/api/v1/redemptions/{redemption}/{kind}",
            {"step": prompt["step"], "actor": "operator"},
        )
    box.wait("the end", lambda: not box.snapshot()["prompts"])
    return redemption, code


def test_a_redemptions_lines_are_found_by_its_id_and_hold_no_code(box: InstalledBox) -> None:
    box.start()
    box.wait_until_ready()
    redemption, code = redeem(box)

    lines = box.journal("-u", "boxd", f"REDEMPTION={redemption}")
    said = [str(line["MESSAGE"]).split()[0] for line in lines]
    assert said[0] == "redemption.load"
    assert {"redemption.open", "redemption.take", "redemption.dispensed"} < set(said)
    assert said.count("answer.accepted") == 2
    assert {line["BAY"] for line in lines} == {"bay-1"}
    assert {line["LOCKER"] for line in lines} == {"1"}
    assert {line["PRIORITY"] for line in lines} == {"6"}
    assert "operator" in {line.get("ACTOR") for line in lines}
    assert code not in box.ask("journalctl --output=json --no-pager")


def test_the_status_line_follows_what_is_missing(box: InstalledBox) -> None:
    box.start()
    box.wait_until_ready()
    box.wait_for_status("ready")
    box.post("/sim/api/faults", {"device": "board-2", "fault": "unplug"})
    line = box.wait_for_status("ready; board-2 unreachable since ")
    assert line.count(";") == 1

    box.post("/sim/api/faults", {"device": "board-2", "fault": "replug"})
    box.wait("it is forgotten", lambda: box.status_line() == "ready")


def test_a_mistake_is_an_error_with_its_traceback_in_one_line(box: InstalledBox) -> None:
    box.configure(r"\nport = 4321|\n# port = 4321", "\nport = 22")
    box.run("systemctl start --no-block boxd.service")
    box.wait("it is told", lambda: "can't be listened on" in box.messages("-u", "boxd"))


def test_systemctl_status_names_the_devices_with_the_priority_of_errors(box: InstalledBox) -> None:
    box.start()
    box.wait_until_ready()
    box.ask("pkill -KILL -u boxd -x temporal")
    box.wait_for_status("serving", "boxd-temporal.service")

    [line] = box.wait(
        "an error", lambda: box.journal("-u", "boxd-temporal", "PRIORITY=3", "_TRANSPORT=journal")
    )
    assert "was ended by signal 9" in line["MESSAGE"]
