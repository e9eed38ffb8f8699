"""The SQL of a store whose tables have the bucket (`h`) as the first column of their primary key.

Names are those of `postgresql.statements`. What ends in `_in` is for rows of one bucket $1, which a server sends where
the bucket is as it stands; what ends in `_among` is for several, each row with its bucket, $1 being all these buckets.
"""

from __future__ import annotations

from slipring.storage.contract import GUARDS
from slipring.storage.postgresql.places import after
from slipring.storage.postgresql.statements import FULL_KEY, Statements, escaped, page

_WANTED = "unnest($2::int[], $3::bytea[]) AS wanted (h, k)"
_IN = "h = $1::int AND k = ANY($2::bytea[])"
_AMONG = "kv.h = ANY($1::int[]) AND kv.h = wanted.h AND kv.k = wanted.k"

SIZES = (64, 8, 1)
"""How many rows are put by one statement. Citus sends VALUES straight to where the rows belong. What is selected from
arrays it copies there, and then forgets the code of an error."""


class BucketStatements:
    """The texts, ready to be prepared."""

    def __init__(self, statements: Statements, holds: str | None) -> None:
        kv, counts, marks = statements.tables
        self._read(kv, counts)
        self._page(kv, counts)
        self._write(kv, counts, holds or "")
        self._mark(marks)
        sizes = [f"citus_total_relation_size('{escaped(table)}')" for table in (kv, counts)]
        self.size = f"SELECT {' + '.join(sizes)}"

    def _read(self, kv: str, counts: str) -> None:
        def reading(columns: str, more: str = "") -> tuple[str, str]:
            names = ", ".join(f"kv.{column}" for column in columns.split())
            return (
                f"SELECT {', '.join(columns.split())}{more} FROM {kv} WHERE {_IN}",
                f"SELECT {names}{more} FROM {kv} AS kv, {_WANTED} WHERE {_AMONG}",
            )

        self.lookup_in, self.lookup_among = reading("k v")
        self.see_in, self.see_among = reading("k v n")
        self.versions_in, self.versions_among = reading("k n")
        self.lookup_all_in, self.lookup_all_among = reading("k v n", ", NULL::bigint, NULL::bigint")
        sums = f"SELECT k, NULL::bytea, NULL::bigint, sum(a)::bigint, sum(b)::bigint FROM {counts} WHERE"
        self.sums = f"{sums} k = ANY($1::bytea[]) GROUP BY k"
        """Of counters wherever they are."""
        self.sums_among = f"{sums} h = ANY($1::int[]) AND k = ANY($2::bytea[]) GROUP BY k"

    def _page(self, kv: str, counts: str) -> None:
        version = f"SELECT k, NULL::bytea, v FROM {kv} WHERE k = '' AND h"
        one_copy = f"(h = 0 OR (k <> '' AND (k < {_literal(GUARDS)} OR k >= {_literal(after(GUARDS))})))"
        self.page_in, self.page_in_reverse = (
            f"{page(kv, order, 2, 'h = $1::int AND ')} UNION ALL {version} = $1::int" for order in ("", " DESC")
        )
        self.page_among, self.page_among_reverse = (
            page(kv, order, 2, f"h = ANY($1::int[]) AND {one_copy} AND ") for order in ("", " DESC")
        )
        """$2 <= place < $3, at most $4 rows, up to the one that brings the bytes to $5. Of one bucket the version comes
        along."""
        self.version = f"{version} = 0"
        self.rows_by_keys, self.rows_by_keys_reverse = (
            f"SELECT {FULL_KEY} AS key, v, NULL::bigint, NULL::bigint FROM {kv}"
            f" WHERE h = ANY($1::int[]) AND k >= $2 AND k < $3 AND v IS NOT NULL AND {one_copy}"
            f" AND {FULL_KEY} >= $4 AND {FULL_KEY} < $5 ORDER BY key{order} LIMIT $6"
            for order in ("", " DESC")
        )
        """Those of the buckets $1 whose places are from $2 to before $3, and their keys from $4 to before $5."""
        self.sums_by_keys, self.sums_by_keys_reverse = (
            f"SELECT {FULL_KEY} AS key, NULL::bytea, sum(a)::bigint, sum(b)::bigint FROM {counts}"
            f" WHERE k >= $1 AND k < $2 AND {FULL_KEY} >= $3 AND {FULL_KEY} < $4 GROUP BY 1 ORDER BY 1{order} LIMIT $5"
            for order in ("", " DESC")
        )

    def _write(self, kv: str, counts: str, holds: str) -> None:
        self.hold = f"SELECT n FROM {kv} WHERE h = $1::int AND k = $2 {holds}"
        self.hold_all = f"SELECT k, n FROM {kv} WHERE {_IN} {holds}"
        self.grasp_in = f"UPDATE {kv} SET n = n WHERE {_IN} RETURNING k, n"
        self.grasp_among = f"UPDATE {kv} AS kv SET n = kv.n FROM {_WANTED} WHERE {_AMONG} RETURNING kv.k, kv.n"
        self.erase_in = f"DELETE FROM {kv} WHERE {_IN}"
        self.erase_among = f"DELETE FROM {kv} AS kv USING {_WANTED} WHERE {_AMONG}"
        self.forget_absent_in = f"DELETE FROM {kv} WHERE {_IN} AND n = $3 AND v IS NULL"
        self.forget_absent_among = f"DELETE FROM {kv} AS kv USING {_WANTED} WHERE {_AMONG} AND n = $4 AND v IS NULL"
        replacing = " ON CONFLICT (h, k) DO UPDATE SET v = excluded.v, n = excluded.n"
        counting = " ON CONFLICT (h, k, slot) DO UPDATE SET a = counts.a + excluded.a, b = counts.b + excluded.b"
        into, columns = f"INSERT INTO {kv} (h, k, rest, v, n)", 5
        self.insert = {size: f"{into} {_values(size, columns)}" for size in SIZES}
        self.replace = {size: f"{into} {_values(size, columns)}{replacing}" for size in SIZES}
        into, columns = f"INSERT INTO {counts} AS counts (h, k, rest, slot, a, b)", 6
        self.count = {size: f"{into} {_values(size, columns)}{counting}" for size in SIZES}
        """By the number of rows."""

    def _mark(self, marks: str) -> None:
        self.mark = f"INSERT INTO {marks} (h, p, n) VALUES ($1, $2, $3) ON CONFLICT (h, p) DO NOTHING"
        self.raise_mark = f"UPDATE {marks} SET n = $2, at = now() WHERE h = $1::int AND p = $3 AND n = $4 RETURNING n"
        self.last_commit = f"SELECT n FROM {marks} WHERE h = $1::int AND p = $2 FOR UPDATE"
        self.fence = f"UPDATE {marks} SET n = $3 WHERE h = $1::int AND p = $2"
        self.unmark = f"DELETE FROM {marks} WHERE h = $1::int AND p = $2"


def _values(rows: int, columns: int) -> str:
    """Parameters for so many rows, one row after the other."""
    numbers = [[f"${row * columns + column + 1}" for column in range(columns)] for row in range(rows)]
    return "VALUES " + ", ".join([f"({', '.join(row)})" for row in numbers])


def _literal(value: bytes) -> str:
    return f"'\\x{value.hex()}'::bytea"
