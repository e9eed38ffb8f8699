"""Good policies, spoilt at random: each is read or refused, and what is read can be asked and written down.

A failure prints the seed and the document. SLIPRING_TEST_FUZZED_POLICIES says how many; a million take minutes.
"""

from __future__ import annotations

import copy
import json
import os
import random
from typing import Any

from slipring.iam.policies import Policies, Policy, Use, evaluate, parse, parse_resource_policy, printed
from slipring.model.errors.base import ApiError
from tests.iam.policies.guide import ADA, ROLE, SERVICE, TABLE, document, question, statement
from tests.iam.policies.test_dynamodb_guide import GUIDE, NO_FULL_SCAN, NO_TRANSACTIONS

DOCUMENTS = int(os.environ.get("SLIPRING_TEST_FUZZED_POLICIES", "6000"))

GOOD = [
    *(document(element) for _, element, _ in GUIDE),
    document(*NO_TRANSACTIONS),
    document(*NO_FULL_SCAN, version="2008-10-17"),
    document(statement(Sid="A", Principal={"AWS": [ADA.arn, ROLE, "111122223333"], "Service": SERVICE.arn})),
    document(statement("Deny", NotPrincipal="*", NotAction=["a:b*"], Condition={"Null": {"aws:a": True}})),
    document(statement(Condition={"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}, "DateLessThan": {"aws:a": "2020"}})),
]

PIECES = [
    *'{}[]",:*?$\\ \n',
    *("\x00", "\x01", "\x7f", "\xff", "\u2028", "\ud800", "\\ud800", "\\u0001", "\U0001f600"),
    *("${", "${*}", "${$}", "${aws:username}", "${a:b, 'c'}", "arn:aws:", "ForAllValues:", "IfExists", "NaN"),
    *("null", "true", "-0", "1e999", "9" * 50, "[" * 50, "*" * 50, "?*" * 20, "2012-10-17", "Allow", "Deny"),
]

JUNK: list[Any] = [None, True, 0, -1.5, "", "*", [], {}, [[]], [None], {"": ""}, "a" * 500, "\x02", ["*", "?"], TABLE]


def test_spoilt_policies() -> None:
    """Nothing but a refusal ever comes of a document that is no policy."""
    seed = random.randrange(1 << 32)
    source = random.Random(seed)
    read = 0
    for _ in range(DOCUMENTS):
        text = spoilt(source)
        try:
            read += survives(text, source.choice([Use.IDENTITY, Use.TRUST, Use.RESOURCE]))
        except Exception as error:
            raise AssertionError(f"seed {seed}: {text!r}") from error
    assert read > DOCUMENTS // 200, f"seed {seed}: too little of what was tried was still a policy"


def survives(text: str, use: Use) -> bool:
    """Whether the document was a policy; raises whatever is neither a policy nor a refusal."""
    try:
        policy = parse_resource_policy(text) if use is Use.RESOURCE else parse(text, use=use)
    except ApiError:
        return False
    _ask(policy, use)
    again = printed(policy)
    assert (parse_resource_policy(again) if use is Use.RESOURCE else parse(again, use=use)) == policy
    return True


def _ask(policy: Policy, use: Use) -> None:
    asked = question(context={"aws:SourceIp": "10.0.0.1", "dynamodb:Attributes": ["UserId"]})
    if use is Use.IDENTITY:
        evaluate(asked, Policies([policy], policy, [policy]))
    else:
        evaluate(asked, Policies(), policy)


def spoilt(source: random.Random) -> str:
    """Members changed half of the time, characters the other half."""
    text = source.choice(GOOD)
    if source.random() < 0.5:
        tree = json.loads(text)
        for _ in range(source.randint(1, 2)):
            _spoil(tree, source)
        return json.dumps(tree)
    for _ in range(source.randint(1, 3)):
        start = source.randrange(len(text))
        stop = start + source.choice([0, 0, 1, 1, 5, 50])
        text = text[:start] + source.choice(["", source.choice(PIECES)]) + text[stop:]
    return text


def _spoil(tree: Any, source: random.Random) -> None:
    """Replaces, removes or moves one member somewhere in the tree."""
    while True:
        keys = list(tree) if isinstance(tree, dict) else list(range(len(tree)))
        if not keys:
            return
        key = source.choice(keys)
        if not isinstance(tree[key], dict | list) or source.random() < 0.3:
            break
        tree = tree[key]
    kind = source.random()
    if kind < 0.3:
        del tree[key]
    elif kind < 0.5 and isinstance(tree, dict):
        tree[source.choice(PIECES)] = tree.pop(key)
    elif kind < 0.7 and isinstance(tree[key], str):
        tree[key] += source.choice(PIECES)
    else:
        tree[key] = copy.deepcopy(source.choice(JUNK))
