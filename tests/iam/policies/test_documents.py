"""Which documents are policies, and what is said of those that are not."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from slipring.iam.policies import Policies, Use, evaluate, parse, parse_resource_policy, printed
from slipring.model.errors.policies import MalformedPolicyDocument
from slipring.model.errors.tree import ValidationException
from tests.iam.policies.guide import ADA, GRAMMAR, QUOTAS, RESOURCE, SID, VERSION, document, policy, question, statement

SYNTAX = "Syntax errors in policy."
JSON = "This policy contains invalid Json"
VENDOR = "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."
GOOD = statement()


def _with(**members: Any) -> str:
    return document({**GOOD, **members})


def _without(*elements: str) -> str:
    return document({name: value for name, value in GOOD.items() if name not in elements})


REFUSED: list[tuple[str, str, str]] = [
    (GRAMMAR, "", JSON),
    (GRAMMAR, "{", JSON),
    (GRAMMAR, "[]", SYNTAX),
    (GRAMMAR, "null", SYNTAX),
    (GRAMMAR, '"text"', SYNTAX),
    (GRAMMAR, "{}", SYNTAX),
    (GRAMMAR, '{"Version": "2012-10-17"}', SYNTAX),
    (GRAMMAR, '{"Statement": []}', SYNTAX),
    (GRAMMAR, '{"Statement": "all"}', SYNTAX),
    (GRAMMAR, '{"Statement": [[]]}', SYNTAX),
    (GRAMMAR, '{"Statement": {"Effect": NaN}}', JSON),
    (GRAMMAR, json.dumps({"Statement": GOOD, "Statements": GOOD}), SYNTAX),
    (GRAMMAR, '{"Statement":{"Effect":"Deny","Effect":"Allow","Action":"*","Resource":"*"}}', SYNTAX),
    (VERSION, document(GOOD, version="2012-10-18"), "The policy must contain a valid version string"),
    (VERSION, json.dumps({"Version": 20121017, "Statement": GOOD}), SYNTAX),
    (GRAMMAR, _without("Effect"), SYNTAX),
    (GRAMMAR, _with(Effect="allow"), "Invalid effect: allow"),
    (GRAMMAR, _with(Effect=["Allow"]), SYNTAX),
    (GRAMMAR, _without("Action"), "Policy statement must contain actions."),
    (GRAMMAR, _with(Action=[]), SYNTAX),
    (GRAMMAR, _with(Action=5), SYNTAX),
    (GRAMMAR, _with(Action={"Ref": "x"}), SYNTAX),
    (GRAMMAR, _with(Action="GetItem"), VENDOR),
    (GRAMMAR, _with(Action="dynamodb:"), VENDOR),
    (GRAMMAR, _with(Action="dynamodb:Get:Item"), "Actions/Condition can contain only one colon."),
    (GRAMMAR, _with(Action="dyn*:GetItem"), "Vendor dyn* is not valid"),
    (GRAMMAR, _with(Action=" :GetItem"), "Vendor   is not valid"),
    (GRAMMAR, _with(NotAction="dynamodb:GetItem"), SYNTAX),
    (GRAMMAR, _without("Resource"), "Policy statement must contain resources."),
    (GRAMMAR, _with(NotResource="*"), SYNTAX),
    (RESOURCE, _with(Resource="GameScores"), 'Resource GameScores must be in ARN format or "*".'),
    (RESOURCE, _with(Resource="table/*"), 'Resource table/* must be in ARN format or "*".'),
    (RESOURCE, _with(Resource=""), 'Resource  must be in ARN format or "*".'),
    (
        RESOURCE,
        _with(Resource="arn:aws:dyn*:*:*:*"),
        "Resource vendor must be fully qualified and cannot contain regexes.",
    ),
    (GRAMMAR, _with(Principal="*"), "Policy document should not specify a principal."),
    (GRAMMAR, _with(NotPrincipal={"AWS": "*"}), "Policy document should not specify a principal."),
    (GRAMMAR, _with(Extra=1), SYNTAX),
    (GRAMMAR, _with(effect="Allow"), SYNTAX),
    (
        SID,
        _with(Sid="not alphanumeric"),
        "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression"
        " [0-9A-Za-z]*",
    ),
    (
        SID,
        document({**GOOD, "Sid": "A"}, {**GOOD, "Sid": "A"}),
        "Statement IDs (SID) in a single policy must be unique.",
    ),
    (GRAMMAR, _with(Condition=[]), SYNTAX),
    (GRAMMAR, _with(Condition={"StringEquals": []}), SYNTAX),
    (GRAMMAR, _with(Condition={"StringEquals": {"aws:username": []}}), SYNTAX),
    (GRAMMAR, _with(Condition={"StringEquals": {"aws:username": {}}}), SYNTAX),
    (GRAMMAR, _with(Condition={"StringEquals": {"aws:username": None}}), SYNTAX),
    (GRAMMAR, _with(Condition={"StringEquals": {"username": "a"}}), VENDOR),
    (GRAMMAR, _with(Condition={"StringEqual": {"aws:username": "a"}}), "Invalid Condition type : StringEqual."),
    (GRAMMAR, _with(Condition={"Foo:Bool": {"aws:a": "true"}}), "Invalid Condition type : Foo:Bool."),
    (GRAMMAR, _with(Condition={"NullIfExists": {"aws:a": "true"}}), "Invalid Condition type : NullIfExists."),
    (GRAMMAR, _with(Condition={"Null": {"aws:a": "maybe"}}), "Invalid value for Null of aws:a: maybe"),
    (GRAMMAR, _with(Condition={"Bool": {"aws:a": "yes"}}), "Invalid value for Bool of aws:a: yes"),
    (
        GRAMMAR,
        _with(Condition={"NumericEquals": {"aws:a": "ten"}}),
        "Invalid value for NumericEquals of aws:a: ten",
    ),
    (
        GRAMMAR,
        _with(Condition={"DateEquals": {"aws:a": "2020-13-01"}}),
        "Invalid value for DateEquals of aws:a: 2020-13-01",
    ),
    (
        GRAMMAR,
        _with(Condition={"IpAddress": {"aws:a": "10.0.0.0/33"}}),
        "Invalid value for IpAddress of aws:a: 10.0.0.0/33",
    ),
    (GRAMMAR, _with(Condition={"BinaryEquals": {"aws:a": "?"}}), "Invalid value for BinaryEquals of aws:a: ?"),
    (GRAMMAR, _with(Resource="arn:aws:s3:::${aws:username"), "Invalid policy variable: arn:aws:s3:::${aws:username"),
    (GRAMMAR, _with(Resource="arn:aws:s3:::${}"), "Invalid policy variable: "),
    (GRAMMAR, _with(Resource="arn:aws:s3:::${a:${b:c}}"), "Invalid policy variable: arn:aws:s3:::${a:${b:c}}"),
    (GRAMMAR, _with(Resource="arn:aws:s3:::${a:b, x}"), "Invalid policy variable: a:b, x"),
    (QUOTAS, _with(Sid="\u0131")[:-1] + "\u0131", "The policy document contains invalid characters."),
    (QUOTAS, document(GOOD) + "\x00", "The policy document contains invalid characters."),
    (QUOTAS, _with(Action="a:\x01"), SYNTAX),
    (QUOTAS, _with(Action="a:\ud800"), SYNTAX),
    (QUOTAS, " " * 131_073, "The policy document exceeds 131072 characters."),
    (QUOTAS, document(*[GOOD] * 10_000), "The policy document exceeds 131072 characters."),
    (GRAMMAR, "[" * 100_000, JSON),
    (GRAMMAR, '{"Statement":' * 9_000, JSON),
    (GRAMMAR, '{"Statement":' + "[" * 60_000 + "]" * 60_000 + "}", JSON),
]


@pytest.mark.parametrize(("page", "text", "reason"), REFUSED, ids=range(len(REFUSED)))
def test_refused(page: str, text: str, reason: str) -> None:
    """Whatever is no policy is refused with what is wrong with it, in bounded time."""
    began = time.perf_counter()
    with pytest.raises(MalformedPolicyDocument) as caught:
        parse(text)
    assert caught.value.message == reason, page
    assert time.perf_counter() - began < 5


ACCEPTED: list[tuple[str, str]] = [
    (GRAMMAR, json.dumps({"Statement": GOOD})),
    (GRAMMAR, json.dumps({"Id": "cd3ad3d9", "Version": "2008-10-17", "Statement": [GOOD]})),
    (GRAMMAR, " \t\r\n" + _with(Sid="ReadOnly1") + "\n"),
    (GRAMMAR, _with(Sid="")),
    (GRAMMAR, document(GOOD, GOOD)),
    (GRAMMAR, _with(Condition={})),
    (GRAMMAR, _with(Condition={"StringLike": {"s3:prefix": ["", "home/", "home/${aws:username}/"]}})),
    (GRAMMAR, _with(Condition={"Null": {"aws:TokenIssueTime": True}})),
    (GRAMMAR, _with(Resource=["arn:aws:dynamodb", "arn:aws-cn:s3:::b", "arn:*:s3:::b"])),
    (GRAMMAR, _with(Resource="arn:aws:s3:::$ {x} $$ }")),
    (QUOTAS, _with(Condition={"StringEquals": {"dynamodb:Attributes": "\u6f22\u5b57"}})),
    (QUOTAS, '{"Statement":{"Sid":"A","Effect":"Allow","Action":"a:\xe9","Resource":"*"}}'),
]


@pytest.mark.parametrize(("page", "text"), ACCEPTED, ids=range(len(ACCEPTED)))
def test_accepted(page: str, text: str) -> None:
    """Optional elements may be missing, lists of one may be the one, and the policy survives being written down."""
    first = parse(text)
    assert parse(printed(first)) == first, page


def test_trust_policies_have_a_principal_and_no_resource() -> None:
    """A role's trust policy is about the role (GRAMMAR)."""
    element = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": ADA.arn}}
    assert parse(document(element), use=Use.TRUST).statements[0].resources is None
    wrongs: list[tuple[dict[str, Any], str]] = [
        ({**element, "Resource": "*"}, "Has prohibited field Resource"),
        ({"Effect": "Allow", "Action": "sts:AssumeRole"}, "Missing required field Principal"),
        ({"Effect": "Allow", "Action": "sts:AssumeRole", "NotPrincipal": {"AWS": ADA.arn}}, SYNTAX),
    ]
    for wrong, reason in wrongs:
        with pytest.raises(MalformedPolicyDocument) as caught:
            parse(document(wrong), use=Use.TRUST)
        assert caught.value.message == reason


