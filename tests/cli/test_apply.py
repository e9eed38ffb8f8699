"""`slipring apply`: tables become what a template says, without a table ever being replaced."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from slipring.cli import apply as commands_apply
from slipring.cli.commands import slipring
from tests.cli.processes import slipring as slipring_process
from tests.conftest import Client, make_client, unique
from tests.servers import ServerThread


def template(name: str, more: str) -> str:
    """A template of one table with the key `pk`, and of what else `more` says of it."""
    attributes = [f"{{AttributeName: {name}, AttributeType: S}}" for name in "ab" if f"AttributeName: {name}," in more]
    return f"""
Parameters: {{Reads: {{Type: Number, Default: 1}}}}
Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: {name}
      AttributeDefinitions: [{", ".join(["{AttributeName: pk, AttributeType: S}", *attributes])}]
      KeySchema: [{{AttributeName: pk, KeyType: HASH}}]
{more}"""


ON_DEMAND = "      BillingMode: PAY_PER_REQUEST\n"
PROVISIONED = "      ProvisionedThroughput: {ReadCapacityUnits: !Ref Reads, WriteCapacityUnits: 2}\n"


def index(name: str, attribute: str, capacity: str = "", projection: str = "ALL") -> str:
    more = f", ProvisionedThroughput: {capacity}" if capacity else ""
    return (
        f"      - {{IndexName: {name}, KeySchema: [{{AttributeName: {attribute}, KeyType: HASH}}],"
        f" Projection: {{ProjectionType: {projection}}}{more}}}\n"
    )


INDEXES = "      GlobalSecondaryIndexes:\n" + index("by-a", "a") + index("by-b", "b")

STREAM_POLICY = (
    "{Version: 2012-10-17, Statement: [{Effect: Allow, Principal: {AWS: '111122223333'},"
    " Action: 'dynamodb:GetRecords', Resource: '*'}]}"
)


def stream(view: str, *, policy: bool = False) -> str:
    more = f", ResourcePolicy: {{PolicyDocument: {STREAM_POLICY}}}" if policy else ""
    return f"      StreamSpecification: {{StreamViewType: {view}{more}}}\n"


Apply = Callable[..., Result]


@pytest.fixture
def apply(tmp_path: Path, server: ServerThread, ddb: Client, monkeypatch: pytest.MonkeyPatch) -> Apply:
    """Applies the properties `more` of one table of its own; its output is what the command says. All runs share a
    client of the server, because making one takes longer than all its calls."""
    monkeypatch.chdir(tmp_path)
    made = commands_apply._botocore_client
    monkeypatch.setattr(
        commands_apply, "_botocore_client", lambda settings, url: ddb if url == server.url else made(settings, url)
    )
    for name in ("AWS_ACCESS_KEY_ID", "AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_DYNAMODB"):
        monkeypatch.delenv(name, raising=False)
    name = unique("table")

    def run(more: str, *flags: str, name: str = name) -> Result:
        (tmp_path / "t.yaml").write_text(template(name, more))
        result = CliRunner().invoke(slipring, ["apply", "t.yaml", "--endpoint", server.url, *flags])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    run.name = name  # type: ignore[attr-defined]
    return run


def said(result: Result) -> list[str]:
    """What it does, without the table's name."""
    assert result.exit_code == 0, result.output
    return [line.partition(": ")[2] for line in result.stdout.splitlines()]


def test_a_table_is_made_once_and_then_there_is_nothing_to_do(apply: Apply, ddb: Client) -> None:
    """Every part of it reads back as it was asked for, so a second run finds no difference."""
    more = (
        f"{ON_DEMAND}{INDEXES}{stream('NEW_IMAGE', policy=True)}"
        "      TimeToLiveSpecification: {AttributeName: t, Enabled: true}\n"
        "      PointInTimeRecoverySpecification: {PointInTimeRecoveryEnabled: true}\n"
        "      OnDemandThroughput: {MaxReadRequestUnits: 9, MaxWriteRequestUnits: 8}\n"
        "      WarmThroughput: {ReadUnitsPerSecond: 13000, WriteUnitsPerSecond: 5000}\n"
        "      DeletionProtectionEnabled: true\n      TableClass: STANDARD_INFREQUENT_ACCESS\n"
        "      Tags: [{Key: team, Value: a}]\n"
        "      ResourcePolicy:\n        PolicyDocument:\n          Version: 2012-10-17\n          Statement:\n"
        "          - {Effect: Allow, Principal: {AWS: '111122223333'}, Action: ['dynamodb:GetItem'],"
        " Resource: !GetAtt Orders.Arn}\n"
    )
    assert said(apply(more)) == [
        "create it with the key pk (S), on demand, 2 indexes, a stream of NEW_IMAGE",
        "give its stream the policy",
        "turn its time to live on, by t",
        "keep 35 days for recovery to any time",
    ]
    assert said(apply(more)) == ["nothing to do"]


