"""The API's path prefix, for code that treats its callers differently from pages."""

from __future__ import annotations

PREFIX = "/api/v1"
