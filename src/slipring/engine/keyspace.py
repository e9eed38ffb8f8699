"""Where everything lies in the store.

| key | value |
|---|---|
| `01 n` namespace 00 table name | the table's record (JSON) |
| `01 v` table id | the table's guard: changes whenever writers must look at the record again |
| `01 i` | the last table id given out |
| `02` table id, partition hash, partition key, sort key | an item (`engine.rows`) |
| `03` table id, index id, partition hash, index key, table key | an index entry, stored like an item |
| `03` table id, index id, time, rest of an item's key | when an item expires (`engine.expiry`) |
| `04` table id, index id (0: the table) | counters: items, bytes |
| `05` table id, partition hash, partition key | counters: 0, bytes of the item collection (tables with LSIs) |
| `06` account 00 client request token | a remembered TransactWriteItems |
| `07` name | a lease |
| `01 s` namespace 00 table name 00 stream label | a stream's record (`engine.streams`) |
| `0a s` | when the store was last scrubbed, and what was found (JSON) |
| `0a a` | when the archive last held everything, 0 before the first time (JSON); absent where nothing is archived |
| `0a e` table id | how far sealing a table's values with its newest data key has come (`engine.renewal`) |
| `0a m` | the checksums of the manifests that were last written to the archive (JSON) |
| `08` kind, table id, index id | work to be done in the background (`engine.background`) |
| `01 j` table id | a table's or former table's journal: its shards (`engine.shards`) |
| `01 b` namespace 00 table name 00 backup id | a backup's record (`engine.backups`) |
| `09 c` table id | counters: records of the journal, bytes |
| `09 h` table id, shard | the position and time of the shard's last record |
| `09 r` table id, position | a record of the journal (`engine.journal`); positions begin with the shard |
| `0b` table id | a table that has time to live (JSON) |
| `0d` name | a snapshot's record (`engine.snapshots`) |
| `00 k` | that the store is encrypted; with a table id, the table's data keys (`storage.encryption`) |
| `01 k` | changes whenever tables got new data keys |
| `01 a`, `10` | identities (`iam.keyspace`) |
| `0c` trigger 00 table id, shard | how far a trigger has come in a shard, and what has failed (`triggers.positions`) |

The partition hash leads within a table, so that Scan order is hash order and a parallel segment is a range. Ids are
never used again, so nothing of a dropped table or index can show in a new one of the same name.
"""

from __future__ import annotations

from struct import Struct

from slipring.model.keys import successor
from slipring.storage import contract
from slipring.storage.contract import COUNTERS, SEALED, WATCHED

_TABLE_ID = Struct(">I")
_TABLE_AND_INDEX_ID = Struct(">IH")

CATALOG = WATCHED
_TABLE_COUNTS, _COLLECTIONS, _JOURNAL_COUNTS = COUNTERS
TABLE_RECORDS = b"\x01n"
TABLE_GUARDS = contract.GUARDS
LAST_TABLE_ID = b"\x01i"
STREAM_RECORDS = b"\x01s"
JOURNAL_RECORDS = b"\x01j"
BACKUP_RECORDS = b"\x01b"
ITEMS, _ENTRIES, _JOURNAL = SEALED
TOKENS = contract.TOKENS
LEASES = b"\x07"
JOBS = b"\x08"
DROP_JOBS = b"\x08d"
BACKFILL_JOBS = b"\x08b"
EXPIRY_JOBS = b"\x08t"
EXPIRING_TABLES = b"\x0b"
SNAPSHOTS = b"\x0d"
BACKUP_JOBS = b"\x08p"
RESTORE_JOBS = b"\x08r"

TRIGGER_POSITIONS = b"\x0c"
SCRUBBED = b"\x0as"
ARCHIVED = b"\x0aa"
_RENEWALS = b"\x0ae"
ARCHIVE_MANIFESTS = b"\x0am"

TABLE_ITSELF = 0
"""The index id that stands for the table in counters and jobs."""


def loose_ranges() -> list[tuple[bytes, bytes]]:
    """The ranges of what neither is a table nor belongs to one: identities, and whatever else lies there. Positions of
    triggers belong to the streams that they are in, and the records of snapshots to the rows that they name."""
    of_tables = sorted([TABLE_RECORDS, TABLE_GUARDS, LAST_TABLE_ID, STREAM_RECORDS, JOURNAL_RECORDS, BACKUP_RECORDS])
    starts = [CATALOG, *[successor(prefix) for prefix in of_tables]]
    return [*zip(starts, [*of_tables, successor(CATALOG)], strict=True), (successor(SNAPSHOTS), b"\xff")]


def renewal(table_id: bytes) -> bytes:
    """`table_id` is as it stands in keys."""
    return _RENEWALS + table_id


def table_record(namespace: str, name: str) -> bytes:
    return TABLE_RECORDS + namespace.encode() + b"\x00" + name.encode()


def parse_table_record(key: bytes) -> tuple[str, str]:
    """The namespace and name of the table whose record lies at a key."""
    namespace, name = key[len(TABLE_RECORDS) :].decode().split("\x00")
    return namespace, name


def table_guard(table_id: int) -> bytes:
    return TABLE_GUARDS + _TABLE_ID.pack(table_id)


def items(table_id: int) -> bytes:
    """The prefix of a table's items."""
    return ITEMS + _TABLE_ID.pack(table_id)


ITS_JOURNAL = (1 << 16) - 1
"""The index id that stands for the table's journal in jobs."""

