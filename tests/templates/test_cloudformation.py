"""CloudFormation's templates come to what CloudFormation itself would ask CreateTable for."""

from __future__ import annotations

import json

import pytest

from tests.templates.reading import only_table, read, refusal, with_table


def name_of(expression: str, sections: str = "", **inputs: object) -> str:
    """What a function comes to, told as a table's name."""
    return only_table(with_table(f"      TableName: {expression}\n", sections), **inputs).name


PARAMETERS = """
Parameters:
  Stage: {Type: String, Default: dev, AllowedValues: [dev, prod]}
  Names: {Type: CommaDelimitedList, Default: "one, two"}
  Size: {Type: Number, Default: 5}
Mappings:
  Names: {dev: {table: small}, prod: {table: large}}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
  IsDev: !Not [!Condition IsProd]
  Both: !And [!Condition IsProd, !Condition IsDev]
  Either: !Or [!Condition IsProd, !Condition IsDev]
"""


@pytest.mark.parametrize(
    ("expression", "name"),
    [
        ("plain", "plain"),
        ("!Ref Stage", "dev"),
        ("!Sub '${Stage}-orders-${Size}'", "dev-orders-5"),
        ("!Sub ['${a}.${Stage}', {a: !Ref AWS::Region}]", "us-east-1.dev"),
        ("!Sub 'a-${!Stage}'", "a-${Stage}"),
        ("!Join ['-', [!Ref Stage, x, !Ref Size]]", "dev-x-5"),
        ("!Select [1, !Ref Names]", "two"),
        ("!Select [1, !Split ['-', 'a-b']]", "b"),
        ("!FindInMap [Names, !Ref Stage, table]", "small"),
        ("!If [IsProd, large, !If [Either, either, neither]]", "either"),
        ("!If [Both, both, !Ref AWS::NoValue]", "Orders"),
        ("!Join ['.', [!Ref AWS::StackName, !Ref AWS::AccountId, !Ref AWS::Partition]]", "slipring.000000000000.aws"),
        ("{'Fn::Sub': '${Stage}'}", "dev"),
    ],
)
def test_functions_come_to_their_values(expression: str, name: str) -> None:
    """Both forms of each, nested as people nest them."""
    assert name_of(expression, PARAMETERS) == name


def test_parameters_can_be_given() -> None:
    """And only those that there are, with values that are allowed."""
    assert name_of("!Ref Stage", PARAMETERS, parameters={"Stage": "prod"}) == "prod"
    assert name_of("!FindInMap [Names, !Ref Stage, table]", PARAMETERS, parameters={"Stage": "prod"}) == "large"
    template = with_table("      TableName: !Ref Stage\n", PARAMETERS)
    assert refusal(template, parameters={"Stage": "test"}) == (
        "Orders: parameter Stage is 'test', which is not one of its AllowedValues"
    )
    assert refusal(template, parameters={"Other": "x"}) == "there is no parameter Other"
    required = with_table("      TableName: !Ref Stage\n", "Parameters: {Stage: {Type: String}}")
    assert refusal(required) == "Orders: parameter Stage has no default: give it with --parameter Stage=VALUE"


