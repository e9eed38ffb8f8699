"""A server whose store is encrypted, as a client, an operator and a thief see it."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import boto3
import orjson
import pytest
from botocore.config import Config

from slipring.assembly import StartError
from tests.cli.processes import Serving, slipring
from tests.iam.running import exported
from tests.servers import ServerThread

MASTER_KEY = "1e" * 32
SECRET = "correct horse battery staple"
KEY = {"pk": {"S": "k"}}
ENCRYPTED: dict[str, Any] = {"master_key": MASTER_KEY, "encryption": "on", "durability": "relaxed"}


def client(url: str, service: str = "dynamodb") -> Any:
    return boto3.client(
        service,
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id="key",
        aws_secret_access_key="secret",
        config=Config(retries={"total_max_attempts": 1}),
    )


def create(dynamodb: Any, name: str = "Music", **more: Any) -> None:
    """A table with an index that copies items, and a stream that keeps them."""
    dynamodb.create_table(
        TableName=name,
        AttributeDefinitions=[{"AttributeName": each, "AttributeType": "S"} for each in ("pk", "colour")],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by-colour",
                "KeySchema": [{"AttributeName": "colour", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        BillingMode="PAY_PER_REQUEST",
        **more,
    )


def put(dynamodb: Any, text: str = SECRET, name: str = "Music") -> None:
    dynamodb.put_item(TableName=name, Item={**KEY, "colour": {"S": "red"}, "text": {"S": text}})


def text_of(dynamodb: Any, name: str = "Music") -> str:
    return str(dynamodb.get_item(TableName=name, Key=KEY)["Item"]["text"]["S"])


@contextmanager
def served(path: Path, **more: Any) -> Iterator[Any]:
    with ServerThread(str(path), **{**ENCRYPTED, **more}) as server:
        yield client(server.url)


def holders(directory: Path, text: str) -> list[str]:
    """The files that hold a text."""
    return [path.name for path in directory.rglob("*") if path.is_file() and text.encode() in path.read_bytes()]


def test_nothing_of_an_item_is_in_the_files(tmp_path: Path) -> None:
    """Neither of the item, of its copy in an index, of what it was before in the journal, nor of a backup. The same
    without encryption shows that the search would find it."""
    for settings, found in (({"encryption": "off"}, True), ({}, False)):
        path = tmp_path / str(found)
        with served(path, **settings) as dynamodb:
            create(dynamodb)
            dynamodb.update_continuous_backups(
                TableName="Music", PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
            )
            put(dynamodb)
            dynamodb.create_backup(TableName="Music", BackupName="kept")
            put(dynamodb, "another text")
            query = {"KeyConditionExpression": "colour = :c", "ExpressionAttributeValues": {":c": {"S": "red"}}}
            items = dynamodb.query(TableName="Music", IndexName="by-colour", **query)["Items"]
            assert [item["text"]["S"] for item in items] == ["another text"]
        assert bool(holders(path, SECRET)) is found
        # Keys have to be sorted, so they are to be seen; the documentation says so.
        assert holders(path, "by-colour")


def test_a_store_opens_with_its_key_only_and_needs_no_flag(tmp_path: Path) -> None:
    with served(tmp_path / "store") as dynamodb:
        create(dynamodb)
        put(dynamodb)
    with served(tmp_path / "store", encryption="off") as dynamodb:
        assert text_of(dynamodb) == SECRET
    for given, reason in ((None, "it needs its master_key"), ("2f" * 32, "is not the one that the store")):
        with pytest.raises(StartError, match=reason), served(tmp_path / "store", master_key=given):
            pass


def test_descriptions_tell_of_encryption_where_there_is_some(tmp_path: Path) -> None:
    """API Reference, "SSEDescription": KMS is the only type there is, and the key is told by ARN. A table that did not
    ask says nothing, as with the service's own key."""
    with served(tmp_path / "store") as dynamodb:
        create(dynamodb)
        create(dynamodb, "Plain", SSESpecification={"Enabled": False})
        create(dynamodb, "Named", SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": "alias/mine"})
        dynamodb.update_table(TableName="Music", SSESpecification={"Enabled": True})
        told = {
            name: dynamodb.describe_table(TableName=name)["Table"].get("SSEDescription")
            for name in ("Music", "Plain", "Named")
        }
        arn = "arn:aws:kms:us-east-1:000000000000:"
        description = {"Status": "ENABLED", "SSEType": "KMS"}
        assert told == {
            "Music": {**description, "KMSMasterKeyArn": f"{arn}alias/aws/dynamodb"},
            "Plain": None,
            "Named": {**description, "KMSMasterKeyArn": f"{arn}alias/mine"},
        }
        dynamodb.update_table(TableName="Music", SSESpecification={"Enabled": False})
        assert "SSEDescription" not in dynamodb.describe_table(TableName="Music")["Table"]


def test_backups_and_points_in_time_are_restored(tmp_path: Path) -> None:
    """Into tables with data keys of their own."""
    with served(tmp_path / "store") as dynamodb:
        create(dynamodb)
        put(dynamodb)
        backup = dynamodb.create_backup(TableName="Music", BackupName="kept")["BackupDetails"]["BackupArn"]
        put(dynamodb, "another text")
        dynamodb.restore_table_from_backup(TargetTableName="Again", BackupArn=backup)
        wait_for(dynamodb, "Again")
        assert (text_of(dynamodb, "Again"), text_of(dynamodb)) == (SECRET, "another text")
    assert holders(tmp_path / "store", SECRET) == []


def wait_for(dynamodb: Any, name: str) -> None:
    until = time.monotonic() + 20
    while dynamodb.describe_table(TableName=name)["Table"]["TableStatus"] != "ACTIVE":
        assert time.monotonic() < until


def test_streams_tell_what_items_were(tmp_path: Path) -> None:
    with ServerThread(str(tmp_path / "store"), **ENCRYPTED) as server:
        dynamodb, streams = client(server.url), client(server.url, "dynamodbstreams")
        create(dynamodb)
        put(dynamodb)
        put(dynamodb, "another text")
        arn = dynamodb.describe_table(TableName="Music")["Table"]["LatestStreamArn"]
        images = []
        for shard in streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]:
            iterator = streams.get_shard_iterator(
                StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
            )["ShardIterator"]
            images += [each["dynamodb"] for each in streams.get_records(ShardIterator=iterator)["Records"]]
        assert [image["NewImage"]["text"]["S"] for image in images] == [SECRET, "another text"]
        assert images[1]["OldImage"]["text"]["S"] == SECRET


