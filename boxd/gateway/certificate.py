"""The certificate of a listener, reloaded from its files when they are renewed."""

from __future__ import annotations

import ssl
from pathlib import Path

from boxd.errors import ConfigError
from boxd.secret_files import check_secret_mode
from boxd.words import N_

Stamp = tuple[int, int, int]
_HANDSHAKE_TURNS = 4  # each side has its say twice; the rest do nothing
_UNUSABLE = N_(
    "phones.tls_cert_file {cert} and tls_key_file {key} can't be used ({why}); put a certificate"
    " and its own key there, in PEM, the key without a password"
)


class Certificate:
    """The certificate in two files. Raises ConfigError if they can't be used.

    The listener keeps one context, `context`. Each handshake that begins there is passed to the
    context of the newest whole pair. A context that serves is never written to: OpenSSL takes
    certificate and key one after the other, and a client in between would find no key. Existing
    connections keep the certificate that they began with.
    """

    def __init__(self, cert_file: Path, key_file: Path) -> None:
        self._cert_file, self._key_file = cert_file, key_file
        self._stamps = self._read_stamps()
        self._newest = self._loaded()
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.sni_callback = self._hand_on

    def renew(self) -> bool:
        """Reload the files if they have changed; returns whether they had.

        Files that change while they are read are left for the next look. Raises ConfigError if
        they don't fit: the previous certificate stays in use.
        """
        stamps = self._read_stamps()
        if stamps == self._stamps:
            return False
        self._stamps = stamps
        loaded = self._loaded()
        if self._read_stamps() != stamps:
            return False
        self._newest = loaded
        return True

    def is_trusted_for(self, host: str, known: ssl.SSLContext | None = None) -> bool:
        """Whether a client that asks for `host` takes the newest pair; without a network.

        `known` are the issuers that clients know: those of this system, if none is given.
        """
        shown, seen = ssl.MemoryBIO(), ssl.MemoryBIO()
        server = self._newest.wrap_bio(seen, shown, server_side=True)
        context = known or ssl.create_default_context()
        if not host:
            return False
        client = context.wrap_bio(shown, seen, server_hostname=host)
        waiting: list[ssl.SSLObject] = [client, server]
        for side in waiting * _HANDSHAKE_TURNS:
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
            except (ssl.SSLError, ValueError):
                return False
        return client.version() is not None and bool(client.getpeercert())

    def _hand_on(self, connection: ssl.SSLObject, _name: str | None, _: ssl.SSLContext) -> None:
        """Continue a handshake with the newest pair; also called if a client names no host."""
        connection.context = self._newest

    def _loaded(self) -> ssl.SSLContext:
        check_secret_mode(self._key_file)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        try:
            context.load_cert_chain(self._cert_file, self._key_file, password=_no_password)
        except (OSError, ValueError) as error:
            raise ConfigError(
                _UNUSABLE.format(cert=self._cert_file, key=self._key_file, why=error)
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