def test_a_table_has_all_that_its_properties_say() -> None:
    """Numbers and truth values may be texts, as parameters make them."""
    table = only_table(
        """
Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: orders
      AttributeDefinitions: [{AttributeName: pk, AttributeType: S}, {AttributeName: n, AttributeType: N}]
      KeySchema: [{AttributeName: pk, KeyType: HASH}]
      ProvisionedThroughput: {ReadCapacityUnits: "5", WriteCapacityUnits: 6}
      GlobalSecondaryIndexes:
      - IndexName: by-n
        KeySchema: [{AttributeName: n, KeyType: HASH}]
        Projection: {ProjectionType: INCLUDE, NonKeyAttributes: [a]}
        ProvisionedThroughput: {ReadCapacityUnits: 1, WriteCapacityUnits: 2}
      StreamSpecification: {StreamViewType: NEW_IMAGE, ResourcePolicy: {PolicyDocument: {Statement: [{Sid: 7}]}}}
      SSESpecification: {SSEEnabled: "true"}
      TimeToLiveSpecification: {AttributeName: expires, Enabled: "true"}
      PointInTimeRecoverySpecification: {PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays: "3"}
      DeletionProtectionEnabled: "false"
      TableClass: STANDARD
      Tags: [{Key: team, Value: 7}]
      ResourcePolicy:
        PolicyDocument: {Version: 2012-10-17, Statement: [{Resource: !GetAtt Orders.Arn}]}
"""
    )
    assert table.definition == {
        "TableName": "orders",
        "AttributeDefinitions": [
            {"AttributeName": "pk", "AttributeType": "S"},
            {"AttributeName": "n", "AttributeType": "N"},
        ],
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
        "BillingMode": "PROVISIONED",
        "ProvisionedThroughput": {"ReadCapacityUnits": 5, "WriteCapacityUnits": 6},
        "GlobalSecondaryIndexes": [
            {
                "IndexName": "by-n",
                "KeySchema": [{"AttributeName": "n", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["a"]},
                "ProvisionedThroughput": {"ReadCapacityUnits": 1, "WriteCapacityUnits": 2},
            }
        ],
        "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
        "SSESpecification": {"Enabled": True, "SSEType": "KMS"},
        "DeletionProtectionEnabled": False,
        "TableClass": "STANDARD",
    }
    assert (table.tags, table.time_to_live, table.recovery_days) == ({"team": "7"}, "expires", 3)
    assert table.policy == {
        "Version": "2012-10-17",
        "Statement": [{"Resource": "arn:aws:dynamodb:us-east-1:000000000000:table/orders"}],
    }
    assert table.stream_policy == {"Statement": [{"Sid": 7}]}


def test_what_an_on_demand_table_does_not_have_is_left_out() -> None:
    """Templates switch the mode and keep the capacities; CreateTable would refuse them."""
    capacity = "{ReadCapacityUnits: 1, WriteCapacityUnits: 1}"
    assert "ProvisionedThroughput" not in only_table(with_table(f"      ProvisionedThroughput: {capacity}")).definition


def test_parts_that_cannot_be_had_are_named_one_by_one() -> None:
    """With the path at which they stand. Other services' resources are nobody's business."""
    found = read(
        with_table(
            """
      KinesisStreamSpecification: {StreamArn: x}
      SSESpecification: {SSEEnabled: true, KMSMasterKeyId: !GetAtt Key.Arn}
      Tags: [{Key: vpc, Value: !ImportValue shared}]
  Key: {Type: AWS::KMS::Key}
  Code: {Type: AWS::Lambda::Function, Properties: {Code: !GetAtt Nowhere.Arn}}
  Future: {Type: AWS::DynamoDB::Future}
""",
            "Transform: [AWS::Serverless-2016-10-31, Ours]",
        )
    )
    assert list(map(str, found.unsupported)) == [
        "Transform: Ours would change the template, and is not known here",
        "Orders.SSESpecification: it depends on Key.Arn, which is not known here",
        "Orders.Tags: Fn::ImportValue is not supported",
        "Orders.KinesisStreamSpecification: is not there in Slipring",
        "Future: AWS::DynamoDB::Future is not supported",
    ]
    assert [table.name for table in found.tables] == ["Orders"]


def test_a_table_whose_key_nobody_knows_is_left_out_as_a_whole() -> None:
    found = read(with_table("      TableName: !ImportValue name\n"))
    assert [list(map(str, found.unsupported)), found.tables] == [["Orders: Fn::ImportValue is not supported"], []]


def test_a_resource_whose_condition_does_not_hold_is_not_wanted() -> None:
    off = with_table("    Condition: IsProd\n  More:\n    Type: AWS::Serverless::SimpleTable", PARAMETERS)
    assert only_table(off).name == "More"


def test_a_simple_table_of_sam_is_an_on_demand_table() -> None:
    """AWS SAM Developer Guide, "AWS::Serverless::SimpleTable": its key is `id` unless it says otherwise."""
    table = only_table({"Resources": {"T": {"Type": "AWS::Serverless::SimpleTable"}}})
    assert table.definition == {
        "TableName": "T",
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "BillingMode": "PAY_PER_REQUEST",
    }
    keyed = {"PrimaryKey": {"Name": "n", "Type": "Number"}, "Tags": {"a": "b"}}
    table = only_table({"Resources": {"T": {"Type": "AWS::Serverless::SimpleTable", "Properties": keyed}}})
    assert table.definition["AttributeDefinitions"] == [{"AttributeName": "n", "AttributeType": "N"}]
    assert table.tags == {"a": "b"}


def test_of_a_global_table_this_regions_replica_is_made() -> None:
    """What is settled for each replica is that one's, and the others are named."""
    text = with_table(
        """
      BillingMode: PROVISIONED
      WriteProvisionedThroughputSettings: {WriteCapacityAutoScalingSettings: {MinCapacity: 4, MaxCapacity: 9}}
      Replicas:
      - Region: us-east-1
        PointInTimeRecoverySpecification: {PointInTimeRecoveryEnabled: true}
        ReadProvisionedThroughputSettings: {ReadCapacityUnits: 3}
      - Region: eu-west-1
        DeletionProtectionEnabled: true
        Tags: [{Key: here, Value: eu}]
"""
    ).replace("      BillingMode: PAY_PER_REQUEST\n", "")
    text = text.replace("AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable")
    first, second = read(text), read(text, region="eu-west-1")
    assert first.tables[0].definition["ProvisionedThroughput"] == {"ReadCapacityUnits": 3, "WriteCapacityUnits": 4}
    assert (first.tables[0].recovery_days, second.tables[0].recovery_days) == (35, 0)
    assert (first.tables[0].tags, second.tables[0].tags) == (None, {"here": "eu"})
    assert [each.part for each in first.unsupported] == ["Orders.Replicas", "Orders.WriteCapacityAutoScalingSettings"]


def test_a_global_table_of_the_cdk_is_all_there() -> None:
    """As its TableV2 writes it: everything stands with the replica, and insights are said to be off."""
    text = with_table(
        """
      GlobalSecondaryIndexes:
      - {IndexName: by-pk, KeySchema: [{AttributeName: pk, KeyType: HASH}], Projection: {ProjectionType: ALL}}
      StreamSpecification: {StreamViewType: KEYS_ONLY}
      Replicas:
      - Region: !Ref AWS::Region
        ContributorInsightsSpecification: {Enabled: false}
        DeletionProtectionEnabled: true
        GlobalSecondaryIndexes:
        - {IndexName: by-pk, ContributorInsightsSpecification: {Enabled: false}}
        PointInTimeRecoverySpecification: {PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays: 3}
        ReplicaStreamSpecification: {ResourcePolicy: {PolicyDocument: {Id: stream}}}
        ResourcePolicy: {PolicyDocument: {Id: table}}
        TableClass: STANDARD_INFREQUENT_ACCESS
"""
    ).replace("AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable")
    table = only_table(text)
    assert (table.policy, table.stream_policy, table.recovery_days) == ({"Id": "table"}, {"Id": "stream"}, 3)
    assert table.definition["StreamSpecification"] == {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}
    assert (table.definition["TableClass"], table.definition["DeletionProtectionEnabled"]) == (
        "STANDARD_INFREQUENT_ACCESS",
        True,
    )
    enabled = read(text.replace("Enabled: false", "Enabled: true"))
    assert [str(each) for each in enabled.unsupported] == [
        "Orders.GlobalSecondaryIndexes.by-pk.ContributorInsightsSpecification: is not there in Slipring",
        "Orders.ContributorInsightsSpecification: is not there in Slipring",
    ]


def test_json_is_read_as_yaml_is() -> None:
    """What the CDK writes is JSON with long forms."""
    table = {
        "Type": "AWS::DynamoDB::Table",
        "Properties": {
            "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
            "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
            "BillingMode": "PAY_PER_REQUEST",
            "TableName": {"Fn::Join": ["-", ["orders", {"Ref": "AWS::Region"}]]},
        },
        "UpdateReplacePolicy": "Retain",
    }
    meta = {"CDKMetadata": {"Type": "AWS::CDK::Metadata", "Properties": {"Analytics": "v2"}}}
    assert only_table(json.dumps({"Resources": {"Orders8A": table, **meta}})).name == "orders-us-east-1"