def more_for(path: Path, **more: str) -> dict[str, str]:
    return {"SLIPRING_STORE": str(path), "SLIPRING_MASTER_KEY": MASTER_KEY, **more}


def test_keys_are_rotated_under_a_running_server(tmp_path: Path) -> None:
    """Two workers, a command beside them, and a restart."""
    path = tmp_path / "store"
    more = more_for(path, SLIPRING_ENCRYPTION="on", SLIPRING_DURABILITY="relaxed", SLIPRING_WORKERS="2")
    with Serving(cwd=tmp_path, more=more) as serving:
        dynamodb = client(serving.url)
        create(dynamodb)
        put(dynamodb)
        rotated = slipring("keys", "rotate", cwd=tmp_path, more=more_for(path))
        assert rotated.stdout == "1 tables have a new data key\n", rotated.stderr
        assert text_of(dynamodb) == SECRET
        put(dynamodb, "another text")
        assert text_of(dynamodb) == "another text"
    scrubbed = slipring("scrub", cwd=tmp_path, more=more_for(path))
    assert (scrubbed.returncode, scrubbed.stdout) == (0, "everything agrees\n"), scrubbed.stderr
    refused = slipring("keys", "rotate", cwd=tmp_path, more=more_for(path, SLIPRING_MASTER_KEY="2f" * 32))
    assert (refused.returncode, refused.stderr.count("\n")) == (1, 1)


