"""Seals every payload, bound to its namespace, its workflow and its receiver.

A sealed payload names in clear text what it is bound to, so that a codec endpoint, which gets
nothing else, can open it for people. A worker or a client opens only what is bound to its own
place.
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
    """Seals what leaves; marks what arrives without a seal for this place as refused.

    It raises no error, because an error here would fail everything in the same workflow task, also
    an honest workflow's payloads.
    """

    def __init__(self, seal: Seal, namespace: str = "", place: bytes = b"") -> None:
        self.seal = seal
        self._namespace = namespace
        self._place = place

    def with_context(self, context: SerializationContext) -> SealingCodec:
        """The codec for a workflow's own payloads, or for those of one of its activities."""
        if isinstance(context, WorkflowSerializationContext):
            place = f"w {context.workflow_id}"
        elif isinstance(context, ActivitySerializationContext):
            place = f"a {context.activity_type} {context.workflow_id}"
        else:  # Nexus, which boxd does not use
            return SealingCodec(self.seal)
        return SealingCodec(self.seal, context.namespace, place.encode())

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """The sealed payloads. Raises ValueError if it is unknown what they belong to."""
        if not self._place:
            raise ValueError("a payload that belongs to no workflow is not sealed, and not sent")
        purpose = purpose_of(self._namespace, self._place)
        return [self._sealed(payload, purpose) for payload in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """The opened payloads; those that were not sealed are marked as refused."""
        return [self._opened(payload) or refused() for payload in payloads]

    def _sealed(self, payload: Payload, purpose: bytes) -> Payload:
        data = self.seal.close(payload.SerializeToString(), purpose)
        return Payload(metadata={ENCODING: SEALED, PLACE: self._place}, data=data)

    def _opened(self, payload: Payload) -> Payload | None:
        if not self._place or payload.metadata.get(PLACE) != self._place:
            return None
        return opened(self.seal, payload, self._namespace)


def opened(seal: Seal, payload: Payload, namespace: str) -> Payload | None:
    """The content of the payload, whatever it belongs to; None if this seal did not seal it."""
    metadata = payload.metadata  # [] would add a missing key
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
    """What a seal is bound to; the length separates the namespace from the place."""
    return b"%d %s %s" % (len(namespace), namespace.encode(), place)


def refused() -> Payload:
    """The replacement for a refused payload."""
    return Payload(metadata={ENCODING: REFUSED})


def is_refused(payload: Payload) -> bool:
    """Whether the codec refused it."""
    return payload.metadata.get(ENCODING) == REFUSED
