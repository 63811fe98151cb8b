"""The shapes of what the API answers about prizes, codes, lockers, redemptions and the box."""

from __future__ import annotations

from typing import Any, Self

from pydantic import BaseModel, ConfigDict

from boxd.web.queries import CodeState

Json = dict[str, Any]


class Reply(BaseModel):
    """An answer; what it does not name is not told."""

    model_config = ConfigDict(extra="ignore", frozen=True, defer_build=True)

    @classmethod
    def of(cls, **members: Any) -> Self:
        """The answer with these members, in the shapes that they have."""
        return cls.model_validate(members)


class PrizeReply(Reply):
    """A prize with its stock: received = on_hand + held + dispensed + written_off."""

    sku: str
    name: str
    weight: int
    received: int
    on_hand: int
    held: int
    dispensed: int
    written_off: int


class PrizesReply(Reply):
    """Every prize."""

    prizes: tuple[PrizeReply, ...]


class OnePrizeReply(Reply):
    """A prize as it is now."""

    prize: PrizeReply


class CodeReply(Reply):
    """A code without its digits. `attendee` is null once they are forgotten."""

    id: int
    sku: str
    prize: str
    attendee: str | None
    box: str
    state: CodeState
    issued_at: str
    expires_at: str


class RevealedCodeReply(CodeReply):
    """A code; `code` are its digits, null unless they were asked for."""

    code: str | None = None


class OneCodeReply(Reply):
    """A code as it is now."""

    code: RevealedCodeReply


class CodesReply(Reply):
    """Codes, newest first; `next` is the cursor of what follows, null at the end."""

    codes: tuple[CodeReply, ...]
    next: int | None


class AttendeeCodesReply(Reply):
    """An attendee's codes, newest first; `next` is the cursor of what follows."""

    codes: tuple[RevealedCodeReply, ...]
    next: int | None


class NewCodeReply(Reply):
    """A new code with its digits."""

    id: int
    code: str
    attendee: str
    sku: str
    prize: str
    expires_at: str


class NewCodesReply(Reply):
    """New codes with their digits."""

    codes: tuple[NewCodeReply, ...]


class AlarmReply(Reply):
    """What a person should look at."""

    id: int
    kind: str
    subject: str
    text: str
    raised_at: str
    cleared_at: str | None = None


class AlarmsReply(Reply):
    """The alarms that stand, newest first."""

    alarms: tuple[AlarmReply, ...]


class OneAlarmReply(Reply):
    """An alarm as it is now."""

    alarm: AlarmReply


class LockerReply(Reply):
    """A locker as the HUD shows it."""

    id: int
    bay: str
    state: str
    reason: str
    door: str
    believed: str
    latch: str
    prize: str


class LockersReply(Reply):
    """Every locker."""

    lockers: tuple[LockerReply, ...]


class ServiceReply(Reply):
    """Whether a locker is in service, and the redemption that it holds."""

    id: int
    in_service: bool
    reason: str
    redemption: str | None
    stage: str | None
    prize: str | None


class OneLockerReply(Reply):
    """A locker as it is now."""

    locker: ServiceReply


class OverrideReply(Reply):
    """What came of an override: done, failed or unknown."""

    outcome: str
    note: str
    actuation: str


class DevicesReply(Reply):
    """Every device with its state and parts, and what is plugged in but not configured."""

    devices: tuple[Json, ...]
    strangers: tuple[Json, ...]


class RedemptionReply(Reply):
    """A redemption: where it stands, since when, and what it is about."""

    id: str
    bay: str
    stage: str
    step: int
    attempt: int
    outcome_unknown: bool
    locker: int | None
    code: int | None
    sku: str | None
    prize: str
    refusal: str | None
    begun_at: str
    since: str
    ended_at: str | None


class RedemptionsReply(Reply):
    """Redemptions, newest first; `next` is the cursor of what follows, null at the end."""

    redemptions: tuple[RedemptionReply, ...]
    next: str | None


class OneRedemptionReply(Reply):
    """A redemption with all that belongs to it."""

    redemption: RedemptionReply
    answers: tuple[Json, ...]
    actuations: tuple[Json, ...]
    audit: tuple[AuditRow, ...]


class AcceptedReply(Reply):
    """An answer that was accepted, and where the redemption stands since."""

    accepted: bool
    why: str
    stage: str
    step: int


class AuditRow(Reply):
    """A row of the audit trail; `hash` chains it to the row before."""

    seq: int
    at: str
    actor: str
    action: str
    cause: str
    redemption: str | None
    bay: str | None
    locker: int | None
    code: int | None
    sku: str | None
    detail: Json
    hash: str


class AuditReply(Reply):
    """A stretch of the audit trail, oldest first; `next` is the cursor of what follows."""

    audit: tuple[AuditRow, ...]
    next: int | None


class StatusReply(Reply):
    """All that the HUD shows at one moment."""

    model_config = ConfigDict(extra="allow", frozen=True, defer_build=True)

    version: int
    at: str
    box: Json
    health: Json
    operator: Json
    prompts: tuple[Json, ...]
    bays: tuple[Json, ...]
    lockers: tuple[LockerReply, ...]
    devices: tuple[Json, ...]
    strangers: tuple[Json, ...]
    stock: tuple[PrizeReply, ...]
    alarms: tuple[AlarmReply, ...]
    events: tuple[Json, ...]


class TokenReply(Reply):
    """A token without its secret."""

    id: int
    name: str
    role: str
    created_at: str
    last_used_at: str | None
    revoked_at: str | None


class TokensReply(Reply):
    """Every token, revoked ones too."""

    tokens: tuple[TokenReply, ...]


class OneTokenReply(Reply):
    """A token as it is now."""

    token: TokenReply


class NewTokenReply(Reply):
    """A new token and its secret, which nothing shows again."""

    token: TokenReply
    secret: str


class DoneReply(Reply):
    """It is done."""

    done: bool = True


class TestedReply(Reply):
    """What the self-test found."""

    tested: tuple[Json, ...]
