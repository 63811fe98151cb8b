"""SIGKILL around the answers of playbooks on a whole box: each counts once, and each recovery ends.

Which playbook, which answer, when and what is killed comes from a seed.
python -m tests.box.test_recoveries_sigkilled SEED KILLS goes through more of them.
"""

from __future__ import annotations

import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path
from random import Random
from threading import Event
from typing import Any

import httpx
import pytest

from boxd.recovery import GIVE_UP
from tests.box.booth import Booth, wait_until
from tests.box.conftest import QUICK

Json = dict[str, Any]
ANSWERS_WITHIN_S = 0.02  # a commit takes some milliseconds: kills fall before, in and after it
STUCK_AFTER_S = 5.0
KILLED = {"daemon": 3, "server": 1}


class Walk:
    """Goes through playbooks; `kills` counts those that fell around an answer."""

    def __init__(self, booth: Booth, seed: int) -> None:
        self.kills = 0
        self._booth = booth
        self._random = Random(seed)
        self._answers = 0
        self._pool = ThreadPoolExecutor(1)

    def _line(self) -> httpx.Client:
        transport = httpx.HTTPTransport(uds=str(self._booth.state / "boxd.sock"))
        return httpx.Client(transport=transport, base_url="http://localhost", timeout=10)

    def _asked(self, method: str, path: str, body: Json | None = None, key: str = "") -> Json:
        with self._line() as line:
            headers = {"Idempotency-Key": key} if key else {}
            reply = line.request(method, path, json=body, headers=headers)
        found: Json = {"status": reply.status_code, **reply.json()}
        return found

    def _answer_into_death(self, path: str, body: Json, key: str, connected: Event) -> None:
        """Answer on a connection that stands: somebody may be killed meanwhile."""
        with self._line() as line:
            line.get("/api/v1/playbooks")
            connected.set()
            line.post(path, json=body, headers={"Idempotency-Key": key})

    def through_a_playbook(self) -> None:
        """Start one, and answer until it has ended; what was answered is looked up at the end."""
        books = self._asked("GET", "/api/v1/playbooks")["playbooks"]
        book = self._random.choice(books)
        about: Json = {"locker": 2} if "locker" in book["needs"] else {}
        about |= {"sku": "mug"} if "prize" in book["needs"] else {}
        order = {"playbook": book["id"], "actor": "anna", **about}
        begun = self._asked("POST", "/api/v1/recoveries", order)["recovery"]["id"]
        given: list[tuple[str, int, str]] = []
        while asking := self._asking(begun):
            given += self._answer(asking)
        assert self._in_the_ledger(begun) == sorted(given), book["id"]

    def _asking(self, begun: str) -> Json | None:
        """The first question of the recovery or of one that it has called; None at its end."""
        waiting = [begun]
        while waiting:
            found: Json = self._asked("GET", f"/api/v1/recoveries/{waiting.pop()}")["recovery"]
            if found["runs"]:
                self._wait_for_boxd(found)
                waiting.append(begun)
            elif found["question"] and not found["ended_at"]:
                return found
            waiting += found["children"]
        return None

    def _wait_for_boxd(self, asking: Json) -> None:
        """It is boxd's own turn to answer."""
        path = f"/api/v1/recoveries/{asking['id']}"

        def has_answered() -> bool:
            return bool(self._asked("GET", path)["recovery"]["number"] != asking["number"])

        wait_until("boxd's own answer", has_answered, 3 * STUCK_AFTER_S)

    def _answer(self, asking: Json) -> list[tuple[str, int, str]]:
        choices = [each["id"] for each in asking["choices"]]
        self._random.shuffle(choices)
        for choice in (*choices, GIVE_UP):
            body = {"choice": choice, "number": asking["number"], "actor": "anna"}
            if asking["counts"] and choice != GIVE_UP:
                body["count"] = self._random.randrange(1, 30)
            if self._is_taken(f"/api/v1/recoveries/{asking['id']}/answers", body):
                return [(asking["id"], asking["number"], choice)]
        raise AssertionError(f"nothing is taken at {asking['question']}")

    def _is_taken(self, path: str, body: Json) -> bool:
        """Answer, with a kill or without, and once more under the same key."""
        self._answers += 1
        key = f"answer-{self._answers}"
        what = self._random.choices([*KILLED, ""], [*KILLED.values(), 2])[0]
        if what:
            self.kills += 1
            connected = Event()
            answering = self._pool.submit(self._answer_into_death, path, body, key, connected)
            assert connected.wait(20)
            time.sleep(self._random.uniform(0, ANSWERS_WITHIN_S))
            if what == "daemon":
                self._booth.kill()
            else:
                self._booth.kill_server()
            with suppress(httpx.TransportError):
                answering.result(20)
            if what == "daemon":
                self._booth.start()
        reply = self._asked("POST", path, body, key)
        return bool(reply["status"] < 300)

    def _in_the_ledger(self, begun: str) -> list[tuple[str, int, str]]:
        """Who answered what: boxd's own answers are not a person's."""
        query = (
            "SELECT recovery, number, choice FROM recovery_answers"
            " WHERE (recovery = ? OR recovery GLOB ?) AND actor <> 'boxd'"
        )
        with closing(sqlite3.connect(self._booth.state / "ledger.db")) as ledger:
            found = ledger.execute(query, (begun, f"{begun}.*")).fetchall()
        return sorted((str(name), int(number), str(choice)) for name, number, choice in found)

    def nothing_is_stuck(self) -> None:
        """Soon after the last fault no workflow of a recovery runs on, and the checker agrees."""

        def none_runs() -> bool:
            found = self._booth.command("recover", "open", "--json")
            return found.returncode == 0 and '"ended_at": null' not in found.stdout

        wait_until("the end of every recovery", none_runs, STUCK_AFTER_S)
        self._booth.check_invariants()


def walked(booth: Booth, seed: int, kills: int) -> Walk:
    """Through playbooks until so many kills have fallen."""
    booth.start()
    walk = Walk(booth, seed)
    while walk.kills < kills:
        walk.through_a_playbook()
    walk.nothing_is_stuck()
    return walk


@pytest.mark.proof
@pytest.mark.parametrize("seed", [1, 2])
def test_every_answer_counts_once_whenever_the_box_is_killed(
    new_booth: Callable[..., Booth], seed: int
) -> None:
    walked(new_booth(), seed, 8)


def main() -> None:
    """Report on each seed's kills, from SEED on, ten for each box, until KILLS have fallen."""
    seed, wanted = int(sys.argv[1]), int(sys.argv[2])
    fallen = 0
    while fallen < wanted:
        with tempfile.TemporaryDirectory() as folder:
            booth = Booth(Path(folder) / "box", QUICK)
            try:
                fallen += walked(booth, seed, min(40, wanted - fallen)).kills
            finally:
                booth.close()
        print(f"seed {seed}: {fallen} kills in all, none lost, twice or stuck", flush=True)
        seed += 1


if __name__ == "__main__":
    main()
