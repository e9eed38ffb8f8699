"""The policies that DynamoDB's guide gives as examples, and the requests that it says they allow and refuse."""

from __future__ import annotations

from typing import Any

import pytest

from slipring.iam.policies import Policies, Principal, evaluate
from tests.iam.policies.guide import (
    ACCOUNT,
    ADA,
    FINE_GRAINED,
    INDEX,
    MULTIVALUED,
    PARTIQL,
    TABLE,
    TRANSACTIONS,
    policy,
    question,
    statement,
)

PLAYER = Principal(
    f"arn:aws:sts::{ACCOUNT}:assumed-role/GameRole/app",
    ACCOUNT,
    issuer=f"arn:aws:iam::{ACCOUNT}:role/GameRole",
    more={"www.amazon.com:user_id": "amzn1.account.ada", "graph.facebook.com:id": "ada"},
)
Context = dict[str, Any]
Case = tuple[str, dict[str, Any], Context, bool]

ITEM_ACTIONS = [
    f"dynamodb:{name}"
    for name in ("GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem")
]
OWN, OTHER = ["amzn1.account.ada"], ["amzn1.account.bob"]

OWN_ITEMS = statement(
    Action=ITEM_ACTIONS,
    Resource=[TABLE],
    Condition={"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["${www.amazon.com:user_id}"]}},
)
OWN_ITEMS_CASES: list[tuple[str, str, Context, bool]] = [
    ("dynamodb:GetItem", TABLE, {"dynamodb:LeadingKeys": OWN}, True),
    ("dynamodb:GetItem", TABLE, {"dynamodb:LeadingKeys": OTHER}, False),
    ("dynamodb:BatchGetItem", TABLE, {"dynamodb:LeadingKeys": OWN + OWN}, True),
    ("dynamodb:BatchGetItem", TABLE, {"dynamodb:LeadingKeys": OWN + OTHER}, False),
    ("dynamodb:Query", TABLE, {"dynamodb:LeadingKeys": OWN}, True),
    ("dynamodb:Query", INDEX, {"dynamodb:LeadingKeys": OWN}, False),
    ("dynamodb:Scan", TABLE, {}, False),
    ("dynamodb:PutItem", TABLE, {"dynamodb:LeadingKeys": OWN}, True),
    ("dynamodb:PutItem", TABLE, {"dynamodb:LeadingKeys": OTHER}, False),
    ("dynamodb:DeleteTable", TABLE, {}, False),
]

ATTRIBUTES = statement(
    Action=["dynamodb:UpdateItem", "dynamodb:GetItem", "dynamodb:Query", "dynamodb:BatchGetItem", "dynamodb:Scan"],
    Resource=[TABLE],
    Condition={
        "ForAllValues:StringEquals": {"dynamodb:Attributes": ["UserId", "TopScore"]},
        "StringEqualsIfExists": {
            "dynamodb:Select": "SPECIFIC_ATTRIBUTES",
            "dynamodb:ReturnValues": ["NONE", "UPDATED_OLD", "UPDATED_NEW"],
        },
    },
)
BOTH = ["UserId", "TopScore"]
ATTRIBUTES_CASES: list[tuple[str, str, Context, bool]] = [
    ("dynamodb:Query", TABLE, {"dynamodb:Attributes": BOTH, "dynamodb:Select": "SPECIFIC_ATTRIBUTES"}, True),
    ("dynamodb:Query", TABLE, {"dynamodb:Attributes": BOTH, "dynamodb:Select": "ALL_ATTRIBUTES"}, False),
    ("dynamodb:Query", TABLE, {"dynamodb:Attributes": ["UserId"], "dynamodb:Select": "COUNT"}, False),
    ("dynamodb:GetItem", TABLE, {"dynamodb:Attributes": BOTH}, True),
    ("dynamodb:GetItem", TABLE, {"dynamodb:Attributes": [*BOTH, "Wins"]}, False),
    ("dynamodb:UpdateItem", TABLE, {"dynamodb:Attributes": BOTH, "dynamodb:ReturnValues": "NONE"}, True),
    ("dynamodb:UpdateItem", TABLE, {"dynamodb:Attributes": BOTH, "dynamodb:ReturnValues": "UPDATED_NEW"}, True),
    ("dynamodb:UpdateItem", TABLE, {"dynamodb:Attributes": BOTH, "dynamodb:ReturnValues": "ALL_NEW"}, False),
    ("dynamodb:UpdateItem", TABLE, {"dynamodb:Attributes": ["UserId", "Wins"]}, False),
    ("dynamodb:PutItem", TABLE, {"dynamodb:Attributes": BOTH}, False),
]

KEEP_OUT = statement(
    Action=["dynamodb:UpdateItem"],
    Resource=TABLE,
    Condition={
        "ForAllValues:StringNotLike": {"dynamodb:Attributes": ["FreeGamesAvailable", "BossLevelUnlocked"]},
        "StringEquals": {"dynamodb:ReturnValues": ["NONE", "UPDATED_OLD", "UPDATED_NEW"]},
    },
)
KEEP_OUT_CASES: list[tuple[str, str, Context, bool]] = [
    ("dynamodb:UpdateItem", TABLE, {"dynamodb:Attributes": BOTH, "dynamodb:ReturnValues": "NONE"}, True),
    ("dynamodb:UpdateItem", TABLE, {"dynamodb:Attributes": BOTH}, False),
    ("dynamodb:UpdateItem", TABLE, {"dynamodb:Attributes": BOTH, "dynamodb:ReturnValues": "ALL_OLD"}, False),
    (
        "dynamodb:UpdateItem",
        TABLE,
        {"dynamodb:Attributes": [*BOTH, "BossLevelUnlocked"], "dynamodb:ReturnValues": "NONE"},
        False,
    ),
]

PROJECTED = ["TopScoreDateTime", "GameTitle", "Wins", "Losses", "Attempts"]
INDEX_ATTRIBUTES = statement(
    Action=["dynamodb:Query"],
    Resource=[INDEX],
    Condition={
        "ForAllValues:StringEquals": {"dynamodb:Attributes": PROJECTED},
        "StringEquals": {"dynamodb:Select": "SPECIFIC_ATTRIBUTES"},
    },
)
INDEX_ATTRIBUTES_CASES: list[tuple[str, str, Context, bool]] = [
    ("dynamodb:Query", INDEX, {"dynamodb:Attributes": PROJECTED, "dynamodb:Select": "SPECIFIC_ATTRIBUTES"}, True),
    ("dynamodb:Query", INDEX, {"dynamodb:Attributes": PROJECTED}, False),
    ("dynamodb:Query", INDEX, {"dynamodb:Attributes": ["UserId"], "dynamodb:Select": "SPECIFIC_ATTRIBUTES"}, False),
    ("dynamodb:Query", TABLE, {"dynamodb:Attributes": PROJECTED, "dynamodb:Select": "SPECIFIC_ATTRIBUTES"}, False),
]

ALL_PROJECTED = statement(
    Action=["dynamodb:Query"],
    Resource=[INDEX],
    Condition={"StringEquals": {"dynamodb:Select": "ALL_PROJECTED_ATTRIBUTES"}},
)
ALL_PROJECTED_CASES: list[tuple[str, str, Context, bool]] = [
    ("dynamodb:Query", INDEX, {"dynamodb:Select": "ALL_PROJECTED_ATTRIBUTES"}, True),
    ("dynamodb:Query", INDEX, {"dynamodb:Select": "SPECIFIC_ATTRIBUTES"}, False),
    ("dynamodb:Query", INDEX, {}, False),
]

KEYS_AND_ATTRIBUTES = statement(
    Action=["dynamodb:UpdateItem", "dynamodb:GetItem", "dynamodb:Query", "dynamodb:BatchGetItem"],
    Resource=[TABLE, INDEX],
    Condition={
        "ForAllValues:StringEquals": {
            "dynamodb:LeadingKeys": ["${graph.facebook.com:id}"],
            "dynamodb:Attributes": ["attribute-A", "attribute-B"],
        },
        "StringEqualsIfExists": {
            "dynamodb:Select": "SPECIFIC_ATTRIBUTES",
            "dynamodb:ReturnValues": ["NONE", "UPDATED_OLD", "UPDATED_NEW"],
        },
    },
)
A = {"dynamodb:Attributes": ["attribute-A"], "dynamodb:LeadingKeys": ["ada"]}
KEYS_AND_ATTRIBUTES_CASES: list[tuple[str, str, Context, bool]] = [
    ("dynamodb:GetItem", TABLE, A, True),
    ("dynamodb:Query", INDEX, {**A, "dynamodb:Select": "SPECIFIC_ATTRIBUTES"}, True),
    ("dynamodb:Query", INDEX, {**A, "dynamodb:Select": "ALL_PROJECTED_ATTRIBUTES"}, False),
    ("dynamodb:GetItem", TABLE, {**A, "dynamodb:LeadingKeys": ["bob"]}, False),
    ("dynamodb:GetItem", TABLE, {**A, "dynamodb:Attributes": ["attribute-C"]}, False),
    ("dynamodb:UpdateItem", TABLE, {**A, "dynamodb:ReturnValues": "ALL_OLD"}, False),
]

THREAD = statement(
    Action="dynamodb:GetItem",
    Condition={"ForAllValues:StringEquals": {"dynamodb:Attributes": ["ID", "Message", "Tags"]}},
)
THREAD_CASES: list[tuple[str, str, Context, bool]] = [
    ("dynamodb:GetItem", TABLE, {"dynamodb:Attributes": ["ID", "Message", "Tags"]}, True),
    ("dynamodb:GetItem", TABLE, {"dynamodb:Attributes": ["ID", "UserName"]}, False),
]

GUIDE: list[tuple[str, dict[str, Any], list[tuple[str, str, Context, bool]]]] = [
    (FINE_GRAINED + "#FGAC_DDB.Examples.1", OWN_ITEMS, OWN_ITEMS_CASES),
    (FINE_GRAINED + "#FGAC_DDB.Examples.2", ATTRIBUTES, ATTRIBUTES_CASES),
    (FINE_GRAINED + "#FGAC_DDB.Examples.3", KEEP_OUT, KEEP_OUT_CASES),
    (FINE_GRAINED + "#FGAC_DDB.Examples.4", INDEX_ATTRIBUTES, INDEX_ATTRIBUTES_CASES),
    (FINE_GRAINED + "#FGAC_DDB.Examples.4", ALL_PROJECTED, ALL_PROJECTED_CASES),
    (FINE_GRAINED + "#FGAC_DDB.Examples.5", KEYS_AND_ATTRIBUTES, KEYS_AND_ATTRIBUTES_CASES),
    (MULTIVALUED, THREAD, THREAD_CASES),
]


@pytest.mark.parametrize(
    ("page", "element", "action", "resource", "context", "allowed"),
    [(page, element, *case) for page, element, cases in GUIDE for case in cases],
)
def test_fine_grained_access(
    page: str, element: dict[str, Any], action: str, resource: str, context: Context, allowed: bool
) -> None:
    """Each example allows what the text beside it says, and nothing else."""
    asked = question(action, resource, context, PLAYER)
    assert evaluate(asked, Policies([policy(element)])).allowed is allowed, page


ENCLOSED = {"ForAnyValue:StringEquals": {"dynamodb:EnclosingOperation": ["TransactWriteItems", "TransactGetItems"]}}
WRITES = ["dynamodb:ConditionCheckItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"]
READS = ["dynamodb:GetItem"]
IN_TRANSACTION = {"dynamodb:EnclosingOperation": "TransactWriteItems"}
STATEMENTS = [f"dynamodb:PartiQL{verb}" for verb in ("Insert", "Update", "Delete", "Select")]
EXECUTE = {"StringEquals": {"dynamodb:EnclosingOperation": ["ExecuteTransaction"]}}

ONLY_TRANSACTIONS = [statement(Action=WRITES + READS, Condition=ENCLOSED)]
NO_TRANSACTIONS = [
    statement("Deny", Action=WRITES + READS, Condition=ENCLOSED),
    statement(Action=["dynamodb:PutItem", "dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:UpdateItem"]),
]
NOTHING_RETURNED = [
    statement(Action=WRITES + READS, Condition={"StringEqualsIfExists": {"dynamodb:ReturnValues": "NONE"}})
]
ONLY_PARTIQL_TRANSACTIONS = [statement(Action=STATEMENTS, Condition=EXECUTE)]
NO_PARTIQL_TRANSACTIONS = [statement("Deny", Action=STATEMENTS, Condition=EXECUTE), statement(Action=STATEMENTS)]
NO_FULL_SCAN = [
    statement("Deny", Action="dynamodb:PartiQLSelect", Condition={"Bool": {"dynamodb:FullTableScan": ["true"]}}),
    statement(Action="dynamodb:PartiQLSelect"),
]


@pytest.mark.parametrize(
    ("page", "elements", "action", "context", "allowed"),
    [
        (TRANSACTIONS, ONLY_TRANSACTIONS, "dynamodb:PutItem", IN_TRANSACTION, True),
        (TRANSACTIONS, ONLY_TRANSACTIONS, "dynamodb:ConditionCheckItem", IN_TRANSACTION, True),
        (TRANSACTIONS, ONLY_TRANSACTIONS, "dynamodb:PutItem", {}, False),
        (TRANSACTIONS, NO_TRANSACTIONS, "dynamodb:PutItem", IN_TRANSACTION, False),
        (TRANSACTIONS, NO_TRANSACTIONS, "dynamodb:PutItem", {}, True),
        (TRANSACTIONS, NOTHING_RETURNED, "dynamodb:PutItem", {"dynamodb:ReturnValues": "NONE"}, True),
        (TRANSACTIONS, NOTHING_RETURNED, "dynamodb:PutItem", {"dynamodb:ReturnValues": "ALL_OLD"}, False),
        (TRANSACTIONS, NOTHING_RETURNED, "dynamodb:GetItem", {}, True),
        (PARTIQL, ONLY_PARTIQL_TRANSACTIONS, "dynamodb:PartiQLInsert", {}, False),
        (
            PARTIQL,
            ONLY_PARTIQL_TRANSACTIONS,
            "dynamodb:PartiQLInsert",
            {"dynamodb:EnclosingOperation": "ExecuteTransaction"},
            True,
        ),
        (
            PARTIQL,
            NO_PARTIQL_TRANSACTIONS,
            "dynamodb:PartiQLInsert",
            {"dynamodb:EnclosingOperation": "ExecuteTransaction"},
            False,
        ),
        (PARTIQL, NO_PARTIQL_TRANSACTIONS, "dynamodb:PartiQLInsert", {}, True),
        (PARTIQL, NO_FULL_SCAN, "dynamodb:PartiQLSelect", {"dynamodb:FullTableScan": "true"}, False),
        (PARTIQL, NO_FULL_SCAN, "dynamodb:PartiQLSelect", {"dynamodb:FullTableScan": "false"}, True),
        (PARTIQL, NO_FULL_SCAN, "dynamodb:PartiQLSelect", {}, True),
    ],
)
def test_transactions_and_statements(
    page: str, elements: list[dict[str, Any]], action: str, context: Context, allowed: bool
) -> None:
    """Transactions and PartiQL are allowed and denied apart from the single operations."""
    assert evaluate(question(action, TABLE, context, ADA), Policies([policy(*elements)])).allowed is allowed, page
