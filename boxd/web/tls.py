"""The certificate of a listener, taken anew from its files when they are renewed."""

from __future__ import annotations

import ssl
from pathlib import Path

from boxd.config.secret_files import check_secret_mode
from boxd.errors import ConfigError

Stamp = tuple[int, int, int]


class Certificate:
    """A TLS context over two files. Raises ConfigError when they can't be used.

    Connections that stand keep the certificate that they began with.
    """

    def __init__(self, cert_file: Path, key_file: Path) -> None:
        self._cert_file, self._key_file = cert_file, key_file
        self._stamps = self._read_stamps()
        self.context = self._loaded()

    def renew(self) -> bool:
        """Take over the files if they were changed since; returns whether they were.

        Raises ConfigError when they don't fit: the certificate before is used on.
        """
        stamps = self._read_stamps()
        if stamps == self._stamps:
            return False
        self._stamps = stamps
        self._loaded()  # proven first: a context that takes half of a pair serves nobody
        self.context.load_cert_chain(self._cert_file, self._key_file)
        return True

    def _loaded(self) -> ssl.SSLContext:
        check_secret_mode(self._key_file)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        try:
            context.load_cert_chain(self._cert_file, self._key_file, password=_no_password)
        except (OSError, ValueError) as error:
            raise ConfigError(
                f"phones.tls_cert_file {self._cert_file} and tls_key_file {self._key_file} can't"
                f" be used ({error}); put a certificate and its own key there, in PEM, the key"
                " without a password"
            ) from error
        return context

    def _read_stamps(self) -> tuple[Stamp, Stamp]:
        return _stamp(self._cert_file), _stamp(self._key_file)


def _stamp(file: Path) -> Stamp:
    try:
        status = file.stat()
    except OSError:
        return (0, 0, 0)
    return status.st_mtime_ns, status.st_size, status.st_ino


def _no_password() -> str:
    raise ValueError("the key has a password")
