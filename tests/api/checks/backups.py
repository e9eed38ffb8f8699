"""Backups, point-in-time recovery and restores."""

from __future__ import annotations

from tests.api.checks.fixtures import ARN
from tests.api.checks.table import (
    ABSENT,
    INVALID,
    MODEL,
    OURS,
    OWN,
    REPORT,
    SEEN,
    Check,
    Operation,
    Request,
    Stage,
    broken,
    constraint,
    json_stage,
)
from tests.api.definitions import index

CONSTRAINTS = "The model's constraints, all broken ones together"
NO_BACKUP = f"{ARN}hash/backup/01700000000000-00000000"
SOURCE = Stage(
    "The table exists",
    [
        Check(
            "backups.table_not_found",
            {"TableName": "absent"},
            "Table not found: absent",
            SEEN,
            "TableNotFoundException",
        )
    ],
)
BACKUP = Stage(
    "The backup exists",
    [
        Check("backups.invalid_backup_arn", {"BackupArn": "x" * 40}, INVALID + "Invalid BackupArn", OURS),
        Check(
            "backups.backup_not_found",
            {"BackupArn": NO_BACKUP},
            f"Backup not found: {NO_BACKUP}",
            REPORT,
            "BackupNotFoundException",
        ),
    ],
)
BACKUP_ARN = Stage(
    CONSTRAINTS,
    [
        Check(
            "validation.at_least",
            {"BackupArn": "arn"},
            broken(constraint("arn", "backupArn", "Member must have length greater than or equal to 37")),
            MODEL,
        )
    ],
    apart="both say which backup",
)


def of_a_backup(name: str, backup: str, *more: Stage) -> Operation:
    body = Stage(json_stage().title, json_stage("BackupArn").checks[:2])
    there = Stage(BACKUP.title, BACKUP.checks, apart="both say which backup")
    return Operation(name, {"BackupArn": backup}, [body, BACKUP_ARN, there, *more])


def override(name: str) -> Request:
    """Of an index that the source does not have."""
    return {"GlobalSecondaryIndexOverride": [index(name, "pk")]}


OVERRIDES = Stage(
    "What the request puts in the source's place, as far as it tells itself",
    [
        Check(
            "tables.encryption_type_refused",
            {"SSESpecificationOverride": {"Enabled": True, "SSEType": "AES256"}},
            INVALID + "SSEType AES256 is not supported",
            REPORT,
        ),
        Check(
            "tables.member_not_supported",
            {"VectorIndexOverride": []},
            "VectorIndexOverride is not supported by Slipring; see docs/differences.md",
            OWN,
        ),
    ],
)
FITTING = Stage(
    "The overrides fit the source",
    [
        Check(
            "backups.index_override_unknown",
            override("absent"),
            INVALID + "Index override does not match any index of the source table: absent",
            OURS,
        ),
        Check(
            "throughput.capacity_required",
            {"BillingModeOverride": "PROVISIONED"},
            INVALID + "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED",
            SEEN,
        ),
    ],
)
TARGET = Stage(
    "The target's name is free",
    [
        Check(
            "backups.table_exists",
            {"TargetTableName": "hash"},
            "Table already exists: hash",
            SEEN,
            "TableAlreadyExistsException",
        )
    ],
)
TARGET_NAME = Check(
    "validation.at_least",
    {"TargetTableName": "ab"},
    broken(constraint("ab", "targetTableName", "Member must have length greater than or equal to 3")),
    MODEL,
)

