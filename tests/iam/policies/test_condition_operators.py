"""Every operator of the Condition element: what matches, what does not, and what a request without the key comes to."""

from __future__ import annotations

import pytest

from slipring.iam.policies import Policies, evaluate
from tests.iam.policies.guide import CONDITION, MULTIPLE, MULTIVALUED, OPERATORS, policy, question, statement

KEY = "test:Key"
ABSENT = None

Value = str | list[str] | None
Case = tuple[str, str, Value, Value, bool]

STRINGS: list[Case] = [
    (OPERATORS, "StringEquals", "iamuser-admin", "iamuser-admin", True),
    (OPERATORS, "StringEquals", "iamuser-admin", "IAMUSER-admin", False),
    (OPERATORS, "StringEquals", "iamuser-*", "iamuser-admin", False),
    (OPERATORS, "StringEquals", "iamuser-*", "iamuser-*", True),
    (OPERATORS, "StringEquals", "", "", True),
    (OPERATORS, "StringEquals", "a", ABSENT, False),
    (OPERATORS, "StringNotEquals", "johndoe", "JohnDoe", True),
    (OPERATORS, "StringNotEquals", "johndoe", "johndoe", False),
    (OPERATORS, "StringNotEquals", "johndoe", ABSENT, True),
    (OPERATORS, "StringEqualsIgnoreCase", "johndoe", "JohnDoe", True),
    (OPERATORS, "StringEqualsIgnoreCase", "johndoe", "johndoe2", False),
    (OPERATORS, "StringEqualsIgnoreCase", "johndoe", ABSENT, False),
    (OPERATORS, "StringNotEqualsIgnoreCase", "johndoe", "JOHNDOE", False),
    (OPERATORS, "StringNotEqualsIgnoreCase", "johndoe", "jane", True),
    (OPERATORS, "StringNotEqualsIgnoreCase", "johndoe", ABSENT, True),
    (OPERATORS, "StringLike", "t2.*", "t2.micro", True),
    (OPERATORS, "StringLike", "t2.*", "t2.", True),
    (OPERATORS, "StringLike", "t2.*", "T2.micro", False),
    (OPERATORS, "StringLike", "t2.*", "at2.micro", False),
    (OPERATORS, "StringLike", "t?.micro", "t2.micro", True),
    (OPERATORS, "StringLike", "t?.micro", "t22.micro", False),
    (OPERATORS, "StringLike", "t?.micro", "t.micro", False),
    (OPERATORS, "StringLike", "micro", "t2.micro", False),
    (OPERATORS, "StringLike", "*", "", True),
    (OPERATORS, "StringLike", "?*", "", False),
    (OPERATORS, "StringLike", "*home*Ada*", "the home of Ada L.", True),
    (OPERATORS, "StringLike", "*home*Ada", "the home of Ada L.", False),
    (OPERATORS, "StringLike", "a*a", "a", False),
    (OPERATORS, "StringLike", "a*a", "aa", True),
    (OPERATORS, "StringLike", "*a?c*", "xxabxabc", True),
    (OPERATORS, "StringLike", "?b*?d", "abcd", True),
    (OPERATORS, "StringLike", "?b*?d", "abd", False),
    (OPERATORS, "StringLike", "*", ABSENT, False),
    (OPERATORS, "StringLike", "a\nb*", "a\nb\nc", True),
    (OPERATORS, "StringLike", "[ab]", "a", False),
    (OPERATORS, "StringNotLike", "t2.*", "t2.micro", False),
    (OPERATORS, "StringNotLike", "t2.*", "m3.large", True),
    (OPERATORS, "StringNotLike", "t2.*", ABSENT, True),
]

NUMBERS: list[Case] = [
    (OPERATORS, "NumericEquals", "10", "10", True),
    (OPERATORS, "NumericEquals", "10", "10.0", True),
    (OPERATORS, "NumericEquals", "10", "+10", True),
    (OPERATORS, "NumericEquals", "0.1", ".1", True),
    (OPERATORS, "NumericEquals", "10", "11", False),
    (OPERATORS, "NumericEquals", "10", "ten", False),
    (OPERATORS, "NumericEquals", "10", ABSENT, False),
    (OPERATORS, "NumericEquals", "9007199254740993", "9007199254740992", False),
    (OPERATORS, "NumericNotEquals", "10", "11", True),
    (OPERATORS, "NumericNotEquals", "10", "10.00", False),
    (OPERATORS, "NumericNotEquals", "10", ABSENT, True),
    (OPERATORS, "NumericLessThan", "10", "9.99", True),
    (OPERATORS, "NumericLessThan", "10", "10", False),
    (OPERATORS, "NumericLessThan", "10", "9", True),
    (OPERATORS, "NumericLessThan", "10", ABSENT, False),
    (OPERATORS, "NumericLessThanEquals", "10", "10", True),
    (OPERATORS, "NumericLessThanEquals", "10", "-1e3", True),
    (OPERATORS, "NumericLessThanEquals", "10", "11", False),
    (OPERATORS, "NumericGreaterThan", "10", "100", True),
    (OPERATORS, "NumericGreaterThan", "10", "10", False),
    (OPERATORS, "NumericGreaterThanEquals", "10", "10", True),
    (OPERATORS, "NumericGreaterThanEquals", "10", "9", False),
    (OPERATORS, "NumericGreaterThanEquals", "10", "NaN", False),
]

