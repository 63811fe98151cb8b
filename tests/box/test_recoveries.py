"""A recovery on a whole box: by command, through a kill, with its history replayed at the end."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.box.booth import Booth, wait_until

Json = dict[str, Any]


def said(booth: Booth, *words: str) -> Json:
    done = booth.command("recover", *words, "--json")
    assert done.returncode == 0, done.stderr
    found: Json = json.loads(done.stdout)
    return found


def test_a_stocktake_goes_on_after_a_kill_and_its_history_fits(
    new_booth: Callable[..., Booth],
) -> None:
    booth = new_booth()
    booth.start()
    begun = said(booth, "stocktake")["recovery"]
    first, *others = begun["children"]
    name = said(booth, "show", first)["recovery"]["sku"]
    before = booth.stock(name)["on_hand"] + booth.stock(name)["held"]
    said(booth, "answer", first, "counted", "--count", str(before + 1))
    booth.kill()
    booth.start()
    assert booth.stock(name)["on_hand"] + booth.stock(name)["held"] == before + 1
    assert said(booth, "show", begun["id"])["recovery"]["children"] == others
    for child in others:
        sku = said(booth, "show", child)["recovery"]["sku"]
        units = booth.stock(sku)["on_hand"] + booth.stock(sku)["held"]
        said(booth, "answer", child, "counted", "--count", str(units))
    assert said(booth, "show", begun["id"])["recovery"]["outcome"] == "done"

    def replayed() -> Json | None:
        """The history, once its workflow has ended as well."""
        done = booth.command("recover", "replay", begun["id"], "--json")
        found: Json = json.loads(done.stdout) if done.returncode == 0 else {}
        has_ended = bool(found) and found["steps"][-1]["state"]["standing"]["has_ended"]
        return found if has_ended else None

    history = wait_until("the end of its workflow", replayed)
    assert history["fits"]
    booth.check_invariants()


def test_keys_answer_a_playbook_through_a_kill_and_without_the_server(
    new_booth: Callable[..., Booth],
) -> None:
    booth = new_booth()
    booth.start()
    begun = said(booth, "jammed-locker", "--locker", "2")["recovery"]["id"]
    press_until(booth, "1", lambda: asked(booth, begun) == "prize")
    booth.kill()
    booth.start()
    assert asked(booth, begun) == "prize"
    booth.hang_server()
    press_until(booth, "3", lambda: asked(booth, begun) == "repaired")
    booth.kill()
    booth.start()
    press_until(booth, "2", lambda: asked(booth, begun) == "")
    found = said(booth, "show", begun)["recovery"]
    assert [each["choice"] for each in found["answers"]] == ["yes", "empty", "no"]
    assert {each["actor"] for each in found["answers"]} == {"operator (keys)"}
    locker = next(each for each in booth.snapshot()["lockers"] if each["id"] == 2)
    assert locker["state"] == "out_of_service"
    booth.check_invariants()


def asked(booth: Booth, recovery: str) -> str:
    """The step at which it stands; empty after its end."""
    return str(booth.ask_socket("GET", f"/api/v1/recoveries/{recovery}")["recovery"]["step"])


def press_until(booth: Booth, key: str, is_taken: Callable[[], bool]) -> None:
    """Press a key of the operator's, which is deaf for a moment after a question has come."""

    def taken() -> bool:
        booth.press_operator(key)
        return is_taken()

    wait_until(f"{key} is an answer", taken)
