"""The signature, and the file with the secret."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import pytest

from boxd.errors import ConfigError
from boxd.upstream.signature import Secret, read_secret, signed_headers
from tests.upstream.peer import KEY, SECRET

DOCUMENT = Path(__file__).parents[2] / "docs" / "upstream.md"


def test_the_specification_s_own_example() -> None:
    # From the reference libraries' tests.
    key = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    headers = signed_headers(
        Secret(key),
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1614265330,
        b'{"test": 2432232314}',
    )
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_document_s_example_is_true(tmp_path: Path) -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    example = dict(re.findall(r"^    (secret|webhook-[a-z]+|body): (.+)$", text, re.MULTILINE))
    file = tmp_path / "secret"
    file.write_text(example["secret"])
    file.chmod(0o600)

    headers = signed_headers(
        read_secret(file),
        example["webhook-id"],
        int(example["webhook-timestamp"]),
        example["body"].encode(),
    )

    assert headers["webhook-signature"] == example["webhook-signature"]


def test_a_secret_is_read_with_or_without_the_end_of_its_line(tmp_path: Path) -> None:
    for text in (SECRET, SECRET + "\n"):
        file = tmp_path / "secret"
        file.write_text(text)
        file.chmod(0o600)
        assert read_secret(file) == Secret(KEY)


def test_a_secret_is_not_shown() -> None:
    assert "key" not in repr(Secret(KEY))


@pytest.mark.parametrize(
    "text",
    ["", "hunter2", "whsec_", "whsec_!!!", "whsec_c2hvcnQ=", SECRET.removeprefix("whsec_"), "ä"],
)
def test_what_is_no_secret_is_refused_with_how_to_make_one(text: str, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text(text)
    file.chmod(0o600)
    with pytest.raises(ConfigError, match="/dev/urandom"):
        read_secret(file)


def test_a_secret_that_others_can_read_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text(SECRET)
    file.chmod(0o644)
    with pytest.raises(ConfigError, match="chmod 600"):
        read_secret(file)