DATES: list[Case] = [
    (OPERATORS, "DateEquals", "2020-01-01T00:00:01Z", "2020-01-01T00:00:01Z", True),
    (OPERATORS, "DateEquals", "2020-01-01T00:00:01Z", "2020-01-01T01:00:01+01:00", True),
    (OPERATORS, "DateEquals", "2020-01-01T00:00:01Z", "1577836801", True),
    (OPERATORS, "DateEquals", "1577836801", "2020-01-01T00:00:01.000Z", True),
    (OPERATORS, "DateEquals", "2020-01-01", "2020-01-01T00:00:00Z", True),
    (OPERATORS, "DateEquals", "2020", "2020-01-01T00:00:00Z", True),
    (OPERATORS, "DateEquals", "2020-02", "2020-02-01T00:00Z", True),
    (OPERATORS, "DateEquals", "2020-01-01", ABSENT, False),
    (OPERATORS, "DateEquals", "2020-01-01", "yesterday", False),
    (OPERATORS, "DateNotEquals", "2020-01-01", "2020-01-02", True),
    (OPERATORS, "DateNotEquals", "2020-01-01", "2020-01-01T00:00:00Z", False),
    (OPERATORS, "DateNotEquals", "2020-01-01", ABSENT, True),
    (OPERATORS, "DateLessThan", "2020-03-01", "2020-02-29T23:59:59Z", True),
    (OPERATORS, "DateLessThan", "2020-03-01", "2020-03-01T00:00:00Z", False),
    (OPERATORS, "DateLessThan", "2020-03-01", "2020-03-01T00:30:00+01:00", True),
    (OPERATORS, "DateLessThanEquals", "2020-03-01T00:00:00Z", "2020-03-01T00:00:00Z", True),
    (OPERATORS, "DateLessThanEquals", "2020-03-01T00:00:00Z", "2020-03-01T00:00:00.5Z", False),
    (OPERATORS, "DateGreaterThan", "2020-01-01T00:00:01Z", "2020-01-01T00:00:02Z", True),
    (OPERATORS, "DateGreaterThan", "2020-01-01T00:00:01Z", "2019-12-31T23:59:59Z", False),
    (OPERATORS, "DateGreaterThan", "2020-01-01T00:00:01Z", ABSENT, False),
    (OPERATORS, "DateGreaterThanEquals", "2020-01-01T00:00:01Z", "2020-01-01T00:00:01Z", True),
    (OPERATORS, "DateGreaterThanEquals", "2020-01-01T00:00:01Z", "2020-01-01T00:00:00Z", False),
]