@pytest.mark.parametrize(
    "named",
    [
        "everyone",
        {},
        {"AWS": []},
        {"AWS": "arn:aws:iam::111122223333:user/*"},
        {"AWS": "arn:aws:iam::111122223333:group/Devs"},
        {"AWS": "arn:aws:sts::111122223333:assumed-role/Role/*"},
        {"AWS": "11112222333"},
        {"AWS": "Ada"},
        {"CanonicalUser": "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"},
        {"Service": "dynamodb"},
        {"Service": "*"},
    ],
)
def test_principals_that_are_none(named: Any) -> None:
    """No group is a principal, and no wildcard stands for a part of a name (the Principal page)."""
    with pytest.raises(ValidationException) as caught:
        parse_resource_policy(document(statement(Principal=named)))
    invalid = "One or more parameter values were invalid: "
    if isinstance(named, dict) and named.keys() <= {"AWS", "Service"} and any(named.values()):
        assert caught.value.message == f"{invalid}Invalid principal in policy document."
    else:
        assert caught.value.message == f"{invalid}Invalid policy document: Syntax errors in policy."


def test_the_size_of_a_resource_policy_counts_white_space() -> None:
    """20 KB, white space included ("Resource-based policy considerations" in the DynamoDB guide)."""
    text = document(statement(Principal="*"))
    parse_resource_policy(text + " " * (20 * 1024 - len(text)))
    with pytest.raises(ValidationException):
        parse_resource_policy(text + " " * (20 * 1024 - len(text) + 1))


