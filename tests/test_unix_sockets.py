"""A socket is reached whatever the length of its folder's name."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from boxd.unix_sockets import LONGEST_PATH, in_few_bytes


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
