"""Imports structlog for a process that lasts: without rich, which structlog would take with it.

Rich and its parts are 4 MiB of such a process and a tenth of a second of its start, and are used
for tracebacks on a terminal alone.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import cast


def import_structlog() -> None:
    """Import structlog; rich can be imported afterwards as ever."""
    if "rich" in sys.modules:
        return
    sys.modules["rich"] = cast("ModuleType", None)  # an import of it fails, as if it were not there
    try:
        import structlog  # noqa: F401
    finally:
        del sys.modules["rich"]