HOSTILE = [
    statement(Action=["a:" + "*a" * 20_000]),
    statement(Resource=["arn:aws:dynamodb:::" + "*?" * 20_000]),
    statement(Resource=["arn:aws:dynamodb:*:*:" + "${aws:username}" * 5_000]),
    statement(Resource=["arn:aws:dynamodb:*:*:${aws:username}" + "*a?" * 20_000]),
    statement(Condition={"StringLike": {"aws:UserAgent": "*" + "a*" * 30_000 + "b"}}),
    statement(Condition={"StringLike": {"aws:UserAgent": "*" + "a?*" * 30_000 + "b"}}),
    statement(Condition={"StringNotLike": {"aws:UserAgent": ["*${aws:username}?*" * 3] * 2_000}}),
    statement(Condition={"NumericEquals": {"aws:UserAgent": "9" * 400 + "e999"}}),
    statement(Condition={"StringEquals": {f"aws:{number}": "x" for number in range(6_000)}}),
]


KEYS = "dynamodb:LeadingKeys"


@pytest.mark.parametrize("hostile", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_patterns_take_no_time(hostile: dict[str, Any]) -> None:
    """No pattern makes a decision take time that grows faster than pattern times text."""
    policies = Policies([policy(hostile)])
    asked = question("a:" + "a" * 2_000, context={"aws:UserAgent": "a" * 8_000})
    began = time.perf_counter()
    evaluate(asked, policies)
    assert time.perf_counter() - began < 2


def test_hostile_patterns_take_no_time_on_the_keys_of_a_batch() -> None:
    """A table's owner writes the patterns and a client the keys; what nearly matches everywhere must not stop a server
    for seconds."""
    policies = Policies(
        [policy(statement(Condition={"ForAnyValue:StringLike": {KEYS: ["*a" + "?" * 1_000 + "b*"] * 60}}))]
    )
    asked = question(context={KEYS: ["a" * 2_040 + str(number) for number in range(20)]})
    began = time.process_time()
    assert not evaluate(asked, policies).allowed
    assert time.process_time() - began < 1.5
