"""The form of a kind of task: filled from a version or from what was posted, and read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from boxd import names
from boxd.console.prize_difference import free_sku
from boxd.console.visit import whole_number
from boxd.errors import BadInput
from boxd.ledger.ledger import as_text
from boxd.ledger.task_kinds import PublishedKind
from boxd.task import Checkpoint, Demand, TaskKind, TaskTexts
from boxd.words import gettext as _

_PRIZE = "prize-"
_LOCAL = "%Y-%m-%dT%H:%M"  # as <input type=datetime-local> has it
_TRIES = 3


@dataclass(frozen=True)
class TaskForm:
    """The form's fields as they are shown; `after` is the version that it began from."""

    kind: str = ""
    after: int = 0
    name: str = ""
    text: str = ""
    texts: Mapping[str, TaskTexts] | None = None
    checkpoints: str = ""
    needed: str = ""
    submission: str = Demand.NONE
    verdict: bool = False
    tries: str = str(_TRIES)
    until: str = ""
    prizes: tuple[str, ...] = ()

    def of_language(self, language: str) -> TaskTexts:
        """The texts in another language, empty if there are none."""
        return (self.texts or {}).get(language) or TaskTexts(language, "")


def of_version(found: PublishedKind, after: int, places: Mapping[str, str]) -> TaskForm:
    """The form filled with a version, to be published after the version `after`."""
    kind = found.kind
    until = "" if kind.expires_at is None else _local(kind.expires_at)
    return TaskForm(
        kind=kind.id,
        after=after,
        name=kind.name,
        text=kind.text,
        texts={each.language: each for each in kind.translations},
        checkpoints="\n".join(places.get(each, each) for each in kind.checkpoints),
        needed=str(kind.needed) if kind.checkpoints else "",
        submission=kind.submission,
        verdict=kind.verdict,
        tries=str(kind.tries),
        until=until,
        prizes=kind.prizes,
    )


def posted(fields: Mapping[str, str]) -> TaskForm:
    """The form as it was sent."""
    languages = [key.removeprefix("name-") for key in fields if key.startswith("name-")]
    texts = {
        each: TaskTexts(each, fields[f"name-{each}"], fields.get(f"text-{each}", ""))
        for each in languages
    }
    after = fields.get("after", "")
    return TaskForm(
        kind=fields.get("kind", ""),
        after=int(after) if after.isascii() and after.isdigit() else 0,
        name=fields.get("name", ""),
        text=fields.get("text", ""),
        texts=texts,
        checkpoints=fields.get("checkpoints", ""),
        needed=fields.get("needed", ""),
        submission=fields.get("submission", Demand.NONE),
        verdict=fields.get("verdict") == "yes",
        tries=fields.get("tries", str(_TRIES)),
        until=fields.get("until", ""),
        prizes=tuple(key.removeprefix(_PRIZE) for key in fields if key.startswith(_PRIZE)),
    )


def read(
    form: TaskForm, known: Sequence[Checkpoint], taken: Sequence[str]
) -> tuple[TaskKind, list[Checkpoint]]:
    """The kind that the form describes, and its checkpoints. Raises BadInput in plain words.

    A checkpoint of a known name is that one. `taken` are the ids of kinds, for a new one.
    """
    name = names.cleaned(form.name)
    if not name:
        raise BadInput(_("Give the task a name."))
    places = list(_places(form.checkpoints, known))
    demand = Demand(form.submission) if form.submission in set(Demand) else Demand.NONE
    if not places and demand is Demand.NONE and not form.verdict:
        raise BadInput(
            _(
                "The task asks for nothing, so everybody would get a code: name checkpoints, ask"
                " for something to hand in, or let an attendant judge it."
            )
        )
    kind = TaskKind(
        id=form.kind or _id_of(name, taken, "task"),
        name=name,
        text=form.text.strip(),
        checkpoints=tuple(each.id for each in places),
        needed=_needed(form.needed, len(places)),
        submission=demand,
        verdict=form.verdict,
        tries=whole_number(form.tries, _("Tries")) if form.verdict else _TRIES,
        expires_at=_moment(form.until),
        prizes=form.prizes,
        translations=tuple(
            TaskTexts(language, called, each.text.strip())
            for language, each in sorted((form.texts or {}).items())
            if (called := names.cleaned(each.name))
        ),
    )
    return kind, places


def body_of(
    kinds: Sequence[TaskKind], places: Sequence[Checkpoint], after: int | None
) -> dict[str, object]:
    """The request that publishes kinds, if `after` is their present version; None for any."""
    return {
        "kinds": tuple(_rules(kind) | {"after": after} for kind in kinds),
        "checkpoints": tuple(vars(each) for each in places),
    }


def _rules(kind: TaskKind) -> dict[str, object]:
    until = None if kind.expires_at is None else datetime.fromisoformat(kind.expires_at)
    translations = tuple(vars(each) for each in kind.translations)
    told = {"needed": kind.needed or None, "expires_at": until, "translations": translations}
    return vars(kind) | told


def _needed(text: str, there: int) -> int:
    if not there or not text.strip():
        return there
    needed = whole_number(text, _("How many of them"))
    if not 1 <= needed <= there:
        raise BadInput(_("How many of them: give a number from 1 to {}.").format(there))
    return needed


def _places(text: str, known: Sequence[Checkpoint]) -> Iterator[Checkpoint]:
    """The checkpoints of the lines, once each."""
    ids = {names.folded(each.name): each.id for each in known}
    for line in dict.fromkeys(names.cleaned(each) for each in text.splitlines()):
        if line:
            folded = names.folded(line)
            found = ids.setdefault(folded, _id_of(line, list(ids.values()), "checkpoint"))
            yield Checkpoint(found, line)


def _id_of(name: str, taken: Sequence[str], word: str) -> str:
    """An id made of a name, which begins with a letter."""
    plain = free_sku(name, (), word)
    return free_sku(plain if plain[0].isalpha() else f"{word}-{plain}", taken, word)


def _moment(text: str) -> str | None:
    if not text.strip():
        return None
    try:
        return as_text(datetime.strptime(text.strip()[:16], _LOCAL).astimezone())
    except ValueError:
        raise BadInput(_("Until: give a day and a time.")) from None


def _local(text: str) -> str:
    return f"{datetime.fromisoformat(text).astimezone():{_LOCAL}}"
