"""The conversation with one board over one open line: hello, then one command at a time.

Specified in docs/arduino-protocol.md. A link neither opens its line nor tries again: it ends with
a reason, and its device makes a new one.

    begin() --> GREETING -- Welcome of the wanted board --> SETTLING -- Subscribed --> READY
                 ^    |                                        |                         |
                 |    v                                        v                         |
                 |  ENDED  <-----------------------------------+-------------------------+
                 |                                             |                         |
                 +-- the board has restarted, or has received a later command -----------+

It ends by `end`; when sending fails; when a command that was sent four times has no reply; when a
command other than a pulse is refused; in GREETING when nobody answers, or not the wanted board.

The fields of each state: `_handshake` is only active in GREETING. `_nonce`, `_last_id` and
`_door_seq` belong to the present boot, from SETTLING on. `_under_way` is the one command without a
reply, in SETTLING and READY; while there is one, `_timer` waits for its reply, else for the next
ping.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from enum import StrEnum
from typing import Protocol

import structlog

from boxd.arduino.frames import Frame, FrameStream
from boxd.arduino.handshake import Handshake
from boxd.arduino.messages import (
    REPLY,
    AllOff,
    DoorMoved,
    Lamps,
    Message,
    Ping,
    Pong,
    PulseCommand,
    ReplyMessage,
    ResultCode,
    Subscribed,
    Welcome,
    frame_of,
    message_of,
)
from boxd.arduino.orders import Orders, PendingCommand
from boxd.device_line import LineFault
from boxd.errors import DeliveryUnknown, DeviceUnreachable
from boxd.words import N_

log = structlog.get_logger(__name__)

PING_EVERY_S = 0.25  # the board turns everything off after 1 s of silence
REPLY_WITHIN_S = 0.3  # a round trip takes 4 ms; a USB adapter may hold bytes for 16 ms
TIMES_SENT = 4
LAST_WORD_WITHIN_S = 0.5

_RESTARTED = N_("the board has restarted")
_STOPPING = "boxd is stopping"
_WHY_REFUSED = {
    ResultCode.STALE_BOOT: _RESTARTED,
    ResultCode.STALE_ID: "the board has heard a later command",
    ResultCode.BAD_ARGUMENT: "the board does not take that latch or that length",
    ResultCode.BUSY: "that latch is being pulsed already",
}


class LinkState(StrEnum):
    """How far the conversation has come."""

    GREETING = "greeting"  # Hello is sent until the board answers
    SETTLING = "settling"  # it is the right board; its doors are being queried
    READY = "ready"
    ENDED = "ended"


class LinkListener(Protocol):
    """The owner of a link."""

    def on_ready(self, firmware: str) -> None:
        """The board can be used; `firmware` is its version."""

    def on_interrupted(self, why: str) -> None:
        """The board has rebooted and is greeted again; meanwhile nothing is known about it."""

    def on_answer(self) -> None:
        """The board has answered a command."""

    def on_fault(self, fault: LineFault, count: int = 1) -> None:
        """Frames were broken or had to be sent again."""

    def on_doors(self, levels: int) -> None:
        """The levels of the doors' contacts; bit 0 is door 1."""

    def on_end(self, why: str) -> None:
        """The conversation has ended."""


