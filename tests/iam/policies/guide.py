"""The pages of AWS's documentation that cases come from, and the small parts that they are made of."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from slipring.iam.policies import Policy, Principal, Question, parse, parse_resource_policy

_IAM = "https://docs.aws.amazon.com/IAM/latest/UserGuide/"
_DYNAMODB = "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/"

ACTION = _IAM + "reference_policies_elements_action.html"
BOUNDARIES = _IAM + "access_policies_boundaries.html"
CONDITION = _IAM + "reference_policies_elements_condition.html"
CROSS_ACCOUNT = _IAM + "reference_policies_evaluation-logic-cross-account.html"
EVALUATION = _IAM + "reference_policies_evaluation-logic.html"
GLOBAL_KEYS = _IAM + "reference_policies_condition-keys.html"
GRAMMAR = _IAM + "reference_policies_grammar.html"
MULTIVALUED = _IAM + "reference_policies_condition-single-vs-multi-valued-context-keys.html"
MULTIPLE = _IAM + "reference_policies_condition-logic-multiple-context-keys-or-values.html"
NOT_ACTION = _IAM + "reference_policies_elements_notaction.html"
NOT_PRINCIPAL = _IAM + "reference_policies_elements_notprincipal.html"
NOT_RESOURCE = _IAM + "reference_policies_elements_notresource.html"
OPERATORS = _IAM + "reference_policies_elements_condition_operators.html"
PRINCIPAL = _IAM + "reference_policies_elements_principal.html"
QUOTAS = _IAM + "reference_iam-quotas.html"
RESOURCE = _IAM + "reference_policies_elements_resource.html"
SID = _IAM + "reference_policies_elements_sid.html"
VARIABLES = _IAM + "reference_policies_variables.html"
VERSION = _IAM + "reference_policies_elements_version.html"
FINE_GRAINED = _DYNAMODB + "specifying-conditions.html"
PARTIQL = _DYNAMODB + "ql-iam.html"
RESOURCE_POLICIES = _DYNAMODB + "rbac-considerations.html"
TRANSACTIONS = _DYNAMODB + "transaction-apis-iam.html"

ACCOUNT, OTHER_ACCOUNT = "111122223333", "444455556666"
TABLE = f"arn:aws:dynamodb:us-west-2:{ACCOUNT}:table/GameScores"
INDEX = f"{TABLE}/index/TopScoreDateTimeIndex"

ADA = Principal(f"arn:aws:iam::{ACCOUNT}:user/dev/Ada", ACCOUNT, user_id="AIDAADAADAADAADAADA")
STRANGER = Principal(f"arn:aws:iam::{OTHER_ACCOUNT}:user/Bob", OTHER_ACCOUNT, user_id="AIDABOBBOBBOBBOBBOB")
ROOT = Principal(f"arn:aws:iam::{ACCOUNT}:root", ACCOUNT, user_id=ACCOUNT)
ROLE = f"arn:aws:iam::{ACCOUNT}:role/service/Player"
SESSION = Principal(
    f"arn:aws:sts::{ACCOUNT}:assumed-role/Player/ada-1", ACCOUNT, issuer=ROLE, user_id="AROAPLAYERPLAYERPLAY:ada-1"
)
FEDERATED = Principal(f"arn:aws:sts::{ACCOUNT}:federated-user/Fay", ACCOUNT, issuer=ADA.arn, user_id=f"{ACCOUNT}:Fay")
SERVICE = Principal("replication.dynamodb.amazonaws.com", "")


def statement(effect: str = "Allow", **members: Any) -> dict[str, Any]:
    """A statement about everything, but for what `members` say."""
    if "NotAction" not in members:
        members.setdefault("Action", "*")
    if "NotResource" not in members:
        members.setdefault("Resource", "*")
    return {"Effect": effect, **members}


def document(*statements: Mapping[str, Any], version: str = "2012-10-17") -> str:
    return json.dumps({"Version": version, "Statement": statements})


def policy(*statements: Mapping[str, Any], version: str = "2012-10-17") -> Policy:
    return parse(document(*statements, version=version), "policy")


def resource_policy(*statements: Mapping[str, Any]) -> Policy:
    return parse_resource_policy(document(*statements), "table")


def question(
    action: str = "dynamodb:GetItem",
    resource: str = TABLE,
    context: Mapping[str, str | list[str]] | None = None,
    principal: Principal = ADA,
) -> Question:
    """`context` has its keys as guides write them; a list is a multivalued key."""
    keys = {name.lower(): value if isinstance(value, str) else tuple(value) for name, value in (context or {}).items()}
    return Question(principal, action, resource, keys.get)
