from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from cli_box import BoxInMemory, ServedBox

from boxd.cli.program import code_of

CONFIGURATION = """\
[box]
id = "box-1"
state_dir = "{state_dir}"

[simulation]
enabled = true

[midi]
backend = "simulation"

[[devices]]
kind = "codetv"
name = "board-0"
port = "CodeTV Board 0"

[[bays]]
id = "bay-1"
keypad = "board-0"
lamps = "board-0"

[[lockers]]
id = 1
bay = "bay-1"
latch = "board-0"
"""


@dataclass(frozen=True)
class Said:
    """What a command said, and its exit code."""

    code: int
    out: str
    err: str


Boxd = Callable[..., Said]


@pytest.fixture
def state_dir(tmp_path: Path) -> Path:
    directory = tmp_path / "state"
    directory.mkdir()
    return directory


@pytest.fixture
def config_file(tmp_path: Path, state_dir: Path) -> Path:
    file = tmp_path / "boxd.toml"
    file.write_text(CONFIGURATION.format(state_dir=state_dir))
    return file


@pytest.fixture
def boxd(
    config_file: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Boxd:
    """Run a command as somebody called ada, and see what it says."""
    monkeypatch.setenv("BOXD_CONFIG", str(config_file))
    monkeypatch.setenv("SUDO_USER", "ada")

    def run(*arguments: str) -> Said:
        capsys.readouterr()
        code = code_of(arguments)
        said = capsys.readouterr()
        return Said(code, said.out, said.err)

    return run


@pytest.fixture
def box(state_dir: Path) -> Iterator[BoxInMemory]:
    """A box that answers on the socket of the configuration."""
    served = ServedBox(state_dir / "boxd.sock")
    yield served.box
    served.stop()
