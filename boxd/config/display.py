"""The configuration in effect, printed as a valid configuration file without secrets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from boxd.config.schema import Config
from boxd.config.schema_info import ITEMS
from boxd.config.schema_texts import shown
from boxd.secret_files import secret_file_fault

_SECRETS = (
    "claim_key_file",
    "reading_key_file",
    "api_key_file",
    "tls_key_file",
    "attendant_pin_file",
    "secret_file",
)


def show(config: Config) -> str:
    """Every key with its value in effect; of a secret only its file, and whether it can be read."""
    effective = _with_derived_paths(config)
    return "\n".join(
        line for section in effective for line in _section(section, effective[section])
    )


def _with_derived_paths(config: Config) -> dict[str, Any]:
    values = config.model_dump(mode="json")
    values["codes"]["claim_key_file"] = str(config.claim_key_file)
    values["codes"]["reading_key_file"] = str(config.reading_key_file)
    values["backups"]["directory"] = str(config.backup_dir)
    values["web"]["socket"] = str(config.socket_file)
    return values


def _section(name: str, values: Any) -> Iterator[str]:
    if name in ITEMS:
        for item in values:
            yield f"[[{name}]]"
            yield from _keys(item)
    else:
        yield f"[{name}]"
        yield from _keys(values)


def _keys(values: dict[str, Any]) -> Iterator[str]:
    for key, value in values.items():
        if value is None:
            yield f"# {key} is not set"
        else:
            yield f"{key} = {shown(_without_gaps(value))}{_secret_note(key, value)}"
    yield ""


def _without_gaps(value: Any) -> Any:
    """The value without its unset keys; TOML has no word for nothing."""
    if isinstance(value, dict):
        return {key: _without_gaps(inner) for key, inner in value.items() if inner is not None}
    return value


def _secret_note(key: str, value: str) -> str:
    if key not in _SECRETS:
        return ""
    try:
        if not Path(value).exists():
            return "  # not there"
    except PermissionError:
        return "  # may not be looked at by this user"
    fault = secret_file_fault(Path(value))
    return f"  # {fault.removeprefix(f'{value}: ')}" if fault else "  # readable; not shown"
