"""Broken kinds of task, each with what a person is told about it."""

from __future__ import annotations

from tests.config.broken import NAME, VALID, Broken

TASKS = (
    VALID
    + """\
[[checkpoints]]
id = "entrance"
name = "Entrance"
[[checkpoints]]
id = "stage"
name = "Main stage"
[[tasks]]
id = "hunt"
name = "Treasure hunt"
checkpoints = ["entrance", "stage"]
[[tasks]]
id = "demo"
name = "Demonstration"
verdict = true
prizes = ["mug"]
expires_at = 2026-05-02T18:00:00+02:00
"""
)


def _broken(old: str, new: str, said: str) -> Broken:
    return Broken(old, new, said, TASKS)


_MOMENT = "it takes a date and time with its offset, e.g. 2026-05-02T18:00:00+02:00"

CASES = {
    "task twice": _broken(
        'id = "demo"',
        'id = "hunt" # here',
        "task 'hunt' is declared already; give this one another id",
    ),
    "checkpoint twice": _broken(
        'id = "stage"\nname = "Main stage"',
        'id = "stage"\nname = "Main stage"\n[[checkpoints]]\nid = "stage" # here\nname = "Side"',
        "checkpoint 'stage' is declared already; give this one another id",
    ),
    "no such checkpoint": _broken(
        '["entrance", "stage"]',
        '[\n"entrance",\n"stages", # here\n]',
        "task 'hunt': no checkpoint has the id 'stages'; did you mean 'stage'?",
    ),
    "checkpoint named twice": _broken(
        '["entrance", "stage"]',
        '[\n"entrance",\n"entrance", # here\n]',
        "task 'hunt': 'entrance' in checkpoints is taken by task 'hunt' already; name each once",
    ),
    "prize named twice": _broken(
        '["mug"]',
        '[\n"mug",\n"mug", # here\n]',
        "task 'demo': 'mug' in prizes is taken by task 'demo' already; name each once",
    ),
    "more needed than there are": _broken(
        '["entrance", "stage"]',
        '["entrance", "stage"]\nneeded = 3 # here',
        "task 'hunt': needed = 3, but it has 2 checkpoints; name more, or make needed smaller",
    ),
    "nothing demanded": _broken(
        '[[tasks]]\nid = "demo"\nname = "Demonstration"\nverdict = true',
        '[[tasks]] # here\nid = "demo"\nname = "Demonstration"',
        "task 'demo' demands nothing, so everybody would get a code; give it checkpoints, a"
        " submission, or verdict = true",
    ),
    "tries without a verdict": _broken(
        '["entrance", "stage"]',
        '["entrance", "stage"]\ntries = 2 # here',
        "task 'hunt': tries goes with verdict = true, which alone can refuse; remove it",
    ),
    "no tries": _broken(
        "verdict = true",
        "verdict = true\ntries = 0 # here",
        "task 'demo': tries = 0 can't be; it takes a whole number from 1 to 1000, without quotes"
        " (without this line: 3)",
    ),
    "an unknown demand": _broken(
        "verdict = true",
        'submission = "parcel" # here',
        "task 'demo': submission = \"parcel\" can't be; it takes one of 'none', 'text',"
        " 'reference', 'photo' (without this line: \"none\")",
    ),
    "a task's name with a dot": _broken(
        'id = "demo"',
        'id = "demo.1" # here',
        f"task 'demo.1': id = \"demo.1\" can't be; it takes {NAME}",
    ),
    "expiry without an offset": _broken(
        "2026-05-02T18:00:00+02:00",
        "2026-05-02T18:00:00 # here",
        f"task 'demo': expires_at = 2026-05-02 18:00:00 can't be; {_MOMENT}",
    ),
    "expiry without a time": _broken(
        "2026-05-02T18:00:00+02:00",
        "2026-05-02 # here",
        f"task 'demo': expires_at = 2026-05-02 can't be; {_MOMENT}",
    ),
    "expiry at a time of day": _broken(
        "2026-05-02T18:00:00+02:00",
        "18:00:00 # here",
        f"task 'demo': expires_at = 18:00:00 can't be; {_MOMENT}",
    ),
    "expiry in words": _broken(
        "2026-05-02T18:00:00+02:00",
        '"the end" # here',
        f"task 'demo': expires_at = \"the end\" can't be; {_MOMENT}",
    ),
    "expiry as a number": _broken(
        "2026-05-02T18:00:00+02:00",
        "1777777777 # here",
        f"task 'demo': expires_at = 1777777777 can't be; {_MOMENT}",
    ),
    "a negative limit of codes": _broken(
        "[codes]",
        "[codes]\nper_attendee = -1 # here",
        "[codes] per_attendee = -1 can't be; it takes a whole number from 0 to 1000, without"
        " quotes (without this line: 0)",
    ),
    "a misspelt key": _broken(
        "verdict = true",
        "verdict = true\nverdicts = true # here",
        "task 'demo': unknown key 'verdicts'; did you mean 'verdict'?",
    ),
}
