"""Everything that goes otherwise: refusals, cancels, jams, doors, people who don't come."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.box.booth import Booth, wait_until


def last_text(booth: Booth, bay: str = "bay-1") -> str:
    last = booth.bay(bay)["last"]
    return "" if last is None else str(last["text"])


def refuse(booth: Booth, code: str, reason: str) -> None:
    """Type a code that is refused: the failure lamp blinks in front, the HUD tells the reason."""
    booth.enter("bay-1", code)
    wait_until("the failure lamp", lambda: booth.front()["bays"]["bay-1"]["lamps"]["failure"])
    wait_until(f"the HUD says {reason}", lambda: reason in last_text(booth))
    booth.wait_for_bay("bay-1", "ready")


def finish(booth: Booth, bay: str = "bay-1", locker: int = 1) -> None:
    """From an open locker to the end."""
    take = booth.prompt("take", bay)
    booth.door(locker, "closed")
    wait_until("completed", lambda: booth.answer(take, "completed").is_success)
    booth.ended(bay)


def test_a_slip_of_the_finger_is_told_apart(shared_booth: Booth) -> None:
    code = shared_booth.issue_code()
    slipped = code[:-1] + str((int(code[-1]) + 1) % 10)
    refuse(shared_booth, slipped, "mistyped")


def test_an_unknown_code_is_refused(shared_booth: Booth) -> None:
    refuse(shared_booth, "00000000", "no such code")


def test_a_voided_code_is_refused(shared_booth: Booth) -> None:
    code = shared_booth.issue_code()
    number = shared_booth.ask_socket("GET", "/api/v1/codes?limit=1")["codes"][0]["id"]
    body = {"reason": "lost", "actor": "test"}
    shared_booth.ask_socket("POST", f"/api/v1/codes/{number}/void", body)
    refuse(shared_booth, code, "voided")


def test_a_used_code_and_one_in_use_are_refused(shared_booth: Booth) -> None:
    code = shared_booth.issue_code()
    shared_booth.enter("bay-2", code)
    load = shared_booth.prompt("load", "bay-2")
    refuse(shared_booth, code, "in use")
    shared_booth.say(load, "loaded")
    finish(shared_booth, "bay-2", 3)
    refuse(shared_booth, code, "already used")


def test_enter_without_digits_is_nothing(shared_booth: Booth) -> None:
    before = len(shared_booth.ask_socket("GET", "/api/v1/redemptions")["redemptions"])
    shared_booth.type_keys("bay-1", "Enter")
    shared_booth.wait_for_bay("bay-1", "ready")
    assert len(shared_booth.ask_socket("GET", "/api/v1/redemptions")["redemptions"]) == before


def test_the_attendee_may_cancel_until_the_locker_is_loaded(shared_booth: Booth) -> None:
    code = shared_booth.issue_code()
    shared_booth.enter("bay-1", code)
    shared_booth.prompt("load")
    shared_booth.type_keys("bay-1", "Cancel")
    shared_booth.ended()
    shared_booth.enter("bay-1", code)
    load = shared_booth.prompt("load")
    shared_booth.say(load, "loaded")
    shared_booth.prompt("take")
    shared_booth.type_keys("bay-1", "Cancel")
    finish(shared_booth)
    refuse(shared_booth, code, "already used")


def test_a_decline_gives_the_code_back(shared_booth: Booth) -> None:
    code = shared_booth.issue_code()
    shared_booth.enter("bay-1", code)
    shared_booth.say(shared_booth.prompt("load"), "declined", reason="dropped it")
    assert "Declined" in shared_booth.ended()["last"]["text"]
    shared_booth.wait_for_bay("bay-1", "ready")
    shared_booth.enter("bay-1", code)
    shared_booth.say(shared_booth.prompt("load"), "cancelled")
    shared_booth.ended()
    shared_booth.wait_for_bay("bay-1", "ready")


def test_another_prize_can_be_substituted(shared_booth: Booth) -> None:
    shared_booth.enter("bay-1", shared_booth.issue_code())
    shared_booth.say(shared_booth.prompt("load"), "substituted", sku="t-shirt")
    load = wait_until(
        "the prompt names the other prize",
        lambda: (p := shared_booth.prompt("load"))["prize"]["sku"] == "t-shirt" and p,
    )
    assert load["title"] == "Put T-shirt into locker 1"
    refused = shared_booth.answer(load, "substituted", sku="unicorn")
    assert "there is no prize 'unicorn'; known:" in refused.json()["detail"]
    shared_booth.say(load, "loaded")
    finish(shared_booth)
    assert shared_booth.stock("t-shirt")["dispensed"] >= 1


def test_a_jammed_locker_goes_to_the_operator_who_tries_again(shared_booth: Booth) -> None:
    shared_booth.fault("locker-1", "jam")
    shared_booth.enter("bay-1", shared_booth.issue_code())
    shared_booth.say(shared_booth.prompt("load"), "loaded")
    jam = shared_booth.prompt("jam")
    shared_booth.fault("locker-1", "unjam")
    pulses = shared_booth.pulses(1)
    vague = shared_booth.answer(jam, "jammed")
    assert "give a remedy: again, other_locker" in vague.json()["detail"]
    shared_booth.say(jam, "jammed", remedy="again")
    finish(shared_booth)
    assert shared_booth.pulses(1) == pulses + 1


def test_a_jammed_locker_can_be_left_for_another(shared_booth: Booth) -> None:
    shared_booth.fault("locker-1", "jam")
    shared_booth.enter("bay-1", shared_booth.issue_code())
    shared_booth.say(shared_booth.prompt("load"), "loaded")
    shared_booth.say(shared_booth.prompt("jam"), "jammed", remedy="other_locker")
    load = wait_until(
        "another locker", lambda: (p := shared_booth.prompt("load"))["locker"] == 2 and p
    )
    locker = shared_booth.snapshot()["lockers"][0]
    assert (locker["state"], locker["reason"]) == ("out_of_service", "it did not open")
    shared_booth.say(load, "loaded")
    finish(shared_booth, locker=2)
    shared_booth.fault("locker-1", "unjam")
    mended = shared_booth.command("lockers", "in-service", "1")
    assert mended.returncode == 0, mended.stderr


def test_a_jammed_locker_can_be_opened_by_hand(shared_booth: Booth) -> None:
    shared_booth.fault("locker-1", "jam")
    shared_booth.enter("bay-1", shared_booth.issue_code())
    shared_booth.say(shared_booth.prompt("load"), "loaded")
    jam = shared_booth.prompt("jam")
    shared_booth.fault("locker-1", "unjam")
    shared_booth.door(1, "open")
    shared_booth.say(jam, "opened")
    finish(shared_booth)


def test_without_a_door_switch_the_operator_says_whether_it_opened(
    new_booth: Callable[..., Booth],
) -> None:
    booth = new_booth()
    booth.start()
    out = booth.command("lockers", "out-of-service", "3", "--reason", "test")
    assert out.returncode == 0, out.stderr
    booth.enter("bay-2", booth.issue_code())
    booth.say(booth.prompt("load", "bay-2"), "loaded")
    ask = booth.prompt("ask", "bay-2")
    assert ask["locker"] == 4
    booth.say(ask, "jammed")
    jam = booth.prompt("jam", "bay-2")
    booth.say(jam, "jammed", remedy="again")
    booth.say(booth.prompt("ask", "bay-2"), "opened")
    booth.say(booth.prompt("take", "bay-2"), "completed")
    booth.ended("bay-2")
    assert booth.pulses(4) == 2
    booth.check_invariants()


def test_complete_is_refused_while_the_door_is_open(shared_booth: Booth) -> None:
    shared_booth.enter("bay-1", shared_booth.issue_code())
    shared_booth.say(shared_booth.prompt("load"), "loaded")
    refused = shared_booth.answer(shared_booth.prompt("take"), "completed")
    assert refused.status_code == 409
    assert (
        refused.json()["detail"]
        == "the door is still open; close it, then press “Taken and closed” again"
    )
    finish(shared_booth)


def test_loaded_is_refused_while_the_door_is_open(shared_booth: Booth) -> None:
    shared_booth.enter("bay-1", shared_booth.issue_code())
    load = shared_booth.prompt("load")
    shared_booth.door(1, "open")
    wait_until("the HUD sees it", lambda: shared_booth.snapshot()["lockers"][0]["door"] == "open")
    refused = shared_booth.answer(load, "loaded")
    assert refused.json()["detail"] == "the door is open; close it, then confirm again"
    shared_booth.door(1, "closed")
    wait_until("cancelled", lambda: shared_booth.answer(load, "cancelled").is_success)
    shared_booth.ended()
    shared_booth.wait_for_bay("bay-1", "ready")


def test_a_door_that_opens_by_itself_raises_an_alarm_until_it_is_shut(shared_booth: Booth) -> None:
    shared_booth.fault("locker-2", "spring")

    def alarms() -> list[str]:
        return [alarm["kind"] for alarm in shared_booth.snapshot()["alarms"]]

    wait_until("an alarm", lambda: "door_opened_by_itself" in alarms())
    shared_booth.door(2, "closed")
    wait_until("no alarm", lambda: "door_opened_by_itself" not in alarms())


def test_an_override_explains_its_door_and_a_door_left_open_is_told(
    new_booth: Callable[..., Booth],
) -> None:
    booth = new_booth((r"# door_left_open_s = .*", "door_left_open_s = 1.2"))
    booth.start()
    opened = booth.command("lockers", "open", "2", "--reason", "stuck prize")
    assert opened.returncode == 0, opened.stderr

    def alarms() -> list[str]:
        return [alarm["kind"] for alarm in booth.snapshot()["alarms"]]

    wait_until("the door left open", alarms)
    booth.kill()
    booth.start()
    assert alarms() == ["door_left_open"]
    booth.door(2, "closed")
    wait_until("no alarm", lambda: not alarms())


def test_wrong_codes_lock_the_keypad_across_a_kill(new_booth: Callable[..., Booth]) -> None:
    booth = locked_out(new_booth, for_s=600)
    good = booth.issue_code()
    booth.kill()
    booth.start()
    assert booth.wait_for_bay("bay-1", "locked_out")["locked_for_s"] > 0
    booth.enter("bay-1", good)
    assert booth.bay("bay-1")["state"] == "locked_out"
    booth.check_invariants()


def test_a_keypad_is_locked_no_longer_than_it_says(new_booth: Callable[..., Booth]) -> None:
    booth = locked_out(new_booth, for_s=1)
    good = booth.issue_code()
    booth.wait_for_bay("bay-1", "ready")
    booth.enter("bay-1", good)
    booth.prompt("load")
    booth.check_invariants()


def locked_out(new_booth: Callable[..., Booth], for_s: int) -> Booth:
    """A booth at whose first bay somebody has typed wrong codes."""
    booth = new_booth(
        (r"# wrong_codes = .*", "wrong_codes = 2"), (r"# first_s = .*", f"first_s = {for_s}")
    )
    booth.start()
    for _ in range(2):
        booth.enter("bay-1", "00000000")
        wait_until("refused", lambda: "no such code" in last_text(booth))
        wait_until("decided", lambda: booth.bay("bay-1")["state"] in {"ready", "locked_out"})
    booth.wait_for_bay("bay-1", "locked_out")
    return booth


def test_nobody_comes_and_the_box_reminds_and_never_gives_up(
    new_booth: Callable[..., Booth],
) -> None:
    booth = new_booth(
        (r"# reminder_first_s = .*", "reminder_first_s = 0.5"),
        (r"# reminder_longest_s = .*", "reminder_longest_s = 1"),
        (r"# door_left_open_s = .*", "door_left_open_s = 1.2"),
    )
    booth.start()
    booth.enter("bay-1", booth.issue_code())

    def alarms() -> list[str]:
        return [alarm["kind"] for alarm in booth.snapshot()["alarms"]]

    buzzed = booth.front()["bays"]["bay-1"]["buzzer"]["count"]
    wait_until("a reminder on the HUD", lambda: "nobody_comes" in alarms())
    wait_until(
        "and again at the bay",
        lambda: booth.front()["bays"]["bay-1"]["buzzer"]["count"] >= buzzed + 2,
    )
    booth.say(booth.prompt("load"), "loaded")
    wait_until("the alarm is over", lambda: "nobody_comes" not in alarms())
    booth.prompt("take")
    wait_until("the door left open", lambda: "door_left_open" in alarms())
    finish(booth)
    assert alarms() == []
    booth.check_invariants()


def test_a_typing_pause_clears_the_digits(new_booth: Callable[..., Booth]) -> None:
    booth = new_booth((r"# typing_s = .*", "typing_s = 0.5"))
    booth.start()
    booth.type_keys("bay-1", "1", "2", "3")
    assert booth.bay("bay-1")["typed"] == 3
    wait_until("cleared", lambda: booth.bay("bay-1")["typed"] == 0)


def test_cancel_clears_the_digits(shared_booth: Booth) -> None:
    shared_booth.type_keys("bay-1", "1", "2")
    shared_booth.type_keys("bay-1", "Cancel")
    assert shared_booth.bay("bay-1")["typed"] == 0


@pytest.mark.parametrize("kind", ["loaded", "opened", "completed"])
def test_an_answer_that_is_not_asked_for_says_what_is(shared_booth: Booth, kind: str) -> None:
    shared_booth.enter("bay-1", shared_booth.issue_code())
    load = shared_booth.prompt("load")
    if kind == "loaded":
        shared_booth.say(load, "substituted", sku="sticker")
        reply = shared_booth.answer(load, "loaded")
        assert "that question (step 1) has been answered" in reply.json()["detail"]
    else:
        reply = shared_booth.answer(load, kind)
        assert (
            f"'{kind}' does not answer the present question; possible answers:"
            in reply.json()["detail"]
        )
    now = wait_until("a prompt", lambda: shared_booth.prompt("load"))
    wait_until("cancelled", lambda: shared_booth.answer(now | {"step": 0}, "cancelled").is_success)
    shared_booth.ended()
    shared_booth.wait_for_bay("bay-1", "ready")


def test_the_same_answer_twice_counts_once(shared_booth: Booth) -> None:
    shared_booth.enter("bay-1", shared_booth.issue_code())
    load = shared_booth.prompt("load")
    pulses = shared_booth.pulses(1)
    replies = [shared_booth.answer(load, "loaded", key="the-same") for _ in range(3)]
    assert [reply.status_code for reply in replies] == [200, 200, 200]
    finish(shared_booth)
    assert shared_booth.pulses(1) == pulses + 1


def test_what_happens_at_an_open_locker_is_said_as_it_is(shared_booth: Booth) -> None:
    booth = shared_booth
    code = booth.issue_code()
    booth.enter("bay-1", code)
    booth.say(booth.prompt("load"), "loaded")
    take = booth.prompt("take")
    booth.door(take["locker"], "closed")
    wait_until("opened again", lambda: booth.answer(take, "reopened").is_success)
    wait_until("the door", lambda: booth.prompt("take")["step"] > take["step"])
    booth.say(booth.prompt("take"), "broken")
    booth.door(take["locker"], "closed")
    wait_until("loaded", lambda: booth.answer(booth.prompt("load"), "loaded").is_success)
    last = booth.prompt("take")
    booth.door(take["locker"], "closed")
    wait_until("not taken", lambda: booth.answer(last, "not_taken").is_success)
    booth.ended()
    booth.enter("bay-1", code)
    booth.say(booth.prompt("load"), "declined")
    booth.ended()
