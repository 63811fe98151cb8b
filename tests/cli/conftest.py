from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_box import BoxInMemory, ServedBox
from cli_line import CONFIGURATION, Boxd, Said

from boxd.cli.program import code_of


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
