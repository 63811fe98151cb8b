"""What the operator sees while the daemon or the Temporal server is away, and afterwards."""

from __future__ import annotations

from tests.box.booth import START_S, Booth
from tests.browser.pages import Front, Hud

# Fast changes are seen by the page itself: it keeps each text of its bar, and whether it fits.
REMEMBER = """
window.seen = [];
const bar = document.getElementById('bar');
const isWide = () => bar.scrollWidth > bar.clientWidth;
const look = () => window.seen.push({text: bar.textContent, wide: isWide()});
new MutationObserver(look).observe(bar, {childList: true});
"""
# Whether anything of the question or its buttons lies outside of its frame.
IS_CUT = """
const words = document.querySelector('#prompt .words');
const bottom = (css) => document.querySelector(css).getBoundingClientRect().bottom;
return words.scrollHeight > words.clientHeight || bottom('#prompt .options') > bottom('#prompt');
"""


def test_the_page_outlives_the_daemon_and_shows_the_truth_without_a_reload(
    browser_booth: Booth, hud: Hud, front: Front
) -> None:
    booth = browser_booth
    booth.enter("bay-1", booth.issue_code())
    hud.wait_for("Put Mug into locker 1")
    hud.choose("loaded")
    hud.wait_for("Wait until Mug is taken, then close locker 1")
    hud.run("window.isTheSamePage = true")
    left = hud.on_hand("mug")
    booth.kill()
    hud.until("the banner", lambda: "Connection to the box lost" in hud.text("#banner"))
    assert hud.has("body.lost")
    assert not hud.run(IS_CUT), "the banner pushes words out of the question"
    booth.start()
    hud.until("no banner", lambda: not hud.has("#banner"))
    booth.issue_code()
    hud.until("the stock of now", lambda: hud.on_hand("mug") == left - 1)
    hud.wait_for("Wait until Mug is taken, then close locker 1")
    front.shut(1)
    hud.until("the switch", lambda: hud.text(".head .door") == "Door closed")
    hud.choose("completed")
    booth.ended()
    hud.wait_for("Ready")
    assert hud.run("return window.isTheSamePage")


def test_the_screen_says_so_while_the_temporal_server_is_down_and_the_question_stays(
    browser_booth: Booth, hud: Hud
) -> None:
    booth = browser_booth
    booth.enter("bay-1", booth.issue_code())
    hud.wait_for("Put Mug into locker 1")
    hud.run(REMEMBER)
    booth.kill_server()
    hud.until(
        "the reason",
        lambda: hud.run(
            "return window.seen.find((bar) => bar.text.includes('lockers open later'))"
        ),
    )
    bars = hud.run("return window.seen")
    assert not [bar for bar in bars if bar["wide"]], "the bar is wider than the screen"
    hud.until("it serves again", lambda: "Temporal up" in hud.text("#bar"), START_S)
    hud.wait_for("Put Mug into locker 1")
    hud.choose("decline")
    hud.choose("declined")
    booth.ended()
    hud.wait_for("Ready")
