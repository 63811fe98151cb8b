"""The simulated board does what the real firmware does, the awkward parts included."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from boxd.devices import Key
from boxd.midi.echo_watch import PROBE_EVERY_S
from boxd.sim.board import SimulatedBoard
from boxd.sim.hardware_trace import Trace
from tests.midi.trace import records
from tests.midi.waiting import until


class Booth:
    """A board on its own, with what it sent and did."""

    def __init__(self, state_dir: Path) -> None:
        self.state_dir = state_dir
        self.sent: list[str] = []
        self.latch: list[bool] = []
        trace = Trace(state_dir / "hardware-trace.jsonl")
        self.board = SimulatedBoard("CodeTV Board 0", trace, self.latch.append)
        self.board.emit = lambda data: self.sent.append(data.hex())
        self.board.power_on()

    def receive(self, text: str) -> None:
        self.board.receive(bytes.fromhex(text))

    def levels(self) -> list[tuple[float, int]]:
        edges = records(self.state_dir, what="latch")
        return [(edge["t"], edge["level"]) for edge in edges]

    def lamps(self) -> list[tuple[str, bool]]:
        return [(lamp["lamp"], lamp["lit"]) for lamp in records(self.state_dir, what="lamp")]


@pytest_asyncio.fixture
async def booth(tmp_path: Path) -> AsyncIterator[Booth]:
    made = Booth(tmp_path)
    yield made
    made.board.power_off()


async def test_one_unlock_is_one_pulse_of_100_ms_that_it_ends_itself(booth: Booth) -> None:
    booth.receive("f07d6001f7")
    assert booth.latch == [True]
    await until(lambda: booth.latch == [True, False])
    (begun, _), (ended, _) = booth.levels()
    assert 0.09 < ended - begun < 0.3


async def test_a_pulse_is_as_long_as_ever_when_the_program_was_held_up(booth: Booth) -> None:
    """A machine under load took 5.4 s for it: a board goes by its own clock."""
    booth.receive("f07d6001f7")
    time.sleep(0.4)  # noqa: ASYNC251 - nothing else runs meanwhile
    await until(lambda: booth.latch == [True, False])
    (begun, _), (ended, _) = booth.levels()
    assert ended - begun < 0.2


async def test_it_looks_only_at_the_third_byte(booth: Booth) -> None:
    booth.receive("f0436000f7")
    await until(lambda: booth.latch == [True, False])
    booth.receive("f0000060" + "60f7")
    assert booth.latch == [True, False]
    booth.receive("f07d60f7")
    await until(lambda: booth.latch == [True, False, True, False])


async def test_a_reset_energises_the_latch_for_a_second(booth: Booth) -> None:
    booth.receive("f07d7001f7")
    assert booth.latch == [True]
    assert all(booth.board.lamps.values())
    await until(lambda: booth.latch == [True, False])
    (begun, _), (ended, _) = booth.levels()
    assert 0.9 < ended - begun < 1.3
    assert not any(booth.board.lamps.values())


async def test_it_is_deaf_while_it_pulses(booth: Booth) -> None:
    booth.receive("f07d6001f7")
    booth.board.touch(Key.DIGIT_1)
    booth.board.release(Key.DIGIT_1)
    booth.board.touch(Key.DIGIT_2)
    booth.receive("f07d3001f7")
    assert booth.sent == []
    assert booth.lamps() == []

    await until(lambda: booth.latch == [True, False])

    # The pulse and what waited are echoed; the finger still there is noticed, the tap was lost.
    assert booth.sent == ["f07d6001f7", "f07d3001f7", "f07d0201f7"]
    assert booth.lamps() == [("standby", True)]


async def test_unlocks_that_wait_are_pulses_one_after_the_other(booth: Booth) -> None:
    booth.receive("f07d6001f7f07d6001f7")
    await until(lambda: len(booth.latch) == 4)
    assert booth.latch == [True, False, True, False]


async def test_it_beeps_at_every_touch_by_itself(booth: Booth) -> None:
    booth.board.touch(Key.ENTER)
    assert booth.sent == ["f07d0b01f7"]
    assert [beep["ms"] for beep in records(booth.state_dir, what="buzzer")] == [50]
    assert booth.board.is_sounding
    await until(lambda: not booth.board.is_sounding)
    booth.board.release(Key.ENTER)
    assert booth.sent == ["f07d0b01f7", "f07d0b00f7"]
    assert booth.board.sounds == 1


async def test_it_sounds_as_long_as_it_is_told(booth: Booth) -> None:
    booth.receive("f07d5008f7")
    assert [beep["ms"] for beep in records(booth.state_dir, what="buzzer")] == [80]


async def test_without_power_every_output_is_off(booth: Booth) -> None:
    booth.receive("f07d3001f7f07d6001f7")
    booth.board.power_off()
    assert booth.latch == [True, False]
    assert not any(booth.board.lamps.values())
    booth.board.power_on()
    assert records(booth.state_dir)[-1]["what"] == "power"


async def test_keys_sent_to_it_and_noise_move_nothing(booth: Booth) -> None:
    for text in ("f07d0501f7", "f07df7", "f0f7", "903c40", "f8", "7d6001", "f07d6001"):
        booth.receive(text)
    assert booth.latch == []
    assert booth.lamps() == []
    assert booth.sent == ["f07d0501f7", "f07df7", "f0f7"]


async def test_it_sends_back_every_message_when_it_has_acted_on_it(booth: Booth) -> None:
    booth.receive("f07d3001f7f07d5001f7")
    assert booth.sent == ["f07d3001f7", "f07d5001f7"]
    booth.receive("f07d6001f7")
    assert len(booth.sent) == 2
    await until(lambda: booth.latch == [True, False])
    assert booth.sent[2:] == ["f07d6001f7"]


async def test_cut_after_an_unlock_every_later_message_pulses_again(booth: Booth) -> None:
    booth.receive("f07d60")
    for pulses in (1, 2, 3):
        booth.receive("f07d3001f7")
        await until(lambda pulses=pulses: booth.latch == [True, False] * pulses)
    assert booth.lamps() == []
    assert "f07d3001f7" not in booth.sent
    booth.board.power_off()
    booth.board.power_on()
    booth.receive("f07d3001f7")
    assert booth.lamps() == [("standby", True)]


async def test_after_a_stray_end_it_acts_on_nothing_new(booth: Booth) -> None:
    booth.receive("f07d3001f7")
    booth.receive("f7")
    booth.receive("f07d2001f7f07d6001f7")
    assert booth.lamps() == [("standby", True)]
    assert booth.latch == []
    assert booth.sent[1:] == ["f7f0", "f7f0"]


async def test_one_that_hangs_neither_hears_nor_says_anything(booth: Booth) -> None:
    booth.board.hang()
    booth.receive("f07d3001f7")
    booth.board.touch(Key.ENTER)
    assert booth.sent == []
    assert booth.lamps() == []


async def test_the_oldest_speaks_six_bytes_and_echoes_what_it_does_not_do(booth: Booth) -> None:
    booth.board.be_oldest(True)
    booth.receive("f07d3001f7f07d6001f7")
    booth.board.touch(Key.ENTER)
    assert booth.latch == []
    assert booth.lamps() == []
    assert booth.sent == ["f07d3001f7", "f07d6001f7", "f07d010b01f7"]


async def test_a_probe_a_second_fills_no_trace(booth: Booth) -> None:
    booth.receive("f07d3001f7")
    begun = time.monotonic()
    await until(lambda: time.monotonic() - begun > PROBE_EVERY_S)
    booth.receive("f07d3001f7")
    assert booth.lamps() == [("standby", True)]
    assert len(records(booth.state_dir, what="bytes")) == 1
    assert booth.sent == ["f07d3001f7"] * 2
