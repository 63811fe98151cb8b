"""A page of somebody else's, open in a browser on the box, gets nothing done on any port.

The phones' listener is among them, and the browser that has the page is an organiser's there.
"""

from __future__ import annotations

import asyncio
import json
import re
import tomllib
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from temporalio.client import Client

from boxd.api.table import OPERATIONS
from boxd.console.sections import SECTIONS
from boxd.workflows.redemption.messages import workflow_id
from tests.box.booth import Booth, Json, wait_until
from tests.box.going_on import go_on_to_the_end
from tests.browser.conftest import stocked
from tests.browser.phones import personal_link, phone_booth, shown_qr

# A form that sends text/plain writes a JSON body: its field's name, "=", its value.
FORM = """
<form method="post" enctype="text/plain" action="{action}">
  <input name='{{"workflowType":{{"name":"Redemption"}},"taskQueue":{{"name":"boxd-box-1"}},"x":"'
         value='"}}'>
  <button>Win a prize</button>
</form>
"""
UNLIMITED = tuple(
    (rf"# rate_per_{who} = \d+", f"rate_per_{who} = 60000") for who in ("address", "phone")
)
WORKFLOWS = "/api/v1/namespaces/default/workflows"


@pytest.fixture(scope="module")
def browser_booth(
    tmp_path_factory: pytest.TempPathFactory, temporal_made_before: Path
) -> Iterator[Booth]:
    """A booth whose phones are served, too, and that limits no rate: that would hide the rest."""
    folder = tmp_path_factory.mktemp("booth")
    yield from stocked(phone_booth(folder, temporal_made_before, UNLIMITED))


