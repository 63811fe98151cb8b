"""A pad that sends back what lights it presses no key by that."""

from __future__ import annotations

import mido

from boxd.midi.echoes import ECHO_S, Echoes

LIT = mido.Message.from_hex("b0297f")
OUT = mido.Message.from_hex("b02900")


def test_the_same_bytes_soon_after_sending_are_an_echo() -> None:
    echoes = Echoes()
    echoes.expect(LIT, now=10.0)

    assert echoes.is_one(LIT, at=10.0 + ECHO_S)


def test_other_bytes_are_none() -> None:
    echoes = Echoes()
    echoes.expect(LIT, now=10.0)

    assert not echoes.is_one(OUT, at=10.0)


def test_one_message_excuses_one_echo() -> None:
    echoes = Echoes()
    echoes.expect(LIT, now=10.0)

    assert [echoes.is_one(LIT, at=10.01) for _ in range(2)] == [True, False]


def test_a_press_long_after_the_lamp_was_lit_is_a_press() -> None:
    echoes = Echoes()
    echoes.expect(LIT, now=10.0)

    assert not echoes.is_one(LIT, at=10.01 + ECHO_S)
