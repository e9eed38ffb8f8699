"""The documentation names every setting, command and metric, and tells of each what the code does.

Its tables are made from the code. `python -m tests.test_docs` writes them anew."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest

from slipring.admin.metrics import METRICS
from slipring.cli.commands import slipring
from slipring.cli.dynamodb_local import HELP as DYNAMODB_LOCAL_HELP
from slipring.faults.parsing import MEMBERS
from slipring.settings import SETTINGS
from slipring.testing import plugin, pytest_dynamodb
from slipring.testing.marks import PREPARATIONS
from slipring.testing.namespace import Namespace

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"

Rows = Iterator[tuple[str, ...]]


def commands() -> Rows:
    yield "command", "what it does"
    for name, command in sorted(slipring.commands.items()):
        yield f"`slipring {name}`", command.get_short_help_str(limit=200)


def settings() -> Rows:
    yield "flag", "environment", "file", "default", "meaning"
    for setting in SETTINGS.values():
        default = "" if setting.default in (None, ()) else f"`{setting.default}`"
        flag = f"{setting.flag} {setting.metavar}".strip()
        yield f"`{flag}`", f"`{setting.variable}`", f"`{setting.name}`", default, setting.help


def metrics() -> Rows:
    yield "metric", "type", "labels", "meaning"
    for metric in METRICS.values():
        yield f"`{metric.name}`", metric.kind, ", ".join(f"`{label}`" for label in metric.labels), metric.help


TABLES: list[tuple[str, str, Callable[[], Rows]]] = [
    ("settings.md", "## Commands", commands),
    ("settings.md", "## Settings", settings),
    ("metrics.md", "## Metrics", metrics),
]
"""The page, the section whose first table it is, and the rows."""


def markdown(rows: Rows) -> list[str]:
    head, *others = [["", *(cell.replace("|", r"\|") for cell in row), ""] for row in rows]
    rule = "|".join(["", *["---"] * (len(head) - 2), ""])
    return [" | ".join(head).strip(), rule, *[" | ".join(row).strip() for row in others]]


def table_of(page: str, section: str) -> list[str]:
    lines = page.partition(f"\n{section}\n")[2].lstrip("\n").splitlines()
    ends = next((number for number, line in enumerate(lines) if not line.startswith("|")), len(lines))
    return lines[:ends]


@pytest.mark.parametrize(("page", "section", "rows"), TABLES, ids=lambda value: getattr(value, "__name__", value))
def test_a_table_of_the_documentation_is_what_the_code_says(page: str, section: str, rows: Callable[[], Rows]) -> None:
    """Whoever adds a setting, a command or a metric, or changes a default, changes the page with it."""
    assert table_of((DOCS / page).read_text(), section) == markdown(rows())


CLOUDWATCH = [
    "AccountMaxReads",
    "AccountMaxTableLevelReads",
    "AccountMaxTableLevelWrites",
    "AccountMaxWrites",
    "AccountProvisionedReadCapacityUtilization",
    "AccountProvisionedWriteCapacityUtilization",
    "AgeOfOldestUnreplicatedRecord",
    "ConditionalCheckFailedRequests",
    "ConsumedChangeDataCaptureUnits",
    "ConsumedReadCapacityUnits",
    "ConsumedWriteCapacityUnits",
    "FailedToReplicateRecordCount",
    "MaxProvisionedTableReadCapacityUtilization",
    "MaxProvisionedTableWriteCapacityUtilization",
    "OnDemandMaxReadRequestUnits",
    "OnDemandMaxWriteRequestUnits",
    "OnlineIndexConsumedWriteCapacity",
    "OnlineIndexPercentageProgress",
    "OnlineIndexThrottleEvents",
    "PendingReplicationCount",
    "ProvisionedReadCapacityUnits",
    "ProvisionedWriteCapacityUnits",
    "ReadAccountLimitThrottleEvents",
    "ReadKeyRangeThroughputThrottleEvents",
    "ReadMaxOnDemandThroughputThrottleEvents",
    "ReadProvisionedThroughputThrottleEvents",
    "ReadThrottleEvents",
    "ReplicationLatency",
    "ReturnedBytes",
    "ReturnedItemCount",
    "ReturnedRecordsCount",
    "SuccessfulRequestLatency",
    "SystemErrors",
    "ThrottledPutRecordCount",
    "ThrottledRequests",
    "TimeToLiveDeletedItemCount",
    "TransactionConflict",
    "UserErrors",
    "WriteAccountLimitThrottleEvents",
    "WriteKeyRangeThroughputThrottleEvents",
    "WriteMaxOnDemandThroughputThrottleEvents",
    "WriteProvisionedThroughputThrottleEvents",
    "WriteThrottleEvents",
]
"""Developer Guide, "DynamoDB metrics and dimensions"."""


COMMAND = re.compile(r"(?:^    |\$ |\$\()slipring ([a-z-]+)|`slipring ([a-z-]+)(?:`| -)", re.MULTILINE)
"""In a block of code, or alone in a line."""


DEFAULT_VIEWS = "slipring_views"
"""Where `slipring sql views` puts them."""


def test_every_metric_of_cloudwatch_is_mapped_or_said_to_be_missing() -> None:
    """Who comes from the service looks for what the dashboards there show."""
    section = (DOCS / "metrics.md").read_text().partition("\n## For those who know CloudWatch\n")[2]
    cells = [line.split("|")[1] for line in section.splitlines() if line.startswith("|")]
    assert sorted(re.findall(r"\b[A-Z]\w+", " ".join(cells[2:]))) == CLOUDWATCH


@pytest.mark.parametrize("page", [*sorted(DOCS.rglob("*.md")), ROOT / "README.md"], ids=lambda page: page.name)
def test_no_page_names_what_there_is_not(page: Path) -> None:
    """A metric, variable or command that was renamed lives on in examples, unless a test looks."""
    text = page.read_text()
    for name in set(re.findall(r"\bslipring_[a-z_]+", text)) - {DEFAULT_VIEWS}:
        assert name in METRICS or re.sub("_(bucket|sum|count)$", "", name) in METRICS, name
    variables = {setting.variable for setting in SETTINGS.values()} | {
        "SLIPRING_CONFIG",
        "SLIPRING_TEST_STORE",
        "SLIPRING_TEST_POSTGRES",
    }
    assert set(re.findall(r"\bSLIPRING_[A-Z_]+", text)) <= variables
    assert {first or second for first, second in COMMAND.findall(text)} <= slipring.commands.keys()


def first_cells(page: str) -> set[str]:
    """What stands in code in the first cells of a page's tables."""
    rows = [line.split("|")[1] for line in (DOCS / page).read_text().splitlines() if line.startswith("|")]
    return set(re.findall(r"`(\w+)", " ".join(rows)))


