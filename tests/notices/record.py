"""Records the history of the workflow of notices: one that was retried, then sent, then another.

python -m tests.notices.record

Histories of released versions are kept as they are.
"""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from boxd.config.schema import Temporal
from boxd.temporal.client import connect
from boxd.workflows.notices.messages import notices_workflow_id
from tests.histories.opening import opened_history
from tests.histories.record import without_machine
from tests.notices.receivers import MailBox, Posts, http_server, mail_server
from tests.notices.test_sending import BOX, RECORDED, at_work, teller
from tests.ports import free_ports
from tests.workflows.event import SEAL, until


async def record() -> str:
    """Play it on a fresh server; returns the history."""
    grpc, http, metrics, ui = free_ports(4)
    settings = Temporal(port=grpc, http_port=http, metrics_port=metrics, ui_port=ui, ui=False)
    mail_box, posts, folder = MailBox(), Posts(), Path(tempfile.mkdtemp())
    with http_server(posts):
        with mail_server(mail_box):
            pass  # it has its port, and is not there
        box = teller(folder, mail_box, posts)

        async def has_failed() -> bool:
            return bool((await box.standing("mail")).why)

        async def are_sent() -> bool:
            return (await box.standing("mail")).sent == 2

        async with at_work(box, settings, folder):
            await box.alarm("sold_out", "mug")
            await until(has_failed, "a failure")
            with mail_server(mail_box):
                await box.alarm("nobody_comes", "r-1")
                await until(are_sent, "both mails")
            handle = (await connect(settings, SEAL)).get_workflow_handle(notices_workflow_id(BOX))
            history = (await handle.fetch_history()).to_json()
        box.ledger.close()
    return without_machine(opened_history(history, SEAL))


if __name__ == "__main__":
    RECORDED.parent.mkdir(exist_ok=True)
    RECORDED.write_text(asyncio.run(record()), encoding="utf-8")
