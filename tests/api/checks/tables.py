"""All tables, and the errors that stand in none."""

from __future__ import annotations

from tests.api.checks import (
    backups,
    batches,
    definitions,
    insights,
    item_reads,
    item_writes,
    others,
    policies,
    statements,
)
from tests.api.checks.table import Operation

ALL: list[Operation] = sorted(
    [
        *item_writes.TABLES,
        *item_reads.TABLES,
        *batches.TABLES,
        *statements.TABLES,
        *definitions.TABLES,
        *backups.TABLES,
        *others.TABLES,
        *insights.TABLES,
        *policies.TABLES,
    ],
    key=lambda operation: operation.name,
)

OTHER_MODULES = {
    "edge": "tests/edge: said before any operation is asked, or beneath it",
    "sts": "tests/iam: said by the Security Token Service",
    "policies": "tests/iam: said of policies, and to callers whom one denies",
    "throttles": "tests/faults: said where a fault rule says so",
}
"""Whole modules of constructors that no request to an operation provokes while nobody's signature is verified, and
where their messages are tested."""

RARE = "api/test_rare_errors.py"
ELSEWHERE: dict[str, tuple[str, str]] = {
    "backups.backup_in_use": (RARE, "Backup is being used by another operation:"),
    "backups.table_is_being_copied": (RARE, "backed up or restored from: copied"),
    "backups.table_is_being_created": (RARE, "created: target"),
    "backups.table_is_being_restored": (RARE, "Table is being restored:"),
    "indexes.global_index_beyond_limit": ("api/tables/test_index_change_refusals.py", "exceeds per-table limit of 20"),
    "indexes.index_ids_used_up": ("api/tables/test_index_change_refusals.py", "ever created on a table exceeds 65534"),
    "items.item_collection_too_large": (RARE, "Collection size exceeded."),
    "items.token_reused_with_other_parameters": (RARE, "idempotent token that was already used."),
    "requests.operation_not_supported": (RARE, "is not supported by Slipring; see docs/differences.md"),
    "requests.table_keeps_changing": (RARE, "The table kept changing while the request was planned; try again"),
    "serialization.java_class": ("api/checks/values.py", "com.amazonaws.dynamodb.v20120810.AttributeValue"),
    "serialization.java_list": ("model/test_validation.py", "java.util.List<"),
    "serialization.java_map": ("model/test_validation.py", "java.util.Map<"),
    "streams.records_trimmed": (RARE, "The operation attempted to read past the oldest stream record in a shard."),
    "tables.too_many_tables": (RARE, "Subscriber limit exceeded: There is a limit of 2 tables per subscriber"),
    "tables.index_is_backfilling": ("api/tables/test_index_changes.py", "Cannot read from backfilling"),
    "tags.resource_not_found": ("api/tables/test_tags.py", "Requested resource not found: ResourceArn:"),
}
"""Constructors that no single request provokes, because they need trouble, time, another caller or an earlier request,
or are only parts of other messages; and the test under tests/ that has their words."""