def test_one_master_key_takes_the_place_of_another(tmp_path: Path) -> None:
    """Step by step, as a fleet does it: both keys everywhere, then everything sealed with the new one beside a server
    that runs, then the new one alone. Data, secrets of identities and the archive come along; the old key alone is of
    no use any more."""
    path, archive = tmp_path / "store", tmp_path / "archive"
    old, new = MASTER_KEY, "2f" * 32
    archived(path, archive)
    both = tmp_path / "both.key"
    both.write_text(f"{new}\n{old}\n")
    environment = {"SLIPRING_STORE": str(path), "SLIPRING_MASTER_KEY_FILE": str(both)}
    assert slipring("iam", "user", "create", "ada", cwd=tmp_path, more=environment).returncode == 0
    made = slipring("iam", "key", "create", "ada", cwd=tmp_path, more={**environment, "SLIPRING_MASTER_KEY": old})
    assert made.returncode == 0, made.stderr
    archiving = {"SLIPRING_ARCHIVE": str(archive), "SLIPRING_ARCHIVE_INTERVAL_S": "0.1"}
    with Serving(cwd=tmp_path, more={**environment, **archiving}) as serving:
        dynamodb = client(serving.url)
        create(dynamodb, "While")
        sealed = slipring("keys", "seal-again", "--archive", str(archive), cwd=tmp_path, more=environment)
        assert sealed.returncode == 0, sealed.stderr
        first, second = sealed.stdout.splitlines()
        assert first == "the data keys of 1 tables and 1 secrets are sealed with the first master key"
        assert second.startswith("so are ")
        put(dynamodb, "another text", "While")
        assert (text_of(dynamodb), text_of(dynamodb, "While")) == (SECRET, "another text")
        wait_for_archive(serving.url)
    with served(path, master_key=new) as dynamodb:
        assert (text_of(dynamodb), text_of(dynamodb, "While")) == (SECRET, "another text")
    with pytest.raises(StartError, match="is not the one that the store"), served(path, master_key=old):
        pass
    with ServerThread(str(path), master_key=new, auth="enforce") as server:
        sts = boto3.client("sts", endpoint_url=server.url, region_name="us-east-1", **exported(made.stdout))
        assert sts.get_caller_identity()["Arn"].endswith("user/ada")
    again = {"SLIPRING_STORE": str(tmp_path / "again"), "SLIPRING_MASTER_KEY": new}
    restored = slipring("restore", "--from", str(archive), cwd=tmp_path, more=again)
    assert restored.returncode == 0, restored.stderr
    with served(tmp_path / "again", master_key=new) as dynamodb:
        assert text_of(dynamodb) == SECRET


def archived(path: Path, archive: Path, **more: Any) -> None:
    """Serve until the archive holds an item."""
    more = {**ENCRYPTED, "archive": str(archive), "archive_interval_s": 0.1, **more}
    with ServerThread(str(path), **more) as server:
        dynamodb = client(server.url)
        create(dynamodb)
        put(dynamodb)
        wait_for_archive(server.url)


def wait_for_archive(url: str) -> None:
    """Until everything up to now is archived. The first round from here on may still be at a table's first base."""
    for _ in range(2):
        moment, until = time.time(), time.monotonic() + 20
        while archived_at(url) <= moment:
            assert time.monotonic() < until


def archived_at(url: str) -> float:
    """The moment that the archive holds everything of."""
    with urlopen(f"{url}/metrics") as answer:
        found = re.search(r"^slipring_archive_time_seconds (\S+)$", answer.read().decode(), re.MULTILINE)
    assert found is not None
    return float(found[1])


