"""Access keys from the command line to a running server: made, taken over, rotated, put out of use."""

from __future__ import annotations

import json
import re
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from slipring.assembly import StartError
from tests.conftest import error_of, unique
from tests.edge.wire import eventually
from tests.iam.running import ACCOUNT, ROOT, Keys, Place, exported
from tests.postgres_servers import fresh_address


def works(place: Place, keys: Keys) -> bool:
    with closing(place.client(keys, "sts")) as client:
        try:
            client.get_caller_identity()
        except client.exceptions.ClientError:
            return False
    return True


def test_a_new_key_counts_at_once(place: Place) -> None:
    """In a server that was running before the user was made, from another process's command."""
    name = unique("ada")
    keys = place.user(name)
    assert re.fullmatch(r"AKIA[A-Z2-7]{16}", keys["aws_access_key_id"])
    assert re.fullmatch(r"[\w+/]{40}", keys["aws_secret_access_key"])
    with closing(place.client(keys, "sts")) as client:
        told = client.get_caller_identity()
    assert told["Arn"] == f"arn:aws:iam::{ACCOUNT}:user/{name}"
    assert (told["Account"], told["UserId"][:4]) == (ACCOUNT, "AIDA")


def test_a_key_from_elsewhere_is_taken_over(place: Place) -> None:
    """So that clients need not be reconfigured when they move."""
    name, key_id = unique("moved"), "AKID" + unique("").strip("-")
    place.iam(f"user create {name}")
    place.iam(f"key import {name} {key_id}", stdin="a secret from elsewhere\n")
    assert works(place, {"aws_access_key_id": key_id, "aws_secret_access_key": "a secret from elsewhere"})
    assert "already" in place.try_iam(f"key import {name} {key_id}", stdin="x\n").output


@pytest.mark.parametrize("command", ["key disable {key}", "key delete {key}", "user delete {name}"])
def test_a_key_that_is_taken_back_counts_no_longer(place: Place, command: str) -> None:
    """Also for a client that was let in a moment before, and whose credential is kept ready: the store tells the
    server before its next request. `credentials_trusted_s` would end it in any case."""
    name = unique("gone")
    keys = place.user(name)
    with closing(place.client(keys)) as client:
        place.iam(f"inline put user {name} all -", stdin=ALL)
        client.list_tables()
        place.iam(command.format(key=keys["aws_access_key_id"], name=name))
        assert error_of(client.list_tables)[0] == "UnrecognizedClientException"
        assert not works(place, keys)


ALL = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}'


def test_on_a_store_across_a_network_a_key_ends_in_time(tmp_path: Path) -> None:
    """Nobody tells the server there, so what it knows is good for `credentials_trusted_s` alone; and looking a
    credential up takes a while, in which the request waits."""
    place = Place(tmp_path, fresh_address())
    keys = place.user("ada")
    place.iam("inline put user ada all -", stdin=ALL)
    with place.served(credentials_trusted_s=0.5, durability=None), closing(place.client(keys)) as client:
        for _ in range(3):
            client.list_tables()
        place.iam(f"key disable {keys['aws_access_key_id']}")
        assert eventually(lambda: not works(place, keys), within_s=3)
        place.iam(f"key enable {keys['aws_access_key_id']}")
        assert eventually(lambda: works(place, keys), within_s=3)
    assert "last used" in place.iam("key list ada")


def test_a_disabled_key_can_be_enabled_again(place: Place) -> None:
    keys = place.user(unique("back"))
    place.iam(f"key disable {keys['aws_access_key_id']}")
    assert not works(place, keys)
    place.iam(f"key enable {keys['aws_access_key_id']}")
    assert works(place, keys)


def test_keys_rotate_without_a_moment_between(place: Place) -> None:
    """Both count until the old one is disabled; a third there cannot be."""
    name = unique("rotating")
    old = place.user(name)
    new = exported(place.iam(f"key rotate {name}"))
    assert works(place, old) and works(place, new)
    assert "delete one of them first" in place.try_iam(f"key rotate {name}").output
    place.iam(f"key disable {old['aws_access_key_id']}")
    newest = exported(place.iam(f"key rotate {name}"))
    assert works(place, newest) and not works(place, old)


def test_a_key_tells_when_it_was_last_used(tmp_path: Path) -> None:
    """So that one can see which keys nobody needs. It is noted once a minute and when the server stops."""
    place = Place(tmp_path)
    keys = place.user("ada")
    place.iam("inline put user ada all -", stdin=ALL)
    assert "never used" in place.iam("key list ada")
    with place.served(), closing(place.client(keys)) as client:
        client.list_tables()
    assert re.search(r"active, created .*, last used \d{4}-.* UTC for dynamodb in eu-west-1", place.iam("key list ada"))


def test_a_secret_is_nowhere_but_in_the_hands_of_its_owner(tmp_path: Path) -> None:
    """Not in the store's files, not in what the commands show."""
    place = Place(tmp_path)
    keys = place.user("ada")
    secret = keys["aws_secret_access_key"].encode()
    files = [path.read_bytes() for path in Path(place.store).rglob("*") if path.is_file()]
    assert any(keys["aws_access_key_id"].encode() in content for content in files)
    assert not any(secret in content for content in files)
    assert secret.decode() not in place.iam("user show ada") + place.iam("key list ada")


