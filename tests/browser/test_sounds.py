"""The HUD is heard: each question, each alarm; chosen and muted on the screen, and remembered."""

from __future__ import annotations

from tests.box.booth import Booth
from tests.browser.pages import Front, Hud

# Counts the tones that begin, whatever becomes of them in a machine without a loudspeaker.
COUNT = """
window.tones = 0;
const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (...when) {
  window.tones += 1;
  return start.apply(this, when);
};
"""


def ask(booth: Booth, hud: Hud) -> None:
    """A code is typed, and its question is on the screen."""
    booth.enter("bay-1", booth.issue_code())
    hud.wait_for("Put Mug into locker 1")


def decline(booth: Booth, hud: Hud) -> None:
    """The question goes."""
    booth.answer(booth.prompt("load"), "declined")
    booth.ended()
    hud.wait_for("Ready")


def test_a_question_is_heard_at_once_and_not_when_it_is_muted(
    browser_booth: Booth, hud: Hud
) -> None:
    hud.run(COUNT)
    ask(browser_booth, hud)
    hud.until("a sound", lambda: hud.run("return document.body.dataset.sounded") == "question")
    assert hud.run("return window.tones") == 2
    decline(browser_booth, hud)

    hud.click("button[popovertarget='sounds']")
    hud.click("#sounds input[name='muted']")
    hud.press("\ue00c")  # Escape closes the panel, and answers nothing
    hud.until("the panel has gone", lambda: not hud.has("#sounds"))
    tones = hud.run("return window.tones")
    ask(browser_booth, hud)
    assert hud.run("return window.tones") == tones
    decline(browser_booth, hud)


def test_another_tune_is_played_when_it_is_chosen_and_kept_by_the_screen(
    browser_booth: Booth, hud: Hud
) -> None:
    hud.click("button[popovertarget='sounds']")
    hud.run(COUNT)
    hud.click("#sounds label:nth-of-type(3)")  # Knock, of three tones
    assert hud.run("return window.tones") == 3
    hud.open()
    hud.wait_for("Ready")
    hud.run(COUNT)
    ask(browser_booth, hud)
    hud.until("the same tune", lambda: hud.run("return window.tones") == 3)
    decline(browser_booth, hud)


def test_an_alarm_is_heard(browser_booth: Booth, hud: Hud, front: Front) -> None:
    browser_booth.fault("locker-2", "spring")
    hud.until("the alarm", lambda: "nothing opened it" in hud.text("#alarms"))
    assert hud.run("return document.body.dataset.sounded") == "alarm"
    front.shut(2)
