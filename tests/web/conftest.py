"""The pages of a real box."""

from __future__ import annotations

from tests.api.conftest import application, box, config, tcp

__all__ = ["application", "box", "config", "tcp"]
