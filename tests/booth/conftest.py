"""Where the booth's tests get their Debian from."""

from __future__ import annotations

from tests.systemd.conftest import debian

__all__ = ["debian"]
