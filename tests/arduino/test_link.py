"""A conversation with a board: what gets lost is asked for again, and no pulse comes twice."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from boxd.arduino.frames import FrameStream
from boxd.arduino.messages import Lamps, PulseCommand, message_of
from boxd.device_line import LineFault
from boxd.devices import DeviceState, DoorState, LampName
from boxd.errors import DeliveryUnknown, DeviceUnreachable
from tests.arduino.wires import Bench, bench
from tests.midi.waiting import until

LATCH = "cabinet.latch-2"
PULSE_MS = 60


def pulse_of(made: Bench) -> asyncio.Task[None]:
    """An order to a latch, given now."""
    return asyncio.create_task(made.arduino.latches["latch-2"].pulse())


async def come_to_rest(made: Bench) -> None:
    """Return with nothing under way on the line, and a quarter of a second until the next ping."""
    await made.arduino.latches["latch-1"].pulse()


async def test_pulse_is_as_long_as_configured(tmp_path: Path) -> None:
    async with bench(tmp_path) as made:
        await made.arduino.latches["latch-2"].pulse()
        await until(lambda: len(made.records("latch")) == 2)

    on, off = made.records("latch")
    assert (on["device"], on["level"], off["device"], off["level"]) == (LATCH, 1, LATCH, 0)
    assert off["t"] - on["t"] == pytest.approx(PULSE_MS / 1000, abs=0.001)


async def test_latch_that_is_being_pulsed_refuses_another_pulse(tmp_path: Path) -> None:
    async with bench(tmp_path) as made:
        await made.arduino.latches["latch-2"].pulse()
        with pytest.raises(DeviceUnreachable, match="being pulsed already"):
            await made.arduino.latches["latch-2"].pulse()
        await made.arduino.latches["latch-1"].pulse()

    assert made.pulses(LATCH) == 1
    assert made.pulses("cabinet.latch-1") == 1


@pytest.mark.parametrize("lost", [1, 2, 3])
async def test_lost_reply_is_asked_for_again_without_a_second_pulse(
    tmp_path: Path, lost: int
) -> None:
    async with bench(tmp_path) as made:
        await come_to_rest(made)
        made.unit.lose_replies(lost)
        await made.arduino.latches["latch-2"].pulse()
        await asyncio.sleep(2 * PULSE_MS / 1000)

    assert made.pulses(LATCH) == 1


async def test_pulse_whose_replies_are_all_lost_is_not_known(tmp_path: Path) -> None:
    async with bench(tmp_path) as made:
        await come_to_rest(made)
        made.unit.lose_replies(1000)
        with pytest.raises(DeliveryUnknown, match="look whether the locker is open"):
            await made.arduino.latches["latch-2"].pulse()
        made.unit.lose_replies(0)
        await made.reaches(DeviceState.UNREACHABLE)
        await made.ready()
        await asyncio.sleep(0.2)

    assert made.pulses(LATCH) == 1


async def test_silent_board_is_shown_within_two_seconds(tmp_path: Path) -> None:
    async with bench(tmp_path) as made:
        made.unit.freeze(True)

        assert await made.reaches(DeviceState.UNREACHABLE) < 2
        assert "does not answer" in made.arduino.status.why


async def test_line_that_breaks_in_mid_pulse_leaves_it_unknown(tmp_path: Path) -> None:
    async with bench(tmp_path) as made:
        await come_to_rest(made)
        made.unit.freeze(True)
        order = pulse_of(made)
        await asyncio.sleep(0.05)
        made.unplug()
        with pytest.raises(DeliveryUnknown):
            await order
        made.unit.freeze(False)
        made.plug()
        await made.ready()
        await asyncio.sleep(0.2)

    assert made.pulses(LATCH) == 0


async def test_pulse_that_waits_behind_another_was_not_sent(tmp_path: Path) -> None:
    async with bench(tmp_path) as made:
        await come_to_rest(made)
        made.unit.freeze(True)
        orders = [made.arduino.latches["latch-2"].pulse(), made.arduino.latches["latch-1"].pulse()]
        both = asyncio.gather(*orders, return_exceptions=True)
        await asyncio.sleep(0.05)
        made.unplug()
        first, second = await both

    assert isinstance(first, DeliveryUnknown)
    assert isinstance(second, DeviceUnreachable)
    assert "nothing was sent" in str(second)


async def test_reset_after_the_pulse_began_leaves_it_unknown(tmp_path: Path) -> None:
    async with bench(tmp_path) as made:
        await come_to_rest(made)
        made.unit.lose_replies(1)
        order = pulse_of(made)
        await until(lambda: made.pulses(LATCH))
        made.unit.reset()
        with pytest.raises(DeliveryUnknown, match="has restarted"):
            await order
        await made.ready()
        await asyncio.sleep(0.4)

    assert made.pulses(LATCH) == 1
    assert made.records("latch")[-1]["level"] == 0


async def test_order_to_a_board_that_just_began_anew_moves_nothing_and_says_so(
    tmp_path: Path,
) -> None:
    async with bench(tmp_path) as made:
        await come_to_rest(made)
        made.unit.reset()
        with pytest.raises(DeviceUnreachable, match="restarted; the latch was not moved"):
            await made.arduino.latches["latch-2"].pulse()
        await made.ready()
        await made.arduino.latches["latch-2"].pulse()

    assert made.pulses(LATCH) == 1


async def test_order_for_an_absent_board_is_refused_at_once(tmp_path: Path) -> None:
    async with bench(tmp_path, plugged=False) as made:
        with pytest.raises(DeviceUnreachable, match="nothing is plugged in there"):
            await made.arduino.latches["latch-2"].pulse()


async def test_noise_on_the_line_harms_nothing(tmp_path: Path) -> None:
    async with bench(tmp_path) as made:
        for piece in (b"\xff" * 500, b"\x00" * 50, b"AT\r\n", bytes(range(256))):
            made.unit.say(piece)
            await made.arduino.latches["latch-2"].pulse()
            made.unit.say(piece)
            await asyncio.sleep(2 * PULSE_MS / 1000)

        assert made.arduino.status.state is DeviceState.READY
    assert made.pulses(LATCH) == 4


async def test_pulse_does_not_wait_behind_lamps(tmp_path: Path) -> None:
    async with bench(tmp_path) as made:
        await asyncio.sleep(0.05)
        before = len(made.records("bytes"))
        for count in range(100):
            made.arduino.lamps[LampName.STANDBY].set(count % 2 == 0)
            made.arduino.lamps[LampName.FAILURE].set(count % 3 == 0)
        await made.arduino.latches["latch-2"].pulse()
        await until(lambda: made.unit.lamps[LampName.FAILURE])
        received = b"".join(
            bytes.fromhex(record["bytes"]) for record in made.records("bytes")[before:]
        )

    sent = [message_of(frame) for frame in FrameStream().feed(received)]
    orders = [each for each in sent if isinstance(each, PulseCommand | Lamps)]
    assert [type(each) for each in orders] == [Lamps, PulseCommand, Lamps]
    assert made.unit.lamps[LampName.STANDBY] is False


async def test_lamps_are_set_again_after_the_board_fell_silent(tmp_path: Path) -> None:
    async with bench(tmp_path) as made:
        made.arduino.lamps[LampName.SUCCESS].set(True)
        await until(lambda: made.unit.lamps[LampName.SUCCESS])
        made.unit.freeze(True)
        await until(lambda: not made.unit.lamps[LampName.SUCCESS])
        made.unit.freeze(False)
        await until(lambda: made.unit.lamps[LampName.SUCCESS])
        await made.ready()

    assert made.records("latch") == []


async def test_repeating_what_a_lamp_shows_does_not_silence_the_host(tmp_path: Path) -> None:
    async with bench(tmp_path) as made:
        lamp = made.arduino.lamps[LampName.SUCCESS]
        lamp.set(True)
        await until(lambda: made.unit.lamps[LampName.SUCCESS])
        for _ in range(150):
            lamp.set(True)
            await asyncio.sleep(0.01)

        lit = [record["lit"] for record in made.records("lamp")]
        assert lit == [True]


async def test_buzzer_sounds(tmp_path: Path) -> None:
    async with bench(tmp_path) as made:
        assert made.arduino.buzzer is not None
        made.arduino.buzzer.sound(100_000)
        await until(lambda: made.unit.is_sounding)
        made.arduino.buzzer.sound(0)
        await until(lambda: not made.unit.is_sounding)


async def test_doors_are_told_as_they_move(tmp_path: Path) -> None:
    async with bench(tmp_path) as made:
        heard: list[tuple[str, DoorState]] = []
        for name, door in made.arduino.doors.items():
            door.subscribe(lambda state, name=name: heard.append((name, state)))
        assert [door.state for door in made.arduino.doors.values()] == [DoorState.CLOSED] * 2
        moves = [
            (name, state)
            for name in ("door-1", "door-2")
            for state in (DoorState.OPEN, DoorState.CLOSED)
        ]
        for count, move in enumerate(moves, 1):
            made.move(*move)
            await until(lambda count=count: len(heard) == count)

    assert heard[:4] == moves


async def test_lost_word_of_a_door_is_made_up_for_by_the_next_ping(tmp_path: Path) -> None:
    async with bench(tmp_path) as made:
        made.unit.lose_replies(1)
        made.move("door-1", DoorState.OPEN)

        took = await until(lambda: made.arduino.doors["door-1"].state is DoorState.OPEN)
        assert took < 1


async def test_a_bouncing_contact_is_one_change(tmp_path: Path) -> None:
    async with bench(tmp_path) as made:
        heard: list[DoorState] = []
        made.arduino.doors["door-1"].subscribe(heard.append)
        for _ in range(3):
            made.move("door-1", DoorState.OPEN)
            await asyncio.sleep(0.002)
            made.move("door-1", DoorState.CLOSED)
            await asyncio.sleep(0.002)
        made.move("door-1", DoorState.OPEN)
        await until(lambda: heard)
        await asyncio.sleep(0.1)

        assert heard == [DoorState.OPEN]


async def test_board_hears_from_the_host_often_enough(tmp_path: Path) -> None:
    async with bench(tmp_path) as made:
        made.arduino.lamps[LampName.STANDBY].set(True)
        await asyncio.sleep(2.5)  # a board puts its lamps out after a second of silence
        assert [each["lit"] for each in made.records("lamp")] == [True]


async def test_what_was_said_twice_is_counted(tmp_path: Path) -> None:
    async with bench(tmp_path) as made:
        await come_to_rest(made)
        made.unit.lose_replies(1)
        await made.arduino.latches["latch-2"].pulse()

        assert made.arduino.line.last_hour() == {LineFault.RETRY: 1}


async def test_a_board_that_restarts_when_it_pulses_is_counted_as_that(tmp_path: Path) -> None:
    async with bench(tmp_path) as made:
        await come_to_rest(made)
        made.unit.reset()
        await until(lambda: LineFault.RESET_AT_PULSE in made.arduino.line.last_hour())
