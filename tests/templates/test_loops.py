"""Fn::ForEach, and what else the transform AWS::LanguageExtensions knows, come to what CloudFormation makes of them."""

from __future__ import annotations

import pytest

from tests.templates.reading import KEY, read, refusal

HEAD = """
Transform: [AWS::LanguageExtensions, AWS::Serverless-2016-10-31]
Parameters:
  Names: {Type: CommaDelimitedList, Default: "users,audit.log"}
Conditions:
  Fn::ForEach::Kept: [Name, !Ref Names, {"Keep&{Name}": !Equals [!Ref Name, users]}]
Mappings:
  Wanted: {users: {when: Keepusers}}
Resources:
"""


def looped(identifier: str, collection: str, fragment: str) -> str:
    return f"{HEAD}  Fn::ForEach::Tables:\n  - {identifier}\n  - {collection}\n  - {fragment}\n"


def simple(name: str, more: str = "") -> str:
    return f"{{'{name}': {{Type: AWS::Serverless::SimpleTable{more}}}}}"


def names_of(template: str) -> list[str]:
    found = read(template)
    assert list(map(str, found.unsupported)) == []
    return [table.name for table in found.tables]


def test_a_loop_makes_a_table_for_each_value() -> None:
    """By Ref and by ${}; &{} is what of a value may stand in a logical id. AWS's own example is of this kind."""
    fragment = f"'Table&{{Name}}':\n     Type: AWS::DynamoDB::Table\n     Properties:{KEY}"
    fragment += "      TableName: !Ref Name\n"
    fragment += "      Tags: [{Key: of, Value: !Sub 'a-${Name}'}, {Key: as, Value: '${Name}'}]"
    tables = read(looped("Name", "!Ref Names", fragment)).tables
    assert [table.name for table in tables] == ["users", "audit.log"]
    assert [table.tags for table in tables] == [
        {"of": "a-users", "as": "users"},
        {"of": "a-audit.log", "as": "audit.log"},
    ]
    assert names_of(looped("Name", "!Ref Names", simple("Table&{Name}"))) == ["Tableusers", "Tableauditlog"]


def test_loops_stand_within_loops() -> None:
    inner = f"'Fn::ForEach::Inner': [Stage, [dev, prod], {simple('${Name}${Stage}')}]"
    assert names_of(looped("Name", "[a, b]", f"{{{inner}}}")) == ["adev", "aprod", "bdev", "bprod"]


def test_a_loop_may_make_properties() -> None:
    """And refer to what another made."""
    tags = "{'Fn::ForEach::Tags': [Tag, [team, cost], {'${Tag}': {'Fn::Sub': '${Tag}-${Made}'}}]}"
    template = looped("Name", "[a]", simple("Made", f", Properties: {{Tags: {tags}}}"))
    (table,) = read(template).tables
    assert table.tags == {"team": "team-Made", "cost": "cost-Made"}


@pytest.mark.parametrize(
    "condition",
    [
        "!Sub 'Keep&{Name}'",
        "{'Fn::FindInMap': [Wanted, !Ref Name, when, {DefaultValue: !Ref AWS::NoValue}]}",
    ],
)
def test_a_condition_may_be_worked_out(condition: str) -> None:
    """By a loop's value, which is how one of its rounds is left out. No condition at all is one that holds."""
    made = names_of(looped("Name", "!Ref Names", simple("T&{Name}", f", Condition: {condition}")))
    assert made == (["Tusers"] if "Sub" in condition else ["Tusers", "Tauditlog"])


def test_what_lists_and_objects_come_to_as_text() -> None:
    tags = "{count: {'Fn::Length': !Ref Names}, text: {'Fn::ToJsonString': {a: [!Ref AWS::Region, 1]}}}"
    tags = tags[:-1] + ", other: !Ref {'Fn::Sub': 'T${Name}'}}"
    (table,) = read(looped("Name", "[a]", simple("T${Name}", f", Properties: {{Tags: {tags}}}"))).tables
    assert table.tags == {"count": "2", "text": '{"a":["us-east-1",1]}', "other": "Ta"}


def test_a_loop_over_what_nobody_knows_is_named() -> None:
    """The rest is there."""
    found = read(looped("Name", "!Split [',', !ImportValue shared]", simple("T${Name}")) + "  More: {Type: X}\n")
    assert list(map(str, found.unsupported)) == ["Fn::ForEach::Tables: Fn::ImportValue is not supported"]


@pytest.mark.parametrize(
    ("template", "words"),
    [
        (looped("Name", "[a, b]", simple("T")), "Fn::ForEach::Tables: T is there already"),
        (looped("Name", "[a]", simple("T")) + "  T: {Type: X}\n", "T: T is there already"),
        (looped("Name", "a", simple("T${Name}")), "Fn::ForEach::Tables wants a list of texts to go through"),
        (looped("Name", "[a]", "text"), "Fn::ForEach::Tables wants an identifier, a collection and an object"),
        (
            looped("Name", "[a]", simple("T${Name}")).replace("AWS::LanguageExtensions, ", ""),
            "Fn::ForEach::Tables wants the transform AWS::LanguageExtensions",
        ),
    ],
)
def test_a_loop_that_cannot_be_is_refused(template: str, words: str) -> None:
    assert refusal(template) == words


def test_loops_that_would_fill_the_memory_are_cut_off() -> None:
    """Twenty values in each of six loops are 64 million tables, and a seventh is refused by CloudFormation too."""
    values = ", ".join(f"v{number}" for number in range(20))

    def nested(depth: int) -> str:
        if depth == 0:
            return simple("".join(f"${{I{number}}}" for number in range(1, 9)))
        return f"{{'Fn::ForEach::L{depth}': [I{depth}, [{values}], {nested(depth - 1)}]}}"

    assert "too large once its loops are written out" in refusal(looped("I6", f"[{values}]", nested(5)))
    assert "loops are nested too deeply" in refusal(looped("I7", "[v]", nested(6)))
    text = "${I}" * 2000
    template = looped("I", f"[{'x' * 5000}]", simple("T", f", Properties: {{Tags: {{a: '{text}'}}}}"))
    assert "too large once its loops are written out" in refusal(template)
