"""All tables, and the errors that stand in none."""

from __future__ import annotations

from tests.api.checks import batches, definitions, item_reads, item_writes, others, statements
from tests.api.checks.table import Operation

ALL: list[Operation] = sorted(
    [
        *item_writes.TABLES,
        *item_reads.TABLES,
        *batches.TABLES,
        *statements.TABLES,
        *definitions.TABLES,
        *others.TABLES,
    ],
    key=lambda operation: operation.name,
)

OTHER_MODULES = {
    "edge": "tests/edge: said before any operation is asked, or beneath it",
    "policies": "tests/iam: said of policies, and to callers whom one denies",
}
"""Whole modules of constructors that no request to an operation provokes while nobody's signature is verified, and
where their messages are tested."""

ELSEWHERE: dict[str, str] = {
    "requests.operation_not_supported": "tests/test_operations_page.py: of operations that are not there",
    "requests.table_keeps_changing": "tests/engine/test_catalog_changes.py: needs a table that changes all the while",
    "items.item_collection_too_large": "tests/api/items/test_collections.py: needs ten gigabytes, or a lower limit",
    "items.token_reused_with_other_parameters": "tests/api/transactions/test_tokens.py: needs an earlier request",
    "indexes.global_index_beyond_limit": "tests/api/tables/test_index_change_refusals.py: needs twenty indexes",
    "indexes.index_ids_used_up": "tests/api/tables/test_index_change_refusals.py: needs 65,535 indexes",
    "tables.index_is_backfilling": "tests/engine/test_backfill.py: needs an index that is being filled",
    "tags.resource_not_found": "tests/api/tables/test_tags.py: needs a caller that has an account",
    "streams.records_trimmed": "tests/api/test_streams.py: needs a day to pass",
    "serialization.timestamp_expected": "tests/model: no operation that is there has a time in its input",
    "serialization.java_class": "a part of other messages' words",
    "serialization.java_list": "a part of other messages' words",
    "serialization.java_map": "a part of other messages' words",
    "validation.map_values": "tests/model: no map of an operation that is there has values with bounds",
}
"""Constructors that no single request to an operation provokes, and the test that has them."""
