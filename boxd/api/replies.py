"""The shapes of what the API answers about prizes, codes, lockers, redemptions and the box."""

from __future__ import annotations

from typing import Any, Self

from pydantic import BaseModel, ConfigDict

from boxd.api.queries import CodeState

Json = dict[str, Any]


class ReplyModel(BaseModel):
    """An answer; what it does not name is not told."""

    model_config = ConfigDict(extra="ignore", frozen=True, defer_build=True)

    @classmethod
    def of(cls, **members: Any) -> Self:
        """The answer with these members, in the shapes that they have."""
        return cls.model_validate(members)


class PrizeReply(ReplyModel):
    """A prize with its stock: received = on_hand + held + dispensed + written_off."""

    sku: str
    name: str
    weight: int
    received: int
    on_hand: int
    held: int
    dispensed: int
    written_off: int


class PrizesReply(ReplyModel):
    """Every prize."""

    prizes: tuple[PrizeReply, ...]


class OnePrizeReply(ReplyModel):
    """A prize as it is now."""

    prize: PrizeReply


class CodeReply(ReplyModel):
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


class OneCodeReply(ReplyModel):
    """A code as it is now."""

    code: RevealedCodeReply


class CodesReply(ReplyModel):
    """Codes, newest first; `next` is the cursor of what follows, null at the end."""

    codes: tuple[CodeReply, ...]
    next: int | None


class AttendeeCodesReply(ReplyModel):
    """An attendee's codes, newest first; `next` is the cursor of what follows."""

    codes: tuple[RevealedCodeReply, ...]
    next: int | None


class NewCodeReply(ReplyModel):
    """A new code with its digits."""

    id: int
    code: str
    attendee: str
    sku: str
    prize: str
    expires_at: str


class NewCodesReply(ReplyModel):
    """New codes with their digits."""

    codes: tuple[NewCodeReply, ...]


class AlarmReply(ReplyModel):
    """What a person should look at."""

    id: int
    kind: str
    subject: str
    text: str
    raised_at: str
    cleared_at: str | None = None


class AlarmsReply(ReplyModel):
    """The alarms that stand, newest first."""

    alarms: tuple[AlarmReply, ...]


class OneAlarmReply(ReplyModel):
    """An alarm as it is now."""

    alarm: AlarmReply


class LockerReply(ReplyModel):
    """A locker as the HUD shows it."""

    id: int
    bay: str
    state: str
    reason: str
    door: str
    believed: str
    latch: str
    prize: str


class LockersReply(ReplyModel):
    """Every locker."""

    lockers: tuple[LockerReply, ...]


class ServiceReply(ReplyModel):
    """Whether a locker is in service, and the redemption that it holds."""

    id: int
    in_service: bool
    reason: str
    redemption: str | None
    stage: str | None
    prize: str | None


class OneLockerReply(ReplyModel):
    """A locker as it is now."""

    locker: ServiceReply


class OverrideReply(ReplyModel):
    """What came of an override: done, failed or unknown."""

    outcome: str
    note: str
    actuation: str


class DevicesReply(ReplyModel):
    """Every device with its state and parts, and what is plugged in but not configured."""

    devices: tuple[Json, ...]
    strangers: tuple[Json, ...]


class RedemptionReply(ReplyModel):
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


class RedemptionsReply(ReplyModel):
    """Redemptions, newest first; `next` is the cursor of what follows, null at the end."""

    redemptions: tuple[RedemptionReply, ...]
    next: str | None


class OneRedemptionReply(ReplyModel):
    """A redemption with all that belongs to it."""

    redemption: RedemptionReply
    answers: tuple[Json, ...]
    actuations: tuple[Json, ...]
    audit: tuple[AuditRow, ...]


class AcceptedReply(ReplyModel):
    """An answer that was accepted, and where the redemption stands since."""

    accepted: bool
    why: str
    stage: str
    step: int


class AuditRow(ReplyModel):
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


class AuditReply(ReplyModel):
    """A stretch of the audit trail, oldest first; `next` is the cursor of what follows."""

    audit: tuple[AuditRow, ...]
    next: int | None


class StatusReply(ReplyModel):
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


class TokenReply(ReplyModel):
    """A token without its secret."""

    id: int
    name: str
    role: str
    created_at: str
    last_used_at: str | None
    revoked_at: str | None


class TokensReply(ReplyModel):
    """Every token, revoked ones too."""

    tokens: tuple[TokenReply, ...]


class OneTokenReply(ReplyModel):
    """A token as it is now."""

    token: TokenReply


class NewTokenReply(ReplyModel):
    """A new token and its secret, which nothing shows again."""

    token: TokenReply
    secret: str


class DoneReply(ReplyModel):
    """It is done."""

    done: bool = True


class TestedReply(ReplyModel):
    """What the self-test found."""

    tested: tuple[Json, ...]
