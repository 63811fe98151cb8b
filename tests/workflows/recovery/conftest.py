"""The small box's server."""

from __future__ import annotations

from tests.temporal.conftest import directory, made, settings

__all__ = ["directory", "made", "settings"]
