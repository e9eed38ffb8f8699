"""Select: what of each item a Query or Scan tells, and which combinations are refused.

API Reference, "Query" and "Scan", Select; the messages are the service's own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.api.reads.paging import Item, equals
from tests.conftest import Client, error_of, n, s, unique

KEYS = {"pk", "sk", "group", "rank"}
ALL = KEYS | {"kept", "left"}


@pytest.fixture(scope="module")
def item(ddb: Client, indexed_table: str) -> Item:
    """The only item of its partition and group."""
    name = unique()
    item: Item = {"pk": s(name), "sk": s("a"), "group": s(name), "rank": n(1), "kept": s("k"), "left": s("l")}
    ddb.put_item(TableName=indexed_table, Item=item)
    return item


@pytest.fixture(params=["query", "scan"])
def read(request: pytest.FixtureRequest, ddb: Client, indexed_table: str, item: Item) -> Callable[..., dict[str, Any]]:
    """Reads the item by Query and by Scan: `read(index, **parameters)`."""

    def read(index: str | None = None, **parameters: Any) -> dict[str, Any]:
        where = {"TableName": indexed_table, **({} if index is None else {"IndexName": index})}
        if request.param == "query":
            hash_name = "group" if index is not None and index.startswith("global") else "pk"
            key_condition = equals(hash_name, item[hash_name])
            key_condition["ExpressionAttributeNames"] |= parameters.pop("ExpressionAttributeNames", {})
            answer: dict[str, Any] = ddb.query(**where, **key_condition, **parameters)
        else:
            answer = ddb.scan(**where, **parameters)
        return answer

    return read


Read = Callable[..., dict[str, Any]]


def told(answer: dict[str, Any], item: Item) -> set[str]:
    """The attributes that the answer tells of the item."""
    (found,) = [there for there in answer["Items"] if there.get("pk", item["pk"]) == item["pk"]]
    assert found == {name: item[name] for name in found}
    return set(found)


@pytest.mark.parametrize(
    ("index", "select", "expected"),
    [
        (None, None, ALL),
        (None, "ALL_ATTRIBUTES", ALL),
        ("local-all", None, ALL),
        ("local-all", "ALL_ATTRIBUTES", ALL),
        ("local-all", "ALL_PROJECTED_ATTRIBUTES", ALL),
        ("global-all", None, ALL),
        ("global-all", "ALL_ATTRIBUTES", ALL),
        ("global-all", "ALL_PROJECTED_ATTRIBUTES", ALL),
        ("local-keys", None, KEYS - {"group"}),
        ("local-keys", "ALL_PROJECTED_ATTRIBUTES", KEYS - {"group"}),
        ("local-keys", "ALL_ATTRIBUTES", ALL),
        ("local-some", None, (KEYS | {"kept"}) - {"group"}),
        ("local-some", "ALL_ATTRIBUTES", ALL),
        ("global-keys", None, KEYS),
        ("global-keys", "ALL_PROJECTED_ATTRIBUTES", KEYS),
        ("global-some", None, KEYS | {"kept"}),
        ("global-some", "ALL_PROJECTED_ATTRIBUTES", KEYS | {"kept"}),
    ],
)
def test_what_is_told(read: Read, item: Item, index: str | None, select: str | None, expected: set[str]) -> None:
    """Without Select, a table tells everything and an index what it projects; a local index fetches the rest."""
    assert told(read(index, **({} if select is None else {"Select": select})), item) == expected


@pytest.mark.parametrize("index", [None, "local-keys", "global-keys"])
def test_count_tells_no_items(read: Read, index: str | None) -> None:
    answer = read(index, Select="COUNT")
    assert "Items" not in answer
    assert answer["Count"] == answer["ScannedCount"] >= 1


@pytest.mark.parametrize("index", [None, "local-keys", "global-all"])
@pytest.mark.parametrize("select", [{}, {"Select": "SPECIFIC_ATTRIBUTES"}])
def test_a_projection_tells_what_it_names(read: Read, item: Item, index: str | None, select: dict[str, str]) -> None:
    """SPECIFIC_ATTRIBUTES beside a projection changes nothing; a local index reads from the table what it lacks."""
    projection = {"ProjectionExpression": "#left, pk, absent", "ExpressionAttributeNames": {"#left": "left"}}
    assert told(read(index, **projection, **select), item) == {"left", "pk"}


@pytest.mark.parametrize("select", ["ALL_ATTRIBUTES", "ALL_PROJECTED_ATTRIBUTES", "COUNT"])
@pytest.mark.parametrize(("parameter", "value"), [("ProjectionExpression", "pk"), ("AttributesToGet", ["pk"])])
def test_a_projection_excludes_other_selects(
    ddb: Client, indexed_table: str, parameter: str, value: Any, select: str
) -> None:
    request = {"TableName": indexed_table, "IndexName": "global-all", "Select": select, parameter: value}
    what = "only the Count" if select == "COUNT" else select
    expected = ("ValidationException", f"Cannot specify the {parameter} when choosing to get {what}")
    assert error_of(ddb.scan, **request) == expected
    if parameter == "ProjectionExpression":
        assert error_of(ddb.query, **request, **equals("group", s("x"))) == expected


@pytest.mark.parametrize("operation", ["query", "scan"])
def test_specific_attributes_must_be_named(ddb: Client, indexed_table: str, operation: str) -> None:
    condition = equals("pk", s("x")) if operation == "query" else {}
    code, message = error_of(
        getattr(ddb, operation), TableName=indexed_table, Select="SPECIFIC_ATTRIBUTES", **condition
    )
    assert code == "ValidationException"
    assert message == (
        "Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES"
    )


@pytest.mark.parametrize("operation", ["query", "scan"])
def test_only_an_index_has_projected_attributes(ddb: Client, indexed_table: str, operation: str) -> None:
    condition = equals("pk", s("x")) if operation == "query" else {}
    assert error_of(
        getattr(ddb, operation), TableName=indexed_table, Select="ALL_PROJECTED_ATTRIBUTES", **condition
    ) == ("ValidationException", "ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName")


@pytest.mark.parametrize("operation", ["query", "scan"])
@pytest.mark.parametrize("index", ["global-keys", "global-some"])
def test_a_global_index_cannot_tell_all(ddb: Client, indexed_table: str, operation: str, index: str) -> None:
    """A global index never reads from its table."""
    condition = equals("group", s("x")) if operation == "query" else {}
    assert error_of(
        getattr(ddb, operation), TableName=indexed_table, IndexName=index, Select="ALL_ATTRIBUTES", **condition
    ) == (
        "ValidationException",
        f"One or more parameter values were invalid: Select type ALL_ATTRIBUTES is not supported for global secondary "
        f"index {index} because its projection type is not ALL",
    )


@pytest.mark.parametrize("operation", ["query", "scan"])
@pytest.mark.parametrize(
    "wanted",
    [
        {"ProjectionExpression": "kept, #left", "ExpressionAttributeNames": {"#left": "left"}},
        {"ProjectionExpression": "#left.deep[0]", "ExpressionAttributeNames": {"#left": "left"}},
        {"FilterExpression": "attribute_exists(#left)", "ExpressionAttributeNames": {"#left": "left"}},
    ],
)
def test_a_global_index_refuses_what_it_does_not_project(
    ddb: Client, indexed_table: str, operation: str, wanted: dict[str, Any]
) -> None:
    """Silently missing attributes would look like absent ones."""
    condition = {}
    if operation == "query":
        condition = equals("group", s("x"))
        condition["ExpressionAttributeNames"] |= wanted["ExpressionAttributeNames"]
    assert error_of(
        getattr(ddb, operation), TableName=indexed_table, IndexName="global-some", **{**wanted, **condition}
    ) == (
        "ValidationException",
        "One or more parameter values were invalid: Global secondary index global-some does not project [left]",
    )


@pytest.mark.parametrize("operation", ["query", "scan"])
def test_select_is_one_of_four(ddb: Client, indexed_table: str, operation: str) -> None:
    condition = equals("pk", s("x")) if operation == "query" else {}
    assert error_of(getattr(ddb, operation), TableName=indexed_table, Select="ALL", **condition) == (
        "ValidationException",
        "1 validation error detected: Value 'ALL' at 'select' failed to satisfy constraint: Member must satisfy enum "
        "value set: [SPECIFIC_ATTRIBUTES, COUNT, ALL_ATTRIBUTES, ALL_PROJECTED_ATTRIBUTES]",
    )
