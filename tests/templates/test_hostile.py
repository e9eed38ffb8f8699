"""Templates come from anywhere: none may take the machine's time or memory, and each gets a line that says why."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from slipring.templates import formats
from slipring.templates.desired import Inputs, TemplateError
from tests.templates.reading import refusal, with_table

LAUGHS = "\n".join(
    ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    + [f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]" for level in range(1, 12)]
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"{LAUGHS}\n{with_table('      Tags: *a11')}", "too large once its aliases"),
        ("[" * 100_000, "nested too deeply"),
        ('{"a":' * 100_000, "nested too deeply"),
        (f"Resources: {'[' * 100}", "line 1: it is nested too deeply"),
        ("Resources: &a {T: *a}", "resource T has no type"),
        (with_table("      Tags: &a [{Key: x, Value: y}, *a]"), "nested too deeply, or refers to itself"),
        ("a: &a {b: 1}\nc: {<<: [*a, *a]}", "line 2: merges are not supported"),
        ("a: 1\na: 2", "line 2: 'a' stands twice"),
        (f"a: {'1:' * 50_000}1", "line 1: the number is too long"),
        (f'{{"a": {"9" * 5000}}}', "Exceeds the limit"),
        ('{"a": NaN}', "NaN is no number of JSON"),
        ('{"a": 1,}', "line 1: "),
        ("a: [1", "line 1: "),
        ("a: !!python/object/apply:os.system ['true']", "line 1: could not determine a constructor"),
        ("\x00", "unacceptable character"),
        ("", "it is no template"),
        ("[]", "it is no template"),
        ("[1]", "it is no template"),
        ('"text"', "it is no template"),
        ('{"Table": 1}', "it is no template"),
        ('{"Resources": {}}', "there is no table in it"),
        ('{"Resources": []}', "Resources is not an object"),
        ('{"DataModel": 1}', "DataModel is not a list of objects"),
        ('{"planned_values": {"root_module": {"resources": {}}}}', "resources is not a list of objects"),
    ],
)
def test_a_bad_text_is_one_line(text: str, words: str) -> None:
    assert words in refusal(text)


@pytest.mark.parametrize(
    "name",
    [
        "!Ref Orders",
        "!Sub '${Orders}'",
        "!GetAtt Orders.Arn",
        "!Join ['', [!Ref Other]]",
        "!If [Round, a, b]",
    ],
)
def test_what_refers_to_itself_ends(name: str) -> None:
    """A table named by itself, by one that is named by it, or by a condition that asks for itself."""
    other = "  Other: {Type: AWS::Serverless::SimpleTable, Properties: {TableName: !Ref Orders}}\n"
    template = with_table(f"      TableName: {name}\n{other}", "Conditions: {Round: !Not [!Condition Round]}")
    assert "nested too deeply, or refers to itself" in refusal(template)


def test_a_text_that_doubles_is_cut_off() -> None:
    """A Sub within a Sub within a Sub … would fill the memory with a page of template."""
    node: object = "x" * 16
    for _ in range(40):
        node = {"Fn::Sub": ["${a}${a}", {"a": node}]}
    template = {"Resources": {"T": {"Type": "AWS::Serverless::SimpleTable", "Properties": {"TableName": node}}}}
    assert refusal(template) in (
        "T: a function makes a text that is too long",
        "T: it is nested too deeply, or refers to itself",
    )


def test_whatever_is_changed_in_a_template_it_is_read_or_refused() -> None:
    """No other exception gets out, whichever part is of another kind than it should be."""
    seed = random.SystemRandom().randrange(2**32)
    draws = random.Random(seed)
    texts = [
        json.dumps({"Resources": {"T": {"Type": kind, "Properties": PROPERTIES}}})
        for kind in ("AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable", "AWS::Serverless::SimpleTable")
    ]
    texts += [json.dumps({"Table": PROPERTIES}), json.dumps({"DataModel": [PROPERTIES, MODEL]}), json.dumps(PLAN)]
    for _ in range(3000):
        document = json.loads(draws.choice(texts))
        spoil(document, draws)
        text = json.dumps(document)
        try:
            formats.read(text, Inputs())
        except TemplateError:
            continue
        except Exception as error:
            raise AssertionError(f"seed {seed}: {text}") from error


ODD: list[Any] = [None, [], {}, "", "x", 0, -1, True, [[]], [{}], 1e300]
ODD += [{"Ref": "AWS::NoValue"}, {"Fn::Join": [1]}, {"Fn::If": []}]
KEYS = {
    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
}
PROPERTIES: dict[str, Any] = {
    **KEYS,
    "TableName": "t",
    "BillingMode": "PROVISIONED",
    "BillingModeSummary": {"BillingMode": "PROVISIONED"},
    "ProvisionedThroughput": {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1},
    "GlobalSecondaryIndexes": [{"IndexName": "g", **KEYS, "Projection": {"ProjectionType": "ALL"}}],
    "LocalSecondaryIndexes": [{"IndexName": "l", **KEYS, "Projection": {"ProjectionType": "ALL"}}],
    "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"},
    "SSEDescription": {"Status": "ENABLED", "KMSMasterKeyArn": "arn"},
    "SSESpecification": {"SSEEnabled": True, "KMSMasterKeyId": "x"},
    "TimeToLiveSpecification": {"Enabled": True, "AttributeName": "t"},
    "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": 1},
    "OnDemandThroughput": {"MaxReadRequestUnits": 1},
    "Tags": [{"Key": "k", "Value": "v"}],
    "PrimaryKey": {"Name": "id", "Type": "String"},
    "ResourcePolicy": {"PolicyDocument": {"Statement": []}},
    "Replicas": [{"Region": "us-east-1", "ReadProvisionedThroughputSettings": {"ReadCapacityUnits": 1}}],
    "WriteProvisionedThroughputSettings": {"WriteCapacityAutoScalingSettings": {"MinCapacity": 1}},
}
MODEL = {
    "TableName": "m",
    "KeyAttributes": {"PartitionKey": {"AttributeName": "pk", "AttributeType": "S"}},
    "GlobalSecondaryIndexes": [
        {
            "IndexName": "g",
            "KeyAttributes": {"PartitionKey": {"AttributeName": "a", "AttributeType": "S"}},
            "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["x"]},
        }
    ],
    "BillingMode": "PROVISIONED",
    "ProvisionedCapacitySettings": {"ProvisionedThroughput": {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5}},
}
PLAN = {
    "planned_values": {
        "root_module": {
            "child_modules": [
                {
                    "resources": [
                        {
                            "address": "a",
                            "type": "aws_dynamodb_table",
                            "values": {
                                "name": "t",
                                "hash_key": "pk",
                                "attribute": [{"name": "pk", "type": "S"}],
                                "read_capacity": 1,
                                "ttl": [{"enabled": True, "attribute_name": "t"}],
                                "tags": {"a": "b"},
                                "global_secondary_index": [{"name": "g", "hash_key": "pk", "projection_type": "ALL"}],
                                "on_demand_throughput": [{"max_read_request_units": 1}],
                                "point_in_time_recovery": [{"enabled": True}],
                            },
                        }
                    ]
                }
            ]
        }
    }
}


def spoil(document: Any, draws: random.Random) -> None:
    """Put something odd in one place."""
    while isinstance(document, dict | list) and document:
        place = draws.choice(list(document)) if isinstance(document, dict) else draws.randrange(len(document))
        inner = document[place]
        if draws.random() < 0.3 or not isinstance(inner, dict | list) or not inner:
            document[place] = draws.choice(ODD)
            return
        document = inner