def test_another_master_key_is_refused(tmp_path: Path) -> None:
    """By the command and by the server, before anything is sealed with it."""
    place = Place(tmp_path)
    place.user("ada")
    refused = place.try_iam("user list", master_key="aa" * 32)
    assert (refused.exit_code, "is not the one" in refused.output) == (1, True)
    with pytest.raises(StartError, match="the master key is not the one"), place.served(master_key="aa" * 32):
        pass


@pytest.mark.parametrize("form", ["hex", "base64", "command"])
def test_a_master_key_comes_from_a_file_or_a_command(tmp_path: Path, form: str) -> None:
    place = Place(tmp_path)
    place.user("ada")
    text = {"base64": "Dw8PDw8PDw8PDw8PDw8PDw8PDw8PDw8PDw8PDw8PDw8="}.get(form, "0f" * 32)
    path = place.file("key", text + "\n")
    chosen: dict[str, Any] = (
        {"master_key_command": f"cat {path}"} if form == "command" else {"master_key_file": str(path)}
    )
    with place.served(master_key=None, **chosen):
        assert works(place, ROOT)


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"master_key": "short"}, "master_key is no master key"),
        ({"master_key": None, "master_key_file": "/nowhere"}, "the master key cannot be read"),
        ({"master_key": None, "master_key_command": "false"}, "the command for the master key failed"),
        ({"master_key": None, "master_key_command": "echo 12"}, "what 'echo 12' prints is no master key"),
    ],
)
def test_a_master_key_that_is_none_is_refused(tmp_path: Path, settings: dict[str, Any], told: str) -> None:
    with pytest.raises(StartError, match=told), Place(tmp_path).served(**settings):
        pass


def test_a_master_key_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    place = Place(tmp_path)
    path = tmp_path / "key"
    place.iam(f"master-key {path}")
    assert path.stat().st_mode & 0o777 == 0o600
    assert re.fullmatch(r"[0-9a-f]{64}\n", path.read_text())
    assert "exists" in place.try_iam(f"master-key {path}").output


def test_without_a_master_key_there_are_no_secrets(tmp_path: Path) -> None:
    """Nothing is stored that one could read; what needs no secret works."""
    from click.testing import CliRunner

    from slipring.cli.commands import slipring

    run = CliRunner(env={"SLIPRING_STORE": str(tmp_path / "store")})
    assert run.invoke(slipring, ["iam", "user", "create", "ada"]).exit_code == 0
    refused = run.invoke(slipring, ["iam", "key", "create", "ada"])
    assert (refused.exit_code, "there is no master key" in refused.output) == (1, True)


def test_what_belongs_together_changes_together(tmp_path: Path) -> None:
    """Nothing in use can be deleted, and nothing points at what is gone."""
    place = Place(tmp_path)
    for command in ("user create ada", "user create bob", "group create staff"):
        place.iam(command)
    place.iam("policy put all -", stdin=ALL)
    for command in (
        "group add staff ada",
        "group add staff bob",
        "attach group staff all",
        "boundary set user bob all",
    ):
        place.iam(command)
    assert "in use by group/staff, user/bob" in place.try_iam("policy delete all").output
    place.iam("user delete bob")
    assert json.loads(place.iam("group show staff"))["members"] == ["ada"]
    assert place.iam("policy list") == f"arn:aws:iam::{ACCOUNT}:policy/all group/staff\n"
    place.iam("group delete staff")
    assert json.loads(place.iam("user show ada"))["groups"] == []
    place.iam("policy delete all")
    assert place.iam("policy list") == ""


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("user create a/b", "cannot be the name of a user"),
        ("user delete nobody", "there is no user 'nobody'"),
        ("attach user nobody nothing", "there is no policy 'nothing'"),
        ("key disable AKIDNONE", "there is no access key 'AKIDNONE'"),
        ("key create nobody", "there is no user 'nobody'"),
        ("policy put broken -", "invalid Json"),
        ("user create x --tag y", "'y' is no tag"),
        ("user create x --path y", "'y' is no path"),
    ],
)
def test_what_cannot_be_is_told_in_one_line(place: Place, command: str, told: str) -> None:
    result = place.try_iam(command, stdin="{")
    assert result.exit_code in (1, 2)
    assert told in result.output
    assert result.output.count("\n") == 1


def test_a_key_without_a_secret_is_not_taken_over(place: Place) -> None:
    """As an empty file or a broken pipe gives it: whoever knows the key's name could sign with nothing."""
    place.iam(f"user create {(name := unique('ada'))}")
    for stdin in ("", "\n", "  \n"):
        refused = place.try_iam(f"key import {name} {unique('AKID').replace('-', '_')}", stdin=stdin)
        assert refused.exit_code != 0
        assert "no secret" in refused.output