def test_a_dry_run_changes_nothing(apply: Apply, ddb: Client) -> None:
    """It says what the run after it says."""
    dry = said(apply(ON_DEMAND + INDEXES, "--dry-run"))
    assert dry == said(apply(ON_DEMAND + INDEXES, "--dry-run"))
    assert dry == said(apply(ON_DEMAND + INDEXES))
    assert said(apply(ON_DEMAND, "--dry-run")) == ["drop the index by-a", "drop the index by-b"]
    assert said(apply(ON_DEMAND + INDEXES)) == ["nothing to do"]


Change = tuple[str, str, list[str]]
CHANGES: list[Change] = [
    (ON_DEMAND, ON_DEMAND + INDEXES, ["make the index by-a on a", "make the index by-b on b"]),
    (ON_DEMAND + INDEXES, ON_DEMAND, ["drop the index by-a", "drop the index by-b"]),
    (ON_DEMAND, PROVISIONED, ["provide 1 read and 2 write units"]),
    (PROVISIONED, ON_DEMAND, ["provide on demand"]),
    (
        ON_DEMAND + INDEXES,
        PROVISIONED
        + "      GlobalSecondaryIndexes:\n"
        + index("by-b", "b", "{ReadCapacityUnits: 3, WriteCapacityUnits: 4}"),
        ["drop the index by-a", "provide 1 read and 2 write units"],
    ),
    (
        ON_DEMAND + "      OnDemandThroughput: {MaxReadRequestUnits: 5}\n",
        ON_DEMAND + "      OnDemandThroughput: {MaxWriteRequestUnits: 6}\n",
        ["take any number of read and 6 write units at the most a second"],
    ),
    (
        ON_DEMAND,
        ON_DEMAND + "      WarmThroughput: {ReadUnitsPerSecond: 15000, WriteUnitsPerSecond: 100}\n",
        ["be ready for 15000 ReadUnitsPerSecond and 4000 WriteUnitsPerSecond"],
    ),
    (
        ON_DEMAND + stream("NEW_IMAGE"),
        ON_DEMAND + stream("KEYS_ONLY"),
        ["turn its stream off", "turn on a stream of KEYS_ONLY"],
    ),
    (
        ON_DEMAND + stream("NEW_IMAGE", policy=True),
        ON_DEMAND + stream("KEYS_ONLY", policy=True),
        ["turn its stream off", "turn on a stream of KEYS_ONLY", "give its stream the policy"],
    ),
    (ON_DEMAND + stream("NEW_IMAGE", policy=True), ON_DEMAND + stream("NEW_IMAGE"), ["remove its stream's policy"]),
    (ON_DEMAND + stream("NEW_IMAGE", policy=True), ON_DEMAND, ["turn its stream off"]),
    (
        ON_DEMAND + "      TimeToLiveSpecification: {AttributeName: t, Enabled: true}\n",
        ON_DEMAND + "      TimeToLiveSpecification: {AttributeName: u, Enabled: true}\n",
        ["turn its time to live off", "turn its time to live on, by u"],
    ),
    (
        ON_DEMAND + "      Tags: [{Key: a, Value: '1'}, {Key: b, Value: '2'}]\n",
        ON_DEMAND + "      Tags: [{Key: a, Value: '3'}]\n",
        ["remove the tags b", "tag it a=3"],
    ),
    (ON_DEMAND, ON_DEMAND + "      DeletionProtectionEnabled: true\n", ["protect it from deletion"]),
    (
        ON_DEMAND,
        ON_DEMAND + "      TableClass: STANDARD_INFREQUENT_ACCESS\n",
        ["make its class STANDARD_INFREQUENT_ACCESS"],
    ),
    (
        ON_DEMAND + "      PointInTimeRecoverySpecification: {PointInTimeRecoveryEnabled: true}\n",
        ON_DEMAND,
        ["turn recovery to any time off"],
    ),
    (
        ON_DEMAND + "      ResourcePolicy: {PolicyDocument: {Version: 2012-10-17, Statement: [{Effect: Allow,"
        " Principal: {AWS: '111122223333'}, Action: 'dynamodb:GetItem', Resource: !GetAtt Orders.Arn}]}}\n",
        ON_DEMAND,
        ["remove its policy"],
    ),
]


@pytest.mark.parametrize(("before", "after", "words"), CHANGES, ids=[words[-1] for _, _, words in CHANGES])
def test_a_table_follows_its_template(apply: Apply, ddb: Client, before: str, after: str, words: list[str]) -> None:
    """Change by change; each is complete, for the next run finds nothing to do; and no item is lost."""
    assert len(said(apply(before))) >= 1
    name = apply.name  # type: ignore[attr-defined]
    ddb.put_item(TableName=name, Item={"pk": {"S": "kept"}, "a": {"S": "x"}, "b": {"S": "y"}})
    assert said(apply(after)) == words
    assert said(apply(after)) == ["nothing to do"]
    assert ddb.scan(TableName=name)["Count"] == 1


