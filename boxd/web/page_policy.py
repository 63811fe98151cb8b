"""The content policy of a page that carries its style and script inside."""

from __future__ import annotations

import base64
import hashlib
from functools import cache

# Paper: a page without scripts and without anything from elsewhere.
SHEET_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"


@cache
def page_policy(style: str, script: str, images: str = "data:") -> str:
    """What the page may do: run its own style and script, and ask the box."""
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src {_hash_of(style)}",
            f"script-src {_hash_of(script)}" if script else "script-src 'none'",
            "connect-src 'self'",
            "worker-src 'self'",
            f"img-src {images}",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )


def _hash_of(text: str) -> str:
    digest = base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")
    return f"'sha256-{digest}'"
