"""Which calls rules strike: what they match, how often, and that chance repeats."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from slipring.faults.active import Faults, Verdict
from slipring.faults.calls import Call
from slipring.faults.effects import Refusal
from slipring.faults.parsing import RuleInvalid, parse_rule
from slipring.iam.caller import Caller

CALLER = Caller("AKID", "eu-west-1", "123456789012", "", "ours")
ERROR = {"error": "InternalServerError"}
KEY = {"pk": {"S": "a"}}
ARN = "arn:aws:dynamodb:eu-west-1:123456789012:table/music"


def call(operation: str = "GetItem", caller: Caller = CALLER, **request: Any) -> Call:
    return Call(operation, orjson.dumps(request), caller)


CALLS = {
    "GetItem": call("GetItem", TableName="music", Key=KEY),
    "by ARN": call("GetItem", TableName=ARN, Key=KEY),
    "PutItem": call("PutItem", TableName="music", Item={**KEY, "n": {"N": "1"}}),
    "Query of an index": call("Query", TableName="music", IndexName="by-n"),
    "BatchGetItem": call("BatchGetItem", RequestItems={"music": {"Keys": [{"pk": {"S": "b"}}, KEY]}}),
    "BatchWriteItem": call("BatchWriteItem", RequestItems={"music": [{"DeleteRequest": {"Key": KEY}}]}),
    "TransactWriteItems": call("TransactWriteItems", TransactItems=[{"Delete": {"TableName": "music", "Key": KEY}}]),
    "PartiQL": call("ExecuteStatement", Statement="INSERT INTO music VALUE {'pk': 'a'}"),
    "PartiQL select": call("ExecuteStatement", Statement="SELECT * FROM music WHERE pk = ?", Parameters=[{"S": "a"}]),
    "GetShardIterator": call("GetShardIterator", StreamArn=f"{ARN}/stream/2026-01-01T00:00:00.000"),
    "broken": Call("PutItem", b"{", CALLER),
    "nonsense": call("PutItem", TableName=7, Item=[]),
}
NAME_NO_ITEM = {"Query of an index", "PartiQL select", "GetShardIterator", "broken", "nonsense"}


@pytest.mark.parametrize(
    ("pattern", "struck"),
    [
        ({}, set(CALLS)),
        ({"operation": "PutItem"}, {"PutItem", "broken", "nonsense"}),
        ({"operation": ["Query", "GetItem"]}, {"GetItem", "by ARN", "Query of an index"}),
        ({"table": "music"}, set(CALLS) - {"broken", "nonsense"}),
        ({"table": "films"}, set()),
        ({"index": "by-n"}, {"Query of an index"}),
        (
            {"key": {"pk": "a"}},
            set(CALLS) - NAME_NO_ITEM,
        ),
        ({"key": {"n": 1.0}}, {"PutItem"}),
        ({"key": {"pk": "a"}, "table": "films"}, set()),
        ({"access_key": "AKID"}, set(CALLS)),
        ({"access_key": "other"}, set()),
        ({"namespace": "ours"}, set(CALLS)),
        ({"namespace": ""}, set()),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else "",
)
def test_a_rule_strikes_the_calls_that_fit(pattern: dict[str, Any], struck: set[str]) -> None:
    """Whatever form names a table or a key; and a request that is no good names nothing and breaks nothing."""
    rule = parse_rule({**pattern, **ERROR})
    assert {name for name, each in CALLS.items() if rule.fits(each)} == struck


def strikes(rules: list[dict[str, Any]], calls: int, seed: int = 0) -> list[Verdict]:
    faults = Faults(seed)
    for rule in rules:
        faults.add(rule)
    return [faults.strike(CALLS["GetItem"]) for _ in range(calls)]


def hits(verdicts: list[Verdict]) -> list[int]:
    return [number for number, verdict in enumerate(verdicts, 1) if verdict.effect is not None]


def test_times_and_nth_count_the_calls_that_fit() -> None:
    assert hits(strikes([{**ERROR, "times": 2}], 5)) == [1, 2]
    assert hits(strikes([{**ERROR, "nth": 3}], 5)) == [3]


def test_chance_repeats_with_the_seed() -> None:
    """A failure that chance brought about is brought about again by the seed that it was started with."""
    rule = {**ERROR, "probability": 0.3}
    first = hits(strikes([rule], 1000, seed=1))
    assert first == hits(strikes([rule], 1000, seed=1))
    assert first != hits(strikes([rule], 1000, seed=2))
    assert 200 < len(first) < 400


def test_chance_of_one_rule_does_not_move_that_of_another() -> None:
    """So a rule may be taken out while looking for what another one broke."""
    rule = {**ERROR, "probability": 0.3}
    once: dict[str, Any] = {"latency_s": 1, "times": 1}
    at_random: dict[str, Any] = {"latency_s": [1, 2], "probability": 0.5}
    assert hits(strikes([once, rule], 200)) == hits(strikes([at_random, rule], 200))


def test_delays_add_up_to_the_first_effect() -> None:
    rules: list[dict[str, Any]] = [{"latency_s": 1}, {**ERROR, "latency_s": 2}, {"latency_s": 4}]
    assert strikes(rules, 1) == [Verdict(3.0, Refusal("InternalServerError"))]
    drawn = strikes([{"latency_s": [1, 2]}], 100)
    assert all(1 <= verdict.delay_s < 2 for verdict in drawn)
    assert len(set(drawn)) == 100


def test_a_stale_read_is_one_that_may_be() -> None:
    rule = parse_rule({"stale_s": 1})
    assert rule.fits(CALLS["GetItem"])
    assert not rule.fits(call("GetItem", TableName="music", Key=KEY, ConsistentRead=True))
    assert not rule.fits(CALLS["PutItem"])


def test_rules_come_and_go() -> None:
    faults = Faults()
    changes = []
    faults.changed = lambda: changes.append(bool(faults))
    first, second = faults.add(ERROR), faults.add({**ERROR, "table": "music"})
    faults.strike(CALLS["GetItem"])
    told = {"id": 1, **ERROR, "fitting": 1, "struck": 1}
    assert faults.describe() == {"seed": 0, "rules": [told, {"id": 2, **second.told, "fitting": 0, "struck": 0}]}
    assert faults.remove([first.number, 99]) == 1
    assert faults.remove() == 1
    assert changes == [True, True, True, False]


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ({}, "a rule does something"),
        ({"errr": "x"}, "a rule has no 'errr'; did you mean 'error'?"),
        ({"error": "ThrotlingException"}, "error has no 'ThrotlingException'; did you mean 'ThrottlingException'?"),
        ({**ERROR, "operation": "PutItems"}, "operation has no 'PutItems'; did you mean 'PutItem'?"),
        ({**ERROR, "store": "full"}, "a rule does one thing, not both error and store"),
        ({"store": "fulll"}, "did you mean 'full'"),
        ({"connection": "cut"}, "there are drop, drop-after, stall"),
        ({"latency_s": 1, "message": "x"}, "message goes with error"),
        ({**ERROR, "reasons": ["x"]}, "InternalServerError has no reasons"),
        ({**ERROR, "probability": 1.5}, "probability goes from 0 to 1"),
        ({**ERROR, "probability": True}, "probability is a number, not True"),
        ({**ERROR, "times": 0}, "times is a whole number from 1 on"),
        ({"latency_s": [2, 1]}, "latency_s goes from the least to the most"),
        ({"latency_s": float("nan")}, "latency_s is a number"),
        ({"stale_s": -1}, "stale_s goes from 0 to"),
        ({**ERROR, "key": {"pk": None}}, "None is no value of a key"),
        ({**ERROR, "key": {"pk": {"X": "a"}}}, "key: "),
        ({**ERROR, "key": "a"}, "key is an object"),
        ({**ERROR, "table": 7}, "table is a text, not 7"),
    ],
    ids=str,
)
def test_a_rule_that_cannot_be_is_refused(told: dict[str, Any], message: str) -> None:
    """With the member that is wrong and what it may be, before any call is touched."""
    with pytest.raises(RuleInvalid, match=message.replace("?", r"\?")):
        parse_rule(told)
