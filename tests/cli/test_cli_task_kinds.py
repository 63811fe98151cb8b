"""`boxd tasks publish, kinds, export, withdraw`: tasks without a restart."""

from __future__ import annotations

from pathlib import Path

from tests.cli.box_in_thread import BoxInThread
from tests.cli.cli_line import Boxd

FILE = """[[checkpoints]]
id = "roof"
name = "Roof terrace"

[[checkpoints]]
id = "stage"
name = "Stage"

[[tasks]]
id = "walk"
name = "Walk around"
checkpoints = ["roof", "stage"]
needed = 1
"""


def test_tasks_are_published_listed_saved_and_withdrawn(
    boxd: Boxd, box: BoxInThread, tmp_path: Path
) -> None:
    file, saved = tmp_path / "tasks.toml", tmp_path / "saved.toml"
    file.write_text(FILE)
    assert boxd("tasks", "publish", str(file)).out == "walk: Walk around, version 1\n"
    assert boxd("tasks", "export", "walk", "--output", str(saved)).code == 0
    again = boxd("tasks", "publish", str(saved))
    assert again.out == "walk: Walk around, version 1\n", again.err
    assert "Walk around" in boxd("tasks", "kinds").out
    assert boxd("tasks", "withdraw", "walk").code == 0
    assert "Walk around" not in boxd("tasks", "kinds").out


def test_what_is_wrong_with_a_file_is_said_with_its_name(
    boxd: Boxd, box: BoxInThread, tmp_path: Path
) -> None:
    file = tmp_path / "tasks.toml"
    file.write_text(FILE.replace("needed = 1", "needed = 3"))
    said = boxd("tasks", "publish", str(file))
    assert (said.code, "tasks.toml: task 'walk': needed = 3" in said.err) == (1, True)
    said = boxd("tasks", "withdraw", "hunt")
    assert "there is no kind of task 'hunt'; known: none yet" in said.err
