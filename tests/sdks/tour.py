"""The tour that every SDK takes, and what it must bring home.

Each `*_tour` program does the same things in its SDK's own manner and prints a JSON object: what it saw, by step,
attribute values in the wire's form, whatever the SDK made of them. The steps:

- `table`: create a table with an index, wait until it exists, describe it;
- `item`: put an item with every type, get it;
- `refused`, `refused_item`: put it again on the condition that it is not there;
- `updated`: update an item that is not there, with SET and ADD;
- `unprocessed`, `batch`: write twelve items in a batch; get two of them, and one that is not there;
- `pages`, `index_pages`: query the table backwards and the index forwards, page by page;
- `scanned`: scan the table page by page, with a filter;
- `canceled`, `reasons`: a transaction of which one condition fails;
- `transaction`: write three items in a transaction that succeeds, get them in one;
- `deleted`: delete the first item, asking for what it was;
- `gone`: delete the table, wait until it is gone, describe it;
- `retries`, `warnings`: how often the SDK tried again, and what it complained of.

The expected values follow from the API Reference of each operation; SDKs print and match the messages.
"""

from __future__ import annotations

from typing import Any

INDEX = "by-colour"

TABLE: dict[str, Any] = {
    "BillingMode": "PAY_PER_REQUEST",
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
    "AttributeDefinitions": [
        {"AttributeName": "pk", "AttributeType": "S"},
        {"AttributeName": "sk", "AttributeType": "N"},
        {"AttributeName": "colour", "AttributeType": "S"},
    ],
    "GlobalSecondaryIndexes": [
        {
            "IndexName": INDEX,
            "KeySchema": [{"AttributeName": "colour", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
            "Projection": {"ProjectionType": "ALL"},
        }
    ],
}

PROBE: dict[str, Any] = {
    "pk": {"S": "probe"},
    "sk": {"N": "1"},
    "colour": {"S": "red"},
    "unicode": {"S": "slip ring: Schleifring, 滑环, 🧲"},
    "empty": {"S": ""},
    "exact": {"N": "1234567890123456789012345678901234567.8"},
    "negative": {"N": "-0.001"},
    "binary": {"B": "AP+ACg=="},
    "words": {"SS": ["brush", "ring"]},
    "numbers": {"NS": ["-1", "2.5", "300"]},
    "binaries": {"BS": ["AA==", "//8="]},
    "list": {"L": [{"S": "a"}, {"N": "2"}, {"L": []}]},
    "map": {"M": {"inner": {"M": {}}, "yes": {"BOOL": True}}},
    "no": {"BOOL": False},
    "nothing": {"NULL": True},
}
"""An item with every type, and a number of 38 digits, which no client's floating point could hold."""

BATCH: list[dict[str, Any]] = [
    {"pk": {"S": "batch"}, "sk": {"N": str(number)}, "colour": {"S": "red" if number % 2 == 0 else "blue"}}
    for number in range(12)
]

_NOT_FOUND = "Requested resource not found: Table: {table} not found"

EXPECTED: dict[str, Any] = {
    "table": {"status": "ACTIVE", "indexes": {INDEX: "ACTIVE"}},
    "item": PROBE,
    "refused": ["ConditionalCheckFailedException", "The conditional request failed"],
    "refused_item": PROBE,
    "updated": {"count": {"N": "1"}, "words": {"SS": ["new"]}},
    "unprocessed": {},
    "batch": [BATCH[0], BATCH[1]],
    "pages": [[11, 10, 9, 8, 7], [6, 5, 4, 3, 2], [1, 0]],
    "index_pages": [[4, 6, 8], [10]],
    "scanned": {"items": [["batch", 0], ["batch", 2], ["probe", 1]], "scanned": 14},
    "canceled": [
        "TransactionCanceledException",
        "Transaction cancelled, please refer cancellation reasons for specific reasons [None, ConditionalCheckFailed]",
    ],
    "reasons": [
        {"Code": "None"},
        {"Code": "ConditionalCheckFailed", "Message": "The conditional request failed", "Item": BATCH[0]},
    ],
    "transaction": [{"pk": {"S": "third"}, "sk": {"N": "3"}}, {"count": {"N": "2"}}, None],
    "deleted": PROBE,
    "gone": ["ResourceNotFoundException", _NOT_FOUND],
    "retries": 0,
    "warnings": [],
}


def expected(table: str) -> dict[str, Any]:
    """What a tour over this table brings home."""
    home = in_order({**EXPECTED, "gone": [text.format(table=table) for text in EXPECTED["gone"]]})
    assert isinstance(home, dict)
    return home


def in_order(seen: Any) -> Any:
    """What was seen, the sets in it sorted: their order means nothing."""
    if isinstance(seen, dict):
        return {name: sorted(each) if name in ("SS", "NS", "BS") else in_order(each) for name, each in seen.items()}
    return [in_order(each) for each in seen] if isinstance(seen, list) else seen
