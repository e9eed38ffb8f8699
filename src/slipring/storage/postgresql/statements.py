"""The SQL of the store, for one schema.

    kv      k: place, v: value (null: the key is absent, but somebody had to see that it stays so), n: the commit that
            wrote the row, rest: the rest of a long key
    counts  k: place, slot, a and b: the increments that were made in this slot, rest
    marks   p: a committer, n: its last commit

Everything is a single statement, so that each is one round trip and, without BEGIN and COMMIT, one transaction.
"""

from __future__ import annotations

from slipring.storage.postgresql.parts import land
from slipring.storage.postgresql.places import HEAD_BYTES


def quoted(name: str) -> str:
    """A name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


FULL_KEY = f"CASE WHEN rest IS NULL THEN k ELSE substr(k, 1, {HEAD_BYTES}) || rest END"


class Statements:
    """The texts, ready to be prepared."""

    def __init__(self, schema: str, holds: str | None = None) -> None:
        self.schema = quoted(schema)
        kv, counts, marks = (f"{self.schema}.{name}" for name in ("kv", "counts", "marks"))
        self.kv = kv
        version = f"SELECT k, NULL::bytea, v FROM {kv} WHERE k = ''"

        self.lookup = f"SELECT k, v FROM {kv} WHERE k = ANY($1::bytea[])"
        """$1 places. Rows: place, value."""

        sums = (
            f"SELECT k, NULL, NULL, sum(a)::bigint, sum(b)::bigint FROM {counts} WHERE k = ANY($2::bytea[]) GROUP BY k"
        )
        self.lookup_all = (
            f"SELECT k, v, n, NULL::bigint, NULL::bigint FROM {kv} WHERE k = ANY($1::bytea[]) UNION ALL {sums}"
        )
        """$1 places of values, $2 places of counters. Rows: place, value, commit, and of counters the sums."""
        self.take_view = f"SELECT v FROM {kv} WHERE k = ''"
        """The first statement of a view: tells the version, and where rows lie in buckets looks at all of them."""
        self.see = f"SELECT k, v, n FROM {kv} WHERE k = ANY($1::bytea[])"
        """The same of values alone."""

        self.page, self.page_reverse = (f"{page(kv, order)} UNION ALL {version}" for order in ("", " DESC"))
        """$1 <= place < $2, at most $3 rows, up to the one that brings the bytes to $4. Rows: place, rest, value; one
        more row tells the version."""

        self.page_by_keys, self.page_by_keys_reverse = (_page_by_keys(kv, counts, order) for order in ("", " DESC"))
        """The same for ranges with counters or long keys: $5 <= key < $6 besides. Rows: key, value, sums."""

        self.tables = kv, counts, marks
        self._landing: dict[tuple[str, ...], str] = {}

        self.hold = f"SELECT n FROM {kv} WHERE k = $1 {holds or ''}"
        """The commit of a row that nobody changes before this transaction ends."""
        self.hold_all = f"SELECT k, n FROM {kv} WHERE k = ANY($1::bytea[]) {holds or ''}"
        """The same of several rows, those that are there."""
        self.versions = f"SELECT k, n FROM {kv} WHERE k = ANY($1::bytea[])"
        self.grasp = f"UPDATE {kv} SET n = n WHERE k = ANY($1::bytea[]) RETURNING k, n"
        """The same as `versions`, of rows that nobody else changes from now on."""
        new = "unnest($2::bytea[], $3::bytea[], $4::bytea[]) AS new (k, rest, v)"
        self.insert = f"INSERT INTO {kv} (k, rest, v, n) SELECT k, rest, v, $1::bigint FROM {new}"
        """$1 the commit, $2 places, $3 rests, $4 values of keys that are absent."""
        self.replace = f"{self.insert} ON CONFLICT (k) DO UPDATE SET v = excluded.v, n = excluded.n"
        self.erase = f"DELETE FROM {kv} WHERE k = ANY($1::bytea[])"
        self.count = (
            f"INSERT INTO {counts} AS counts (k, rest, slot, a, b)"
            " SELECT * FROM unnest($1::bytea[], $2::bytea[], $3::smallint[], $4::bigint[], $5::bigint[])"
            " ON CONFLICT (k, slot) DO UPDATE SET a = counts.a + excluded.a, b = counts.b + excluded.b"
        )
        self.uncount = f"DELETE FROM {counts} WHERE k = ANY($1::bytea[])"

        self.mark = f"INSERT INTO {marks} (p, n) VALUES ($1, $2) ON CONFLICT (p) DO NOTHING"
        """Begin the commits of $1 after $2."""
        self.raise_mark = f"UPDATE {marks} SET n = $1, at = now() WHERE p = $2 AND n = $3 RETURNING n"
        """$1 is the commit of $2 that follows $3. No row if another one does."""
        self.last_commit = f"SELECT n FROM {marks} WHERE p = $1 FOR UPDATE"
        self.fence = f"UPDATE {marks} SET n = $2 WHERE p = $1"
        self.unmark = f"DELETE FROM {marks} WHERE p = $1"
        self.forget_marks = f"DELETE FROM {marks} WHERE at < now() - interval '30 days'"
        self.forget_absent = f"DELETE FROM {kv} WHERE k = ANY($1::bytea[]) AND n = $2 AND v IS NULL"
        self.size = f"SELECT pg_total_relation_size('{escaped(kv)}') + pg_total_relation_size('{escaped(counts)}')"

    def land(self, parts: tuple[str, ...]) -> str:
        """The statement that writes a group that needs these parts, see `parts`."""
        text = self._landing.get(parts)
        if text is None:
            text = self._landing[parts] = land(parts, *self.tables)
        return text


def escaped(text: str) -> str:
    """A text for between the quotes of a literal."""
    return text.replace("'", "''")


def page(kv: str, order: str, first: int = 1, where: str = "") -> str:
    """The rows of a page; `first` is the number of its first parameter, and `where` what else the rows must be like."""
    start, stop, rows, size = (f"${first + place}" for place in range(4))
    return f"""
        SELECT k, rest, v FROM (
          SELECT k, rest, v, sum(length(v)) OVER (ORDER BY k{order} ROWS UNBOUNDED PRECEDING) - length(v) AS before
          FROM (
            SELECT k, rest, v FROM {kv} WHERE {where}k >= {start} AND k < {stop} AND v IS NOT NULL
            ORDER BY k{order} LIMIT {rows}
          ) AS found
        ) AS measured WHERE before < {size}"""


def _page_by_keys(kv: str, counts: str, order: str) -> str:
    return f"""
        SELECT key, v, a, b FROM (
          SELECT key, v, a, b, sum(size) OVER (ORDER BY key{order} ROWS UNBOUNDED PRECEDING) - size AS before
          FROM (
            SELECT * FROM (
              SELECT {FULL_KEY} AS key, v, NULL::bigint AS a, NULL::bigint AS b, length(v) AS size
              FROM {kv} WHERE k >= $1 AND k < $2 AND v IS NOT NULL
              UNION ALL
              SELECT {FULL_KEY}, NULL, sum(a)::bigint, sum(b)::bigint, 16
              FROM {counts} WHERE k >= $1 AND k < $2 GROUP BY k, rest
            ) AS everything WHERE key >= $5 AND key < $6 ORDER BY key{order} LIMIT $3
          ) AS found
        ) AS measured WHERE before < $4
        UNION ALL SELECT k, v, NULL, NULL FROM {kv} WHERE k = ''"""