@pytest.mark.parametrize(
    ("more", "why"),
    [
        (ON_DEMAND + INDEXES.replace("by-b, KeySchema: [{AttributeName: b", "by-b, KeySchema: [{AttributeName: a"),
         "the keys or the projection of the index by-b would change: give the new one another name"),
        (ON_DEMAND + INDEXES.replace("ALL", "KEYS_ONLY", 1),
         "the keys or the projection of the index by-a would change: give the new one another name"),
    ],
)  # fmt: skip
def test_what_an_index_does_not_survive_is_refused(apply: Apply, more: str, why: str) -> None:
    assert said(apply(ON_DEMAND + INDEXES))
    result = apply(more)
    assert result.exit_code == 1
    assert result.stderr.splitlines() == [
        f"table {apply.name} would have to be replaced: {why}",  # type: ignore[attr-defined]
        "slipring: nothing was done: no table with items in it is ever replaced",
    ]


def test_another_key_is_refused_before_anything_is_done(apply: Apply, tmp_path: Path, ddb: Client) -> None:
    """Also what could be done to other tables of the file waits."""
    assert said(apply(ON_DEMAND + INDEXES))
    other = unique("table")
    more = f"{ON_DEMAND}{INDEXES}  Other: {{Type: AWS::Serverless::SimpleTable, Properties: {{TableName: {other}}}}}\n"
    text = template(apply.name, more)  # type: ignore[attr-defined]
    (tmp_path / "other.yaml").write_text(text.replace("[{AttributeName: pk, K", "[{AttributeName: a, K"))
    result = CliRunner().invoke(slipring, ["apply", "other.yaml", "--endpoint", ddb.meta.endpoint_url])
    assert result.exit_code == 1
    assert "its key is pk (S) and would become a (S)" in result.stderr
    assert other not in ddb.list_tables()["TableNames"]


def test_unsupported_parts_are_named_and_the_rest_is_done_when_asked(apply: Apply) -> None:
    more = f"{ON_DEMAND}{INDEXES}      KinesisStreamSpecification: {{StreamArn: x}}\n"
    result = apply(more)
    assert result.exit_code == 1
    assert result.stderr.splitlines() == [
        "t.yaml: Orders.KinesisStreamSpecification: is not there in Slipring",
        "slipring: 1 part is not supported; nothing was done. --partial does the rest",
    ]
    partial = apply(more, "--partial")
    assert said(partial) == ["create it with the key pk (S), on demand, 2 indexes"]
    assert "Orders.KinesisStreamSpecification" in partial.stderr


def test_what_the_server_refuses_is_told_with_table_and_step(apply: Apply) -> None:
    """What was done before stays, and the next run goes on from there."""
    result = apply(ON_DEMAND + INDEXES.replace("AttributeName: b", "AttributeName: undefined"))
    assert result.exit_code == 1
    assert result.stderr.startswith(f"slipring: table {apply.name}: cannot create it")  # type: ignore[attr-defined]
    assert "ValidationException" in result.stderr


@pytest.mark.parametrize(
    ("flags", "complaint"),
    [
        (["--parameter", "Reads"], "--parameter: 'Reads' is not NAME=VALUE"),
        (["--parameter", "Other=1"], "t.yaml: there is no parameter Other"),
        (["--endpoint", "http://127.0.0.1:9"], 'Could not connect to the endpoint URL: "http://127.0.0.1:9/"'),
        (["--store", "memory:"], "a memory: store is gone when this command ends"),
        (["gone.yaml"], "gone.yaml: No such file or directory"),
    ],
)
def test_what_cannot_begin_is_one_line(apply: Apply, flags: list[str], complaint: str) -> None:
    result = apply(PROVISIONED + INDEXES, *flags)
    assert result.exit_code in (1, 2)
    assert result.stderr == f"slipring: {complaint}\n"


def test_a_store_is_opened_without_a_server(tmp_path: Path) -> None:
    """As a process of its own, as a build would do it before the server starts."""
    (tmp_path / "t.yaml").write_text(template("orders", PROVISIONED))
    applied = slipring_process("apply", "t.yaml", "--store", "data", "--parameter", "Reads=7", cwd=tmp_path)
    assert (applied.stdout, applied.returncode) == (
        "table orders: create it with the key pk (S), 7 read and 2 write units\n",
        0,
    )
    with ServerThread(str(tmp_path / "data")) as running:
        client: Any = make_client(running.url)
        table = client.describe_table(TableName="orders")["Table"]
        client.close()
    assert table["ProvisionedThroughput"]["ReadCapacityUnits"] == 7
