"""Recorded histories are kept unsealed, so that any box can replay them."""

from __future__ import annotations

import base64
import json
from typing import Any

from temporalio.api.common.v1 import Payload

from boxd.temporal.payload_codec import opened
from boxd.temporal.seal import Seal


def opened_history(history: str, seal: Seal, namespace: str = "default") -> str:
    """The history, in JSON, with every payload that the seal opens in clear."""
    return json.dumps(_opened(json.loads(history), seal, namespace))


def _opened(part: Any, seal: Seal, namespace: str) -> Any:
    if isinstance(part, list):
        return [_opened(each, seal, namespace) for each in part]
    if not isinstance(part, dict):
        return part
    if set(part) == {"metadata", "data"}:
        return _opened_payload(part, seal, namespace)
    return {key: _opened(value, seal, namespace) for key, value in part.items()}


def _opened_payload(part: dict[str, Any], seal: Seal, namespace: str) -> dict[str, Any]:
    metadata = {key: base64.b64decode(value) for key, value in part["metadata"].items()}
    sealed = Payload(metadata=metadata, data=base64.b64decode(part["data"]))
    plain = opened(seal, sealed, namespace)
    if plain is None:
        return part
    shown = {key: base64.b64encode(value).decode() for key, value in plain.metadata.items()}
    return {"metadata": shown, "data": base64.b64encode(plain.data).decode()}
