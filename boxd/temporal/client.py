"""The connection to Temporal: to the embedded server, or to the configured address."""

from __future__ import annotations

import asyncio
import logging
from functools import cache
from typing import TYPE_CHECKING, Any

from boxd.config.schema import Temporal
from boxd.errors import TemporalUnavailable
from boxd.temporal.command import LOOPBACK, SEARCH_ATTRIBUTES
from boxd.temporal.credentials import Credentials, read_credentials

if TYPE_CHECKING:
    from temporalio.client import Client
    from temporalio.runtime import Runtime
    from temporalio.service import RetryConfig

    from boxd.temporal.seal import Seal

FIRST_DELAY_S = 0.02
LONGEST_DELAY_S = 1
CONNECT_DEADLINE_S = 5
CALL_RETRIED_FOR_S = 2  # a killed server is back within a second; people notice a longer wait

# The SDK's messages, and what they mean here. The first text that occurs in the message counts.
MEANINGS = (
    ("ConnectionRefused", "nobody listens there; is the service running, is the port right?"),
    ("dns error", "the name is not known; is the network up, is temporal.address right?"),
    ("InvalidContentType", "it does not speak TLS; set temporal.tls = false or another address"),
    ("PrivateKeyParseError", "temporal.tls_key_file is no private key that can be used"),
    ("UnknownIssuer", "temporal.tls_ca_file did not sign its certificate"),
    ("NotValidForName", "its certificate is for another name than temporal.address"),
    ("CertificateRequired", "it wants a client certificate: temporal.tls_cert_file and _key_file"),
    ("Unauthenticated", "it does not accept temporal.api_key_file"),
    ("unauthorized", "temporal.api_key_file gives no right to temporal.namespace"),
)


def target(settings: Temporal) -> str:
    """The address that clients connect to, as host:port."""
    return settings.address or f"{LOOPBACK}:{settings.port}"


async def connect(
    settings: Temporal, seal: Seal | None, deadline_s: float = CONNECT_DEADLINE_S
) -> Client:
    """Connect, and return once the server has answered; tries until the deadline, else for ever.

    All messages through it are sealed, and unsealed ones are refused; only tests pass no `seal`.
    It also checks the namespace, and adds missing search attributes.
    Raises ConfigError for a file that can't be used; at the deadline TemporalUnavailable with the
    last error.
    """
    credentials = await asyncio.to_thread(read_credentials, settings)
    delay_s = FIRST_DELAY_S
    why = f"{target(settings)} did not answer within {deadline_s:g} s"
    try:
        async with asyncio.timeout(deadline_s):
            while True:
                try:
                    return await _attempt(settings, seal, credentials)
                except TemporalUnavailable as error:
                    why = str(error)
                await asyncio.sleep(delay_s)
                delay_s = min(LONGEST_DELAY_S, delay_s * 2)
    except TimeoutError:
        raise TemporalUnavailable(why) from None


def cli_environment(settings: Temporal) -> dict[str, str]:
    """The environment variables that point the `temporal` command line at this box's Temporal.

    Raises ConfigError for an API key file that can't be used.
    """
    environment = {
        "TEMPORAL_ADDRESS": target(settings),
        "TEMPORAL_NAMESPACE": settings.namespace,
    }
    if settings.address is None:
        return environment
    if _wants_tls(settings):
        environment["TEMPORAL_TLS"] = "true"
    files = {
        "TEMPORAL_TLS_SERVER_CA_CERT_PATH": settings.tls_ca_file,
        "TEMPORAL_TLS_CLIENT_CERT_PATH": settings.tls_cert_file,
        "TEMPORAL_TLS_CLIENT_KEY_PATH": settings.tls_key_file,
    }
    environment |= {name: str(path) for name, path in files.items() if path is not None}
    api_key = read_credentials(settings).api_key
    return environment if api_key is None else {**environment, "TEMPORAL_API_KEY": api_key}


