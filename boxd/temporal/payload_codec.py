"""Sealing of every payload, bound to its namespace, its workflow and whom it is for.

A sealed payload names in clear what it is bound to, so that a codec endpoint, which is told nothing
else, can open it for people. A worker or a client opens only what is bound to its own place.
"""

from __future__ import annotations

from collections.abc import Sequence

from google.protobuf.message import DecodeError
from temporalio.api.common.v1 import Payload
from temporalio.converter import (
    ActivitySerializationContext,
    PayloadCodec,
    SerializationContext,
    WithSerializationContext,
    WorkflowSerializationContext,
)

from boxd.temporal.seal import Seal

ENCODING = "encoding"
SEALED = b"binary/sealed"
REFUSED = b"binary/refused"
PLACE = "for"


class SealingCodec(PayloadCodec, WithSerializationContext):
    """Seals what leaves; what comes in and was not sealed for this place is marked as refused.

    It is marked and no error is raised: an error here would fail whatever else came in the same
    workflow task, an honest workflow's too.
    """

    def __init__(self, seal: Seal, namespace: str = "", place: bytes = b"") -> None:
        self.seal = seal
        self._namespace = namespace
        self._place = place

    def with_context(self, context: SerializationContext) -> SealingCodec:
        """The codec of a workflow's own payloads, or of those of one of its activities."""
        if isinstance(context, WorkflowSerializationContext):
            place = f"w {context.workflow_id}"
        elif isinstance(context, ActivitySerializationContext):
            place = f"a {context.activity_type} {context.workflow_id}"
        else:  # Nexus, which boxd does not use
            return SealingCodec(self.seal)
        return SealingCodec(self.seal, context.namespace, place.encode())

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """The payloads, sealed. Raises ValueError where nobody says what they belong to."""
        if not self._place:
            raise ValueError("a payload that belongs to no workflow is not sealed, and not sent")
        purpose = purpose_of(self._namespace, self._place)
        return [self._sealed(payload, purpose) for payload in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """The payloads, opened, or marked as refused."""
        return [self._opened(payload) or refused() for payload in payloads]

    def _sealed(self, payload: Payload, purpose: bytes) -> Payload:
        data = self.seal.close(payload.SerializeToString(), purpose)
        return Payload(metadata={ENCODING: SEALED, PLACE: self._place}, data=data)

    def _opened(self, payload: Payload) -> Payload | None:
        if not self._place or payload.metadata.get(PLACE) != self._place:
            return None
        return opened(self.seal, payload, self._namespace)


def opened(seal: Seal, payload: Payload, namespace: str) -> Payload | None:
    """What the payload holds, wherever it belongs to; None when this seal did not seal it."""
    metadata = payload.metadata  # not asked by [], which would add what is absent
    if metadata.get(ENCODING) != SEALED:
        return None
    plain = seal.open(payload.data, purpose_of(namespace, metadata.get(PLACE, b"")))
    if plain is None:
        return None
    try:
        return Payload.FromString(plain)
    except DecodeError:
        return None


def purpose_of(namespace: str, place: bytes) -> bytes:
    """What a seal is bound to; the length keeps a namespace from running into the place."""
    return b"%d %s %s" % (len(namespace), namespace.encode(), place)


def refused() -> Payload:
    """What stands for a payload that was refused."""
    return Payload(metadata={ENCODING: REFUSED})


def is_refused(payload: Payload) -> bool:
    """Whether the codec refused it."""
    return payload.metadata.get(ENCODING) == REFUSED