OTHERS: list[Case] = [
    (OPERATORS, "Bool", "true", "true", True),
    (OPERATORS, "Bool", "true", "True", True),
    (OPERATORS, "Bool", "false", "true", False),
    (OPERATORS, "Bool", "false", "false", True),
    (OPERATORS, "Bool", "false", ABSENT, False),
    (OPERATORS, "BinaryEquals", "QmluYXJ5VmFsdWVJbkJhc2U2NA==", "QmluYXJ5VmFsdWVJbkJhc2U2NA==", True),
    (OPERATORS, "BinaryEquals", "QmluYXJ5VmFsdWVJbkJhc2U2NA==", "QUJD", False),
    (OPERATORS, "BinaryEquals", "QUJD", "not base64", False),
    (OPERATORS, "BinaryEquals", "QUJD", ABSENT, False),
    (OPERATORS, "IpAddress", "203.0.113.0/24", "203.0.113.0", True),
    (OPERATORS, "IpAddress", "203.0.113.0/24", "203.0.113.255", True),
    (OPERATORS, "IpAddress", "203.0.113.0/24", "203.0.114.0", False),
    (OPERATORS, "IpAddress", "203.0.113.7", "203.0.113.7", True),
    (OPERATORS, "IpAddress", "203.0.113.7", "203.0.113.8", False),
    (OPERATORS, "IpAddress", "2001:DB8:1234:5678::/64", "2001:db8:1234:5678::1", True),
    (OPERATORS, "IpAddress", "2001:DB8:1234:5678::/64", "2001:db8:1234:5679::1", False),
    (OPERATORS, "IpAddress", ["203.0.113.0/24", "2001:DB8:1234:5678::/64"], "2001:db8:1234:5678::9", True),
    (OPERATORS, "IpAddress", "203.0.113.0/24", "2001:db8::1", False),
    (OPERATORS, "IpAddress", "203.0.113.0/24", "unknown", False),
    (OPERATORS, "IpAddress", "203.0.113.0/24", ABSENT, False),
    (OPERATORS, "NotIpAddress", "203.0.113.0/24", "203.0.113.9", False),
    (OPERATORS, "NotIpAddress", "203.0.113.0/24", "198.51.100.1", True),
    (OPERATORS, "NotIpAddress", "203.0.113.0/24", ABSENT, True),
    (OPERATORS, "NotIpAddress", ["203.0.113.0/24", "198.51.100.0/24"], "198.51.100.1", False),
    (OPERATORS, "Null", "true", ABSENT, True),
    (OPERATORS, "Null", "true", "anything", False),
    (OPERATORS, "Null", "false", "anything", True),
    (OPERATORS, "Null", "false", ABSENT, False),
    (OPERATORS, "Null", "false", "", False),
    (OPERATORS, "Null", "true", [], True),
]

TOPIC = "arn:aws:sns:us-east-1:123456789012:TOPIC"
TRAP = "arn:aws:someservice:us-east-2:999999999999:store/abc:111122223333:finance/document.txt"
ARNS: list[Case] = [
    (OPERATORS, "ArnEquals", TOPIC, TOPIC, True),
    (OPERATORS, "ArnEquals", TOPIC, TOPIC.lower(), False),
    (OPERATORS, "ArnEquals", "arn:aws:sns:*:123456789012:TOP*", TOPIC, True),
    (OPERATORS, "ArnLike", "arn:aws:sns:*:123456789012:TOP*", TOPIC, True),
    (OPERATORS, "ArnLike", "arn:aws:sns:us-east-?:123456789012:TOPIC", TOPIC, True),
    (OPERATORS, "ArnLike", "arn:aws:sns:*:123456789012:TOP", TOPIC, False),
    (OPERATORS, "ArnLike", "arn:aws:someservice:*:111122223333:finance/*", TRAP, False),
    (OPERATORS, "StringLike", "arn:aws:someservice:*:111122223333:finance/*", TRAP, True),
    (OPERATORS, "ArnLike", "arn:aws:someservice:*:999999999999:store/*:finance/*", TRAP, True),
    (OPERATORS, "ArnLike", TOPIC, ABSENT, False),
    (OPERATORS, "ArnLike", TOPIC, "TOPIC", False),
    (OPERATORS, "ArnNotEquals", TOPIC, TOPIC, False),
    (OPERATORS, "ArnNotEquals", TOPIC, TOPIC + "2", True),
    (OPERATORS, "ArnNotEquals", TOPIC, ABSENT, True),
    (OPERATORS, "ArnNotLike", "arn:aws:sns:*:*:*", TOPIC, False),
    (OPERATORS, "ArnNotLike", "arn:aws:sqs:*:*:*", TOPIC, True),
    (OPERATORS, "ArnNotLike", "arn:aws:sqs:*:*:*", ABSENT, True),
]

