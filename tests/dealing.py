"""How the tests are dealt out to workers."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling
from xdist.workermanage import WorkerController

# Long files, or folders of them, whose every test sets up its own.
SHARING_NOTHING = (
    "tests/box/test_housekeeping.py",
    "tests/box/test_slow_disk.py",
    "tests/box/test_tasks_killed.py",
    "tests/clock/test_a_box_whose_clock_moves.py",
    "tests/systemd/",
)
TESTS_AND_SHORT_PROOFS = "not long"  # what `make test PROOFS=short` asks for


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Two workers for each core that this process may use: half of its time a box waits.

    With whole machines among the tests, which wait longer, two and a half.
    """
    cores = len(os.sched_getaffinity(0))
    return cores * 5 // 2 if config.option.markexpr == TESTS_AND_SHORT_PROOFS else cores * 2


def unit_of(test: str) -> str:
    """What a test is dealt out with: its file, or nothing else."""
    file = test.partition("::")[0]
    return test if file.startswith(SHARING_NOTHING) else file


def with_proofs_among(items: Iterable[pytest.Item]) -> list[pytest.Item]:
    """The tests in the same order, the short proofs spread among the first of the others.

    A proof waits for its machine most of the time. Some at once beside tests that compute cost
    little; all at once leave the cores idle.
    """
    units: dict[str, list[pytest.Item]] = {}
    for item in items:
        units.setdefault(unit_of(item.nodeid), []).append(item)
    proofs = (unit for unit in units.values() if any(map(_is_short_proof, unit)))
    others = (unit for unit in units.values() if not any(map(_is_short_proof, unit)))
    return [*chain.from_iterable(_in_turn(proofs, others))]


def _in_turn(
    proofs: Iterator[list[pytest.Item]], others: Iterator[list[pytest.Item]]
) -> Iterator[list[pytest.Item]]:
    for proof in proofs:
        yield proof
        yield from islice(others, 1)
    yield from others


def _is_short_proof(item: pytest.Item) -> bool:
    return bool(item.get_closest_marker("proof")) and not item.get_closest_marker("long")


class ByFile(LoadFileScheduling):
    """Deals tests out file by file: a file's tests share what is set up.

    Those of a long file that share nothing are dealt out one by one, so that no worker ends with
    them alone.
    """

    def _split_scope(self, nodeid: str) -> str:
        return unit_of(nodeid)

    def remove_node(self, node: WorkerController) -> str | None:
        """Deal out again what a worker that died had left; returns the test that it died of.

        xdist deals out that test too, of which the next worker dies, and finished files, which
        are no work: a worker that gets one waits for ever, and the run with it.
        """
        files = self.assigned_work.pop(node)
        left = [test for tests in files.values() for test, is_done in tests.items() if not is_done]
        for file, tests in files.items():
            if again := {test: False for test in tests if test in left[1:]}:
                self.workqueue[file] = again
        for other in self.assigned_work:
            self._reschedule(other)
        return left[0] if left else None


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile:
    """Deal out in the order of collection."""
    config.option.loadscopereorder = False
    return ByFile(config, log)
