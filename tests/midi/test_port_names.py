"""A device is found by its product's name, whatever the MIDI system puts around it."""

from __future__ import annotations

import pytest

from boxd.midi.finding import WantedDevice, find, plugged_in
from boxd.midi.port_names import PortFacts, belongs_to
from boxd.midi.ports import Listing, PortPair

BOARDS = [WantedDevice("CodeTV Board 0"), WantedDevice("CodeTV Board 1")]
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
    assert find(listing, WantedDevice("CodeTV Board 0")) == pair


@pytest.mark.parametrize(
    ("listing", "why"),
    [
        (Listing(), "isn't connected"),
        (Listing((ALSA,), ()), "takes nothing"),
        (Listing((), (ALSA,)), "sends nothing"),
        (
            Listing((ALSA, ALSA.replace("20:0", "24:0")), (ALSA,)),
            '2 devices call themselves "CodeTV Board 0"; unplug one',
        ),
        (
            Listing((ALSA,), (ALSA, "CodeTV Board 0-01:CodeTV Board 0 MIDI 1", "CodeTV Board 0:x")),
            '3 devices call themselves "CodeTV Board 0"; unplug one',
        ),
    ],
)
def test_says_why_a_device_can_not_be_used(listing: Listing, why: str) -> None:
    found = find(listing, WantedDevice("CodeTV Board 0"))
    assert isinstance(found, str)
    assert why in found


def test_tells_one_device_with_two_ports_from_two_devices() -> None:
    ports = ("Pad:Pad MIDI 1 20:0", "Pad:Pad MIDI 2 20:1")
    why = '"Pad" has several ports (Pad MIDI 1, Pad MIDI 2); name one of them in the configuration'
    assert find(Listing(ports, ports), WantedDevice("Pad")) == why
    assert find(Listing(ports, ports), WantedDevice("Pad MIDI 2")) == PortPair(ports[1], ports[1])


def names_in(listing: Listing) -> dict[str, PortPair]:
    return {device.wanted.label: device.pair for device in plugged_in(listing)}


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
    assert names_in(listing)[name] == PortPair(port, port)


def test_names_the_ports_of_a_device_with_several() -> None:
    ports = ("Pad:Pad Control 20:0", "Pad:Pad Notes 20:1")
    assert names_in(Listing(ports, ports)) == {
        "Pad Control": PortPair(ports[0], ports[0]),
        "Pad Notes": PortPair(ports[1], ports[1]),
    }


def test_names_no_device_that_could_not_be_told_from_its_double() -> None:
    ports = ("Pad:Pad MIDI 1 20:0", "Pad:Pad MIDI 1 24:0")
    assert names_in(Listing(ports, ports)) == {}


def listing_of(*names: str) -> Listing:
    ports = tuple(f"{name}:{name} MIDI 1 {20 + 4 * n}:0" for n, name in enumerate(names))
    return Listing(ports, ports)


def test_where_one_is_missing_what_is_there_is_named_nearest_first() -> None:
    listing = listing_of("Launchpad Mini", "CodeTV Board 0", "CodeTV Board 3", "APC mini mk2")
    found = find(listing, WantedDevice("CodeTV Board 1"), configured=BOARDS)
    assert found == (
        '"CodeTV Board 1" isn\'t connected; check its cable. Plugged in and not configured: '
        '"CodeTV Board 3", "Launchpad Mini", "APC mini mk2". '
        'If it is the first of them, write: port = "CodeTV Board 3"'
    )


def test_a_pad_whose_name_was_written_differently_is_offered_as_it_is_called() -> None:
    found = find(listing_of("APC mini mk2 Control"), WantedDevice("Apc Mini MK2"))
    assert isinstance(found, str)
    assert found.endswith('write: port = "APC mini mk2 Control"')


def test_nothing_is_offered_that_is_configured_or_no_device() -> None:
    listing = listing_of("CodeTV Board 0", "Midi Through", "boxd-12-1-out")
    found = find(listing, WantedDevice("CodeTV Board 1"), configured=BOARDS)
    assert found == '"CodeTV Board 1" isn\'t connected; check its cable'


def test_of_many_devices_the_nearest_are_named_and_the_others_counted() -> None:
    found = find(listing_of(*(f"Pad {n}" for n in range(6))), WantedDevice("Pad 9"))
    assert isinstance(found, str)
    assert '"Pad 0", "Pad 1", "Pad 2" and 3 more' in found


def kernel_name(card: str, plug: str) -> str:
    """What Linux has called a device's port since 5.15."""
    return f"{card}:{f'{card} {plug}'[:31]}"


CONTROL = kernel_name("APC mini mk2", "APC mini mk2 Control")
NOTES = kernel_name("APC mini mk2", "APC mini mk2 Notes")


