from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from boxd.cli.program import code_of
from boxd.config import load
from tests.api.live_box import with_server
from tests.cli.box_in_thread import BoxInThread, DaemonInThread
from tests.cli.cli_line import CONFIGURATION, Boxd, Said


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
def command_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[[Path], Boxd]:
    """Commands of somebody called ada, at the box of a configuration."""
    monkeypatch.setenv("SUDO_USER", "ada")

    def at(config_file: Path) -> Boxd:
        monkeypatch.setenv("BOXD_CONFIG", str(config_file))

        def run(*arguments: str) -> Said:
            capsys.readouterr()
            code = code_of(arguments)
            said = capsys.readouterr()
            return Said(code, said.out, said.err)

        return run

    return at


@pytest.fixture
def boxd(command_line: Callable[[Path], Boxd], config_file: Path) -> Boxd:
    """Run a command as somebody called ada, and see what it says."""
    return command_line(config_file)


@pytest.fixture
def box(config_file: Path) -> Iterator[BoxInThread]:
    """A box that answers on the socket of the configuration."""
    box = BoxInThread(load(config_file))
    yield box
    box.stop()


@pytest.fixture(scope="module")
def server_box(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaemonInThread]:
    """A whole box with a Temporal server, for all tests of a file."""
    config = with_server(tmp_path_factory.mktemp("box"), "[schedules]\nbackup_every_h = 0\n")
    running = DaemonInThread(config)
    yield running
    running.stop()


@pytest.fixture
def boxd_there(command_line: Callable[[Path], Boxd], server_box: DaemonInThread) -> Boxd:
    """The same at the box with a server."""
    return command_line(server_box.config_file)
