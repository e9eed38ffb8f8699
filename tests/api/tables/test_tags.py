"""TagResource, UntagResource and ListTagsOfResource.

API Reference of the three; Developer Guide, "Tagging restrictions in DynamoDB". The messages are the service's, as
observed and as the public conformance suite for DynamoDB has them.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.tables.conftest import CreateTable, described, request
from tests.conftest import Client, error_of, make_client, unique
from tests.servers import ServerThread

INVALID = "One or more parameter values were invalid: "


@pytest.fixture
def arn(ddb: Client, create: CreateTable) -> str:
    """Of a table without tags."""
    found: str = described(ddb, create())["TableArn"]
    return found


def tags(**named: str) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in named.items()]


def listed(ddb: Client, arn: str) -> dict[str, str]:
    """All tags, page by page; none may come twice."""
    found: dict[str, str] = {}
    start: dict[str, str] = {}
    while True:
        page = ddb.list_tags_of_resource(ResourceArn=arn, **start)
        for tag in page["Tags"]:
            assert tag["Key"] not in found
            found[tag["Key"]] = tag["Value"]
        if "NextToken" not in page:
            return found
        start = {"NextToken": page["NextToken"]}


def test_a_table_has_no_tags_unless_it_is_given_some(ddb: Client, arn: str) -> None:
    answer = ddb.list_tags_of_resource(ResourceArn=arn)
    assert answer["Tags"] == []
    assert "NextToken" not in answer


def test_tags_are_put_replaced_and_removed(ddb: Client, arn: str) -> None:
    """A key that is there gets its new value; removing one that isn't is no error."""
    ddb.tag_resource(ResourceArn=arn, Tags=tags(a="1", b="2"))
    ddb.tag_resource(ResourceArn=arn, Tags=tags(b="3", c=""))
    assert listed(ddb, arn) == {"a": "1", "b": "3", "c": ""}
    ddb.untag_resource(ResourceArn=arn, TagKeys=["a", "absent"])
    assert listed(ddb, arn) == {"b": "3", "c": ""}


def test_tags_of_a_new_table(ddb: Client, create: CreateTable) -> None:
    table = create(Tags=tags(owner="me"))
    assert listed(ddb, described(ddb, table)["TableArn"]) == {"owner": "me"}


def test_keys_are_case_sensitive_and_of_any_script(ddb: Client, arn: str) -> None:
    wanted = {"Env": "a b+c-d=e.f_g:h/i@j", "env": "", "ключ": "表", " sp ace": "é"}
    ddb.tag_resource(ResourceArn=arn, Tags=tags(**wanted))
    assert listed(ddb, arn) == wanted


def test_fifty_tags_come_in_pages_and_are_the_most(ddb: Client, arn: str) -> None:
    """A page has at most ten; replacing one of fifty is no fifty-first."""
    wanted = {f"key-{i}": str(i) for i in range(50)}
    ddb.tag_resource(ResourceArn=arn, Tags=tags(**wanted))
    assert len(ddb.list_tags_of_resource(ResourceArn=arn)["Tags"]) == 10
    assert listed(ddb, arn) == wanted
    ddb.tag_resource(ResourceArn=arn, Tags=tags(**{"key-7": "new"}))
    assert error_of(ddb.tag_resource, ResourceArn=arn, Tags=tags(one="more")) == (
        "ValidationException",
        "Number of Tags exceed the current limit for the provided ResourceArn",
    )
    assert listed(ddb, arn) == {**wanted, "key-7": "new"}


TAG_REFUSALS = [
    ([], "Atleast one Tag needs to be provided as Input."),
    (tags(**{"aws:x": "1"}), "Tag Key cannot be prefixed with aws:, Key: aws:x"),
    (tags(**{"AWS:x": "1"}), "Tag Key cannot be prefixed with aws:, Key: AWS:x"),
    (tags(**{"bad#char": "1"}), "The Tag Key provided is invalid, Key: bad#char"),
    (tags(good="bad#char"), "The Tag Value provided is invalid, Value: bad#char"),
    (tags(x="100%"), "The Tag Value provided is invalid, Value: 100%"),
    (
        tags(dup="1") + tags(dup="2"),
        "Duplicate Tag Keys provided as input: Duplicate Tag Key found dup",
    ),
    (
        tags(**{f"key-{i}": "" for i in range(51)}),
        "Number of Tags exceed the current limit for the provided ResourceArn",
    ),
]


