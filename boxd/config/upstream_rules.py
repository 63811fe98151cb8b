"""Rules on [upstream]: a complete address, a secret, no plain HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from boxd.config.schema_texts import SchemaFinding
from boxd.config.upstream_schema import UpstreamSection


def upstream_faults(upstream: UpstreamSection) -> Iterator[SchemaFinding]:
    """All faults between the keys of [upstream]."""
    if upstream.url is None:
        for key in ("secret_file", "ca_file", "pull"):
            if not getattr(upstream, key):
                continue
            text = f"[upstream] {key} is of no use without url; add url, or remove this line"
            yield SchemaFinding(("upstream", key), text)
        return
    yield from _url_faults(upstream.url, upstream)
    if upstream.secret_file is None:
        text = (
            "[upstream] url without secret_file, and upstream could not tell whom it hears;"
            " name the file with the secret that both share"
        )
        yield SchemaFinding(("upstream", "url"), text)
    if upstream.connect_timeout_s > upstream.timeout_s:
        yield _longer(upstream, "connect_timeout_s", "timeout_s")
    if upstream.retry_first_s > upstream.retry_longest_s:
        yield _longer(upstream, "retry_first_s", "retry_longest_s")


def _url_faults(url: str, upstream: UpstreamSection) -> Iterator[SchemaFinding]:
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - reading it checks it
    except ValueError as error:
        yield SchemaFinding(
            ("upstream", "url"), f"[upstream] url = '{url}' can't be: {error}; mend it"
        )
        return
    if "?" in url or "#" in url:
        text = (
            f"[upstream] url = '{url}' has a part behind ? or #, which boxd needs for itself;"
            " end it with the path"
        )
        yield SchemaFinding(("upstream", "url"), text)
    if parts.scheme == "http" and not is_loopback(parts):
        text = (
            f"[upstream] url = '{url}' is plain HTTP, which anybody on the way can read and"
            " answer; write https:// (http:// is for this machine's own addresses)"
        )
        yield SchemaFinding(("upstream", "url"), text)
    if parts.scheme == "http" and upstream.ca_file is not None:
        text = "[upstream] ca_file is of no use without https; remove it, or write https://"
        yield SchemaFinding(("upstream", "ca_file"), text)


def is_loopback(parts: SplitResult) -> bool:
    """Whether an address is one of this machine."""
    host = parts.hostname or ""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _longer(upstream: UpstreamSection, first: str, last: str) -> SchemaFinding:
    low, high = getattr(upstream, first), getattr(upstream, last)
    text = (
        f"[upstream] {first} = {low:g} is longer than {last} = {high:g}; make {first} smaller,"
        f" or {last} greater"
    )
    return SchemaFinding(("upstream", first if first in upstream.model_fields_set else last), text)
