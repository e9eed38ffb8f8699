"""Requests put to policies: what is allowed, what is denied in which words, and what may be remembered."""

from __future__ import annotations

from typing import Any

import pytest

from slipring.iam.policies import Policies, Policy, Principal, explained, parse_resource_policy
from slipring.model.errors.tree import AccessDeniedException
from slipring.operations.access import Access, authorize, decided
from tests.iam.policies.guide import document, policy, statement
from tests.operations.access.requests import ACCOUNT, INDEX, TABLE, TABLES, key, needs

ADA = Principal(f"arn:aws:iam::{ACCOUNT}:user/ada", ACCOUNT, user_id="AIDAADA")
ROOT = Principal(f"arn:aws:iam::{ACCOUNT}:root", ACCOUNT)
OWN_ITEMS = statement(
    Action="dynamodb:*",
    Resource=[TABLE, INDEX],
    Condition={"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["${aws:username}"]}},
)


def attempt(operation: str, *elements: dict[str, Any], principal: Principal = ADA, **request: Any) -> bool:
    """Whether the answer may be remembered; raises AccessDeniedException."""
    return authorize(needs(operation, **request), Access(principal, Policies([policy(*elements)])), TABLES)


def is_allowed(operation: str, *elements: dict[str, Any], **request: Any) -> bool:
    try:
        attempt(operation, *elements, **request)
    except AccessDeniedException:
        return False
    return True


@pytest.mark.parametrize(
    ("operation", "request_", "allowed"),
    [
        ("GetItem", {"TableName": "Games", "Key": key("ada")}, True),
        ("GetItem", {"TableName": "Games", "Key": key("bob")}, False),
        ("BatchGetItem", {"RequestItems": {"Games": {"Keys": [key("ada")]}}}, True),
        ("BatchGetItem", {"RequestItems": {"Games": {"Keys": [key("ada"), key("bob")]}}}, False),
        ("BatchWriteItem", {"RequestItems": {"Games": [{"DeleteRequest": {"Key": key("bob")}}]}}, False),
        ("TransactGetItems", {"TransactItems": [{"Get": {"TableName": "Games", "Key": key("bob")}}]}, False),
        (
            "TransactWriteItems",
            {
                "TransactItems": [
                    {"Put": {"TableName": "Games", "Item": key("ada")}},
                    {"ConditionCheck": {"TableName": "Games", "Key": key("bob")}},
                ]
            },
            False,
        ),
        ("ExecuteStatement", {"Statement": 'SELECT * FROM "Games" WHERE "user" = \'ada\''}, True),
        ("ExecuteStatement", {"Statement": 'SELECT * FROM "Games" WHERE "user" = \'bob\''}, False),
        ("ExecuteStatement", {"Statement": "SELECT * FROM \"Games\" WHERE \"user\" IN ['ada', 'bob']"}, False),
        (
            "BatchExecuteStatement",
            {"Statements": [{"Statement": "INSERT INTO \"Games\" VALUE {'user': 'bob', 'title': 'Chess'}"}]},
            False,
        ),
    ],
)
def test_own_items_only(operation: str, request_: dict[str, Any], allowed: bool) -> None:
    """Fine-grained access holds in batches, transactions and PartiQL."""
    assert is_allowed(operation, OWN_ITEMS, **request_) is allowed


def test_the_words_of_a_denial() -> None:
    with pytest.raises(AccessDeniedException) as caught:
        attempt("PutItem", statement(Action="dynamodb:GetItem"), TableName="Games", Item=key())
    assert caught.value.message == (
        f"User: {ADA.arn} is not authorized to perform: dynamodb:PutItem on resource: {TABLE}"
        " because no identity-based policy allows the dynamodb:PutItem action"
    )


def test_an_index_is_a_resource_of_its_own() -> None:
    on_table = statement(Resource=TABLE)
    assert is_allowed("Scan", on_table, TableName="Games")
    assert not is_allowed("Scan", on_table, TableName="Games", IndexName="ByScore")


def test_what_may_be_remembered() -> None:
    """Where no condition had a say, the next request of the kind need not be decided again."""
    assert attempt("GetItem", statement(), TableName="Games", Key=key())
    assert not attempt("GetItem", OWN_ITEMS, TableName="Games", Key=key("ada"))


def _with(table_policy: Policy, principal: Principal = ADA) -> Access:
    return Access(principal, Policies(), lambda arn: table_policy if arn == TABLE else None)


def test_the_policy_of_a_table_speaks_for_its_indexes() -> None:
    """Index permissions stand in the table's policy (API Reference, "PutResourcePolicy")."""
    table_policy = parse_resource_policy(document(statement(Principal={"AWS": ADA.arn}, Resource=INDEX)))
    authorize(needs("Scan", TableName="Games", IndexName="ByScore"), _with(table_policy), TABLES)
    with pytest.raises(AccessDeniedException):
        authorize(needs("Scan", TableName="Games"), _with(table_policy), TABLES)


def test_root_is_never_locked_out() -> None:
    """The account's root user may remove a policy that denies everything, and do nothing else (API Reference)."""
    locked = parse_resource_policy(document(statement("Deny", Principal="*")))
    authorize(needs("DeleteResourcePolicy", ResourceArn=TABLE), _with(locked, ROOT), TABLES)
    with pytest.raises(AccessDeniedException, match="explicit deny in a resource-based policy"):
        authorize(needs("GetItem", TableName="Games", Key=key()), _with(locked, ROOT), TABLES)
    with pytest.raises(AccessDeniedException):
        authorize(needs("DeleteResourcePolicy", ResourceArn=TABLE), _with(locked), TABLES)


def test_explaining_a_request() -> None:
    """Each need gets a line that says which statement decided."""
    access = Access(ADA, Policies([policy(statement(Sid="Reads", Action="dynamodb:Get*"))]))
    items = [{"Get": {"TableName": name, "Key": key()}} for name in ("Games", "Other")]
    lines = [
        explained(each.question, each.decision)
        for each in decided(needs("TransactGetItems", TransactItems=items), access, TABLES)
    ]
    assert len(lines) == 2
    assert lines[0] == (
        f"allowed: {ADA.arn} dynamodb:GetItem on {TABLE}: statement 1 (Reads) of identity-based policy policy"
    )
