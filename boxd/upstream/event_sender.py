"""The sender: delivers the outbox's events to upstream, in order, until none waits.

There is only one: an event is sent again until its receipt was read, so a second sender could
overtake it. It remembers only how often it failed; everything else is in the ledger.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import structlog

from boxd.errors import ConfigError
from boxd.ledger import alarms, outbox
from boxd.ledger.audit_key import AuditKey
from boxd.ledger.ledger import Ledger, Transaction, as_text
from boxd.ledger.outbox import Event
from boxd.machine_clock import utc_now
from boxd.upstream import evidence
from boxd.upstream.backoff import Backoff
from boxd.upstream.batch import EventBatch, batch_of
from boxd.upstream.client import UpstreamClient
from boxd.upstream.delivery_status import DeliveryStatus, mend, raise_trouble
from boxd.upstream.evidence import Evidence
from boxd.upstream.exchange import Unreachable, Untrusted
from boxd.upstream.response_meaning import Meaning, ResponseMeaning, meaning_of
from boxd.words import N_

_REFUSED = N_(
    "Upstream refused events for good. `boxd outbox list --dead` says which and why,"
    " `boxd outbox resend` sends them again. `boxd alarms clear` ends this alarm."
)

log = structlog.get_logger("boxd.upstream")

# After so many batches the workflow checks whether the sender is still wanted.
_BATCHES_A_ROUND = 20
# A round may be this late: the server is busy or was restarted.
_OVERDUE_S = 60.0
# A run of events that upstream takes none of is longer only where the box is to blame.
_MOST_NEIGHBOURS = 64
_DELIVERY = "delivery"
_DEAD = "dead_letters"


@dataclass(frozen=True)
class Rules:
    """The configured rules of delivery."""

    box: str
    batch: int
    backoff: Backoff
    key: AuditKey | None = None  # signs the heads of the audit trail that go with events


@dataclass(frozen=True)
class Round:
    """The result of a round: nothing waits any more, or try again after `wait_s`, and why."""

    is_done: bool
    wait_s: float = 0
    why: str = ""


class EventSender:
    """Owns the state of delivery; `on_change` is called when it changes."""

    def __init__(self, ledger: Ledger, caller: UpstreamClient, rules: Rules) -> None:
        self.on_change: Callable[[], None] = lambda: None
        self._ledger = ledger
        self._caller = caller
        self._rules = rules
        self._trouble = DeliveryStatus()
        self._at_work = asyncio.Lock()
        self._beat: Callable[[], None] = lambda: None
        self._is_idle = True
        self._due = time.monotonic()
        self._batch = rules.batch  # smaller while a refused event is searched for

    @property
    def trouble(self) -> DeliveryStatus:
        """The present trouble."""
        return self._trouble

    @property
    def is_idle(self) -> bool:
        """Whether the next round begins only on request."""
        return self._is_idle

    @property
    def is_overdue(self) -> bool:
        """Whether a promised round did not begin: nobody drives the sender any more."""
        waits = not self._is_idle and not self._at_work.locked()
        return waits and time.monotonic() > self._due + _OVERDUE_S

    async def round(self, beat: Callable[[], None] = lambda: None) -> Round:
        """Deliver what waits, as far as possible; `beat` is called after each exchange.

        Raises LedgerUnusable.
        """
        async with self._at_work:
            self._beat = beat
            for _ in range(_BATCHES_A_ROUND):
                # Reset before the look: an event recorded during it makes another round.
                self._is_idle = True
                waiting = await self._ledger.read(partial(outbox.first, limit=self._batch))
                if not waiting:
                    return Round(is_done=True)
                self._is_idle = False
                failed = await self._deliver(batch_of(waiting, self._rules.box, self._rules.key))
                if failed is not None:
                    return failed
            self._due = time.monotonic()
            return Round(is_done=False)

    async def _deliver(self, batch: EventBatch) -> Round | None:
        """Send one batch; returns when to try again, None to go on."""
        found = await self._ask(batch)
        match found.meaning:
            case Meaning.RECEIVED:
                await self._received(batch.events[found.received - 1])
                return None
            case Meaning.REFUSED if len(batch.events) > 1:
                self._batch = max(1, len(batch.events) // 2)
                return None
            case Meaning.REFUSED:
                return await self._judge(batch.events[0], found)
            case _:
                return await self._failed(found)

    async def _judge(self, first: Event, refusal: ResponseMeaning) -> Round | None:
        """Whether the first event is to blame, or this box: those behind it are asked for."""
        most = min(2 ** min(self._trouble.failures, 9), _MOST_NEIGHBOURS)
        behind = await self._ledger.read(partial(outbox.waiting, after=first.seq, limit=most))
        found = await evidence.gather(first, refusal, behind, self._ask_alone)
        if found.taken is None or not await self._settle(found, found.taken):
            return await self._failed(found.trouble)
        self._goes_on()
        return None

    async def _ask_alone(self, event: Event) -> ResponseMeaning:
        return await self._ask(batch_of([event], self._rules.box, self._rules.key))

    async def _ask(self, batch: EventBatch) -> ResponseMeaning:
        try:
            answer = await self._caller.post(batch.id, batch.body)
        except (Untrusted, ConfigError) as error:
            return ResponseMeaning(Meaning.NEEDS_A_PERSON, str(error))
        except Unreachable as error:
            return ResponseMeaning(Meaning.LATER, str(error))
        finally:
            self._beat()
        return meaning_of(answer, batch.ids, utc_now())

    async def _received(self, last: Event) -> None:
        def prune(tx: Transaction) -> None:
            outbox.received(tx, last)
            mend(tx, _DELIVERY)

        await self._ledger.write(prune)
        self._goes_on()

    async def _settle(self, found: Evidence, taken: Event) -> bool:
        """Bury the events to blame; False if there are too many dead letters already."""

        def settle(tx: Transaction) -> bool:
            if not all(outbox.bury(tx, event, why) for event, why in found.to_blame):
                return False
            outbox.received(tx, taken)
            mend(tx, _DELIVERY)
            if found.to_blame:
                alarms.raise_alarm(tx, _DEAD, "upstream", _REFUSED)
            return True

        settled = await self._ledger.write(settle)
        for event, why in found.to_blame if settled else ():
            log.warning("event.dead_lettered", id=event.id, type=event.type, why=why)
        return settled

    def _goes_on(self) -> None:
        """Upstream took something: larger batches again, and no trouble."""
        self._batch = min(self._rules.batch, self._batch * 2)
        if self._trouble.failures:
            log.info("upstream.recovered", failures=self._trouble.failures)
            self._now(DeliveryStatus())

    async def _failed(self, found: ResponseMeaning) -> Round:
        failures = self._trouble.failures + 1
        wait_s = self._rules.backoff.wait_s(failures, random.random(), found.retry_after_s)  # noqa: S311 - it spreads load, it guards nothing
        if found.meaning is not Meaning.LATER:
            await raise_trouble(self._ledger, _DELIVERY, found.why)
        if found.why != self._trouble.why:
            log.warning("delivery.failed", why=found.why, failures=failures)
        self._due = time.monotonic() + wait_s
        now = utc_now()
        since = self._trouble.since or as_text(now)
        next_at = as_text(now + timedelta(seconds=wait_s))
        self._now(DeliveryStatus(found.why, failures, since, next_at))
        return Round(is_done=False, wait_s=wait_s, why=found.why)

    def _now(self, trouble: DeliveryStatus) -> None:
        self._trouble = trouble
        self.on_change()