@pytest.fixture
def foreign(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """The folder and the address of somebody else's pages."""
    handler = partial(SimpleHTTPRequestHandler, directory=str(tmp_path))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield tmp_path, f"http://localhost:{server.server_port}"
    server.shutdown()
    server.server_close()


def begun(booth: Booth, query: str = "") -> int:
    """How many workflows there are, or were, as the engine lists them a moment later."""

    async def count() -> int:
        client = await Client.connect(f"127.0.0.1:{booth.temporal_port}")
        return (await client.count_workflows(query)).count

    return asyncio.run(count())


@pytest.mark.parametrize("port", ["port", "http_port", "ui_port", "metrics_port"])
def test_a_form_starts_no_workflow(
    driver: webdriver.Chrome, browser_booth: Booth, foreign: tuple[Path, str], port: str
) -> None:
    folder, address = foreign
    ports = tomllib.loads(browser_booth.config.read_text(encoding="utf-8"))["temporal"]
    action = f"http://127.0.0.1:{ports[port]}{WORKFLOWS}/forged-by-a-form"
    (folder / "page.html").write_text(FORM.format(action=action), encoding="utf-8")
    before = begun(browser_booth)
    driver.get(f"{address}/page.html")
    driver.find_element(By.TAG_NAME, "button").click()
    wait_until("the form is sent", lambda: "page.html" not in driver.current_url)
    assert begun(browser_booth) == before
    assert browser_booth.is_ready()


def test_a_page_whose_name_leads_here_is_not_one_of_temporals(
    driver: webdriver.Chrome, browser_booth: Booth
) -> None:
    ports = tomllib.loads(browser_booth.config.read_text(encoding="utf-8"))["temporal"]
    driver.get(f"http://rebound.example:{ports['ui_port']}{WORKFLOWS}")
    assert "localhost or 127.0.0.1 only" in driver.find_element(By.TAG_NAME, "body").text
    driver.get(f"http://localhost:{ports['ui_port']}/namespaces/default/workflows")
    wait_until("the pages are there", lambda: "Workflows" in driver.page_source)


# Fetches that no server has to allow, as forms send them, and others that the browser asks for
# first. An answer that the page may not see counts as refused, although the box has the request.
SEND_ALL = """
const [targets, done] = arguments;
const one = async ([method, url, body]) => {
  const answers = [];
  const send = (options) => fetch(url, {method, credentials: 'include', ...options})
    .then(() => answers.push('answered'), () => answers.push('refused'));
  const content = ['GET', 'HEAD'].includes(method) ? {} : {body};
  await send({mode: 'no-cors'});
  await send({mode: 'no-cors', ...content});
  await send({headers: {'Content-Type': 'application/json', 'X-Any': '1'}, ...content});
  return answers;
};
(async () => {
  const all = [];
  for (const target of targets) all.push(...await one(target));
  done(all);
})();
"""
BODY = {
    "step": 1,
    "actor": "Eva",
    "reason": "made up",
    "approved": True,
    "attendee": "ada",
    "kind": "demo",
    "sku": "mug",
    "units": 1,
    "keys": ["Enter"],
    "device": "board-0",
    "fault": "unplug",
    "state": "open",
}


def targets(booth: Booth, prompt: Json) -> list[tuple[str, str, str]]:
    """Each operation of boxd's own port, each page of the simulated front, each of Temporal's."""
    paths = {(each.method, each.path) for each in OPERATIONS}
    paths |= {
        ("POST", "/sim/api/faults"),
        ("POST", "/sim/api/bays/bay-1/keys"),
        ("POST", "/sim/api/lockers/1/door"),
        ("POST", "/sim/api/operator/keys"),
        ("POST", "/api/v1/redemptions/{redemption}/loaded"),
    }
    own = f"http://127.0.0.1:{booth.port}"
    body = json.dumps(BODY | {"step": prompt["step"], "locker": prompt["locker"]})
    found = []
    for method, path in sorted(paths):
        known = path.replace("{redemption}", prompt["redemption"]).replace("{sku}", "mug")
        found.append((method, own + re.sub(r"\{[^}]*\}", "1", known), body))
    engine = tomllib.loads(booth.config.read_text(encoding="utf-8"))["temporal"]
    workflow = f"{WORKFLOWS}/{workflow_id(prompt['redemption'], 'box-1')}"
    for port in ("port", "http_port", "ui_port", "metrics_port"):
        at = f"http://localhost:{engine[port]}"
        for word in ("", "/terminate", "/cancel", "/signal/look_again", "/update/answer", "/reset"):
            found.append(("POST", f"{at}{workflow}{word}", "{}"))
        for path in ("schedules/forged", "batch-operations/forged", "update"):
            found.append(("POST", f"{at}/api/v1/namespaces/default/{path}", "{}"))
    return found


def written(booth: Booth) -> list[Json]:
    """What the audit trail has of others than the box itself."""
    trail = booth.ask_socket("GET", "/api/v1/audit?limit=1000")["audit"]
    return [row for row in trail if row["actor"] != "boxd"]


def test_whatever_a_page_sends_nothing_moves_and_nothing_is_written(
    driver: webdriver.Chrome, browser_booth: Booth, foreign: tuple[Path, str]
) -> None:
    booth, (folder, address) = browser_booth, foreign
    booth.enter("bay-1", booth.issue_code())
    prompt = booth.prompt("load")
    listed = f"WorkflowId='{workflow_id(prompt['redemption'], 'box-1')}'"
    wait_until("its workflow is listed", lambda: begun(booth, listed))
    (folder / "page.html").write_text("<p>Win a prize</p>", encoding="utf-8")
    trail = written(booth)
    lockers, workflows = booth.front()["lockers"], begun(booth)

    driver.get(f"{address}/page.html")
    driver.set_script_timeout(120)
    everything = targets(booth, prompt)
    sent = driver.execute_async_script(SEND_ALL, everything)

    assert len(sent) == 3 * len(everything)
    assert written(booth) == trail
    front = booth.front()
    assert front["lockers"] == lockers
    assert all(bay["connected"] for bay in front["bays"].values())
    assert begun(booth) == workflows
    assert booth.prompt("load")["redemption"] == prompt["redemption"]
    go_on_to_the_end(booth)


def on_the_phones_port(phones: str, own: str, shown: str, prompt: Json) -> list[tuple[str, ...]]:
    """Each change that the phones' listener takes: the API's, the console's, the phones' pages'."""
    body = json.dumps(BODY | {"step": prompt["step"], "locker": prompt["locker"]})
    paths = {each.path for each in OPERATIONS if each.method == "POST"}
    paths |= {f"{each.path}{act}" for each in SECTIONS for act in each.acts}
    paths |= {"/i/leave", "/i/leave-everywhere", "/v/enter", "/v/leave", "/c/leave", "/j"}
    paths |= {f"{shown}/{word}" for word in ("verdict", "give-up")}
    paths |= {f"{own}/{word}" for word in ("submission", "photo", "variant")}
    known = [path.replace("{redemption}", prompt["redemption"]) for path in sorted(paths)]
    return [("POST", phones + re.sub(r"\{[^}]*\}", "1", path), body) for path in known]


def test_a_page_gets_nothing_done_for_the_organiser_whose_browser_has_it(
    driver: webdriver.Chrome, browser_booth: Booth, foreign: tuple[Path, str]
) -> None:
    booth, (folder, address) = browser_booth, foreign
    link = urlsplit(personal_link(booth, "ada"))
    phones = f"{link.scheme}://{link.netloc}"
    shown = urlsplit(shown_qr(booth, link.geturl())).path
    invited = booth.command("staff", "invite", "Eva", "--role", "organiser", "--json")
    driver.get(json.loads(invited.stdout)["url"])
    driver.find_element(By.CSS_SELECTOR, "main button, form button").click()
    wait_until("she is known", lambda: urlsplit(driver.current_url).path == "/i")
    booth.enter("bay-1", booth.issue_code())
    prompt = booth.prompt("load")
    trail, lockers = written(booth), booth.front()["lockers"]
    (folder / "page.html").write_text("<p>Win a prize</p>", encoding="utf-8")

    # From another port of the box's own name: for the browser that is the same site, and the
    # cookie goes along.
    driver.get(f"{address.replace('localhost', '127.0.0.1')}/page.html")
    driver.set_script_timeout(120)
    everything = on_the_phones_port(phones, link.path, shown, prompt)
    sent = driver.execute_async_script(SEND_ALL, everything)

    assert len(sent) == 3 * len(everything)
    assert written(booth) == trail
    assert booth.front()["lockers"] == lockers
    driver.get(f"{phones}/i")
    wait_until("she is known, nobody signed her out", lambda: "Eva" in driver.page_source)
    go_on_to_the_end(booth)