IF_EXISTS: list[Case] = [
    (OPERATORS, "StringLikeIfExists", ["t1.*", "t2.*", "m3.*"], ABSENT, True),
    (OPERATORS, "StringLikeIfExists", ["t1.*", "t2.*", "m3.*"], "m3.large", True),
    (OPERATORS, "StringLikeIfExists", ["t1.*", "t2.*", "m3.*"], "c5.large", False),
    (OPERATORS, "StringEqualsIfExists", "a", ABSENT, True),
    (OPERATORS, "StringEqualsIfExists", "a", "b", False),
    (OPERATORS, "StringNotEqualsIfExists", "a", ABSENT, True),
    (OPERATORS, "StringNotEqualsIfExists", "a", "a", False),
    (OPERATORS, "NumericLessThanIfExists", "5", ABSENT, True),
    (OPERATORS, "NumericLessThanIfExists", "5", "6", False),
    (OPERATORS, "DateGreaterThanIfExists", "2020-01-01", ABSENT, True),
    (OPERATORS, "BoolIfExists", "true", ABSENT, True),
    (OPERATORS, "BoolIfExists", "true", "false", False),
    (OPERATORS, "BinaryEqualsIfExists", "QUJD", ABSENT, True),
    (OPERATORS, "IpAddressIfExists", "203.0.113.0/24", ABSENT, True),
    (OPERATORS, "IpAddressIfExists", "203.0.113.0/24", "198.51.100.1", False),
    (OPERATORS, "NotIpAddressIfExists", "203.0.113.0/24", ABSENT, True),
    (OPERATORS, "ArnEqualsIfExists", TOPIC, ABSENT, True),
    (OPERATORS, "ArnNotLikeIfExists", "arn:aws:sns:*", TOPIC, False),
    (OPERATORS, "ForAnyValue:StringEqualsIfExists", "a", ABSENT, True),
    (OPERATORS, "ForAllValues:StringEqualsIfExists", "a", ["b"], False),
]

SEVERAL_VALUES: list[Case] = [
    (MULTIPLE, "StringEquals", ["a", "b"], "b", True),
    (MULTIPLE, "StringEquals", ["a", "b"], "c", False),
    (MULTIPLE, "StringNotEquals", ["a", "b"], "b", False),
    (MULTIPLE, "StringNotEquals", ["a", "b"], "c", True),
    (MULTIPLE, "StringNotLike", ["a*", "b*"], "bb", False),
    (MULTIPLE, "StringNotLike", ["a*", "b*"], "cc", True),
    (MULTIPLE, "NumericNotEquals", ["1", "2"], "2", False),
    (MULTIPLE, "NumericNotEquals", ["1", "2"], "3", True),
    (MULTIPLE, "NumericLessThan", ["1", "10"], "5", True),
    (MULTIPLE, "DateNotEquals", ["2020-01-01", "2021-01-01"], "2021-01-01", False),
    (MULTIPLE, "Bool", ["true", "false"], "false", True),
    (MULTIPLE, "ArnNotEquals", [TOPIC, TOPIC + "2"], TOPIC + "2", False),
    (MULTIPLE, "ArnLike", ["arn:aws:sqs:*", "arn:aws:sns:*"], TOPIC, True),
    (CONDITION, "Null", ["true", "false"], "here", True),
]

LIST = ["PostDateTime", "Message", "Tags"]
SETS: list[Case] = [
    (MULTIVALUED, "ForAllValues:StringEquals", LIST, ["PostDateTime", "UserName"], False),
    (MULTIVALUED, "ForAnyValue:StringEquals", LIST, ["PostDateTime", "UserName"], True),
    (MULTIVALUED, "ForAllValues:StringEquals", LIST, ["Message", "Tags"], True),
    (MULTIVALUED, "ForAnyValue:StringEquals", LIST, ["UserName"], False),
    (MULTIVALUED, "ForAllValues:StringEquals", LIST, ["UserName"], False),
    (MULTIVALUED, "ForAllValues:StringEquals", LIST, "Tags", True),
    (MULTIVALUED, "ForAllValues:StringEquals", LIST, ABSENT, True),
    (MULTIVALUED, "ForAllValues:StringEquals", LIST, [], True),
    (MULTIVALUED, "ForAllValues:StringEquals", LIST, [""], True),
    (MULTIVALUED, "ForAllValues:StringEquals", LIST, "", True),
    (MULTIVALUED, "ForAnyValue:StringEquals", LIST, ABSENT, False),
    (MULTIVALUED, "ForAnyValue:StringEquals", LIST, [], False),
    (MULTIVALUED, "ForAnyValue:StringEquals", ["", "a"], [""], False),
    (MULTIVALUED, "ForAllValues:StringNotEquals", LIST, ["UserName", "ID"], True),
    (MULTIVALUED, "ForAllValues:StringNotEquals", LIST, ["UserName", "Tags"], False),
    (MULTIVALUED, "ForAllValues:StringNotEquals", LIST, ABSENT, True),
    (MULTIVALUED, "ForAnyValue:StringNotEquals", LIST, ["UserName", "Tags"], True),
    (MULTIVALUED, "ForAnyValue:StringNotEquals", LIST, ["Message", "Tags"], False),
    (MULTIVALUED, "ForAnyValue:StringNotEquals", LIST, ABSENT, False),
    (MULTIVALUED, "ForAllValues:StringLike", ["Post*", "Tag?"], ["PostDateTime", "Tags"], True),
    (MULTIVALUED, "ForAllValues:StringLike", ["Post*", "Tag?"], ["PostDateTime", "Tag"], False),
    (MULTIVALUED, "ForAllValues:StringNotLike", ["key1*"], ["key2", "key11"], False),
    (MULTIVALUED, "ForAnyValue:StringLike", ["key1*"], ["key2", "key11"], True),
    (MULTIVALUED, "ForAnyValue:StringEqualsIgnoreCase", ["TAGS"], ["tags"], True),
    (MULTIVALUED, "ForAnyValue:NumericGreaterThan", "5", ["1", "6"], True),
    (MULTIVALUED, "ForAllValues:NumericGreaterThan", "5", ["1", "6"], False),
    (MULTIVALUED, "ForAnyValue:ArnLike", "arn:aws:sns:*", ["arn:aws:sqs:a:b:c", TOPIC], True),
    (MULTIVALUED, "ForAllValues:Bool", "true", ["true", "false"], False),
    (MULTIVALUED, "ForAnyValue:IpAddress", "203.0.113.0/24", ["10.0.0.1", "203.0.113.1"], True),
    (MULTIVALUED, "Null", "false", ["a"], True),
]

