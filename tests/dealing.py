"""How the tests are dealt out to workers."""

from __future__ import annotations

import os
from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling
from xdist.workermanage import WorkerController

# Long files, or folders of them, whose every test sets up its own.
SHARING_NOTHING = (
    "tests/box/test_housekeeping.py",
    "tests/box/test_killed.py",
    "tests/box/test_slow_disk.py",
    "tests/box/test_tasks_killed.py",
    "tests/clock/test_a_box_whose_clock_moves.py",
    "tests/systemd/",
)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Two workers for each core that this process may use: half of its time a box waits."""
    return 2 * len(os.sched_getaffinity(0))


class ByFile(LoadFileScheduling):
    """Deals tests out file by file: a file's tests share what is set up.

    Those of a long file that share nothing are dealt out one by one, so that no worker ends with
    them alone.
    """

    def _split_scope(self, nodeid: str) -> str:
        file: str = super()._split_scope(nodeid)
        return nodeid if file.startswith(SHARING_NOTHING) else file

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
