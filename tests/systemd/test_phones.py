"""The phones' network as a unit: it sees nothing but its sockets, and each of the two goes on."""

from __future__ import annotations

from tests.systemd.installed import InstalledBox

PHONES, BOXD = "boxd-phones.service", "boxd.service"
ADDRESS = "http://127.0.0.1:4322"
ASK = (
    "import http.client as h; c = h.HTTPConnection('127.0.0.1', 4322, timeout=5);"
    " c.request('GET', '/healthz'); print(c.getresponse().status)"
)


def with_phones(box: InstalledBox) -> None:
    box.configure(
        r"\[phones\]\n(#.*\n)*enabled = false",
        f'[phones]\nenabled = true\npublic_url = "{ADDRESS}"',
    )


def answers(box: InstalledBox, status: int) -> None:
    asked = f'python3 -c "{ASK}" || true'
    box.wait(f"phones get {status}", lambda: box.ask(asked).strip() == str(status))


def test_it_is_not_needed_where_phones_are_switched_off(box: InstalledBox) -> None:
    box.start()
    box.wait_for_status("not needed: phones.enabled", PHONES)
    assert box.property(PHONES, "Result") == "success"


def test_it_serves_whoever_of_the_two_dies(box: InstalledBox) -> None:
    with_phones(box)
    box.start()
    answers(box, 200)
    gateway, daemon = box.pid(PHONES), box.pid(BOXD)
    box.ask(f"systemctl kill --signal=KILL {PHONES}")
    box.wait("another one", lambda: box.pid(PHONES) not in {0, gateway})
    answers(box, 200)
    assert box.pid(BOXD) == daemon
    box.ask(f"systemctl stop {BOXD}")
    answers(box, 503)
    box.ask(f"systemctl start {BOXD}")
    answers(box, 200)


def test_it_sees_neither_ledger_nor_keys_nor_the_commands_socket(box: InstalledBox) -> None:
    with_phones(box)
    box.start()
    answers(box, 200)
    inside = f"nsenter --mount --target {box.pid(PHONES)}"
    seen = box.ask(f"{inside} ls /var/lib/boxd /var/lib/boxd/phones").split()
    assert seen == [
        "/var/lib/boxd:",
        "phones",
        "/var/lib/boxd/phones:",
        "link.sock",
        "opened",
        "requests.sock",
    ]
    assert box.run(f"{inside} ls /run/boxd/boxd.sock").returncode != 0


def test_an_organiser_opens_it_while_the_box_runs_and_it_is_open_at_the_next_start(
    box: InstalledBox,
) -> None:
    box.start()
    box.wait_for_status("not needed: phones.enabled", PHONES)
    box.wait_until_ready()
    box.post("/api/v1/phones/address", {"address": ADDRESS, "actor": "anna"})
    answers(box, 200)
    box.ask("systemctl restart boxd.target")
    answers(box, 200)