class ArduinoLink:
    """One conversation. `send` takes the bytes of a frame, and raises OSError if none were sent.

    `misfit` returns why a board is not the wanted one, or an empty text. `lamps` has a bit for
    each lamp that is to be set.
    """

    def __init__(
        self,
        naming: str,
        send: Callable[[bytes], None],
        listener: LinkListener,
        misfit: Callable[[Welcome], str],
        lamps: int,
    ) -> None:
        self.state = LinkState.GREETING
        self._naming = naming
        self._send = send
        self._listener = listener
        self._misfit = misfit
        self._orders = Orders(lamps)
        self._stream = FrameStream()
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._handshake: Handshake | None = None
        self._firmware = ""
        self._nonce = 0
        self._last_id = 0
        self._last_said = 0.0
        self._under_way: PendingCommand | None = None
        self._door_seq: int | None = None

    def begin(self) -> None:
        """Greet the board."""
        self.state = LinkState.GREETING
        self._handshake = Handshake(self._try_to_send, self._misfit, self._meet, self.end)
        self._handshake.begin()

    def end(self, why: str) -> None:
        """End the conversation; a running command is unknown, a waiting one was not sent."""
        if self.state is LinkState.ENDED:
            return
        self.state = LinkState.ENDED
        self._abandon(why)
        self._listener.on_end(why)

    def feed(self, data: bytes) -> None:
        """Take bytes from the board in any pieces."""
        if self.state is LinkState.GREETING and self._handshake:
            self._handshake.overhear(data)
        dropped = self._stream.dropped
        frames = self._stream.feed(data)
        if self.state is not LinkState.GREETING and self._stream.dropped > dropped:
            self._listener.on_fault(LineFault.BAD_FRAME, self._stream.dropped - dropped)
        for frame in frames:
            self._hear(frame)

    async def pulse(self, latch: int, milliseconds: int) -> None:
        """Pulse a latch; returns when the board confirms that the pulse begins.

        Raises DeviceUnreachable if it certainly does not, DeliveryUnknown if it may.
        """
        if self.state is not LinkState.READY:
            raise DeviceUnreachable(f"{self._naming} does not answer yet; nothing was sent")
        outcome = self._loop.create_future()
        self._orders.pulse(latch, milliseconds, outcome)
        self._say_next()
        await outcome

    def light(self, wanted: int) -> None:
        """Light these lamps and put the others out, now or once the board answers."""
        self._orders.light(wanted)
        self._say_next()

    def beep(self, milliseconds: int) -> None:
        """Sound the buzzer, if the board answers."""
        if self.state is LinkState.READY:
            self._orders.beep(milliseconds)
            self._say_next()

    async def turn_off(self) -> None:
        """Turn everything off, as the last command; returns when the board confirms, or soon."""
        if self.state is LinkState.READY:
            self._orders.refuse(self._nothing_sent(_STOPPING))
            self._orders.light(0)
            outcome = self._loop.create_future()
            self._orders.turn_off(outcome)
            self._say_next()
            await asyncio.wait({outcome}, timeout=LAST_WORD_WITHIN_S)
        self.end(_STOPPING)

    # Sending

    def _say_next(self) -> None:
        if self.state not in (LinkState.SETTLING, LinkState.READY) or self._under_way:
            return
        if order := self._orders.next():
            self._say(order)
        else:
            self._set_timer(self._last_said + PING_EVERY_S, self._ping)

    def _ping(self) -> None:
        self._say(PendingCommand(Ping()))

    def _say(self, order: PendingCommand) -> None:
        self._last_id += 1
        order.frame = frame_of(order.command, self._nonce, self._last_id)
        self._under_way = order
        self._transmit(order, order.frame)

    def _transmit(self, order: PendingCommand, frame: Frame) -> None:
        if self._try_to_send(frame.to_bytes()):
            order.sent += 1
            self._last_said = self._loop.time()
            self._set_timer(self._last_said + REPLY_WITHIN_S, self._miss_reply)

    def _miss_reply(self) -> None:
        order = self._under_way
        if order is None or order.frame is None:
            return
        if order.sent < TIMES_SENT:
            # The same number and body: a board that has done it answers again, and does nothing.
            self._listener.on_fault(LineFault.RETRY)
            self._transmit(order, order.frame)
        else:
            silent = N_("it does not answer: one command, sent {times} times, and no reply")
            self.end(silent.format(times=TIMES_SENT))

    def _try_to_send(self, data: bytes) -> bool:
        try:
            self._send(data)
        except OSError as error:
            self.end(N_("sending to it failed: {why}").format(why=error.strerror or error))
            return False
        return True

    # Receiving

    def _hear(self, frame: Frame) -> None:
        message = message_of(frame)
        if self.state is LinkState.ENDED:
            return
        if self.state is LinkState.GREETING and self._handshake:
            self._handshake.hear(frame)
        elif not frame.kind & REPLY and not isinstance(message, DoorMoved):
            log.debug("frame.ignored", device=self._naming, kind=frame.kind)
        elif frame.nonce != self._nonce:
            self._hear_other_boot(frame, message)
        elif isinstance(message, DoorMoved):
            self._hear_doors(message.seq, message.levels)
        elif self._under_way and _answers(frame, self._under_way):
            self._hear_reply(self._under_way, message)

    def _meet(self, nonce: int, welcome: Welcome) -> None:
        self.state = LinkState.SETTLING
        self._nonce, self._last_id = nonce, welcome.last_id
        self._firmware = welcome.firmware
        self._door_seq = None
        self._orders.begin_anew()
        self._say_next()

    def _hear_reply(self, order: PendingCommand, message: Message) -> None:
        result = getattr(message, "result", None)
        if result is None:
            return  # a reply in another form than the protocol's is none
        self._listener.on_answer()
        self._under_way = None
        if result == ResultCode.OK:
            self._take(order, message)
        elif result == ResultCode.STALE_ID:
            self._refuse(order, result)
            self._greet_again(_WHY_REFUSED[ResultCode.STALE_ID])
        elif isinstance(order.command, PulseCommand):
            self._refuse(order, result)
        else:
            self.end(f"it refuses a {type(order.command).__name__} (result {result}); flash it")
        self._say_next()

    def _take(self, order: PendingCommand, message: Message) -> None:
        order.succeed()
        if isinstance(message, Subscribed):
            self._orders.is_subscribed = True
            self._hear_doors(message.seq, message.levels)
            if self.state is LinkState.SETTLING:
                self.state = LinkState.READY
                self._listener.on_ready(self._firmware)
        elif isinstance(message, Pong):
            self._orders.is_subscribed = message.is_subscribed
            self._orders.lamps_shown(message.lamps)
            self._hear_doors(message.seq, message.levels)
        elif isinstance(order.command, Lamps):
            self._orders.lamps_shown(order.command.lit)
        elif isinstance(order.command, AllOff):
            self._orders.lamps_shown(0)

    def _hear_doors(self, seq: int, levels: int) -> None:
        ahead = 0 if self._door_seq is None else (seq - self._door_seq) & 0xFFFF
        if ahead >= 0x8000:
            return  # older than what is known
        if ahead > 1:
            # Doors that moved there and back are lost; the present levels are right.
            log.warning("door_changes.missed", device=self._naming, changes=ahead - 1)
        self._door_seq = seq
        self._listener.on_doors(levels)

    # Errors

    def _hear_other_boot(self, frame: Frame, message: Message) -> None:
        order = self._under_way
        if (
            order
            and _answers(frame, order)
            and message == ReplyMessage(_kind(order), ResultCode.STALE_BOOT)
        ):
            self._under_way = None
            self._refuse(order, ResultCode.STALE_BOOT)
        self._greet_again(_RESTARTED)

    def _refuse(self, order: PendingCommand, result: int) -> None:
        """The board did not do this command; or, if stale, not in its latest repetition."""
        why = next((words for known, words in _WHY_REFUSED.items() if known == result), None)
        why = why or f"the board refuses it (result {result})"
        if order.sent > 1 and result in (ResultCode.STALE_BOOT, ResultCode.STALE_ID):
            order.fail(self._not_known(why))
        else:
            order.fail(DeviceUnreachable(f"{self._naming}: {why}; the latch was not moved"))

    def _greet_again(self, why: str) -> None:
        self._abandon(why)
        self._listener.on_interrupted(why)
        self.begin()

    def _abandon(self, why: str) -> None:
        self._stop_timer()
        if self._handshake:
            self._handshake.stop()
        order, self._under_way = self._under_way, None
        if order is not None:
            order.fail(self._not_known(why) if order.sent else self._nothing_sent(why))
        self._orders.refuse(self._nothing_sent(why))

    def _not_known(self, why: str) -> DeliveryUnknown:
        return DeliveryUnknown(
            f"whether {self._naming} pulsed the latch is not known: {why}; "
            "look whether the locker is open"
        )

    def _nothing_sent(self, why: str) -> DeviceUnreachable:
        return DeviceUnreachable(f"{self._naming}: {why}; nothing was sent")

    def _set_timer(self, at: float, then: Callable[[], None]) -> None:
        self._stop_timer()
        self._timer = self._loop.call_at(at, then)

    def _stop_timer(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None


def _kind(order: PendingCommand) -> int:
    return order.command.KIND


def _answers(frame: Frame, order: PendingCommand) -> bool:
    """Whether the frame is the reply to this command."""
    number = order.frame.id if order.frame else None
    return frame.kind == _kind(order) | REPLY and frame.id == number