INDEX_ID_MAX = ITS_JOURNAL - 1
"""An index's id takes two bytes of its keys, and none is used twice."""


def index_entries(table_id: int, index_id: int) -> bytes:
    """The prefix of an index's entries."""
    return _ENTRIES + _TABLE_AND_INDEX_ID.pack(table_id, index_id)


def all_index_entries(table_id: int) -> bytes:
    """The prefix of the entries of all of a table's indexes."""
    return _ENTRIES + _TABLE_ID.pack(table_id)


def all_counts(table_id: int) -> bytes:
    """The prefix of the counters of a table and its indexes."""
    return _TABLE_COUNTS + _TABLE_ID.pack(table_id)


def counts(table_id: int, index_id: int) -> bytes:
    return _TABLE_COUNTS + _TABLE_AND_INDEX_ID.pack(table_id, index_id)


def collections(table_id: int) -> bytes:
    """The prefix of a table's item collection counters."""
    return _COLLECTIONS + _TABLE_ID.pack(table_id)


def stream(namespace: str, table_name: str, label: str) -> bytes:
    """A stream's record; with an empty label, the prefix of those of a table."""
    return b"\x00".join((STREAM_RECORDS + namespace.encode(), table_name.encode(), label.encode()))


def all_streams(namespace: str) -> bytes:
    """The prefix of the records of all of a namespace's streams."""
    return STREAM_RECORDS + namespace.encode() + b"\x00"


def parse_stream(key: bytes) -> tuple[str, str, str]:
    """The namespace, table name and label that a stream's key names."""
    namespace, name, label = key[len(STREAM_RECORDS) :].decode().split("\x00")
    return namespace, name, label


def backup(namespace: str, table_name: str, backup_id: str) -> bytes:
    """A backup's record; with an empty id, the prefix of those of a table."""
    return b"\x00".join((BACKUP_RECORDS + namespace.encode(), table_name.encode(), backup_id.encode()))


def all_backups(namespace: str) -> bytes:
    """The prefix of the records of all of a namespace's backups."""
    return BACKUP_RECORDS + namespace.encode() + b"\x00"


def journal_record(table_id: int) -> bytes:
    return JOURNAL_RECORDS + _TABLE_ID.pack(table_id)


def parse_journal_record(key: bytes) -> int:
    """The table id in the key."""
    table_id: int = _TABLE_ID.unpack(key[len(JOURNAL_RECORDS) :])[0]
    return table_id


def journal_counts(table_id: int) -> bytes:
    return _JOURNAL_COUNTS + _TABLE_ID.pack(table_id)


def journal_heads(table_id: int) -> bytes:
    """The prefix of the heads of a journal's shards."""
    return b"\x09h" + _TABLE_ID.pack(table_id)


def journal_head(table_id: int, shard: int) -> bytes:
    return journal_heads(table_id) + _TABLE_ID.pack(shard)


def journal(table_id: int) -> bytes:
    """The prefix of a table's journal; eight bytes of position follow."""
    return _JOURNAL + _TABLE_ID.pack(table_id)


def token(account: str, client_request_token: str) -> bytes:
    return TOKENS + account.encode() + b"\x00" + client_request_token.encode()


def tokens(namespace: str) -> bytes:
    """The prefix of the tokens of a namespace's accounts."""
    return TOKENS + f"{namespace}/".encode()


def snapshot(name: str) -> bytes:
    return SNAPSHOTS + name.encode()


def lease(name: str) -> bytes:
    return LEASES + name.encode()


def drop_job(table_id: int, index_id: int) -> bytes:
    return DROP_JOBS + _TABLE_AND_INDEX_ID.pack(table_id, index_id)


def backfill_job(table_id: int, index_id: int) -> bytes:
    return BACKFILL_JOBS + _TABLE_AND_INDEX_ID.pack(table_id, index_id)


def expiry_job(table_id: int, index_id: int) -> bytes:
    return EXPIRY_JOBS + _TABLE_AND_INDEX_ID.pack(table_id, index_id)


def expiring_table(table_id: int) -> bytes:
    return EXPIRING_TABLES + _TABLE_ID.pack(table_id)


def backup_job(items_id: int) -> bytes:
    return BACKUP_JOBS + _TABLE_AND_INDEX_ID.pack(items_id, TABLE_ITSELF)


def restore_job(table_id: int) -> bytes:
    return RESTORE_JOBS + _TABLE_AND_INDEX_ID.pack(table_id, TABLE_ITSELF)


def trigger_positions(trigger: str) -> bytes:
    """The prefix of a trigger's positions."""
    return TRIGGER_POSITIONS + trigger.encode() + b"\x00"


def trigger_position(trigger: str, table_id: int, shard: int) -> bytes:
    return trigger_positions(trigger) + _TABLE_ID.pack(table_id) + _TABLE_ID.pack(shard)


def parse_trigger_position(key: bytes) -> tuple[int, int]:
    """The table id and shard that a position's key names."""
    (table_id,), (shard,) = _TABLE_ID.unpack(key[-8:-4]), _TABLE_ID.unpack(key[-4:])
    return table_id, shard


def moved_trigger_position(key: bytes, table_id: int) -> bytes:
    """The key of the same trigger's position in the same shard under another table id."""
    return key[:-8] + _TABLE_ID.pack(table_id) + key[-4:]


def parse_job(key: bytes) -> tuple[int, int]:
    """The table id and index id that a job's key names."""
    table_id, index_id = _TABLE_AND_INDEX_ID.unpack(key[len(DROP_JOBS) :])
    return table_id, index_id
