"""`slipring` with an archive that cuts its segments so short, and compacts so early, that a test meets it; and which
does not wait long for a dead process.

    python -m tests.crash.hasty serve ...
"""

from __future__ import annotations

from slipring.cli import main
from slipring.engine.archive import archiver, bases, segments

bases.COMPACTED_BYTES_MIN = 20_000
bases.SEGMENTS_PER_ROUND = 1
segments.BYTES_MAX = 20_000
archiver._ROUNDS_PER_TIDYING = 2
archiver._LEASE_SECONDS = 1.0

if __name__ == "__main__":
    main()
