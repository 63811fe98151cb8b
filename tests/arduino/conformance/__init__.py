"""What every board that speaks boxd's Arduino protocol has to do, whoever made it.

One list of cases, `CASES`. Each gets a board that has just been switched on, with its doors shut
(level 0) and board id 1, and a host on its line that has not said hello. A board under test is
whatever has the methods of `Board`: the firmware in simavr, the simulation's twin, or yours.
"""

from importlib import import_module

from tests.arduino.conformance.board import BOARD_ID, CASES, Board, Case, Edge

__all__ = ["BOARD_ID", "CASES", "Board", "Case", "Edge"]

# Each puts its cases into the list.
for _subject in (
    "hello",
    "commands",
    "ids",
    "line",
    "doors",
    "silence",
    "boots",
    "example",
    "noise",
):
    import_module(f"{__name__}.{_subject}")
