"""A device is found by its product's name, whatever the MIDI system puts around it."""

from __future__ import annotations

import pytest

from boxd.midi.ports import Listing, PortPair, belongs_to, find, names_of

ALSA = "CodeTV Board 0:CodeTV Board 0 MIDI 1 20:0"


@pytest.mark.parametrize(
    "port",
    [
        ALSA,
        "CodeTV Board 0:CodeTV Board 0 MIDI 1 128:3",
        "CodeTV Board 0:CodeTV Board 0 MIDI 1",
        "CodeTV Board 0-01:CodeTV Board 0 MIDI 1",
        "CodeTV Board 0:out",
        "CodeTV Board 0",
        "a2j:CodeTV Board 0 [20] (capture): CodeTV Board 0 MIDI 1",
        "Midi-Bridge:High Order CodeTV Board 0 at usb-1:(capture_0) CodeTV Board 0 MIDI 1",
        "Midi-Bridge:CodeTV Board 0 20:0 (capture_0)",
    ],
)
def test_finds_the_product_in(port: str) -> None:
    assert belongs_to(port, "CodeTV Board 0")


@pytest.mark.parametrize(
    "port",
    [
        "CodeTV Board 01:CodeTV Board 01 MIDI 1 20:0",
        "CodeTV Board 0 Plus:CodeTV Board 0 Plus MIDI 1 20:0",
        "CodeTV Board 0 2:x 20:0",
        "Old CodeTV Board 0:x",
        "CodeTV Board 1:CodeTV Board 1 MIDI 1 20:0",
        "codetv board 0:x",
        "",
    ],
)
def test_takes_no_other_product_for_it(port: str) -> None:
    assert not belongs_to(port, "CodeTV Board 0")


def test_a_name_is_no_pattern() -> None:
    assert belongs_to("Pad (v2.1) +:Pad (v2.1) + MIDI 1 20:0", "Pad (v2.1) +")
    assert not belongs_to("Pad (v2x1) +:out", "Pad (v2.1) +")


def test_pairs_ports_whose_names_differ_by_direction() -> None:
    listing = Listing(("CodeTV Board 0:out", "other:x"), ("CodeTV Board 0-01:in",))
    pair = PortPair("CodeTV Board 0:out", "CodeTV Board 0-01:in")
    assert find(listing, "CodeTV Board 0") == pair


@pytest.mark.parametrize(
    ("listing", "why"),
    [
        (Listing(), "isn't connected"),
        (Listing((ALSA,), ()), "takes nothing"),
        (Listing((), (ALSA,)), "sends nothing"),
        (
            Listing((ALSA, ALSA.replace("20:0", "24:0")), (ALSA,)),
            'two devices call themselves "CodeTV Board 0"; unplug one',
        ),
        (
            Listing((ALSA,), (ALSA, "CodeTV Board 0-01:CodeTV Board 0 MIDI 1", "CodeTV Board 0:x")),
            '3 devices call themselves "CodeTV Board 0"; unplug one',
        ),
    ],
)
def test_says_why_a_device_can_not_be_used(listing: Listing, why: str) -> None:
    found = find(listing, "CodeTV Board 0")
    assert isinstance(found, str)
    assert why in found


def test_tells_one_device_with_two_ports_from_two_devices() -> None:
    ports = ("Pad:Pad MIDI 1 20:0", "Pad:Pad MIDI 2 20:1")
    why = '"Pad" has several ports (Pad MIDI 1, Pad MIDI 2); name one of them in the configuration'
    assert find(Listing(ports, ports), "Pad") == why
    assert find(Listing(ports, ports), "Pad MIDI 2") == PortPair(ports[1], ports[1])


@pytest.mark.parametrize(
    ("port", "name"),
    [
        ("Launchpad Mini:Launchpad Mini MIDI 1 20:0", "Launchpad Mini"),
        ("nanoKONTROL2:nanoKONTROL2 nanoKONTROL2 _ CTRL 24:0", "nanoKONTROL2"),
        ("Test Pad:Test Pad MIDI 1", "Test Pad"),
        ("a2j:Pad [20] (capture): Pad MIDI 1", "Pad"),
    ],
)
def test_names_a_device_as_the_configuration_would(port: str, name: str) -> None:
    other = "Other:Other MIDI 1 28:0"
    listing = Listing((port, other), (port, other))
    assert names_of(listing)[name] == PortPair(port, port)


def test_names_the_ports_of_a_device_with_several() -> None:
    ports = ("Pad:Pad Control 20:0", "Pad:Pad Notes 20:1")
    assert names_of(Listing(ports, ports)) == {
        "Pad Control": PortPair(ports[0], ports[0]),
        "Pad Notes": PortPair(ports[1], ports[1]),
    }


def test_names_no_device_that_could_not_be_told_from_its_double() -> None:
    ports = ("Pad:Pad MIDI 1 20:0", "Pad:Pad MIDI 1 24:0")
    assert names_of(Listing(ports, ports)) == {}


def listing_of(*names: str) -> Listing:
    ports = tuple(f"{name}:{name} MIDI 1 {20 + 4 * n}:0" for n, name in enumerate(names))
    return Listing(ports, ports)


def test_where_one_is_missing_what_is_there_is_named_nearest_first() -> None:
    listing = listing_of("Launchpad Mini", "CodeTV Board 0", "CodeTV Board 3", "APC mini mk2")
    found = find(listing, "CodeTV Board 1", configured={"CodeTV Board 0", "CodeTV Board 1"})
    assert found == (
        '"CodeTV Board 1" isn\'t connected; check its cable. Plugged in and not configured: '
        '"CodeTV Board 3", "Launchpad Mini", "APC mini mk2". '
        'If it is the first of them, write: port = "CodeTV Board 3"'
    )


def test_a_pad_whose_name_was_written_differently_is_offered_as_it_is_called() -> None:
    found = find(listing_of("APC mini mk2 Control"), "Apc Mini MK2", configured={"Apc Mini MK2"})
    assert isinstance(found, str)
    assert found.endswith('write: port = "APC mini mk2 Control"')


def test_nothing_is_offered_that_is_configured_or_no_device() -> None:
    listing = listing_of("CodeTV Board 0", "Midi Through", "boxd-12-1-out")
    found = find(listing, "CodeTV Board 1", configured={"CodeTV Board 0", "CodeTV Board 1"})
    assert found == '"CodeTV Board 1" isn\'t connected; check its cable'


def test_of_many_devices_the_nearest_are_named_and_the_others_counted() -> None:
    found = find(listing_of(*(f"Pad {n}" for n in range(6))), "Pad 9")
    assert isinstance(found, str)
    assert '"Pad 0", "Pad 1", "Pad 2" and 3 more' in found
