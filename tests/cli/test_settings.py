"""Where settings come from, which of them counts, and how a wrong one is refused."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from slipring.edge.limits import Limits
from slipring.settings import SETTINGS, Settings, SettingsError, load


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory that has no settings of its own."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_without_any_choice_the_defaults_are_in_force() -> None:
    """8000 is the port botocore signs region `local` for; only this machine is listened to."""
    settings = load({}, {}, None)
    assert settings == Settings()
    assert (settings.host, settings.port, settings.store) == ("127.0.0.1", 8000, "./slipring-data")
    assert settings.limits() == Limits()


def test_flags_count_before_the_environment_and_that_before_the_file(elsewhere: Path) -> None:
    (elsewhere / "slipring.toml").write_text('port = 1\nhost = "file"\nregion = "file"\n')
    environment = {"SLIPRING_PORT": "2", "SLIPRING_HOST": "environment"}
    settings = load({"port": "3", "host": None}, environment, None)
    assert (settings.port, settings.host, settings.region) == (3, "environment", "file")


def test_a_file_can_be_named(elsewhere: Path) -> None:
    (elsewhere / "slipring.toml").write_text("port = 1\n")
    (elsewhere / "other.toml").write_text("port = 2\n")
    assert load({}, {}, Path("other.toml")).port == 2
    assert load({}, {"SLIPRING_CONFIG": "other.toml"}, None).port == 2
    assert load({}, {}, None).port == 1


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("prot = 1\n", "slipring.toml: there is no setting 'prot'; did you mean 'port'?"),
        ("zzz = 1\n", "slipring.toml: there is no setting 'zzz'"),
        ('port = "abc"\n', "slipring.toml: port: 'abc' is not a whole number from 0 to 65535"),
        ("port = true\n", "slipring.toml: port: True is not a whole number from 0 to 65535"),
        ("port = 80.5\n", "slipring.toml: port: 80.5 is not a whole number from 0 to 65535"),
        ("host = 1\n", "slipring.toml: host: 1 is not a text"),
        ('durability = "maybe"\n', "slipring.toml: durability: 'maybe' is not one of fsync, relaxed"),
        ("idle_timeout_s = 0\n", "slipring.toml: idle_timeout_s: 0 is not a number of seconds above zero"),
        ('idle_timeout_s = "soon"\n', "slipring.toml: idle_timeout_s: 'soon' is not a number of seconds above zero"),
    ],
)
def test_a_wrong_file_is_told_in_one_line(elsewhere: Path, text: str, complaint: str) -> None:
    """Nothing is guessed and nothing skipped: a misspelt setting would otherwise just not work."""
    (elsewhere / "slipring.toml").write_text(text)
    with pytest.raises(SettingsError) as raised:
        load({}, {}, None)
    assert str(raised.value) == complaint


@pytest.mark.parametrize("content", [b"port =", b"\xff\xfe"])
def test_a_file_that_is_no_toml_is_named(elsewhere: Path, content: bytes) -> None:
    (elsewhere / "slipring.toml").write_bytes(content)
    with pytest.raises(SettingsError, match=r"^slipring\.toml: [^\n]+$"):
        load({}, {}, None)


def test_a_named_file_must_be_there() -> None:
    with pytest.raises(SettingsError) as raised:
        load({}, {}, Path("gone.toml"))
    assert str(raised.value) == "gone.toml: No such file or directory"


def test_a_wrong_flag_or_variable_is_named_as_it_was_written() -> None:
    with pytest.raises(SettingsError, match=r"^--port: 'x' is not a whole number"):
        load({"port": "x"}, {}, None)
    with pytest.raises(SettingsError, match=r"^SLIPRING_IDLE_TIMEOUT_S: '-1' is not a number of seconds"):
        load({}, {"SLIPRING_IDLE_TIMEOUT_S": "-1"}, None)


def test_a_service_named_slipring_in_kubernetes_does_no_harm() -> None:
    """Kubernetes sets this variable in every pod beside such a service."""
    assert load({}, {"SLIPRING_PORT": "tcp://10.0.0.1:8000"}, None).port == 8000


@pytest.mark.parametrize("setting", SETTINGS.values(), ids=lambda setting: setting.name)
def test_every_default_is_a_value_one_could_set(setting: object) -> None:
    """So that the documented default can be written down and means the same."""
    known = SETTINGS[setting.name]  # type: ignore[attr-defined]
    if known.default is not None:
        assert known.read(known.default) == known.default
        assert known.read("" if known.default == () else str(known.default)) == known.default
    assert known.help.endswith(".")


def test_every_limit_of_the_edge_that_is_a_setting_reaches_it() -> None:
    """A setting that changes nothing would be a lie."""
    tunable = [limit.name for limit in fields(Limits) if limit.name in SETTINGS]
    assert tunable
    for name in tunable:
        value = "17000000" if name == "bytes_in_flight_max" else "17"
        assert getattr(load({name: value}, {}, None).limits(), name) == int(value)
