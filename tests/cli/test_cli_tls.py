"""`boxd tls import`: a pair is judged, put where boxd reads it, whole, and taken over."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from boxd.gateway.certificate import Certificate
from tests.cli.cli_line import Boxd

HOST = "prizes.example.org"
PEM = serialization.Encoding.PEM


class Authority:
    """Somebody who issues certificates."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.certificate = self._sign(self.key, "issuer", (), self.key, "issuer", 0, 30, is_ca=True)

    def issue(self, host: str, begins: int = -1, ends: int = 30) -> tuple[bytes, bytes]:
        """A chain in PEM and its key; `begins` and `ends` in days from now."""
        key = ec.generate_private_key(ec.SECP256R1())
        own = self._sign(key, "box", (host,), self.key, "issuer", begins, ends, is_ca=False)
        chain = own.public_bytes(PEM) + self.certificate.public_bytes(PEM)
        return chain, in_pem(key)

    @staticmethod
    def _sign(
        key: ec.EllipticCurvePrivateKey,
        subject: str,
        hosts: tuple[str, ...],
        by: ec.EllipticCurvePrivateKey,
        issuer: str,
        begins: int,
        ends: int,
        *,
        is_ca: bool,
    ) -> x509.Certificate:
        now = datetime.now(UTC)
        ours = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
        theirs = x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key())
        return (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]))
            .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now + timedelta(days=begins - 1))
            .not_valid_after(now + timedelta(days=ends))
            .add_extension(x509.SubjectAlternativeName(list(map(x509.DNSName, hosts))), False)
            .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
            .add_extension(ours, critical=False)
            .add_extension(theirs, critical=False)
            .sign(by, hashes.SHA256())
        )


def in_pem(key: ec.EllipticCurvePrivateKey, password: bytes = b"") -> bytes:
    """A key as text, with a password if one is given."""
    hidden = (
        serialization.BestAvailableEncryption(password)
        if password
        else serialization.NoEncryption()
    )
    return key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, hidden)


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture
def at_the_booth(config_file: Path) -> None:
    """Phones ask for the name of a booth."""
    with config_file.open("a") as file:
        file.write(f'\n[phones]\nenabled = true\npublic_url = "https://{HOST}:4322"\n')
        file.write('tls_cert_file = "phones.pem"\ntls_key_file = "phones.key"\n')


@pytest.fixture
def put(tmp_path: Path) -> Callable[[tuple[bytes, bytes]], tuple[str, str]]:
    """Write a pair as an organiser has it; its two names."""

    def write(pair: tuple[bytes, bytes]) -> tuple[str, str]:
        files = tmp_path / "fullchain.pem", tmp_path / "privkey.pem"
        for file, text in zip(files, pair, strict=True):
            file.write_bytes(text)
        return str(files[0]), str(files[1])

    return write


Put = Callable[[tuple[bytes, bytes]], tuple[str, str]]


@pytest.mark.usefixtures("at_the_booth")
def test_a_good_pair_is_put_in_with_the_right_modes(
    boxd: Boxd, tmp_path: Path, authority: Authority, put: Put
) -> None:
    pair = authority.issue(HOST)
    said = boxd("tls", "import", *put(pair))
    assert said.code == 0, said.err
    assert HOST in said.out
    assert (tmp_path / "phones.pem").read_bytes() == pair[0]
    assert (tmp_path / "phones.key").read_bytes() == pair[1]
    assert (tmp_path / "phones.key").stat().st_mode & 0o777 == 0o600
    Certificate(tmp_path / "phones.pem", tmp_path / "phones.key")
    assert boxd("config", "check").code == 0
    assert "good" in boxd("tls", "show").out


@pytest.mark.usefixtures("at_the_booth")
def test_a_dry_run_writes_nothing(
    boxd: Boxd, tmp_path: Path, authority: Authority, put: Put
) -> None:
    said = boxd("tls", "import", *put(authority.issue(HOST)), "--dry-run")
    assert said.code == 0, said.err
    assert not (tmp_path / "phones.pem").exists()


