"""The part of the server's HTTP API that boxd needs before it has loaded the SDK.

Importing the SDK takes a third of a second, and a start does not wait for that.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any
from urllib.parse import quote

from boxd.errors import TemporalUnavailable
from boxd.temporal.command import HTTP_API_HOST, LOOPBACK, SEARCH_ATTRIBUTES

NOT_FOUND = 404
_IN_USE = "NAMESPACE_STATE_REGISTERED"


async def answers(port: int, timeout_s: float) -> bool:
    """Whether the server answers at all."""
    try:
        await _ask(port, "GET", "/api/v1/system-info", timeout_s=timeout_s)
    except TemporalUnavailable:
        return False
    return True


async def why_spoilt(port: int, namespace: str, timeout_s: float) -> str:
    """Why no workflow can be started any more, whatever is tried; empty if one can.

    Whoever reaches the server can deprecate the namespace, which nothing takes back, and remove
    search attributes. Raises TemporalUnavailable if the server does not answer.
    """
    described = await _ask(port, "GET", _path_of(namespace), timeout_s=timeout_s)
    if described["namespaceInfo"]["state"] != _IN_USE:
        return f"somebody has put the namespace '{namespace}' out of use"
    if missing := await _missing_attributes(port, namespace, timeout_s):
        return f"somebody has removed search attributes: {', '.join(missing)}"
    return ""


async def ensure_namespace(port: int, namespace: str, retention_days: int) -> None:
    """Make sure that the namespace exists, with its search attributes and retention.

    Raises TemporalUnavailable until it does.
    """
    path = _path_of(namespace)
    described = await _ask(port, "GET", path)
    retention = f"{retention_days * 24 * 3600}s"
    if described["config"]["workflowExecutionRetentionTtl"] != retention:
        change = {"config": {"workflowExecutionRetentionTtl": retention}}
        await _ask(port, "POST", f"{path}/update", change)
    if missing := await _missing_attributes(port, namespace):
        raise TemporalUnavailable(f"search attributes not there yet: {missing}")


def _path_of(namespace: str) -> str:
    return f"/api/v1/namespaces/{quote(namespace, safe='')}"


async def _missing_attributes(port: int, namespace: str, timeout_s: float = 2) -> list[str]:
    path = f"{_path_of(namespace)}/search-attributes"
    answered = await _ask(port, "GET", path, timeout_s=timeout_s)
    # The field is left out when none is left.
    return sorted(set(SEARCH_ATTRIBUTES) - answered.get("customAttributes", {}).keys())


async def _ask(port: int, method: str, path: str, body: object = None, timeout_s: float = 2) -> Any:
    try:
        async with asyncio.timeout(timeout_s):
            head, _, content = (await _exchange(port, method, path, body)).partition(b"\r\n\r\n")
        status, answer = int(head.split()[1]), json.loads(content)
    except (OSError, TimeoutError, ValueError, IndexError) as error:
        raise TemporalUnavailable(f"no answer to {method} {path} yet: {error}") from error
    if status != 200:
        raise TemporalUnavailable(f"{method} {path}: {status}, {answer.get('message', '')}")
    return answer


async def _exchange(port: int, method: str, path: str, body: object) -> bytes:
    content = b"" if body is None else json.dumps(body).encode()
    reader, writer = await asyncio.open_connection(LOOPBACK, port)
    try:
        writer.write(
            f"{method} {path} HTTP/1.0\r\nHost: {HTTP_API_HOST}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n".encode()
            + content
        )
        return await reader.read(-1)  # HTTP/1.0: the response ends with the connection
    finally:
        writer.close()
