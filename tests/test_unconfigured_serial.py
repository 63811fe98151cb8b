"""What is plugged in on a serial line and configured nowhere is named, with what to write."""

from __future__ import annotations

from pathlib import Path

import pytest

from boxd import unconfigured_serial
from boxd.unconfigured_serial import UnconfiguredSerialDevices
from tests.midi.waiting import until


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unconfigured_serial, "LOOK_EVERY_S", 0.01)


def plug(folder: Path, name: str) -> Path:
    """A device and its stable link, as udev makes them."""
    folder.mkdir(exist_ok=True)
    (folder.parent / name).touch()
    link = folder / f"usb-{name}"
    link.symlink_to(folder.parent / name)
    return link


async def test_what_nobody_configured_is_told_as_it_comes_and_goes(tmp_path: Path) -> None:
    folder, changes = tmp_path / "by-id", list[int]()
    bus = UnconfiguredSerialDevices((), lambda: changes.append(1), tmp_path)
    await bus.start()
    assert bus.unconfigured() == ()

    link = plug(folder, "ttyACM0")
    await until(lambda: changes)
    (stranger,) = bus.unconfigured()
    assert (stranger.kind, stranger.port) == ("serial", str(link))
    assert f'kind = "arduino"\nname = "arduino-1"\nport = "{link}"' in stranger.section

    link.unlink()
    folder.rmdir()  # udev takes it away with the last device
    await until(lambda: not bus.unconfigured())
    await bus.close()
    assert len(changes) == 2


async def test_a_configured_device_is_no_stranger_by_whatever_path(tmp_path: Path) -> None:
    plug(tmp_path / "by-id", "ttyACM0")
    by_path = tmp_path / "pci-0000"
    by_path.symlink_to(tmp_path / "ttyACM0")
    bus = UnconfiguredSerialDevices([str(by_path)], lambda: None, tmp_path)
    await bus.start()
    await bus.close()

    assert bus.unconfigured() == ()


async def test_links_that_lead_nowhere_or_in_a_circle_stop_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "by-id"
    folder.mkdir()
    (folder / "usb-circle").symlink_to(folder / "usb-circle")
    (folder / "usb-gone").symlink_to(tmp_path / "gone")
    bus = UnconfiguredSerialDevices([str(folder / "usb-gone")], lambda: None, tmp_path)
    await bus.start()
    await bus.close()

    assert [each.port for each in bus.unconfigured()] == [str(folder / "usb-circle")]


def test_the_section_to_copy_has_the_port_and_what_may_be_wired() -> None:
    section = unconfigured_serial.unconfigured_serial("/dev/serial/by-id/usb-x").section
    assert section.startswith(
        '[[devices]]\nkind = "arduino"\nname = "arduino-1"\nport = "/dev/serial/by-id/usb-x"\n'
    )


def adapter(root: Path, tty: str, socket: str, serial: str = "") -> Path:
    """A USB adapter in the kernel's tree, and its link by socket."""
    usb = root / f"sys/1-{socket}"
    (usb / f"1-{socket}:1.0" / tty).mkdir(parents=True)
    for name, said in (("idVendor", "1a86"), ("idProduct", "7523"), ("serial", serial)):
        if said:
            (usb / name).write_text(f"{said}\n")
    ttys = root / "ttys" / tty
    ttys.mkdir(parents=True)
    (ttys / "device").symlink_to(usb / f"1-{socket}:1.0" / tty)
    (root / tty).touch()
    link = root / "by-path" / f"usb-0:{socket}:1.0"
    link.parent.mkdir(exist_ok=True)
    link.symlink_to(root / tty)
    return link


def test_two_copies_without_a_serial_number_are_offered_by_their_sockets(tmp_path: Path) -> None:
    sockets = [adapter(tmp_path, "ttyUSB0", "1.2"), adapter(tmp_path, "ttyUSB1", "1.3")]
    plug(tmp_path / "by-id", "ttyUSB1")  # the one link that both claim

    ports = unconfigured_serial.unconfigured_ports((), tmp_path, tmp_path / "ttys")
    assert ports == sorted(map(str, sockets))
    found = unconfigured_serial.unconfigured_serial(ports[0])
    assert "goes with the socket" in found.remedy


def test_adapters_with_serial_numbers_are_offered_by_those(tmp_path: Path) -> None:
    adapter(tmp_path, "ttyUSB0", "1.2", "A1")
    adapter(tmp_path, "ttyUSB1", "1.3", "A2")
    links = [plug(tmp_path / "by-id", f"ttyUSB{n}") for n in (0, 1)]

    ports = unconfigured_serial.unconfigured_ports((), tmp_path, tmp_path / "ttys")
    assert ports == sorted(map(str, links))