@pytest.mark.parametrize(
    "port",
    [
        f"{CONTROL} 24:0",
        CONTROL,
        f"Midi-Bridge:{CONTROL.replace(':', ' ')} (capture)",
        f"Midi-Bridge:AKAI {CONTROL.replace(':', ':(capture_0) ')}",
        f"Midi-Bridge:APC mini mk2 at usb-0000:01:00.0-1.2, full speed:(capture_0) {CONTROL[13:]}",
    ],
)
@pytest.mark.parametrize("product", ["APC mini mk2 Control", "APC mini mk2:APC mini mk2 Control"])
def test_a_name_that_the_kernel_cut_and_doubled_is_known_by_the_whole_one(
    port: str, product: str
) -> None:
    assert belongs_to(port, product)
    assert not belongs_to(port, "APC mini mk2 Notes")
    assert not belongs_to(port.replace("Contr", "Notes"), product)


@pytest.mark.parametrize(
    "port", ["alsa_pcm:APC-mini-mk2/midi_capture_1", "APC-mini-mk2:midi/playback_1"]
)
def test_jackd_keeps_a_hardware_port_s_name_in_an_alias(port: str) -> None:
    known = {"system:midi_capture_1": PortFacts((port,), number=0)}
    listing = Listing(("system:midi_capture_1", "system:midi_capture_2"), (), known)
    assert find(listing, WantedDevice("APC mini mk2", takes=False)) == PortPair(
        "system:midi_capture_1", ""
    )


def test_the_bare_number_of_a_port_is_no_device() -> None:
    assert not belongs_to(ALSA, "MIDI 1")


TWO_PADS = ("Pad:Pad MIDI 1 20:0", "Pad:Pad MIDI 1 24:0")


def two_pads() -> Listing:
    known = {name: PortFacts((), f"1-1.{n}", 0) for n, name in enumerate(TWO_PADS, 2)}
    return Listing(TWO_PADS, TWO_PADS, known)


def test_two_equal_pads_are_told_apart_by_their_usb_sockets() -> None:
    assert find(two_pads(), WantedDevice("Pad", "1-1.2")) == PortPair(TWO_PADS[0], TWO_PADS[0])
    assert find(two_pads(), WantedDevice("Pad", "1.3")) == PortPair(TWO_PADS[1], TWO_PADS[1])
    assert find(two_pads(), WantedDevice("Pad")) == (
        '2 devices call themselves "Pad"; unplug one, or write which is meant: usb = "1-1.2" or '
        'usb = "1-1.3"'
    )


def test_of_two_equal_pads_the_one_that_is_not_configured_is_offered_with_its_socket() -> None:
    configured = [WantedDevice("Pad", "1-1.2")]
    assert [each.wanted.lines for each in plugged_in(two_pads(), configured)] == [
        ('port = "Pad"', 'usb = "1-1.3"')
    ]


def test_an_empty_socket_is_answered_with_the_other_one() -> None:
    found = find(
        two_pads(), WantedDevice("Pad", "1-1.4"), configured=[WantedDevice("Pad", "1-1.4")]
    )
    assert isinstance(found, str)
    assert found.startswith('"Pad" at USB 1-1.4 isn\'t connected')
    assert found.endswith('If it is the first of them, write: port = "Pad" and usb = "1-1.2"')


def test_two_ports_of_one_cut_name_are_told_apart_by_their_number() -> None:
    ports = ("Pad:Pad A very long name of some po 20:0", "Pad:Pad A very long name of some po 20:1")
    listing = Listing(ports, ports)
    assert find(listing, WantedDevice("Pad", number=1)) == PortPair(ports[1], ports[1])
    assert find(listing, WantedDevice("Pad")) == (
        '"Pad" has several ports of one name; write which is meant: port_number = 0 or '
        "port_number = 1"
    )
    assert [each.wanted.number for each in plugged_in(listing)] == [0, 1]


def test_a_keypad_with_an_input_only_is_a_device_as_long_as_nothing_is_sent_to_it() -> None:
    listing = Listing((ALSA,), ())
    assert find(listing, WantedDevice("CodeTV Board 0", takes=False)) == PortPair(ALSA, "")
    assert find(listing, WantedDevice("CodeTV Board 0")) == (
        'the MIDI device "CodeTV Board 0" takes nothing: it has a port in one direction only, so '
        "it can have keys and doors, but no lamps, buzzer or greeting"
    )


def test_a_lamp_with_an_output_only_is_a_device_as_long_as_nothing_is_heard_from_it() -> None:
    listing = Listing((), (ALSA,))
    assert find(listing, WantedDevice("CodeTV Board 0", sends=False)) == PortPair("", ALSA)
    assert names_in(listing) == {"CodeTV Board 0": PortPair("", ALSA)}
