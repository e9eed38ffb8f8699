"""What is said of backups, continuous backups and restores.

The exceptions are the service's. Of its words only some were seen; those of the others are plausible."""

from __future__ import annotations

from slipring.model.errors.tree import (
    BackupInUseException,
    BackupNotFoundException,
    InvalidRestoreTimeException,
    PointInTimeRecoveryUnavailableException,
    ResourceInUseException,
    TableAlreadyExistsException,
    TableInUseException,
    TableNotFoundException,
    ValidationException,
)

_INVALID = "One or more parameter values were invalid: "


def table_not_found(name: str) -> TableNotFoundException:
    return TableNotFoundException(f"Table not found: {name}")


def table_exists(name: str) -> TableAlreadyExistsException:
    return TableAlreadyExistsException(f"Table already exists: {name}")


def backup_not_found(arn: str) -> BackupNotFoundException:
    return BackupNotFoundException(f"Backup not found: {arn}")


def backup_in_use(arn: str) -> BackupInUseException:
    """It is still being made, or a table is being restored from it."""
    return BackupInUseException(f"Backup is being used by another operation: {arn}")


def table_is_being_restored(name: str) -> TableInUseException:
    """A table that is not ACTIVE yet cannot be backed up."""
    return TableInUseException(f"Table is being restored: {name}")


def system_backup_kept(arn: str) -> ValidationException:
    """Developer Guide, "Delete a backup": only on-demand backups are deleted by request."""
    return ValidationException(f"{_INVALID}Backup is a system backup and cannot be deleted: {arn}")


def invalid_backup_arn() -> ValidationException:
    return ValidationException(f"{_INVALID}Invalid BackupArn")


def table_is_being_created(name: str) -> ResourceInUseException:
    return ResourceInUseException(f"Attempt to change a resource which is still in use: Table is being created: {name}")


def table_is_being_copied(name: str) -> ResourceInUseException:
    """Developer Guide, "Backing up": the source of a backup cannot be deleted while the backup is made."""
    return ResourceInUseException(
        f"Attempt to change a resource which is still in use: Table is being backed up or restored from: {name}"
    )


def recovery_unavailable(name: str) -> PointInTimeRecoveryUnavailableException:
    return PointInTimeRecoveryUnavailableException(f"Point in time recovery is not enabled for table '{name}'")


def invalid_restore_time(earliest: str, latest: str) -> InvalidRestoreTimeException:
    return InvalidRestoreTimeException(f"Invalid RestoreDateTime: it must be between {earliest} and {latest}")


def restore_time_missing() -> ValidationException:
    return ValidationException(
        f"{_INVALID}Exactly one of RestoreDateTime and UseLatestRestorableTime must be specified"
    )


def source_table_missing() -> ValidationException:
    return ValidationException(f"{_INVALID}Exactly one of SourceTableName and SourceTableArn must be specified")


def recovery_period_refused() -> ValidationException:
    return ValidationException(
        f"{_INVALID}RecoveryPeriodInDays must not be specified when PointInTimeRecoveryEnabled is false"
    )


def index_override_unknown(name: str) -> ValidationException:
    """API Reference, "RestoreTableFromBackup": the indexes provided should match existing ones."""
    return ValidationException(f"{_INVALID}Index override does not match any index of the source table: {name}")