TABLES = [
    Operation(
        "CreateBackup",
        {"TableName": "hash", "BackupName": "backup"},
        [
            json_stage("BackupName"),
            Stage(
                CONSTRAINTS,
                [
                    Check(
                        "validation.at_least",
                        {"BackupName": "ab"},
                        broken(constraint("ab", "backupName", "Member must have length greater than or equal to 3")),
                        MODEL,
                    )
                ],
                apart="both say what its name is",
            ),
            SOURCE,
        ],
    ),
    of_a_backup("DescribeBackup", "$BACKUP"),
    of_a_backup(
        "DeleteBackup",
        "$DOOMED",
        Stage(
            "It was made by a request",
            [
                Check(
                    "backups.system_backup_kept",
                    {"BackupArn": "$SYSTEM"},
                    INVALID + "Backup is a system backup and cannot be deleted: $SYSTEM",
                    OURS,
                )
            ],
            apart="both say which backup",
        ),
    ),
    Operation(
        "ListBackups",
        {},
        [
            json_stage(),
            Stage(
                CONSTRAINTS,
                [
                    Check(
                        "validation.at_least",
                        {"Limit": 0},
                        broken(constraint("0", "limit", "Member must have value greater than or equal to 1")),
                        MODEL,
                    ),
                    Check(
                        "serialization.timestamp_expected",
                        {"TimeRangeLowerBound": "yesterday"},
                        "STRING_VALUE can not be converted to milliseconds since epoch",
                        REPORT,
                        "SerializationException",
                    ),
                ],
            ),
            Stage(
                "ExclusiveStartBackupArn",
                [
                    Check(
                        "backups.invalid_backup_arn",
                        {"ExclusiveStartBackupArn": "x" * 40},
                        INVALID + "Invalid BackupArn",
                        OURS,
                    )
                ],
            ),
        ],
    ),
    Operation(
        "RestoreTableFromBackup",
        {"BackupArn": "$BACKUP", "TargetTableName": "restored"},
        [
            json_stage("TargetTableName"),
            Stage(CONSTRAINTS, [TARGET_NAME], apart="both say what the target's name is"),
            OVERRIDES,
            BACKUP,
            FITTING,
            TARGET,
        ],
    ),
    Operation(
        "RestoreTableToPointInTime",
        {"SourceTableName": "recovered", "TargetTableName": "restored", "UseLatestRestorableTime": True},
        [
            json_stage("TargetTableName"),
            Stage(CONSTRAINTS, [TARGET_NAME], apart="both say what the target's name is"),
            OVERRIDES,
            Stage(
                "One source",
                [
                    Check(
                        "backups.source_table_missing",
                        {"SourceTableName": ABSENT},
                        INVALID + "Exactly one of SourceTableName and SourceTableArn must be specified",
                        OURS,
                    )
                ],
            ),
            Stage(
                "The source exists and has point-in-time recovery",
                [
                    Check(
                        "backups.table_not_found",
                        {"SourceTableName": "absent"},
                        "Table not found: absent",
                        SEEN,
                        "TableNotFoundException",
                    ),
                    Check(
                        "backups.recovery_unavailable",
                        {"SourceTableName": "hash"},
                        "Point in time recovery is not enabled for table 'hash'",
                        REPORT,
                        "PointInTimeRecoveryUnavailableException",
                    ),
                ],
                apart="both say what the source is",
            ),
            Stage(
                "One time, which can be restored to",
                [
                    Check(
                        "backups.restore_time_missing",
                        {"UseLatestRestorableTime": False},
                        INVALID + "Exactly one of RestoreDateTime and UseLatestRestorableTime must be specified",
                        OURS,
                    ),
                    Check(
                        "backups.invalid_restore_time",
                        {"UseLatestRestorableTime": False, "RestoreDateTime": 1},
                        "Invalid RestoreDateTime: it must be between 2023-11-14T22:13:20.000+00:00 and "
                        "2023-11-14T22:29:20.000+00:00",
                        OURS,
                        "InvalidRestoreTimeException",
                    ),
                ],
            ),
            FITTING,
            TARGET,
        ],
    ),
    Operation(
        "DescribeContinuousBackups",
        {"TableName": "hash"},
        [
            json_stage(),
            Stage(SOURCE.title, SOURCE.checks, apart="both say which table"),
        ],
    ),
    Operation(
        "UpdateContinuousBackups",
        {"TableName": "recovered", "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True}},
        [
            json_stage(),
            Stage(
                CONSTRAINTS,
                [
                    Check(
                        "validation.at_most",
                        {"PointInTimeRecoverySpecification": {"RecoveryPeriodInDays": 36}},
                        broken(
                            constraint(
                                "36",
                                "pointInTimeRecoverySpecification.recoveryPeriodInDays",
                                "Member must have value less than or equal to 35",
                            )
                        ),
                        MODEL,
                    )
                ],
            ),
            SOURCE,
            Stage(
                "A period goes with recovery that is turned on",
                [
                    Check(
                        "backups.recovery_period_refused",
                        {
                            "PointInTimeRecoverySpecification": {
                                "PointInTimeRecoveryEnabled": False,
                                "RecoveryPeriodInDays": 5,
                            }
                        },
                        INVALID + "RecoveryPeriodInDays must not be specified when PointInTimeRecoveryEnabled is false",
                        OURS,
                    )
                ],
            ),
        ],
    ),
]
