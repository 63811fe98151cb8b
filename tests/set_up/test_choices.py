"""The form of the set-up page: what is taken, and what each refusal says."""

from __future__ import annotations

import pytest

from boxd.errors import BadInput
from boxd.set_up.choices import Choices, PhonesWay, read_choices

FORM = {
    "name": "Fair 2027",
    "organiser": "Eva",
    "language": "de",
    "zone": "Europe/Berlin",
    "keyboard": "de",
    "way": "own",
    "devices": "boards",
}
WLAN = {"way": "wlan", "ssid": "Halle 3", "password": "twelve lockers"}


def test_a_whole_form_is_taken() -> None:
    assert read_choices(FORM, has_boards=True) == Choices(
        "Fair 2027", "Eva", "de", "Europe/Berlin", "de", PhonesWay.OWN
    )


def test_without_boards_it_is_a_simulation() -> None:
    assert read_choices(FORM, has_boards=False).simulated
    assert read_choices(FORM | {"devices": "simulated"}, has_boards=True).simulated


def test_the_password_of_a_network_that_is_not_joined_is_not_kept() -> None:
    taken = read_choices(FORM | WLAN | {"way": "cable"}, has_boards=True)
    assert (taken.ssid, taken.password) == ("", "")


@pytest.mark.parametrize("ssid", ["Halle 3", "会場", "a;b\\c", "x" * 32])
def test_networks_in_any_script_are_joined(ssid: str) -> None:
    assert read_choices(FORM | WLAN | {"ssid": ssid}, has_boards=True).ssid == ssid


@pytest.mark.parametrize(
    ("answer", "remedy"),
    [
        ({"name": " \u200b "}, "Give the event a name"),
        ({"name": "x" * 61}, "longer than 60"),
        ({"organiser": ""}, "who organises"),
        ({"language": "xx"}, "language"),
        ({"zone": "../../etc/passwd"}, "time zone"),
        ({"zone": "Etc/GMT+1"}, "time zone"),
        ({"keyboard": "us\nFOO=1"}, "keyboard"),
        ({"way": "pigeon"}, "phones reach"),
        (WLAN | {"ssid": ""}, "name of the WLAN"),
        (WLAN | {"ssid": "会" * 11}, "name of the WLAN"),
        (WLAN | {"ssid": "a\nb"}, "name of the WLAN"),
        (WLAN | {"password": "seven77"}, "8 to 63"),
        (WLAN | {"password": "x" * 64}, "8 to 63"),
        (WLAN | {"password": "eight\n888"}, "8 to 63"),
    ],
)
def test_what_can_not_be_is_refused_with_the_remedy(answer: dict[str, str], remedy: str) -> None:
    with pytest.raises(BadInput, match=remedy):
        read_choices(FORM | answer, has_boards=True)
