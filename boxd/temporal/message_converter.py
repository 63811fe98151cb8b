"""Converts messages: each names its class, and a refused payload never becomes a value.

The name binds a message to its kind: one that was sealed as an attendee's scan is not accepted as
an attendant's verdict, although both belong to the same workflow.
"""

from __future__ import annotations

from dataclasses import is_dataclass
from enum import StrEnum
from functools import cache
from typing import Any, get_type_hints

from temporalio.api.common.v1 import Payload
from temporalio.api.failure.v1 import Failure
from temporalio.converter import (
    CompositePayloadConverter,
    DataConverter,
    DefaultFailureConverterWithEncodedAttributes,
    DefaultPayloadConverter,
    EncodingPayloadConverter,
    JSONPlainPayloadConverter,
    JSONTypeConverter,
    PayloadConverter,
    value_to_type,
)
from temporalio.exceptions import ApplicationError

from boxd.temporal.payload_codec import REFUSED, SealingCodec, is_refused
from boxd.temporal.seal import Seal

NOT_SEALED = "NotSealed"
_CLASS = "class"
_JSON = "json/plain"
_PLAIN = frozenset({str, int, float, bool})


def not_sealed(why: str) -> ApplicationError:
    """The final error for what this box did not seal; it is not tried again."""
    return ApplicationError(why, type=NOT_SEALED, non_retryable=True)


class _DataclassConverter(JSONTypeConverter):
    """Makes dataclasses and enums as the SDK does, which looks up their fields for each message.

    That takes half a millisecond, and an answer is read three times before its locker opens.
    """

    def to_typed_value(self, hint: type, value: Any) -> Any:
        """The value. Raises TypeError or ValueError for one that does not fit."""
        if hint is type(value) and hint in _PLAIN:
            return value
        if isinstance(hint, type) and issubclass(hint, StrEnum) and isinstance(value, str):
            return hint(value)
        if not is_dataclass(hint) or not isinstance(value, dict):
            return JSONTypeConverter.Unhandled
        known = {
            name: value_to_type(kind, value[name], [self])
            for name, kind in _hints(hint).items()
            if name in value
        }
        return hint(**known)


class MessageConverter(JSONPlainPayloadConverter):
    """JSON that names its dataclass, and can become no other."""

    def __init__(self) -> None:
        super().__init__(custom_type_converters=[_DataclassConverter()])

    def to_payload(self, value: Any) -> Payload | None:
        """The value as JSON."""
        payload = super().to_payload(value)
        if payload is not None and is_dataclass(value):
            payload.metadata[_CLASS] = type(value).__name__.encode()
        return payload

    def from_payload(self, payload: Payload, type_hint: type | None = None) -> Any:
        """The value. Raises ApplicationError for a message of another class."""
        if is_dataclass(type_hint):
            named = payload.metadata.get(_CLASS, b"").decode(errors="replace")
            if named != type_hint.__name__:
                raise not_sealed(f"a {type_hint.__name__} is expected here, and this is a {named}")
        return super().from_payload(payload, type_hint)


class _RefusedConverter(EncodingPayloadConverter):
    """Turns what the codec refused into an error at its first use."""

    @property
    def encoding(self) -> str:
        return REFUSED.decode()

    def to_payload(self, value: Any) -> Payload | None:
        return None

    def from_payload(self, payload: Payload, type_hint: type | None = None) -> Any:
        raise not_sealed("it was not sealed by this box, or for another workflow")


class SealedPayloadConverter(CompositePayloadConverter):
    """The SDK's converters, with messages that name their class."""

    def __init__(self) -> None:
        plain = DefaultPayloadConverter().converters.values()
        super().__init__(
            *(MessageConverter() if each.encoding == _JSON else each for each in plain),
            _RefusedConverter(),
        )


class SealedFailureConverter(DefaultFailureConverterWithEncodedAttributes):
    """Failures with sealed texts; unsealed texts are shown to nobody."""

    def to_failure(
        self, exception: BaseException, payload_converter: PayloadConverter, failure: Failure
    ) -> None:
        """The failure; an activity whose arguments were refused is not tried again."""
        super().to_failure(exception, payload_converter, failure)
        cause = exception.__cause__
        if isinstance(cause, ApplicationError) and cause.type == NOT_SEALED:
            failure.application_failure_info.non_retryable = True

    def from_failure(self, failure: Failure, payload_converter: PayloadConverter) -> BaseException:
        """The exception; the texts of application errors have to be sealed."""
        is_said = failure.HasField("application_failure_info")
        is_sealed = failure.HasField("encoded_attributes") and not is_refused(
            failure.encoded_attributes
        )
        if is_said and not is_sealed:  # forged, or the server's own text about an ended workflow
            return not_sealed("it ended without an answer of its own; look, and try again")
        return super().from_failure(failure, payload_converter)


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def sealed_converter(seal: Seal) -> DataConverter:
    """The data converter of a box's client and workers."""
    return DataConverter(
        payload_converter_class=SealedPayloadConverter,
        payload_codec=SealingCodec(seal),
        failure_converter_class=SealedFailureConverter,
    )


def seal_of(converter: DataConverter) -> Seal | None:
    """The seal of a data converter; None for one without."""
    codec = converter.payload_codec
    return codec.seal if isinstance(codec, SealingCodec) else None
