"""What the operator sees while the daemon or the Temporal server is away, and afterwards."""

from __future__ import annotations

from tests.box.booth import START_S, Booth
from tests.browser.pages import Hud

# Fast changes are seen by the page itself: it keeps every text of its middle.
REMEMBER = """
window.seen = [];
const look = () => window.seen.push(document.getElementById('bar').textContent);
new MutationObserver(look).observe(document.getElementById('bar'), {childList: true});
"""


def test_the_page_outlives_the_daemon_and_shows_the_truth_without_a_reload(
    browser_booth: Booth, hud: Hud
) -> None:
    booth = browser_booth
    booth.enter("bay-1", booth.issue_code())
    hud.wait_for("Put Mug into locker 1")
    hud.run("window.isTheSamePage = true")
    left = hud.on_hand("mug")
    booth.kill()
    hud.until("the banner", lambda: "Connection to the box lost" in hud.text("#banner"))
    assert hud.has("body.lost")
    booth.start()
    hud.until("no banner", lambda: not hud.has("#banner"))
    booth.issue_code()
    hud.until("the stock of now", lambda: hud.on_hand("mug") == left - 1)
    hud.wait_for("Put Mug into locker 1")
    hud.choose("decline")
    hud.choose("declined")
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
        lambda: hud.run("return window.seen.find((text) => /Codes are taken/.test(text))"),
    )
    hud.until("it serves again", lambda: hud.text("#prompt h2").startswith("Put Mug"), START_S)
    hud.wait_for("Put Mug into locker 1")
    hud.choose("decline")
    hud.choose("declined")
    booth.ended()
    hud.wait_for("Ready")