def broken(authority: Authority) -> dict[str, tuple[tuple[bytes, bytes], str]]:
    """Pairs that phones would refuse, each with what the command says."""
    chain, key = authority.issue(HOST)
    other = in_pem(ec.generate_private_key(ec.SECP256R1()))
    hidden = in_pem(ec.generate_private_key(ec.SECP256R1()), b"secret")
    own, issuer = (part + b"-----END CERTIFICATE-----\n" for part in split(chain))
    return {
        "another key": ((chain, other), "the key is another certificate's"),
        "a password": ((chain, hidden), "the key has a password"),
        "no key": ((chain, b"nothing"), "the key's file holds no key in PEM"),
        "no issuer": ((own, key), "the certificate of its issuer is not in the file"),
        "the wrong way round": ((issuer + own, key), "the key is another certificate's"),
        "another name": (authority.issue("else.example.org"), f"it is not for '{HOST}'"),
        "over": (authority.issue(HOST, begins=-9, ends=-1), "it has expired on"),
        "too early": (authority.issue(HOST, begins=5, ends=9), "it is good from"),
        "no certificate": ((b"nothing", key), "it holds no certificate in PEM"),
    }


def split(chain: bytes) -> list[bytes]:
    """The certificates of a chain, without their last lines."""
    return chain.split(b"-----END CERTIFICATE-----\n")[:2]


CASES = [
    "another key", "a password", "no key", "no issuer", "the wrong way round", "another name",
    "over", "too early", "no certificate",
]  # fmt: skip


@pytest.mark.usefixtures("at_the_booth")
@pytest.mark.parametrize("case", CASES)
def test_a_pair_that_phones_would_refuse_is_not_put_in(
    boxd: Boxd, tmp_path: Path, authority: Authority, put: Put, case: str
) -> None:
    good = authority.issue(HOST)
    assert boxd("tls", "import", *put(good)).code == 0
    pair, why = broken(authority)[case]
    said = boxd("tls", "import", *put(pair))
    assert said.code == 1
    assert why in said.err
    assert (tmp_path / "phones.pem").read_bytes() == good[0]
    assert (tmp_path / "phones.key").read_bytes() == good[1]


@pytest.mark.usefixtures("at_the_booth")
def test_the_check_of_the_configuration_says_the_same(
    boxd: Boxd, tmp_path: Path, authority: Authority
) -> None:
    chain, key = authority.issue("else.example.org")
    (tmp_path / "phones.pem").write_bytes(chain)
    (tmp_path / "phones.key").touch(0o600)
    (tmp_path / "phones.key").write_bytes(key)
    said = boxd("config", "check")
    assert said.code == 1
    assert f"it is not for '{HOST}'" in said.err


def test_without_a_place_in_the_configuration_it_prints_the_lines(
    boxd: Boxd, state_dir: Path, authority: Authority, put: Put
) -> None:
    said = boxd("tls", "import", *put(authority.issue(HOST)))
    assert said.code == 0, said.err
    assert f'tls_cert_file = "{state_dir}/keys/phones.pem"' in said.out
    assert (state_dir / "keys" / "phones.key").exists()


def test_a_planted_link_is_replaced_and_not_followed(
    boxd: Boxd, state_dir: Path, tmp_path: Path, authority: Authority, put: Put
) -> None:
    (state_dir / "keys").mkdir(mode=0o700)
    victim = tmp_path / "victim"
    victim.write_text("mine")
    for name in (".phones.key.new", "phones.key"):
        (state_dir / "keys" / name).symlink_to(victim)
    assert boxd("tls", "import", *put(authority.issue(HOST))).code == 0
    assert victim.read_text() == "mine"
    assert not (state_dir / "keys" / "phones.key").is_symlink()


def test_strict_transport_only_where_phones_trust_the_name(
    tmp_path: Path, authority: Authority
) -> None:
    chain, key = authority.issue(HOST)
    (tmp_path / "phones.pem").write_bytes(chain)
    (tmp_path / "phones.key").touch(0o600)
    (tmp_path / "phones.key").write_bytes(key)
    pair = Certificate(tmp_path / "phones.pem", tmp_path / "phones.key")
    known = ssl.create_default_context(
        cadata=authority.certificate.public_bytes(PEM).decode("ascii")
    )
    assert pair.is_trusted_for(HOST, known)
    assert not pair.is_trusted_for("else.example.org", known)
    assert not pair.is_trusted_for(HOST)  # nobody else knows this issuer
    assert not pair.is_trusted_for("", known)
