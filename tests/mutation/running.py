"""Runs the nearest tests on a mutant, in a copy of the program that holds it."""

from __future__ import annotations

import importlib
import os
import shutil
import signal
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.mutation.mutants import Mutant

ROOT = Path(__file__).resolve().parents[2]
_COPIED = ("boxd", "tests", "checker", "pyproject.toml", "docs")
# A mutant that never ends is found, too.
_DEADLINE_S = 120.0
_LOOK_EVERY_S = 0.02
# Loaded once, before the children begin; nothing of ours, or they would not see the mutant.
_LIBRARIES = ("temporalio.worker", "temporalio.testing", "cryptography.fernet", "structlog")
# That they are loaded already is what they are for.
_QUIETLY = "ignore::pytest.PytestAssertRewriteWarning"
_NO_TESTS_FAILED = 0


@dataclass(frozen=True)
class Copy:
    """A copy of the program and its tests, in which one mutant after the other takes its place."""

    folder: Path

    @classmethod
    def made_in(cls, folder: Path) -> Copy:
        """Copy what the tests need."""
        for name in _COPIED:
            source = ROOT / name
            if source.is_dir():
                ignored = shutil.ignore_patterns("__pycache__", "images")
                shutil.copytree(source, folder / name, ignore=ignored)
            else:
                shutil.copy(source, folder / name)
        for library in _LIBRARIES:
            importlib.import_module(library)
        return cls(folder)

    def kills(self, mutant: Mutant, tests: tuple[str, ...]) -> bool:
        """Whether a test fails, or none ends, with the mutant in its place."""
        file = self.folder / mutant.module
        file.write_text(mutant.source(), encoding="utf-8")
        try:
            return self.outcome(tests) != _NO_TESTS_FAILED
        finally:
            shutil.copy(ROOT / mutant.module, file)

    def outcome(self, tests: tuple[str, ...]) -> int:
        """What pytest says of these tests in the copy; 1 after the deadline."""
        child = os.fork()
        if child == 0:
            self._run_and_end(tests)
        deadline = time.monotonic() + _DEADLINE_S
        while time.monotonic() < deadline:
            done, status = os.waitpid(child, os.WNOHANG)
            if done:
                return os.waitstatus_to_exitcode(status)
            time.sleep(_LOOK_EVERY_S)
        with suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)
        os.waitpid(child, 0)
        return 1

    def _run_and_end(self, tests: tuple[str, ...]) -> None:
        """In the child: the copy is what `import boxd` finds, here and in what the tests start."""
        os.setsid()
        silent = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(silent, stream)
        # Compiled files go by seconds, and mutants come faster.
        sys.dont_write_bytecode = True
        os.environ |= {"PYTHONPATH": str(self.folder), "PYTHONDONTWRITEBYTECODE": "1"}
        for name in [each for each in sys.modules if each.split(".")[0] in ("boxd", "tests")]:
            del sys.modules[name]
        os.chdir(self.folder)
        sys.path.insert(0, str(self.folder))
        temporary = self.folder / "tmp"
        code: int = 1
        with suppress(BaseException):
            code = pytest.main(
                [
                    "-x",
                    "-q",
                    *("-p", "no:cacheprovider"),
                    *("-W", _QUIETLY),
                    f"--basetemp={temporary}",
                    *tests,
                ]
            )
        os._exit(int(code))
