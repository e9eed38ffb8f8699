"""The B-tree under the journal: keys of any length in one order."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st

from slipring.storage.contract import KEY_BYTES_MAX
from slipring.storage.file import long_keys
from slipring.storage.file.base import Base
from slipring.storage.file.long_keys import DIRECT_BYTES

# Lengths around which keys are stored differently: one level of nodes begins after each DIRECT_BYTES - 8 further bytes.
LENGTHS = [1, 2, DIRECT_BYTES - 1, DIRECT_BYTES, DIRECT_BYTES + 1, 2 * DIRECT_BYTES - 8, 2 * DIRECT_BYTES - 7, 3000]
FILLINGS = [b"\x00", b"a", b"\xff"]


STEMS = [filling * length for filling in FILLINGS for length in LENGTHS]
KEYS = st.sampled_from([stem + end for stem in STEMS for end in (b"", b"\x00", b"\x00\x00", b"a", b"b", b"\xff")])
"""Keys that share long stems and differ late, early, or in length alone."""

WRITES = st.lists(st.dictionaries(KEYS, st.binary(max_size=3) | st.none(), max_size=12), min_size=1, max_size=4)


@contextmanager
def opened() -> Iterator[Base]:
    with tempfile.TemporaryDirectory() as directory:
        base = Base(Path(directory) / "base.mdb")
        try:
            yield base
        finally:
            base.close()


def write(base: Base, puts: dict[bytes, bytes | None]) -> None:
    with base.begin() as txn:
        for key, value in puts.items():
            if value is None:
                long_keys.delete(txn, base.databases, key)
            else:
                long_keys.put(txn, base.databases, key, value)


@settings(max_examples=60, deadline=None)
@given(writes=WRITES, bounds=st.tuples(KEYS, KEYS), count=st.integers(1, 9), reverse=st.booleans())
@example(writes=[{b"a" * 481: b"", b"a" * 480: b""}], bounds=(b"a" * 481, b"b"), count=9, reverse=False)
@example(writes=[{b"a": b""}], bounds=(b"", b"a" * 500), count=9, reverse=True)
def test_keys_of_any_length_keep_one_order(
    writes: list[dict[bytes, bytes | None]], bounds: tuple[bytes, bytes], count: int, reverse: bool
) -> None:
    """Gets, and scans from any bound to any other, agree with a sorted dict."""
    model: dict[bytes, bytes] = {}
    with opened() as base:
        for puts in writes:
            write(base, puts)
            for key, value in puts.items():
                if value is None:
                    model.pop(key, None)
                else:
                    model[key] = value
        for key in [*model, *filter(None, bounds)]:
            assert base.get(key) == base.view().get(key) == model.get(key)
        start, stop = min(bounds), max(bounds)
        expected = sorted(((k, v) for k, v in model.items() if start <= k < stop), reverse=reverse)
        assert base.view().pairs(start, stop, count, reverse=reverse) == expected[:count]
        assert base.view().pairs(b"", b"\xff" * 9000, 1000, reverse=reverse) == sorted(model.items(), reverse=reverse)


def test_deleting_long_keys_leaves_nothing_behind() -> None:
    """Long keys that come and go, such as those of items that expire, do not make the file grow."""
    with opened() as base:
        long = [bytes([n]) * KEY_BYTES_MAX for n in range(5)]
        write(base, dict.fromkeys(long, b"v"))
        write(base, dict.fromkeys(long))
        txn = base.begin()
        try:
            assert [txn.stat(db)["entries"] for db in (base.databases.entries, base.databases.tails)] == [0, 0]
        finally:
            txn.abort()


def test_a_view_stays_while_the_base_moves_on() -> None:
    with opened() as base:
        write(base, {b"k": b"1"})
        view = base.view()
        write(base, {b"k": b"2"})
        assert (view.get(b"k"), base.view().get(b"k")) == (b"1", b"2")
        assert base.view().checkpoint() > view.checkpoint()
        view.close()
