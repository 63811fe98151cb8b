"""Files of tasks: what was written is read again, and what is wrong is said."""

from __future__ import annotations

import pytest

from boxd.errors import BadInput
from boxd.organiser.task_file import read, written
from boxd.task import Checkpoint, Demand, TaskKind, TaskTexts

PLACES = [Checkpoint("entrance", 'By the "door"'), Checkpoint("roof", "Dach\\terrasse")]
KINDS = [
    TaskKind("demo", "Show us", verdict=True, tries=2),
    TaskKind(
        id="hunt",
        name="Hunt",
        text="Find\nall three.",
        checkpoints=("entrance", "roof"),
        needed=1,
        submission=Demand.TEXT,
        expires_at="2030-05-01T10:00:00.000Z",
        prizes=("mug",),
        translations=(TaskTexts("ja", "宝探し", "探して😀"),),
    ),
]


def test_what_was_written_is_read_again() -> None:
    found = read(written(KINDS, [*PLACES, Checkpoint("other", "Other")]).encode())
    assert (found.kinds, found.places) == (KINDS, PLACES)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", r"the file has no tasks; each begins with \[\[tasks\]\]"),
        ("[[tasks]]\nid = 3\n", r"tasks\.0\.id: Input should be a valid string"),
        ('[box]\nid = "box-1"\n', "box: Extra inputs are not permitted"),
        ('[[tasks]]\nid = "a"\nname = "A"\n', "task 'a' demands nothing"),
        ("[[tasks]\n", "line 1"),
        ("a" * 300_000, "too large for tasks"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(text: str, why: str) -> None:
    with pytest.raises(BadInput, match=why):
        read(text.encode())
