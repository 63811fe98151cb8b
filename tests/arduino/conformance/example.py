"""The worked example of the protocol's document, played."""

from __future__ import annotations

from dataclasses import replace

from boxd.arduino.frames import Frame
from tests.arduino.conformance.board import Board, case
from tests.arduino.document import Happening, Spoken, worked_example
from tests.arduino.talking import DOOR, HELLO, REPLY, Host


@case
def worked_example_of_the_document_happens_as_written(board: Board, host: Host) -> None:
    host.listen(0.3)
    nonces = {0: 0}  # the document's, and the board's in their place
    for step in worked_example():
        if isinstance(step, Happening):
            _let_happen(step, board, host)
        elif step.is_of_host:
            host.port.write(_in_this_life(step, nonces).to_bytes())
        else:
            frame = host.event() if step.type == DOOR else host.next_frame()
            nonces.setdefault(step.nonce, frame.nonce)
            assert _without_version(frame) == _without_version(_in_this_life(step, nonces))


def _in_this_life(step: Spoken, nonces: dict[int, int]) -> Frame:
    return Frame(step.type, nonces[step.nonce], step.id, step.payload)


def _without_version(frame: Frame) -> Frame:
    """The firmware's version is each board's own."""
    if frame.kind != HELLO | REPLY:
        return frame
    return replace(frame, payload=frame.payload[:2] + b"???" + frame.payload[5:])


def _let_happen(step: Happening, board: Board, host: Host) -> None:
    match step.what:
        case "door 3 opens":
            board.set_door(3, 1)
        case "the board is reset":
            board.set_door(3, 0)
            board.reset()
            host.forget()
            host.listen(0.3)
        case unknown:
            raise AssertionError(unknown)
