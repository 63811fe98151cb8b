"""Broken light shows, each with what a person is told about it."""

from __future__ import annotations

from tests.config.broken import VALID, Broken

LIGHTS = (
    VALID
    + """\
[lights]
show = "party"
[[lights.patterns]]
moment = "accepted"
steps = ["success 120", "dark 80"]
repeats = 3
[[lights.strips]]
bay = "bay-1"
host = "192.168.4.20"
leds = 60
"""
)


def _broken(old: str, new: str, said: str) -> Broken:
    return Broken(old, new, said, LIGHTS)


_STEPS = 'steps = ["success 120", "dark 80"]'

CASES = {
    "no such show": _broken(
        '"party"',
        '"disco" # here',
        "[lights] show = \"disco\" can't be; it takes one of 'classic', 'party', 'calm'"
        ' (without this line: "classic")',
    ),
    "no lamp of this name": _broken(
        _STEPS,
        'steps = ["green 120"] # here',
        '[lights] patterns.steps, entry 1 = "green 120" can\'t be; it takes lamps and milliseconds,'
        " e.g. 'success+standby 120' or 'dark 80'; the lamps are standby, success and failure",
    ),
    "a verdict's lamp comes late": _broken(
        _STEPS,
        'steps = ["standby 120", "success 80"] # here',
        "[[lights.patterns]] 'accepted': its first step has to light success, which people wait"
        " for: begin with 'success …'",
    ),
    "red for a yes": _broken(
        _STEPS,
        'steps = ["success 120", "failure 80"] # here',
        "[[lights.patterns]] 'accepted': failure would say the opposite of what is true here;"
        " leave it dark",
    ),
    "too fast for a board": _broken(
        _STEPS,
        'steps = ["success 10", "dark 80"] # here',
        "[[lights.patterns]] 'accepted': a step of 10 ms is shorter than 50 ms, and a board has to"
        " have time for its latch; write 50 or more",
    ),
    "a step without its time": _broken(
        _STEPS,
        'steps = ["success", "dark 80"] # here',
        "[[lights.patterns]] 'accepted': a step without milliseconds stays, so it is the only one;"
        " write e.g. 'success 200'",
    ),
    "no steps": _broken(
        _STEPS,
        "steps = [] # here",
        "[[lights.patterns]] 'accepted': it has no steps; write one at least, e.g."
        " steps = ['success']",
    ),
    "too long": _broken(
        _STEPS,
        'steps = ["success 2000"] # here',
        "[[lights.patterns]] 'accepted': it takes 6000 ms, and this moment has 3000 ms; make it"
        " shorter, or repeat it less often",
    ),
    "a moment twice": _broken(
        "repeats = 3\n",
        'repeats = 3\n[[lights.patterns]]\nmoment = "accepted" # here\nsteps = ["success 90"]\n',
        "[[lights.patterns]] 'accepted' is there already; remove one of the two",
    ),
    "a strip at no bay": _broken(
        'bay = "bay-1"\nhost',
        'bay = "bay-9" # here\nhost',
        "[[lights.strips]] bay = 'bay-9', but no bay has that id; did you mean 'bay-1'?",
    ),
    "a strip by name": _broken(
        '"192.168.4.20"',
        '"wled.local" # here',
        "[[lights.strips]] host = 'wled.local' can't be; it takes the IP address of the WLED"
        " controller, e.g. '192.168.4.20', because a name may take long to look up",
    ),
    "two strips at one address": _broken(
        "leds = 60\n",
        'leds = 60\n[[lights.strips]]\nbay = "bay-1"\nhost = "192.168.4.20" # here\nleds = 6\n',
        "[[lights.strips]] 192.168.4.20, port 21324 is the strip of another bay already; each"
        " strip has a controller of its own",
    ),
    "too many lights": _broken(
        "leds = 60",
        "leds = 900 # here",
        "[lights] strips.leds = 900 can't be; it takes a whole number from 1 to 490, without"
        " quotes",
    ),
}
