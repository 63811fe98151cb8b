"""Which pins are opened is the configuration's choice, and a computer without any says so."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from boxd.errors import ConfigError, DeviceUnreachable
from boxd.gpio.factory import ENVIRONMENT, open_pins
from boxd.gpio.lines import open_lines
from boxd.gpio.pin_memory_factory import MemoryPin

without_a_chip = pytest.mark.skipif(
    bool(list(Path("/dev").glob("gpiochip*"))), reason="this computer has a GPIO chip"
)


@pytest.mark.parametrize("asked", ["lgpio", "native", "pigpio", "rpigpio", ""])
def test_simulated_pins_refuse_an_environment_that_asks_for_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked: str
) -> None:
    monkeypatch.setenv(ENVIRONMENT, asked)
    with pytest.raises(ConfigError, match=f"set to '{asked}', but boxd uses 'mock'.*unset"):
        open_pins(tmp_path)


@pytest.mark.parametrize("asked", ["mock", "native", "pigpio", "rpigpio", ""])
def test_real_pins_refuse_an_environment_that_asks_for_others(
    monkeypatch: pytest.MonkeyPatch, asked: str
) -> None:
    monkeypatch.setenv(ENVIRONMENT, asked)
    with pytest.raises(ConfigError, match=f"set to '{asked}', but boxd uses 'lgpio'.*unset"):
        open_pins(None)


def test_an_environment_that_agrees_is_accepted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ENVIRONMENT, "mock")
    pins = open_pins(tmp_path)
    assert isinstance(pins.pin(5), MemoryPin)
    pins.close()


@without_a_chip
@pytest.mark.parametrize("opened", [open_pins, open_lines])
def test_a_computer_without_pins_is_told_apart_from_a_pi(opened: object) -> None:
    assert callable(opened)
    with pytest.raises(DeviceUnreachable, match=r"no GPIO chip.*simulation.enabled"):
        opened(None)


def test_lgpio_leaves_no_trace_in_the_working_directory(tmp_path: Path) -> None:
    work, runtime = tmp_path / "work", tmp_path / "run"
    work.mkdir()
    runtime.mkdir()
    program = (
        "import os; from boxd.gpio.header import load_lgpio; load_lgpio(); "
        "print(os.getcwd(), os.environ.get('LG_WD'))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=work,
        env={"RUNTIME_DIRECTORY": str(runtime), "LG_WD": "/elsewhere"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == [str(work), "/elsewhere"]
    assert list(work.iterdir()) == list(runtime.iterdir()) == []


@without_a_chip
def test_loading_lgpio_beside_other_threads_moves_none_of_them(tmp_path: Path) -> None:
    program = """
import os, threading
from boxd.errors import DeviceUnreachable
from boxd.gpio.factory import open_pins
before, seen, done = os.getcwd(), set(), threading.Event()
def look():
    while not done.is_set():
        seen.add(os.getcwd())
looking = threading.Thread(target=look)
looking.start()
try:
    open_pins(None)
except DeviceUnreachable:
    pass
done.set()
looking.join()
assert seen == {before}, seen
"""
    subprocess.run([sys.executable, "-c", program], cwd=tmp_path, check=True)
    assert list(tmp_path.iterdir()) == []


def test_a_missing_lgpio_names_debians_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "lgpio", None)
    monkeypatch.setenv("RUNTIME_DIRECTORY", str(tmp_path))
    with pytest.raises(ConfigError, match=r"apt install python3-lgpio.*--system-site-packages"):
        open_lines(None)
