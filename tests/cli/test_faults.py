"""Faults that a server starts with: from a file, or by chance alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from botocore.exceptions import ClientError

import slipring
from slipring.faults.files import load
from slipring.faults.parsing import RuleInvalid
from slipring.settings import load as load_settings
from tests.cli.processes import slipring as slipring_command
from tests.conftest import Client, make_client, s, table_definition


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        '[{"operation": "ListTables", "error": "InternalServerError"}]',
        "seed: 3\nrules:\n  - operation: ListTables\n    error: InternalServerError\n",
    ],
    ids=["JSON", "YAML"],
)
def test_a_file_of_rules(tmp_path: Path, text: str) -> None:
    (tmp_path / "faults").write_text(text)
    with slipring.Server(faults="faults") as server:
        with pytest.raises(ClientError, match="InternalServerError"):
            server.client().list_tables()
        assert server.running.faults.seed == (3 if "seed" in text else 0)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[{]", "while parsing"),
        ("7", "holds neither a list of rules nor an object with one"),
        ("rules: 7", "holds neither"),
        ("rules: [7]", "a rule is an object"),
        ("rules: []\nsede: 1", "there is no 'sede'; there are rules and seed"),
        ("rules: []\nseed: x", "seed is a whole number"),
        ("- latency_s: 1\n- eror: x", "rule 2: a rule has no 'eror'; did you mean 'error'?"),
    ],
)
def test_a_file_that_cannot_be_is_refused(tmp_path: Path, text: str, message: str) -> None:
    """With its name and the place, so that whoever wrote it finds it."""
    (tmp_path / "faults").write_text(text)
    with pytest.raises(RuleInvalid, match=f"faults: .*{message}".replace("?", r"\?")):
        load("faults", 0.0)
    with pytest.raises(RuleInvalid, match="missing: No such file"):
        load("missing", 0.0)


def test_the_command_refuses_it_in_one_line(tmp_path: Path) -> None:
    """Before the port is taken and the store is opened."""
    (tmp_path / "faults").write_text("- eror: x")
    done = slipring_command("serve", "--faults", "faults", "--port", "0", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "slipring: faults: rule 1: a rule has no 'eror'; did you mean 'error'?\n"
    assert not (tmp_path / "slipring-data").exists()


def test_errors_by_chance_alone() -> None:
    """Calls that consume capacity fail, so large a share of them; tables can be made and described."""
    with slipring.Server(error_probability=0.5) as server:
        client = make_client(server.endpoint_url)
        client.create_table(**table_definition("music", ("pk", "S")))
        failed = sum(_is_throttled(client) for _ in range(40))
        client.describe_table(TableName="music")
        client.close()
    assert 10 <= failed <= 30


def _is_throttled(client: Client) -> bool:
    try:
        client.get_item(TableName="music", Key={"pk": s("a")})
    except client.exceptions.ProvisionedThroughputExceededException:
        return True
    return False


def test_localstacks_variable_says_the_same() -> None:
    assert load_settings({}, {"DYNAMODB_ERROR_PROBABILITY": "0.25"}, None).error_probability == 0.25
    both = {"DYNAMODB_ERROR_PROBABILITY": "0.25", "SLIPRING_ERROR_PROBABILITY": "0.5"}
    assert load_settings({}, both, None).error_probability == 0.5
