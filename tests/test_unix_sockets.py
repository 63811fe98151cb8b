"""A socket is reached whatever the length of its folder's name."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from boxd.unix_sockets import LONGEST_NAME, LONGEST_PATH, bind, in_few_bytes


def test_a_socket_in_a_deep_folder_is_bound_and_reached(tmp_path: Path) -> None:
    deep = tmp_path / ("a" * 90) / ("b" * 90)
    deep.mkdir(parents=True)
    path = deep / "requests.sock"
    assert len(bytes(path)) > LONGEST_PATH

    with socket.socket(socket.AF_UNIX) as listening, socket.socket(socket.AF_UNIX) as caller:
        with in_few_bytes(path) as name:
            listening.bind(name)
        listening.listen()
        with in_few_bytes(path) as name:
            caller.connect(name)

    assert path.is_socket()


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), in_few_bytes(tmp_path / "gone" / "requests.sock"):
        pass


def test_a_socket_takes_the_place_of_what_is_there_with_its_permissions(tmp_path: Path) -> None:
    path = tmp_path / "boxd.sock"
    path.write_text("left behind")

    with bind(path, 0o600):
        assert path.is_socket()
        assert path.stat().st_mode & 0o777 == 0o600
        assert list(tmp_path.iterdir()) == [path]


def test_the_longest_name_can_be_bound_and_a_longer_one_leaves_nothing(tmp_path: Path) -> None:
    with bind(tmp_path / ("x" * LONGEST_NAME), 0o600):
        pass
    with pytest.raises(OSError, match="too long"):
        bind(tmp_path / ("y" * LONGEST_PATH), 0o600)
    assert [each.name[0] for each in tmp_path.iterdir()] == ["x"]
