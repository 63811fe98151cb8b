"""The API of kinds of task: what organisers publish while the box runs, each in its versions."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from boxd.api.bodies import WHOLE, ActorBody, Body, Shape, Step, Words
from boxd.api.replies import ReplyModel
from boxd.api.request_context import BoxContext
from boxd.config.values import Name
from boxd.errors import Refused
from boxd.ledger import task_kinds, task_publishing
from boxd.ledger.ledger import Transaction, as_text
from boxd.ledger.task_kinds import PublishedKind
from boxd.organiser.task_file import why_broken
from boxd.task import LONGEST_TEXT, Checkpoint, Demand, TaskKind, TaskTexts
from boxd.text_fields import LanguageCode, Line, Moment, Sku

_MOST = 100
_Count = Annotated[int, Field(ge=1, le=1000), WHOLE]
_KindText = Annotated[Words, Field(max_length=LONGEST_TEXT)]


class CheckpointBody(Shape):
    """A place where attendees scan for tasks."""

    id: Name
    name: Line


class TextsBody(Shape):
    """What a task is called, and its text, in another language."""

    language: LanguageCode
    name: Line
    text: _KindText = ""


class KindBody(Shape):
    """A kind of task. Without `needed` it asks for all its checkpoints.

    `after` is the version that was looked at, 0 for a new kind; without it, any.
    """

    id: Name
    name: Line
    text: _KindText = ""
    checkpoints: tuple[Name, ...] = Field((), max_length=_MOST)
    needed: _Count | None = None
    submission: Demand = Demand.NONE
    verdict: bool = False
    tries: _Count = 3
    expires_at: Moment | None = None
    prizes: tuple[Sku, ...] = Field((), max_length=_MOST)
    translations: tuple[TextsBody, ...] = Field((), max_length=20)
    after: Step | None = None

    def kind(self) -> TaskKind:
        """The kind. Raises Refused if it can't be."""
        kind = TaskKind(
            id=self.id,
            name=self.name,
            text=self.text,
            checkpoints=self.checkpoints,
            needed=len(self.checkpoints) if self.needed is None else self.needed,
            submission=self.submission,
            verdict=self.verdict,
            tries=self.tries,
            expires_at=None if self.expires_at is None else as_text(self.expires_at),
            prizes=self.prizes,
            translations=tuple(
                TaskTexts(each.language, each.name, each.text) for each in self.translations
            ),
        )
        if why := why_broken(kind):
            raise Refused(why)
        return kind


class PublishBody(Body):
    """Kinds of task to publish, all or none of them, and names of checkpoints."""

    example = '{"kinds": [{"id": "demo", "name": "Show us", "verdict": true}]}'

    kinds: tuple[KindBody, ...] = Field(min_length=1, max_length=_MOST)
    checkpoints: tuple[CheckpointBody, ...] = Field((), max_length=_MOST)


class TextsReply(ReplyModel):
    """What a task is called, and its text, in another language."""

    language: str
    name: str
    text: str


class PublishedKindReply(ReplyModel):
    """A version of a kind; made from a `PublishedKind`."""

    id: str
    name: str
    text: str
    checkpoints: tuple[str, ...]
    needed: int
    submission: Demand
    verdict: bool
    tries: int
    expires_at: str | None
    prizes: tuple[str, ...]
    translations: tuple[TextsReply, ...]
    version: int
    published_at: str
    publisher: str
    is_offered: bool
    is_in_file: bool


class PublishedReply(ReplyModel):
    """The kinds as they are now."""

    kinds: tuple[PublishedKindReply, ...]


class VersionReply(PublishedKindReply):
    """A version, and how many open tasks go by it."""

    open_tasks: int


class VersionsReply(ReplyModel):
    """Every version of a kind, the newest first."""

    versions: tuple[VersionReply, ...]


async def kind_versions(context: BoxContext, kind: Name) -> VersionsReply:
    """Every version of a kind of task, the newest first."""
    await context.box.ledger.read(lambda c: task_kinds.require(c, kind))
    found = await context.box.ledger.read(lambda c: task_kinds.versions(c, kind))
    return VersionsReply.of(
        versions=[_told(each) | {"open_tasks": open_tasks} for each, open_tasks in found]
    )


async def publish_kinds(context: BoxContext, body: PublishBody) -> PublishedReply:
    """Publish kinds of task, or new versions; open tasks keep the version they began with."""
    actor = context.actor(body.actor)
    places = [Checkpoint(each.id, each.name) for each in body.checkpoints]
    kinds = [(each.kind(), each.after) for each in body.kinds]

    def publish(tx: Transaction) -> list[PublishedKind]:
        return [task_publishing.publish(tx, kind, places, after, actor) for kind, after in kinds]

    found = await context.box.ledger.write(publish)
    return PublishedReply.of(kinds=[_told(each) for each in found])


async def withdraw_kind(context: BoxContext, kind: Name, body: ActorBody) -> PublishedReply:
    """Offer a kind of task to nobody else; its open tasks go on."""
    actor = context.actor(body.actor)
    found = await context.box.ledger.write(lambda tx: task_publishing.withdraw(tx, kind, actor))
    return PublishedReply.of(kinds=[_told(found)])


def _told(found: PublishedKind) -> dict[str, Any]:
    """A version with its rules, by the members of the reply."""
    return vars(found.kind) | {name: value for name, value in vars(found).items() if name != "kind"}