async def _attempt(settings: Temporal, seal: Seal | None, credentials: Credentials) -> Client:
    from temporalio.client import Client
    from temporalio.service import RPCError

    try:
        client = await Client.connect(
            target(settings),
            namespace=settings.namespace,
            retry_config=_retries(),
            runtime=runtime(),
            **_sealing_options(settings, seal),
            **_connection_options(settings, credentials),
        )
        await _ensure_search_attributes(client)
    except (RuntimeError, ValueError, RPCError) as error:
        raise TemporalUnavailable(_explain(settings, error)) from error
    return client


def _sealing_options(settings: Temporal, seal: Seal | None) -> dict[str, Any]:
    from boxd.temporal.message_converter import sealed_converter
    from boxd.temporal.sealed_calls import CallSeal, SealedCalls

    if seal is None:
        return {}
    calls = SealedCalls(CallSeal(seal, settings.namespace))
    return {"data_converter": sealed_converter(seal), "interceptors": [calls]}


def _connection_options(settings: Temporal, credentials: Credentials) -> dict[str, Any]:
    from temporalio.service import GrpcCompression, KeepAliveConfig, TLSConfig

    if settings.address is None:
        return {"tls": False, "grpc_compression": GrpcCompression.NONE}
    tls = TLSConfig(
        server_root_ca_cert=credentials.ca,
        client_cert=credentials.certificate,
        client_private_key=credentials.private_key,
    )
    return {
        "tls": tls if _wants_tls(settings) else False,
        "api_key": credentials.api_key,
        # A network that is gone without a sign is noticed after 20 s, not after 45.
        "keep_alive_config": KeepAliveConfig(interval_millis=15_000, timeout_millis=5_000),
    }


def _wants_tls(settings: Temporal) -> bool:
    return settings.tls or settings.tls_ca_file is not None or settings.tls_cert_file is not None


def _retries() -> RetryConfig:
    from temporalio.service import RetryConfig

    return RetryConfig(
        initial_interval_millis=50,
        max_interval_millis=500,
        max_elapsed_time_millis=CALL_RETRIED_FOR_S * 1000,
        max_retries=100,
    )


async def _ensure_search_attributes(client: Client) -> None:
    """Make workflows searchable by box, bay, locker, prize and state; fails without the namespace.

    The box's own server takes its options for a new database only: an upgrade adds what is missing.
    """
    from temporalio.api.enums.v1 import IndexedValueType
    from temporalio.api.operatorservice.v1 import (
        AddSearchAttributesRequest,
        ListSearchAttributesRequest,
    )

    listed = await client.operator_service.list_search_attributes(
        ListSearchAttributesRequest(namespace=client.namespace)
    )
    missing = [name for name in SEARCH_ATTRIBUTES if name not in listed.custom_attributes]
    if missing:
        keyword = IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD
        await client.operator_service.add_search_attributes(
            AddSearchAttributesRequest(
                namespace=client.namespace, search_attributes=dict.fromkeys(missing, keyword)
            )
        )


def _explain(settings: Temporal, error: Exception) -> str:
    said = str(error)
    where = f"Temporal at {target(settings)} can't be used"
    if "Namespace" in said and "not found" in said:
        return f"{where}: it has no namespace '{settings.namespace}'; create it there first"
    if "search attribute" in said.lower():
        names = " ".join(f"--name {name} --type Keyword" for name in SEARCH_ATTRIBUTES)
        return f"{where}: temporal operator search-attribute create {names} (it says: {said})"
    meaning = next((meaning for word, meaning in MEANINGS if word in said), said)
    return f"{where}: {meaning}"


@cache
def runtime() -> Runtime:
    """The SDK's runtime, one per process: its log lines go through Python's logging."""
    from temporalio.runtime import (
        LogForwardingConfig,
        LoggingConfig,
        Runtime,
        TelemetryConfig,
        TelemetryFilter,
    )

    logging_config = LoggingConfig(
        filter=TelemetryFilter(core_level="WARN", other_level="ERROR"),
        forwarding=LogForwardingConfig(logger=logging.getLogger("temporalio.core")),
    )
    return Runtime(
        telemetry=TelemetryConfig(logging=logging_config),
        worker_heartbeat_interval=None,  # nobody needs a list of one worker
    )
