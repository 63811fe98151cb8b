"""Certificates: expired, soon to expire, not yet good, for another name, without their key."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from boxd.doctor.check_context import CheckContext
from boxd.doctor.finding import Grade
from tests.doctor.conftest import RestingBox
from tests.doctor.seeing import context, expect
from tests.web.certificates import write_pair

PHONES = """\
enabled = true
public_url = "https://{host}:4322"
tls_cert_file = "phones.pem"
tls_key_file = "phones.key"
"""


def with_phones(resting: RestingBox, host: str = "127.0.0.1") -> Path:
    """A box that shows phones a certificate for 127.0.0.1, good for a day."""
    write_pair(resting.config.parent)
    return resting.change("enabled = false\n", PHONES.format(host=host))


def then(config: Path, days: float) -> CheckContext:
    """The box as it would be found so many days from now."""
    return context(config, wall=datetime.now(UTC) + timedelta(days=days))


def test_a_certificate_s_life(resting: RestingBox) -> None:
    config = with_phones(resting)
    expect(then(config, -1), "Certificates", "phones", Grade.FAILED, "is good from", "timedatectl")
    expect(then(config, 0), "Certificates", "phones", Grade.WARNED, "is good until", "renewed")
    expect(then(config, 2), "Certificates", "phones", Grade.FAILED, "has expired", "renewed")


def test_a_certificate_with_years_before_it(
    resting: RestingBox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.web.certificates.LIFE", timedelta(days=400))
    expect(context(with_phones(resting)), "Certificates", "phones", Grade.PASSED)


def test_a_certificate_for_another_name(resting: RestingBox) -> None:
    config = with_phones(resting, host="box-1.local")
    box = context(config)
    expect(box, "Certificates", "phones", Grade.FAILED, "is not for 'box-1.local'", "public_url")


@pytest.mark.parametrize(
    ("grade", "name", "host"),
    [
        (Grade.WARNED, "*.event.example", "box-1.event.example"),  # good, for a day
        (Grade.WARNED, "Box-1.local", "box-1.local"),
        (Grade.FAILED, "*.event.example", "event.example"),
        (Grade.FAILED, "*.event.example", "a.box-1.event.example"),
    ],
)
def test_a_certificate_for_all_names_of_a_domain(
    resting: RestingBox, grade: Grade, name: str, host: str
) -> None:
    config = with_phones(resting, host=host)
    write_pair(config.parent, name)
    expect(context(config), "Certificates", "phones", grade)


def test_a_certificate_without_its_key(resting: RestingBox, tmp_path: Path) -> None:
    config = with_phones(resting)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    _, key = write_pair(elsewhere)
    key.rename(config.parent / "phones.key")
    expect(context(config), "Certificates", "phones", Grade.FAILED, "its own key")


def test_another_authority_s_certificate(resting: RestingBox) -> None:
    authority, _ = write_pair(resting.config.parent)
    lines = f'address = "127.0.0.1:7233"\ntls = true\ntls_ca_file = "{authority}"\n# '
    config = resting.change("# address = ", lines)
    expect(then(config, 0), "Certificates", "others", Grade.WARNED, "phones.pem")
    expect(then(config, 2), "Certificates", "others", Grade.FAILED, "has expired")
    authority.write_text("nothing")
    expect(context(config), "Certificates", "others", Grade.FAILED, "holds no certificate")


def test_a_box_without_certificates(resting: RestingBox) -> None:
    expect(context(resting.config), "Certificates", "phones", Grade.SKIPPED)
    expect(context(resting.config), "Certificates", "others", Grade.SKIPPED)
