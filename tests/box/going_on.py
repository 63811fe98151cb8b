"""The operator who does what the HUD says."""

from __future__ import annotations

from collections.abc import Callable

from tests.box.booth import Booth, Json, wait_until


def go_on_to_the_end(booth: Booth) -> None:
    """Do what the HUD says until nothing is asked any more, as an operator would."""
    answers: dict[str, Callable[[Json], tuple[str, dict[str, str]]]] = {
        "load": lambda p: ("loaded", {}),
        "ask": lambda p: ("opened", {}),
        "jam": lambda p: ("jammed", {"remedy": "again"}),
        "take": lambda p: ("completed", {}),
    }

    def nothing_is_asked() -> bool:
        prompts = booth.snapshot()["prompts"]
        for prompt in prompts:
            if prompt["stage"] == "take":
                booth.door(prompt["locker"], "closed")
            if prompt["stage"] in answers:
                kind, more = answers[prompt["stage"]](prompt)
                booth.answer(prompt, kind, **more)
        return not prompts

    wait_until("nothing is asked any more", nothing_is_asked, 30)