CASES = STRINGS + NUMBERS + DATES + OTHERS + ARNS + IF_EXISTS + SEVERAL_VALUES + SETS


@pytest.mark.parametrize(("page", "operator", "wanted", "given", "holds"), CASES)
def test_operator(page: str, operator: str, wanted: Value, given: Value, holds: bool) -> None:
    """An Allow under a condition allows exactly the requests whose context the operator's page says it matches."""
    asked = question(context={} if given is None else {KEY: given})
    allowed = evaluate(asked, Policies([policy(statement(Condition={operator: {KEY: wanted}}))])).allowed
    assert allowed is holds, page


@pytest.mark.parametrize(("page", "operator", "wanted", "given", "holds"), CASES)
def test_denial_under_operator(page: str, operator: str, wanted: Value, given: Value, holds: bool) -> None:
    """A Deny applies under the very conditions under which an Allow does: absence is no way around it."""
    asked = question(context={} if given is None else {KEY: given})
    denial = statement("Deny", Condition={operator: {KEY: wanted}})
    assert evaluate(asked, Policies([policy(statement(), denial)])).allowed is not holds, page


TWO_KEYS = {"StringEquals": {"a:One": "1", "a:Two": ["2", "zwei"]}}
TWO_OPERATORS = {"StringEquals": {"a:One": "1"}, "NumericLessThan": {"a:Two": "10"}}
AND = [
    (TWO_KEYS, {"a:One": "1", "a:Two": "2"}, True),
    (TWO_KEYS, {"a:One": "1", "a:Two": "zwei"}, True),
    (TWO_KEYS, {"a:One": "1", "a:Two": "3"}, False),
    (TWO_KEYS, {"a:One": "1"}, False),
    (TWO_KEYS, {"a:Two": "2"}, False),
    (TWO_OPERATORS, {"a:One": "1", "a:Two": "2"}, True),
    (TWO_OPERATORS, {"a:One": "1", "a:Two": "10"}, False),
    (TWO_OPERATORS, {"a:One": "2", "a:Two": "2"}, False),
    ({}, {}, True),
]


@pytest.mark.parametrize(("condition", "context", "holds"), AND)
def test_all_operators_and_keys_must_hold(
    condition: dict[str, dict[str, str]], context: dict[str, str], holds: bool
) -> None:
    """Operators and keys are joined by AND, the values of one key by OR (MULTIPLE)."""
    allowed = evaluate(question(context=context), Policies([policy(statement(Condition=condition))])).allowed
    assert allowed is holds, MULTIPLE


@pytest.mark.parametrize("name", ["aws:SourceIp", "AWS:SourceIP", "aws:sourceip"])
def test_names_of_keys_know_no_case(name: str) -> None:
    """ "Condition key names are not case-sensitive" (CONDITION)."""
    condition = {"IpAddress": {name: "192.0.2.0/24"}}
    asked = question(context={"aws:SourceIp": "192.0.2.1"})
    assert evaluate(asked, Policies([policy(statement(Condition=condition))])).allowed, CONDITION


@pytest.mark.parametrize("value", [True, 10, 1.5])
def test_numbers_and_booleans_need_no_quotes(value: float) -> None:
    """The grammar leaves the quotation marks of numeric and Boolean values optional."""
    operator = "Bool" if value is True else "NumericEquals"
    context = {KEY: "true" if value is True else str(value)}
    decision = evaluate(question(context=context), Policies([policy(statement(Condition={operator: {KEY: value}}))]))
    assert decision.allowed
