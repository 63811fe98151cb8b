"""A real box, and the gateway before it."""

from tests.api.conftest import box, config

__all__ = ["box", "config"]
