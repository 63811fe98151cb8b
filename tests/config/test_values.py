"""What a file that loads comes to: paths, names, short forms, and how it is shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from boxd.config import Config, check_secret_mode, load, show
from boxd.devices import Key
from boxd.errors import ConfigError
from boxd.midi.sections import NotesDevice, NotesKey
from tests.config.broken import VALID


def loaded(folder: Path, text: str) -> Config:
    file = folder / "boxd.toml"
    file.write_text(text)
    return load(file)


def test_paths_are_meant_from_the_folder_of_the_file(tmp_path: Path) -> None:
    text = VALID.replace("[codes]", 'state_dir = "state"\n[codes]\nreading_key_file = "../r.key"')

    config = loaded(tmp_path, text)

    assert config.ledger_file == tmp_path / "state" / "ledger.db"
    assert config.claim_key_file == tmp_path / "state" / "keys" / "claim.key"
    assert config.reading_key_file == tmp_path.parent / "r.key"
    assert config.socket_file == tmp_path / "state" / "boxd.sock"
    assert config.temporal_dir == tmp_path / "state" / "temporal"


def test_paths_do_not_depend_on_where_boxd_is_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "boxd.toml").write_text(VALID.replace("[codes]", 'state_dir = "s"\n[codes]'))
    monkeypatch.chdir(tmp_path)

    assert load(Path("boxd.toml")).box.state_dir == tmp_path / "s"


def test_the_web_listener_answers_to_loopback_names_and_those_configured(tmp_path: Path) -> None:
    config = loaded(tmp_path, VALID.replace("[web]", '[web]\nhosts = ["box-1.local"]'))

    assert config.allowed_hosts == ("localhost", "127.0.0.1", "[::1]", "box-1.local")


def test_a_number_alone_is_a_note(tmp_path: Path) -> None:
    text = VALID.replace('port = "Pad"', 'port = "Pad"\nkeys = { 1 = 36, Enter = { control = 7 } }')

    pad = loaded(tmp_path, text).devices[2]

    assert isinstance(pad, NotesDevice)
    assert pad.keys[Key.DIGIT_1] == NotesKey(note=36)
    assert pad.keys[Key.ENTER] == NotesKey(control=7)


def test_a_pad_may_light_the_note_that_its_key_sends(tmp_path: Path) -> None:
    text = VALID.replace('port = "Pad"', 'port = "Pad"\nkeys.1 = 36\nlamps.success = 36')

    assert loaded(tmp_path, text).devices[2].name == "pad"


def test_a_bay_without_a_name_is_called_by_its_id(tmp_path: Path) -> None:
    assert loaded(tmp_path, VALID).bays[0].name == "bay-1"


def test_a_server_elsewhere_frees_the_ports_of_the_boxs_own(tmp_path: Path) -> None:
    text = VALID.replace("[temporal]", '[temporal]\naddress = "t:7233"\nport = 4321')

    assert loaded(tmp_path, text).temporal.address == "t:7233"


@pytest.mark.parametrize("name", ["sim.toml", "codetv.toml"])
def test_what_is_shown_is_the_same_configuration_again(name: str, tmp_path: Path) -> None:
    config = load(Path(__file__).parents[2] / "config" / name)

    again = loaded(tmp_path, show(config))

    assert show(config) == show(again)
    assert (again.devices, again.bays, again.lockers) == (
        config.devices,
        config.bays,
        config.lockers,
    )


def test_a_secret_in_a_folder_of_somebody_else_s_is_shown_by_its_name(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def refuse(_path: Path) -> bool:
        raise PermissionError

    config = loaded(tmp_path, VALID)
    monkeypatch.setattr(Path, "exists", refuse)
    assert 'claim.key"  # may not be looked at by this user\n' in show(config)


def test_secrets_are_not_shown_but_whether_they_can_be_read_is(tmp_path: Path) -> None:
    text = VALID.replace(
        "[temporal]", '[temporal]\naddress = "t:7233"\ntls = true\napi_key_file = "api.key"'
    )
    config = loaded(tmp_path, text)
    key = tmp_path / "api.key"
    key.write_text("hush")

    key.chmod(0o600)
    assert f'api_key_file = "{key}"  # readable; not shown\n' in show(config)
    key.chmod(0o644)
    assert (
        f'api_key_file = "{key}"  # others may read this secret (mode 644); run: chmod 600 {key}\n'
        in show(config)
    )
    assert "hush" not in show(config)
    key.unlink()
    assert f'api_key_file = "{key}"  # not there\n' in show(config)


def test_a_secret_of_ones_own_is_accepted(tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.touch(mode=0o600)

    check_secret_mode(key)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o601])
def test_a_secret_that_others_may_touch_is_refused_with_the_remedy(
    mode: int, tmp_path: Path
) -> None:
    key = tmp_path / "key"
    key.touch()
    key.chmod(mode)

    with pytest.raises(ConfigError) as caught:
        check_secret_mode(key)

    assert str(caught.value) == (
        f"{key}: others may read this secret (mode {mode:03o}); run: chmod 600 {key}"
    )


def test_a_secret_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no such file; put the secret there"):
        check_secret_mode(tmp_path / "key")


def test_a_folder_is_no_secret(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="a secret's file is to be a plain file"):
        check_secret_mode(tmp_path)
