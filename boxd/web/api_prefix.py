"""Where the API stands, for the pages that tell its callers from their own."""

from __future__ import annotations

PREFIX = "/api/v1"
