"""Who reaches the server can spoil its database for good; the server begins a new one by itself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from temporalio.api.operatorservice.v1 import (
    DeleteNamespaceRequest,
    RemoveSearchAttributesRequest,
)
from temporalio.api.workflowservice.v1 import (
    DeprecateNamespaceRequest,
    SetWorkerDeploymentCurrentVersionRequest,
)
from temporalio.client import Client
from temporalio.service import RPCError

from boxd.config.schema import Temporal
from boxd.temporal import server as server_module
from boxd.temporal.command import SEARCH_ATTRIBUTES
from tests.temporal.conftest import serving, until


async def deprecate(client: Client) -> None:
    request = DeprecateNamespaceRequest(namespace=client.namespace)
    await client.workflow_service.deprecate_namespace(request)


async def remove_attributes(client: Client) -> None:
    request = RemoveSearchAttributesRequest(
        namespace=client.namespace, search_attributes=SEARCH_ATTRIBUTES
    )
    await client.operator_service.remove_search_attributes(request)


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (deprecate, "somebody has put the namespace 'default' out of use"),
        (remove_attributes, "somebody has removed search attributes: BoxdBay, "),
    ],
)
async def test_a_spoilt_database_is_kept_and_a_new_one_serves(
    settings: Temporal,
    directory: Path,
    monkeypatch: pytest.MonkeyPatch,
    spoil: Callable[[Client], Awaitable[None]],
    why: str,
) -> None:
    monkeypatch.setattr(server_module, "PROBE_EVERY_S", 0.1)
    async with serving(settings, directory) as watched:
        before = watched.server.pid
        await spoil(await Client.connect(f"127.0.0.1:{settings.port}"))
        await until(lambda: watched.server.pid not in (before, None), "a new server")
        await watched.server.serving()
        (kept,) = watched.set_aside
        assert kept.why.startswith(why)
        client = await Client.connect(f"127.0.0.1:{settings.port}")
        started = await client.start_workflow("Any", id="any", task_queue="any")
        assert (await started.describe()).id == "any"


async def test_what_no_restart_would_mend_is_not_done(settings: Temporal, directory: Path) -> None:
    async with serving(settings, directory):
        client = await Client.connect(f"127.0.0.1:{settings.port}")
        with pytest.raises(RPCError, match="protected from deletion"):
            await client.operator_service.delete_namespace(
                DeleteNamespaceRequest(namespace=client.namespace)
            )
        with pytest.raises(RPCError, match="disabled"):
            await client.workflow_service.set_worker_deployment_current_version(
                SetWorkerDeploymentCurrentVersionRequest(
                    namespace=client.namespace, deployment_name="made-up", build_id="1"
                )
            )
