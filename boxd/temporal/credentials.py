"""The credentials for an external Temporal service: API key, certificates, private key."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from boxd.config.schema import Temporal
from boxd.errors import ConfigError

READABLE_BY_OTHERS = 0o077


@dataclass(frozen=True)
class Credentials:
    """The contents of the files; None for each that is not configured."""

    api_key: str | None = None
    ca: bytes | None = None
    certificate: bytes | None = None
    private_key: bytes | None = None

    def __repr__(self) -> str:
        """Name what is set, never its value."""
        present = [name for name, value in vars(self).items() if value is not None]
        return f"Credentials({', '.join(present)})"


def read_credentials(settings: Temporal) -> Credentials:
    """Read every configured file.

    Raises ConfigError, with the setting and the remedy, if one can't be used.
    """
    if (settings.tls_cert_file is None) != (settings.tls_key_file is None):
        raise ConfigError("temporal.tls_cert_file and temporal.tls_key_file go together: set both")
    key = _read("temporal.api_key_file", settings.api_key_file, is_secret=True)
    return Credentials(
        api_key=None if key is None else _api_key(settings.api_key_file, key),
        ca=_pem("temporal.tls_ca_file", settings.tls_ca_file, "CERTIFICATE"),
        certificate=_pem("temporal.tls_cert_file", settings.tls_cert_file, "CERTIFICATE"),
        private_key=_pem("temporal.tls_key_file", settings.tls_key_file, "PRIVATE KEY", True),
    )


def _api_key(path: Path | None, content: bytes) -> str:
    key = content.strip()
    if not key or not key.isascii() or len(key.split()) != 1:
        raise ConfigError(
            f"temporal.api_key_file {path} holds no API key: one line without spaces is expected"
        )
    return key.decode()


def _pem(setting: str, path: Path | None, kind: str, is_secret: bool = False) -> bytes | None:
    content = _read(setting, path, is_secret)
    if content is not None and f"{kind}-----".encode() not in content:
        raise ConfigError(f"{setting} {path} holds no PEM block '{kind}'; check which file it is")
    return content


def _read(setting: str, path: Path | None, is_secret: bool = False) -> bytes | None:
    if path is None:
        return None
    try:
        if is_secret and path.stat().st_mode & READABLE_BY_OTHERS:
            raise ConfigError(f"{setting} {path} can be read by other users; chmod 600 {path}")
        return path.read_bytes()
    except OSError as error:
        raise ConfigError(
            f"{setting} {path} can't be read ({error.strerror}); "
            "put the file there, readable by boxd's user, or remove the setting"
        ) from error
