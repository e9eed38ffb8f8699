"""What policies allow, as boto3's clients of an enforcing server hear it."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from tests.admin.prometheus import parse
from tests.conftest import error_of, n, s, table_definition, unique
from tests.edge.signed import signed
from tests.edge.wire import Client as Connection
from tests.iam.running import ACCOUNT, REGION, ROOT, Keys, Place, temporary

ANY = [s("any"), n(1)]


def arn(name: str) -> str:
    # The root of the settings has another account than the users, and all share all tables.
    return f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{name}"


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(*actions: str, on: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": [f"dynamodb:{action}" for action in actions], "Resource": on, **more}


def deny(*actions: str, on: Any = "*", **more: Any) -> dict[str, Any]:
    return {**allow(*actions, on=on, **more), "Effect": "Deny"}


def leading(*values: str) -> dict[str, Any]:
    return {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": list(values)}}


@pytest.fixture(scope="module")
def root(place: Place) -> Iterator[Any]:
    with closing(place.client(ROOT)) as client:
        yield client


@pytest.fixture(scope="module")
def scores(root: Any) -> str:
    """A table of users' scores, with an index by game."""
    name = unique("scores")
    definition = table_definition(
        name,
        ("user", "S"),
        ("game", "S"),
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by-game",
                "KeySchema": [{"AttributeName": "game", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )
    root.create_table(**definition)
    root.put_item(TableName=name, Item={"user": s("ada"), "game": s("chess"), "top": n(1)})
    root.put_item(TableName=name, Item={"user": s("bob"), "game": s("chess"), "top": n(2)})
    return name


def keys_with(place: Place, *statements: dict[str, Any]) -> tuple[str, Keys]:
    """A new user's name and access key."""
    name = unique("user")
    keys = place.user(name)
    place.iam(f"inline put user {name} own -", stdin=policy(*statements))
    return name, keys


def denied(name: str, action: str, resource: str, because: str = "") -> tuple[str, str]:
    because = because or f"because no identity-based policy allows the dynamodb:{action} action"
    return (
        "AccessDeniedException",
        f"User: arn:aws:iam::{ACCOUNT}:user/{name} is not authorized to perform: dynamodb:{action}"
        f" on resource: {resource} {because}",
    )


def test_who_has_no_policy_may_do_nothing(place: Place, scores: str) -> None:
    """In the service's words, which users look for in their logs."""
    name = unique("user")
    with closing(place.client(place.user(name))) as client:
        key = {"user": s("ada"), "game": s("chess")}
        assert error_of(client.get_item, TableName=scores, Key=key) == denied(name, "GetItem", arn(scores))
        assert error_of(client.list_tables) == denied(name, "ListTables", "*")
        # Nobody learns which tables there are.
        assert error_of(client.describe_table, TableName="nowhere") == denied(name, "DescribeTable", arn("nowhere"))


def test_what_is_allowed_is_done_and_nothing_else(place: Place, scores: str) -> None:
    """Several times, so that what is kept of an answer is used and is not used for another."""
    name, keys = keys_with(place, allow("GetItem", on=arn(scores)))
    with closing(place.client(keys)) as client:
        for _ in range(3):
            assert client.get_item(TableName=scores, Key={"user": s("ada"), "game": s("chess")})["Item"]["top"] == n(1)
            assert error_of(client.get_item, TableName="other", Key={"user": s("x")}) == denied(
                name, "GetItem", arn("other")
            )
            assert error_of(client.scan, TableName=scores) == denied(name, "Scan", arn(scores))


def test_an_explicit_deny_wins(place: Place, scores: str) -> None:
    name, keys = keys_with(place, allow("*"), deny("Scan", on=arn(scores)))
    with closing(place.client(keys)) as client:
        client.query(
            TableName=scores, KeyConditionExpression="#u = :u",
            ExpressionAttributeNames={"#u": "user"}, ExpressionAttributeValues={":u": s("ada")},
        )  # fmt: skip
        because = "with an explicit deny in an identity-based policy"
        assert error_of(client.scan, TableName=scores) == denied(name, "Scan", arn(scores), because)


def test_an_index_is_a_resource_of_its_own(place: Place, scores: str) -> None:
    name, keys = keys_with(place, allow("Query", on=f"{arn(scores)}/index/*"))
    asked = {
        "TableName": scores,
        "KeyConditionExpression": "game = :g",
        "ExpressionAttributeValues": {":g": s("chess")},
    }
    with closing(place.client(keys)) as client:
        for _ in range(2):
            assert client.query(IndexName="by-game", **asked)["Count"] == 2
            assert error_of(client.query, **asked) == denied(name, "Query", arn(scores))


OWN = allow(
    "GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query", "BatchGetItem", "BatchWriteItem", "PartiQLSelect",
    "PartiQLInsert", "ConditionCheckItem", Condition=leading("${aws:username}"),
)  # fmt: skip


def requests(table: str, user: str) -> dict[str, dict[str, Any]]:
    """One request about one user's items, by operation."""
    key = {"user": s(user), "game": s("go")}
    statement = f"""SELECT * FROM "{table}" WHERE "user" = '{user}'"""
    return {
        "get_item": {"TableName": table, "Key": key},
        "put_item": {"TableName": table, "Item": {**key, "top": n(3)}},
        "update_item": {
            "TableName": table, "Key": key, "UpdateExpression": "ADD top :one",
            "ExpressionAttributeValues": {":one": n(1)},
        },
        "delete_item": {"TableName": table, "Key": key},
        "query": {
            "TableName": table, "KeyConditionExpression": "#u = :u",
            "ExpressionAttributeNames": {"#u": "user"}, "ExpressionAttributeValues": {":u": s(user)},
        },
        "batch_get_item": {"RequestItems": {table: {"Keys": [key]}}},
        "batch_write_item": {"RequestItems": {table: [{"PutRequest": {"Item": key}}]}},
        "transact_get_items": {"TransactItems": [{"Get": {"TableName": table, "Key": key}}]},
        "transact_write_items": {
            "TransactItems": [
                {"Put": {"TableName": table, "Item": {**key, "game": s("reversi")}}},
                {
                    "ConditionCheck": {
                        "TableName": table, "Key": {**key, "game": s("hex")},
                        "ConditionExpression": "attribute_not_exists(top)",
                    }
                },
            ]
        },
        "execute_statement": {"Statement": statement},
        "batch_execute_statement": {"Statements": [{"Statement": f"{statement} AND game = 'go'"}]},
        "execute_transaction": {"TransactStatements": [{"Statement": f"{statement} AND game = 'go'"}]},
    }  # fmt: skip


@pytest.mark.parametrize("operation", list(requests("", "")))
def test_each_user_sees_its_own_items_alone(place: Place, own: tuple[str, Any], scores: str, operation: str) -> None:
    """The policy that the service's guide recommends for multi-user tables, through every way there is to an item."""
    name, client = own
    call = getattr(client, operation)
    call(**requests(scores, name)[operation])
    if operation == "batch_execute_statement":
        # Its statements fail one by one.
        (refused,) = call(**requests(scores, "ada")[operation])["Responses"]
        code, message = refused["Error"]["Code"] + "Exception", refused["Error"]["Message"]
    else:
        code, message = error_of(call, **requests(scores, "ada")[operation])
    assert code == "AccessDeniedException"
    assert f"user/{name} is not authorized to perform: dynamodb:" in message
    call(**requests(scores, name)[operation])


@pytest.fixture(scope="module")
def own(place: Place) -> Iterator[tuple[str, Any]]:
    name, keys = keys_with(place, OWN)
    with closing(place.client(keys)) as client:
        yield name, client


def test_one_item_of_another_denies_a_batch_or_transaction(own: tuple[str, Any], scores: str) -> None:
    name, client = own
    keys = [{"user": s(user), "game": s("chess")} for user in (name, "ada")]
    assert error_of(client.batch_get_item, RequestItems={scores: {"Keys": keys}})[0] == "AccessDeniedException"
    gets = [{"Get": {"TableName": scores, "Key": key}} for key in keys]
    assert error_of(client.transact_get_items, TransactItems=gets)[0] == "AccessDeniedException"


def test_a_denied_statement_of_a_batch_fails_alone(place: Place, scores: str) -> None:
    """The others are carried out, and each denial says what it lacks (API Reference, "BatchStatementError":
    AccessDenied). Reads and writes may not be mixed whether they are allowed or not."""
    name, keys = keys_with(place, allow("PartiQLInsert", Condition=leading("${aws:username}")), allow("PartiQLSelect"))
    inserts = [f"""INSERT INTO "{scores}" VALUE {{'user': '{user}', 'game': 'go'}}""" for user in (name, "eve", name)]
    with closing(place.client(keys)) as client:
        answers = client.batch_execute_statement(Statements=[{"Statement": insert} for insert in inserts])["Responses"]
        assert [answer.get("Error", {}).get("Code") for answer in answers] == [None, "AccessDenied", "DuplicateItem"]
        assert answers[1] == {
            "Error": {"Code": "AccessDenied", "Message": denied(name, "PartiQLInsert", arn(scores))[1]}
        }
        found = client.batch_execute_statement(
            Statements=[
                {"Statement": f"""SELECT game FROM "{scores}" WHERE "user" = '{user}' AND game = 'go'"""}
                for user in (name, "eve")
            ]
        )["Responses"]
        assert [answer.get("Item") for answer in found] == [{"game": s("go")}, None]
        mixed = [inserts[1], f"""SELECT * FROM "{scores}" WHERE "user" = 'ada' AND game = 'go'"""]
        code, _ = error_of(client.batch_execute_statement, Statements=[{"Statement": each} for each in mixed])
        assert code == "ValidationException"


@pytest.mark.parametrize(
    ("condition", "is_met"),
    [
        ({"IpAddress": {"aws:SourceIp": "127.0.0.0/8"}}, True),
        ({"IpAddress": {"aws:SourceIp": ["203.0.113.0/24", "127.0.0.1"]}}, True),
        ({"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}, False),
        ({"NotIpAddress": {"aws:SourceIp": "127.0.0.0/8"}}, False),
        ({"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}}, True),
        ({"StringLike": {"aws:UserAgent": "tester/1 *"}}, True),
        ({"StringLike": {"aws:UserAgent": "browser/*"}}, False),
        ({"Null": {"aws:SourceIp": "false", "aws:UserAgent": "false", "aws:SourceVpc": "true"}}, True),
    ],
    ids=str,
)
def test_where_a_request_comes_from_can_decide(
    place: Place, scores: str, condition: dict[str, Any], is_met: bool
) -> None:
    """Companies let their own networks in alone. The first requests of a client are verified in another way than the
    later ones, so several are sent; a batch asks every time."""
    _, keys = keys_with(place, allow("Scan", "BatchGetItem", on=arn(scores), Condition=condition))
    key = {"user": s("ada"), "game": s("chess")}
    with closing(place.client(keys, user_agent="tester/1 (any)")) as client:
        for _ in range(3):
            for call, request in (
                (client.scan, {"TableName": scores}),
                (client.batch_get_item, {"RequestItems": {scores: {"Keys": [key]}}}),
            ):
                if is_met:
                    call(**request)
                else:
                    assert error_of(call, **request)[0] == "AccessDeniedException"


def test_one_connection_may_carry_the_requests_of_several_agents(place: Place, scores: str) -> None:
    """A proxy's does. Each request is judged by what it says itself."""
    condition = {"StringEquals": {"aws:UserAgent": "bad"}}
    _, keys = keys_with(place, allow("ListTables"), deny("ListTables", Condition=condition))
    access_key, secret_key = keys["aws_access_key_id"], keys["aws_secret_access_key"]
    listing = (("Content-Type", "application/x-amz-json-1.0"), ("X-Amz-Target", "DynamoDB_20120810.ListTables"))
    with Connection(int(place.url.rpartition(":")[2])) as connection:
        for agent in ("other", "bad", "other", "bad", "bad", "other"):
            headers = (*listing, ("User-Agent", agent))
            response = connection.ask(signed(headers=headers, access_key=access_key, secret_key=secret_key))
            assert response.status == (400 if agent == "bad" else 200), response


def test_a_role_may_be_assumed_from_some_networks_alone(place: Place) -> None:
    _, keys = keys_with(place, {"Effect": "Allow", "Action": "sts:*", "Resource": "*"})
    with closing(place.client(keys, "sts")) as client:
        for network, is_met in (("127.0.0.0/8", True), ("203.0.113.0/24", False)):
            trust = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}
            condition = {"IpAddress": {"aws:SourceIp": network}}
            document = place.file(unique("trust"), policy({**trust, "Condition": condition}))
            asked = {
                "RoleArn": place.iam(f"role create {unique('role')} --trust {document}").strip(),
                "RoleSessionName": "visit",
            }
            if is_met:
                client.assume_role(**asked)
            else:
                assert error_of(client.assume_role, **asked)[0] == "AccessDenied"


def test_who_attaches_a_policy_must_be_able_to_replace_it(place: Place, root: Any) -> None:
    """Whoever shuts out somebody else does not lock out itself; who does, says so
    (API Reference, "ConfirmRemoveSelfResourceAccess")."""
    table, (name, keys) = unique("locked"), keys_with(place, allow("*"))
    root.create_table(**table_definition(table, ("pk", "S")))

    def shutting_out(user: str) -> dict[str, Any]:
        principal = {"AWS": f"arn:aws:iam::{ACCOUNT}:user/{user}"}
        document = policy({**deny("PutResourcePolicy", on=arn(table)), "Principal": principal})
        return {"ResourceArn": arn(table), "Policy": document}

    other, _ = keys_with(place, allow("ListTables"))
    with closing(place.client(keys)) as client:
        client.put_resource_policy(**shutting_out(other))
        assert error_of(client.put_resource_policy, **shutting_out(name))[0] == "AccessDeniedException"
        client.put_resource_policy(**shutting_out(name), ConfirmRemoveSelfResourceAccess=True)
        assert error_of(client.put_resource_policy, **shutting_out(other))[0] == "AccessDeniedException"


def test_only_some_attributes_may_be_read(place: Place, scores: str) -> None:
    condition = {
        "ForAllValues:StringEquals": {"dynamodb:Attributes": ["user", "game"]},
        "StringEqualsIfExists": {"dynamodb:Select": "SPECIFIC_ATTRIBUTES"},
    }
    _, keys = keys_with(place, allow("GetItem", on=arn(scores), Condition=condition))
    key = {"user": s("ada"), "game": s("chess")}
    with closing(place.client(keys)) as client:
        assert client.get_item(TableName=scores, Key=key, ProjectionExpression="game")["Item"] == {"game": s("chess")}
        for more in ({}, {"ProjectionExpression": "top"}, {"ProjectionExpression": "game, top"}):
            assert error_of(client.get_item, TableName=scores, Key=key, **more)[0] == "AccessDeniedException"


def test_a_boundary_bounds(place: Place, scores: str) -> None:
    name, keys = keys_with(place, allow("*"))
    bound = unique("bound")
    place.iam(f"policy put {bound} -", stdin=policy(allow("GetItem")))
    place.iam(f"boundary set user {name} {bound}")
    with closing(place.client(keys)) as client:
        client.get_item(TableName=scores, Key={"user": s("ada"), "game": s("chess")})
        because = "because no permissions boundary allows the dynamodb:Scan action"
        assert error_of(client.scan, TableName=scores) == denied(name, "Scan", arn(scores), because)


def test_a_group_shares_its_policies(place: Place, scores: str) -> None:
    name, group, shared = unique("user"), unique("group"), unique("shared")
    keys = place.user(name)
    place.iam(f"group create {group}")
    place.iam(f"policy put {shared} -", stdin=policy(allow("Scan")))
    place.iam(f"attach group {group} {shared}")
    place.iam(f"group add {group} {name}")
    with closing(place.client(keys)) as client:
        assert client.scan(TableName=scores)["Count"] >= 2
        place.iam(f"group remove {group} {name}")
        assert error_of(client.scan, TableName=scores)[0] == "AccessDeniedException"


def test_a_session_policy_narrows_a_role(place: Place, scores: str) -> None:
    _, keys = keys_with(place, {"Effect": "Allow", "Action": "sts:*", "Resource": "*"})
    trust = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}
    role = unique("role")
    role_arn = place.iam(f"role create {role} --trust {place.file(role, policy(trust))}").strip()
    place.iam(f"inline put role {role} all -", stdin=policy(allow("*")))
    with closing(place.client(keys, "sts")) as client:
        asked = {"RoleArn": role_arn, "RoleSessionName": "visit"}
        wide = temporary(client.assume_role(**asked)["Credentials"])
        narrow = temporary(client.assume_role(**asked, Policy=policy(allow("GetItem")))["Credentials"])
    with closing(place.client(wide)) as client:
        assert client.scan(TableName=scores)["Count"] >= 2
    with closing(place.client(narrow)) as client:
        client.get_item(TableName=scores, Key={"user": s("ada"), "game": s("chess")})
        code, message = error_of(client.scan, TableName=scores)
    assert (code, message) == (
        "AccessDeniedException",
        f"User: arn:aws:sts::{ACCOUNT}:assumed-role/{role}/visit is not authorized to perform: dynamodb:Scan on"
        f" resource: {arn(scores)} because no session policy allows the dynamodb:Scan action",
    )


def test_a_stream_is_read_by_who_may(place: Place, scores: str, root: Any) -> None:
    """Every step of it: the iterator too names its stream."""
    stream = root.describe_table(TableName=scores)["Table"]["LatestStreamArn"]
    own = f"{arn(scores)}/stream/{stream.rpartition('/')[2]}"
    _, reader = keys_with(place, allow("DescribeStream", "GetShardIterator", "GetRecords", on=own))
    name, stranger = keys_with(place, allow("DescribeStream", on=own))
    with closing(place.client(reader, "dynamodbstreams")) as client:
        shard = client.describe_stream(StreamArn=own)["StreamDescription"]["Shards"][0]["ShardId"]
        asked = {"StreamArn": own, "ShardId": shard, "ShardIteratorType": "TRIM_HORIZON"}
        iterator = client.get_shard_iterator(**asked)["ShardIterator"]
        assert client.get_records(ShardIterator=iterator)["Records"]
    with closing(place.client(stranger, "dynamodbstreams")) as client:
        client.describe_stream(StreamArn=own)
        assert error_of(client.get_shard_iterator, **asked) == denied(name, "GetShardIterator", own)
        assert error_of(client.get_records, ShardIterator=iterator) == denied(name, "GetRecords", own)


def attached(root: Any, table: str, *statements: dict[str, Any]) -> None:
    """Give a table a policy. Its ARN is the root's own, whatever account the statements are about."""
    resource = f"arn:aws:dynamodb:{REGION}:000000000000:table/{table}"
    root.put_resource_policy(ResourceArn=resource, Policy=policy(*statements), ConfirmRemoveSelfResourceAccess=True)


def test_a_table_lets_in_whom_its_policy_names(place: Place, root: Any) -> None:
    """Without any policy of their own, at once, and no longer than it says so."""
    table, name, other = unique("shared"), unique("user"), unique("other")
    root.create_table(**table_definition(table, ("pk", "S")))
    named = {"AWS": f"arn:aws:iam::{ACCOUNT}:user/{name}"}
    with closing(place.client(place.user(name))) as client, closing(place.client(place.user(other))) as stranger:
        assert error_of(client.scan, TableName=table)[0] == "AccessDeniedException"
        attached(root, table, {**allow("Scan", on=arn(table)), "Principal": named})
        for _ in range(2):
            assert client.scan(TableName=table)["Count"] == 0
        assert error_of(stranger.scan, TableName=table)[0] == "AccessDeniedException"
        assert error_of(client.get_item, TableName=table, Key={"pk": s("a")})[0] == "AccessDeniedException"
        root.delete_resource_policy(ResourceArn=f"arn:aws:dynamodb:{REGION}:000000000000:table/{table}")
        assert error_of(client.scan, TableName=table)[0] == "AccessDeniedException"


def test_a_table_shuts_out_whom_its_policy_denies(place: Place, root: Any) -> None:
    """Though everything is allowed to them, and was found to be a moment before."""
    table = unique("closed")
    root.create_table(**table_definition(table, ("pk", "S")))
    name, keys = keys_with(place, allow("*"))
    with closing(place.client(keys)) as client:
        for _ in range(2):
            client.scan(TableName=table)
        attached(root, table, {**deny("Scan", on=arn(table)), "Principal": "*"})
        because = "with an explicit deny in a resource-based policy"
        assert error_of(client.scan, TableName=table) == denied(name, "Scan", arn(table), because)


def test_another_account_needs_both_policies(place: Place, root: Any) -> None:
    """Its own, and the table's."""
    table = unique("lent")
    root.create_table(**table_definition(table, ("pk", "S")))
    theirs = f"arn:aws:dynamodb:{REGION}:444455556666:table/{table}"
    name, keys = keys_with(place, allow("Scan", on=theirs))
    with closing(place.client(keys)) as client:
        because = "because no resource-based policy allows the dynamodb:Scan action"
        assert error_of(client.scan, TableName=theirs) == denied(name, "Scan", theirs, because)
        attached(root, table, {**allow("Scan", on=theirs), "Principal": {"AWS": ACCOUNT}})
        assert client.scan(TableName=theirs)["Count"] == 0


def test_a_policy_that_is_taken_back_allows_no_longer(place: Place, scores: str) -> None:
    """Though the answer was kept for the requests before."""
    name, keys = keys_with(place, allow("Scan"))
    with closing(place.client(keys)) as client:
        client.scan(TableName=scores)
        place.iam(f"inline delete user {name} own")
        assert error_of(client.scan, TableName=scores)[0] == "AccessDeniedException"


@pytest.mark.parametrize("operation", ["DeleteTable", "AssumeRole"])
def test_what_is_denied_is_counted(place: Place, scores: str, operation: str) -> None:
    def count() -> float:
        with urllib.request.urlopen(f"{place.url}/metrics") as response:
            return parse(response.read().decode()).value("slipring_denied_requests_total", operation=operation)

    before, keys = count(), place.user(unique("user"))
    with closing(place.client(keys)) as client, closing(place.client(keys, "sts")) as sts:
        if operation == "AssumeRole":
            error_of(sts.assume_role, RoleArn=f"arn:aws:iam::{ACCOUNT}:role/nowhere", RoleSessionName="visit")
        else:
            error_of(client.delete_table, TableName=scores)
    assert count() == before + 1


@pytest.mark.parametrize("member", ["TableName", "IndexName"])
def test_members_that_an_operation_does_not_have_may_hold_anything(
    place: Place, scores: str, member: str, root: Any
) -> None:
    """The framework passes over them, and so does whoever asks policies: no stray 500."""
    from tests.edge.signed import signed
    from tests.edge.wire import Client

    body = {"TableName": scores, "Key": {"user": s("ada"), "game": s("chess")}, member: [{"a": []}]}
    operation = "GetItem" if member == "IndexName" else "ListTables"
    target = (("Content-Type", "application/x-amz-json-1.0"), ("X-Amz-Target", f"DynamoDB_20120810.{operation}"))
    with Client(int(place.url.rpartition(":")[2])) as client:
        assert client.ask(signed(json.dumps(body).encode(), target)).status == 200


def test_explain_tells_which_statement_decides(place: Place, scores: str) -> None:
    name, _ = keys_with(place, {**allow("GetItem", Condition=leading("ada")), "Sid": "Own"}, deny("PutItem"))
    key = {"user": s("ada"), "game": s("chess")}
    asked = f"arn:aws:iam::{ACCOUNT}:user/{name} dynamodb:"
    place.file("get.json", json.dumps({"TableName": scores, "Key": key}))

    def explained(operation: str, request: dict[str, Any]) -> tuple[str, int]:
        result = place.try_iam(f"explain user {name} {operation} --region {REGION}", stdin=json.dumps(request))
        return result.stdout, result.exit_code

    assert explained("GetItem", {"TableName": scores, "Key": key}) == (
        f"allowed: {asked}GetItem on {arn(scores)}: statement 1 (Own) of identity-based policy own\n",
        0,
    )
    assert explained("GetItem", {"TableName": scores, "Key": {**key, "user": s("bob")}}) == (
        f"implicit deny: {asked}GetItem on {arn(scores)}: no identity-based policy allows it\n",
        1,
    )
    assert explained("PutItem", {"TableName": scores, "Item": key}) == (
        f"explicit deny: {asked}PutItem on {arn(scores)}: statement 2 of identity-based policy own\n",
        1,
    )


def test_what_is_refused_under_one_name_of_a_table_is_refused_under_all(place: Place, scores: str) -> None:
    """Unless regions and accounts are kept apart, a table is the same one whatever region a client signs for and
    whatever account stands in an ARN. A policy that names it as it is described must not be walked around."""
    key = {"user": s("ada"), "game": s("chess")}
    but_one = {**allow("GetItem"), "NotResource": arn(scores)}
    del but_one["Resource"]
    for statements in ((allow("*"), deny("GetItem", on=arn(scores))), (but_one,)):
        _, keys = keys_with(place, *statements)
        for region in (REGION, "us-east-1", "nowhere"):
            with closing(place.client(keys, region=region)) as client:
                for name in (scores, arn(scores), arn(scores).replace(ACCOUNT, "999988887777")):
                    assert error_of(client.get_item, TableName=name, Key=key)[0] == "AccessDeniedException"
                # The policies are about that table alone.
                assert error_of(client.get_item, TableName="other", Key=key)[0] == "ResourceNotFoundException"


def test_an_arn_without_an_account_is_of_the_callers(place: Place, root: Any, scores: str) -> None:
    """A table's tags and policy and a stream's records are found by an ARN in which the account is not looked at."""
    stream = root.describe_table(TableName=scores)["Table"]["LatestStreamArn"]
    _, keys = keys_with(place, allow("*"), deny("*", on=[arn(scores), f"{arn(scores)}/*"]))
    nobodys = ":".join(["" if place == 4 else part for place, part in enumerate(stream.split(":", 5))])
    with closing(place.client(keys)) as client:
        table = nobodys.partition("/stream/")[0]
        assert error_of(client.list_tags_of_resource, ResourceArn=table)[0] == "AccessDeniedException"
        assert error_of(client.delete_resource_policy, ResourceArn=table)[0] == "AccessDeniedException"
    with closing(place.client(keys, "dynamodbstreams")) as client:
        assert error_of(client.describe_stream, StreamArn=nobodys)[0] == "AccessDeniedException"


def test_tables_are_told_apart_by_their_tags(place: Place, root: Any) -> None:
    """An Allow and a Deny by `aws:ResourceTag` hold for the table and its indexes, and follow a change of its tags."""
    name = unique("tagged")
    root.create_table(**table_definition(name, ("pk", "S")))
    tag = {"StringEquals": {"aws:ResourceTag/Stage": "test"}}
    _, allowed = keys_with(place, allow("Scan", Condition=tag))
    _, forbidden = keys_with(place, allow("Scan"), deny("Scan", Condition=tag))
    with closing(place.client(allowed)) as one, closing(place.client(forbidden)) as other:
        assert error_of(one.scan, TableName=name)[0] == "AccessDeniedException"
        other.scan(TableName=name)
        root.tag_resource(
            ResourceArn=root.describe_table(TableName=name)["Table"]["TableArn"],
            Tags=[{"Key": "stage", "Value": "test"}],
        )
        one.scan(TableName=name)
        assert error_of(other.scan, TableName=name)[0] == "AccessDeniedException"


def test_a_tables_policy_means_the_user_that_there_was(place: Place, root: Any) -> None:
    """Somebody of the same name who comes later is somebody else, be it that the policy allows or denies; who is gone
    is told by an id ("AWS JSON policy elements: Principal" in the IAM User Guide). To write the policy again is to mean
    the newcomer."""
    table, name = unique("shared"), unique("user")
    resource = f"arn:aws:dynamodb:{REGION}:000000000000:table/{table}"
    root.create_table(**table_definition(table, ("pk", "S")))
    named = {"AWS": f"arn:aws:iam::{ACCOUNT}:user/{name}"}
    statement = {**allow("Scan", on=arn(table)), "Principal": named}
    with closing(place.client(place.user(name))) as client:
        attached(root, table, statement)
        first = root.get_resource_policy(ResourceArn=resource)
        assert json.loads(first["Policy"])["Statement"][0]["Principal"] == named
        client.scan(TableName=table)
    place.iam(f"user delete {name}")
    with closing(place.client(place.user(name))) as client:
        assert error_of(client.scan, TableName=table)[0] == "AccessDeniedException"
        told = json.loads(root.get_resource_policy(ResourceArn=resource)["Policy"])["Statement"][0]["Principal"]
        assert told["AWS"].startswith("AIDA")
        attached(root, table, statement)
        client.scan(TableName=table)
        again = root.get_resource_policy(ResourceArn=resource)
    assert (again["Policy"], again["RevisionId"] > first["RevisionId"]) == (first["Policy"], True)


def test_a_policy_that_comes_with_a_table_means_the_role_that_there_was(place: Place, root: Any) -> None:
    """A session of a role that was made again is another's, too."""
    table, name = unique("shared"), unique("role")
    trusting = place.file(name, policy({"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}))
    _, keys = keys_with(place, {"Effect": "Allow", "Action": "sts:*", "Resource": "*"})
    outcomes = []
    role_arn = place.iam(f"role create {name} --trust {trusting}").strip()
    shared = policy({**allow("Scan", on=arn(table)), "Principal": {"AWS": role_arn}})
    root.create_table(**table_definition(table, ("pk", "S")), ResourcePolicy=shared)
    for _ in range(2):
        with closing(place.client(keys, "sts")) as client:
            session = temporary(client.assume_role(RoleArn=role_arn, RoleSessionName="visit")["Credentials"])
        with closing(place.client(session)) as client:
            try:
                client.scan(TableName=table)
                outcomes.append("allowed")
            except client.exceptions.ClientError as error:
                outcomes.append(error.response["Error"]["Code"])
        place.iam(f"role delete {name}")
        place.iam(f"role create {name} --trust {trusting}")
    assert outcomes == ["allowed", "AccessDeniedException"]


TITLE = {"aws:RequestTag/Title": "ProductManager"}


def test_tags_in_a_request_can_be_asked_for(place: Place, root: Any) -> None:
    """Examples 2 and 3 of "Using ABAC with DynamoDB tables and indexes" in the Developer Guide: a table is tagged with
    one tag alone, and the tags of some names are not taken away. A table that comes with its tags is tagged, too."""
    table = unique("tagged")
    root.create_table(**table_definition(table, ("pk", "S")))
    _, keys = keys_with(
        place,
        allow("TagResource", Condition={"StringEquals": TITLE}),
        allow("UntagResource"),
        deny("UntagResource", Condition={"ForAnyValue:StringEquals": {"aws:TagKeys": ["Title", "Owner"]}}),
        allow("CreateTable", "DescribeTable", Condition={"Null": {"aws:TagKeys": "false"}}),
    )
    right, wrong = [{"Key": "title", "Value": "ProductManager"}], [{"Key": "Title", "Value": "Clerk"}]
    with closing(place.client(keys)) as client:
        tagged = {"ResourceArn": arn(table)}
        for tags in (wrong, [{"Key": "Other", "Value": "ProductManager"}], [*right, *wrong]):
            assert error_of(client.tag_resource, **tagged, Tags=tags)[0] == "AccessDeniedException"
        client.tag_resource(**tagged, Tags=[*right, {"Key": "Stage", "Value": "test"}])
        for names in (["Owner"], ["Stage", "Owner"]):
            assert error_of(client.untag_resource, **tagged, TagKeys=names)[0] == "AccessDeniedException"
        client.untag_resource(**tagged, TagKeys=["Stage"])
        for given, allowed in (([], False), (wrong, False), (right, True)):
            created = table_definition(unique("made"), ("pk", "S"), **({"Tags": given} if given else {}))
            if allowed:
                client.create_table(**created)
            else:
                assert error_of(client.create_table, **created)[0] == "AccessDeniedException"
