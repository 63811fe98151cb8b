"""The files that a configuration names, and which of them are not there."""

from __future__ import annotations

from pathlib import Path

from boxd.config.schema import Config


def missing_files(config: Config) -> list[str]:
    """What is to be made before boxd can use it; what can't be seen from here is not missing."""
    temporal, phones = config.temporal, config.phones
    named = {
        "[temporal] api_key_file": temporal.api_key_file,
        "[temporal] tls_ca_file": temporal.tls_ca_file,
        "[temporal] tls_cert_file": temporal.tls_cert_file,
        "[temporal] tls_key_file": temporal.tls_key_file,
        "[phones] attendant_pin_file": phones.attendant_pin_file,
        "[phones] tls_cert_file": phones.tls_cert_file,
        "[phones] tls_key_file": phones.tls_key_file,
        "[upstream] secret_file": config.upstream.secret_file,
        "[notices] webhook_secret_file": config.notices.webhook_secret_file,
        "[notices] mail_password_file": config.notices.mail_password_file,
        "[notices] ntfy_token_file": config.notices.ntfy_token_file,
        "[notices] ca_file": config.notices.ca_file,
    }
    return [
        f"{key} = '{file}' is not there; make it, or remove this line"
        for key, file in named.items()
        if file is not None and _is_missing(file)
    ]


def _is_missing(file: Path) -> bool:
    try:
        return not file.exists()
    except PermissionError:
        return False