def test_every_member_of_a_fault_rule_is_told() -> None:
    """With `message`, which stands beside `error`, no rule can say anything that its page does not explain."""
    assert set(MEMBERS) - first_cells("faults.md") == {"message"}


def test_every_fixture_is_told() -> None:
    """And everything that a namespace, the marker and a server in process have."""
    defined = {**vars(plugin), **vars(pytest_dynamodb)}
    fixtures = {name for name, value in defined.items() if type(value).__name__ == "FixtureFunctionDefinition"}
    members = {name for name in dir(Namespace) if not name.startswith("_")} - {"close", "endpoint"}
    assert fixtures | members | set(PREPARATIONS) <= first_cells("pytest.md")
    assert {"ddb", "ddb_server", "ddb_session"} <= fixtures
    assert f"\n[pytest]\n{plugin.AUTOUSE} = true\n" in (DOCS / "pytest.md").read_text()


COMMANDS = DOCS / "commands.md"
_COMMANDS_HEAD = """# Commands

What each command says of itself when it is asked with `--help`. `slipring serve` takes the settings of
[settings.md](settings.md).
"""
_HELP_WIDTH = 100


def commands_page() -> str:
    """The help of every command but `serve`, which has a page of settings for it."""
    return _COMMANDS_HEAD + "".join(
        f"\n## {path}\n\n```text\n{help_text}\n```\n" for path, help_text in helps(slipring, "slipring")
    )


def helps(command: click.Command, path: str, parent: click.Context | None = None) -> Iterator[tuple[str, str]]:
    context = click.Context(command, parent, path.split()[-1], **command.context_settings)
    context.terminal_width = _HELP_WIDTH
    if path == "slipring dynamodb-local":
        yield path, DYNAMODB_LOCAL_HELP
    elif path != "slipring serve":
        yield path, command.get_help(context)
    for name, inner in sorted(getattr(command, "commands", {}).items()):
        yield from helps(inner, f"{path} {name}", context)


def test_the_page_of_commands_is_what_they_say() -> None:
    """So every command and every flag of it is documented. `python -m tests.test_docs` writes the page anew."""
    assert COMMANDS.read_text() == commands_page()


def test_the_readme_leads_to_every_page() -> None:
    """A page that nobody finds might as well not be there."""
    readme = (ROOT / "README.md").read_text()
    assert [page.name for page in DOCS.glob("*.md") if f"(docs/{page.name})" not in readme] == []


def rewrite() -> None:
    for page, section, rows in TABLES:
        path = DOCS / page
        text = path.read_text()
        path.write_text(text.replace("\n".join(table_of(text, section)), "\n".join(markdown(rows())), 1))
    COMMANDS.write_text(commands_page())


if __name__ == "__main__":
    rewrite()