@pytest.mark.parametrize(("refused", "message"), TAG_REFUSALS, ids=[message[:30] for _, message in TAG_REFUSALS])
def test_tags_that_are_refused(ddb: Client, arn: str, refused: list[dict[str, str]], message: str) -> None:
    """Together with a good one, which is then not put either. CreateTable refuses them with the same words, but takes
    an empty list."""
    wanted = refused and tags(good_one="1") + refused
    assert error_of(ddb.tag_resource, ResourceArn=arn, Tags=wanted) == ("ValidationException", message)
    assert listed(ddb, arn) == {}
    if refused:
        assert error_of(ddb.create_table, **request(Tags=refused)) == ("ValidationException", message)


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ([], "Atleast one Tag Key needs to be provided as Input."),
        (["aws:x"], "Tag Key cannot be prefixed with aws:, Key: aws:x"),
        (["bad#char"], "The Tag Key provided is invalid, Key: bad#char"),
        (
            [f"key-{i}" for i in range(51)],
            "Number of Tags exceed the current limit for the provided ResourceArn",
        ),
    ],
    ids=["none", "reserved", "character", "many"],
)
def test_keys_that_are_not_removed(ddb: Client, arn: str, keys: list[str], message: str) -> None:
    assert error_of(ddb.untag_resource, ResourceArn=arn, TagKeys=keys) == ("ValidationException", message)


@pytest.mark.parametrize(
    ("resource", "message"),
    [
        ("not-an-arn", INVALID + "ARNs must start with 'arn:': not-an-arn"),
        (
            "arn:aws:dynamodb:us-east-1:000000000000:table/abc/backup/01",
            INVALID + "Provided Arn is not a DynamoDB resource arn: "
            "arn:aws:dynamodb:us-east-1:000000000000:table/abc/backup/01",
        ),
        (
            "arn:aws:dynamodb:us-east-1:000000000000:table/abc/index/def",
            INVALID + "Invalid resource arn provided, only table or stream is accepted. Provided resource arn: "
            "arn:aws:dynamodb:us-east-1:000000000000:table/abc/index/def",
        ),
    ],
    ids=["no arn", "backup", "index"],
)
def test_resources_without_tags(ddb: Client, resource: str, message: str) -> None:
    calls: list[tuple[Any, dict[str, Any]]] = [
        (ddb.list_tags_of_resource, {}),
        (ddb.tag_resource, {"Tags": tags(a="b")}),
        (ddb.untag_resource, {"TagKeys": ["a"]}),
    ]
    for call, more in calls:
        assert error_of(call, ResourceArn=resource, **more) == ("ValidationException", message)


def test_a_missing_table(server: ServerThread) -> None:
    """In one's own account it is not found; in another's, IAM denies before anybody looks. 000000000000, which callers
    without an account go by, is nobody's own (conformance suite)."""
    owner = make_client(server.url, access_key="123456789012")
    own = f"arn:aws:dynamodb:us-east-1:123456789012:table/{unique()}"
    assert error_of(owner.list_tags_of_resource, ResourceArn=own) == (
        "ResourceNotFoundException",
        f"Requested resource not found: ResourceArn: {own} not found",
    )
    foreign = own.replace("123456789012", "000000000000")
    for client in (owner, make_client(server.url)):
        code, message = error_of(client.list_tags_of_resource, ResourceArn=foreign)
        assert code == "AccessDeniedException"
        assert message.endswith(
            f":root is not authorized to perform: dynamodb:ListTagsOfResource on resource: {foreign}"
        )
        client.close()
