"""docs/checks.md is the tables of checks, for those who use the server. `python -m tests.api.checks.test_page` writes
it anew."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tests.api.checks import tables
from tests.api.checks.table import GUIDE, MODEL, OURS, OWN, REPORT, SEEN, Check, Operation

PAGE = Path(__file__).parent.parent.parent.parent / "docs" / "checks.md"
_MESSAGE_CHARACTERS_MAX = 200
_HEAD = f"""# What is checked, in which order

One table per operation. What a request has wrong at an earlier number is told before what it has wrong at a later one;
within a number the mistakes exclude each other, or are met in the order of the request. The words are those that the
server answers with the default `--wording`; after each stands where they are known from:

- {SEEN}: told by the service itself, recorded by the public conformance suite for DynamoDB (its snapshot of early 2026
  or its files of October 2026), or quoted in reports that agree
- {REPORT}: quoted by clients in an issue or a question
- {MODEL}: follows from the service model's bounds and enums and the framework's form for them
- {GUIDE}: the Developer Guide
- {OWN}: of what is not there yet (docs/differences.md)
- {OURS}: the exception is the service's; its words are nowhere documented and were never seen by us

The page is made from the tables in `tests/api/checks`, which are sent to the server: each mistake alone, and each two
of an operation together.
"""


def page() -> str:
    return _HEAD + "".join(map(_section, tables.ALL))


def _section(operation: Operation) -> str:
    return "\n".join(["", f"## {operation.name}", "", *_lines(operation), ""])


def _lines(operation: Operation) -> Iterator[str]:
    for number, stage in enumerate(operation.stages, start=1):
        yield f"{number}. {stage.title}"
        yield from dict.fromkeys(map(_line, stage.checks))


def _line(check: Check) -> str:
    code = "" if check.code == "ValidationException" else f"{check.code}: "
    words = check.message or "(no message)"
    if len(words) > _MESSAGE_CHARACTERS_MAX:
        words = words[: _MESSAGE_CHARACTERS_MAX // 2] + " … " + words[-_MESSAGE_CHARACTERS_MAX // 2 :]
    return f"   - ``{code}{words}`` ({check.source})"


def test_the_page_is_what_the_tables_say() -> None:
    assert PAGE.read_text() == page()


if __name__ == "__main__":
    PAGE.write_text(page())