def test_an_encrypted_stores_archive_is_sealed_too(tmp_path: Path) -> None:
    """It would be a copy of everything for whoever finds the bucket. It is restored with the master key only, and what
    it is restored into is encrypted without being asked."""
    archive = tmp_path / "archive"
    archived(tmp_path / "store", archive)
    assert holders(archive, SECRET) == holders(archive, "Music") == []
    command = ["restore", "--from", str(archive)]
    without = slipring(*command, cwd=tmp_path, more={"SLIPRING_STORE": str(tmp_path / "no")})
    assert without.stderr.startswith(f"slipring: the archive {archive} is sealed: it needs its master_key")
    wrong = slipring(*command, cwd=tmp_path, more=more_for(tmp_path / "no", SLIPRING_MASTER_KEY="2f" * 32))
    assert (wrong.returncode, wrong.stderr.count("\n")) == (1, 1)
    assert "was sealed with another master key" in wrong.stderr
    again = tmp_path / "again"
    restored = slipring(*command, cwd=tmp_path, more=more_for(again))
    assert restored.returncode == 0, restored.stderr
    with served(again, encryption="off") as dynamodb:
        assert text_of(dynamodb) == SECRET
    assert holders(again, SECRET) == []
    compared = slipring("scrub", "--archive", str(archive), cwd=tmp_path, more=more_for(tmp_path / "store"))
    assert (compared.returncode, compared.stdout) == (0, "everything agrees\n"), compared.stderr


def test_an_archive_is_the_way_to_an_encrypted_store(tmp_path: Path) -> None:
    """A store in use is not made one; its archive is restored into one."""
    archive = tmp_path / "archive"
    archived(tmp_path / "plain", archive, encryption="off")
    with pytest.raises(StartError, match="holds tables that are not encrypted"), served(tmp_path / "plain"):
        pass
    again = tmp_path / "again"
    restored = slipring("restore", "--from", str(archive), cwd=tmp_path, more=more_for(again, SLIPRING_ENCRYPTION="on"))
    assert restored.returncode == 0, restored.stderr
    with served(again) as dynamodb:
        assert text_of(dynamodb) == SECRET
    assert holders(again, SECRET) == []


def test_snapshots_are_saved_and_loaded_beside_the_server(tmp_path: Path) -> None:
    """Rows are copied as they are, from one table's key to another's."""
    path = tmp_path / "store"
    more = more_for(path, SLIPRING_ENCRYPTION="on")
    with served(path) as dynamodb:
        create(dynamodb)
        put(dynamodb)
    saved = slipring("snapshot", "save", "before", cwd=tmp_path, more=more)
    assert saved.returncode == 0, saved.stderr
    with served(path) as dynamodb:
        put(dynamodb, "another text")
    assert slipring("snapshot", "load", "before", cwd=tmp_path, more=more).returncode == 0
    with served(path) as dynamodb:
        assert text_of(dynamodb) == SECRET
    refused = slipring("snapshot", "list", cwd=tmp_path, more={"SLIPRING_STORE": str(path)})
    assert refused.stderr.startswith("slipring: the store is encrypted: it needs its master_key")


TEMPLATE = """
Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: Orders
      AttributeDefinitions: [{AttributeName: pk, AttributeType: S}]
      KeySchema: [{AttributeName: pk, KeyType: HASH}]
      BillingMode: PAY_PER_REQUEST
"""
ASKED = "      SSESpecification: {SSEEnabled: true, SSEType: KMS, KMSMasterKeyId: alias/mine}\n"


def test_templates_that_ask_for_encryption_are_applied_once(tmp_path: Path) -> None:
    """Where there is some: it reads back as it was asked for. Where there is none, each run asks for it again, as it
    should, for it was not to be had."""
    with ServerThread(**ENCRYPTED) as encrypted, ServerThread() as plain:
        for url, second in ((encrypted.url, "nothing to do"), (plain.url, "encrypt it with a key of KMS")):
            for text, words in ((TEMPLATE, "create it"), (TEMPLATE + ASKED, "encrypt it"), (TEMPLATE + ASKED, second)):
                (tmp_path / "t.yaml").write_text(text)
                applied = slipring("apply", "t.yaml", "--endpoint", url, cwd=tmp_path)
                assert words in applied.stdout, applied.stderr


def test_errors_and_logs_name_no_key(tmp_path: Path) -> None:
    """A master key in the wrong form is refused without being repeated."""
    refused = slipring("serve", cwd=tmp_path, more=more_for(tmp_path / "store", SLIPRING_MASTER_KEY="not a key at all"))
    assert refused.returncode != 0
    assert "not a key at all" not in orjson.dumps(refused.stderr).decode()
