"""Most of the tour with the AWS CLI: a process for each call, those that do not depend on each other at once."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.sdks.tour import BATCH, INDEX, PROBE, TABLE

TYPED = {**PROBE, "binary": {"B": "raw"}, "binaries": {"BS": ["raw"]}}
PRINTED = {**PROBE, "binary": {"B": "cmF3"}, "binaries": {"BS": ["cmF3"]}}
"""This CLI takes the text of a binary for its content (version 2 takes it for base64), and prints base64."""

Answer = Any
"""What a call printed, or the code and message of its error."""

_ERROR = re.compile(r"An error occurred \((\w+)\) when calling the \w+ operation: (.*)")


class CommandLine:
    """The CLI, and a table to try it on."""

    def __init__(self, command: str, name: str) -> None:
        self._command = command
        self._table = ("--table-name", name)

    def on_table(self, operation: str, *flags: str, **parameters: Any) -> Answer:
        return self.call(operation, *self._table, *flags, **parameters)

    def call(self, operation: str, *flags: str, **parameters: Any) -> Answer:
        """`parameters` are passed as flags, as JSON unless they are text."""
        arguments = [self._command, "dynamodb", *operation.split(), *flags]
        for flag, value in parameters.items():
            text = value if isinstance(value, str) else json.dumps(value)
            arguments += ["--" + flag.replace("_", "-"), text]
        done = subprocess.run(arguments, capture_output=True, text=True, timeout=60)
        failed = _ERROR.search(done.stderr)
        if failed:
            return [failed[1], failed[2]]
        if done.returncode or done.stderr:
            raise AssertionError(f"{arguments}: {done.returncode} {done.stderr}")
        return json.loads(done.stdout) if done.stdout else None


def take_tour(command: str, name: str) -> dict[str, Any]:
    cli = CommandLine(command, name)
    with ThreadPoolExecutor() as pool:
        cli.on_table("create-table", **_as_flags(TABLE))
        described, _, written = _together(
            pool,
            lambda: cli.on_table("wait table-exists") or cli.on_table("describe-table"),
            lambda: cli.on_table("put-item", item=TYPED),
            lambda: cli.call("batch-write-item", request_items={name: [{"PutRequest": {"Item": i}} for i in BATCH]}),
        )
        got, refused, queried, canceled = _together(
            pool,
            lambda: cli.on_table("get-item", "--consistent-read", key=_PROBE_KEY),
            lambda: cli.on_table("put-item", item=_PROBE_KEY, condition_expression="attribute_not_exists(pk)"),
            lambda: _query(cli),
            lambda: cli.call("transact-write-items", transact_items=_failing_transaction(name)),
        )
        cli.on_table("delete-table")
    table = described["Table"]
    indexes = {index["IndexName"]: index["IndexStatus"] for index in table["GlobalSecondaryIndexes"]}
    return {
        "table": {"status": table["TableStatus"], "indexes": indexes},
        "item": got["Item"],
        "refused": refused,
        "unprocessed": written["UnprocessedItems"],
        "index_pages": queried,
        "canceled": canceled,
    }


def _together(pool: ThreadPoolExecutor, *calls: Any) -> list[Answer]:
    return [future.result() for future in [pool.submit(call) for call in calls]]


def _as_flags(parameters: dict[str, Any]) -> dict[str, Any]:
    """API names as the CLI spells them: KeySchema is --key-schema."""
    return {re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower(): value for name, value in parameters.items()}


def _query(cli: CommandLine) -> list[list[int]]:
    """The pages as the CLI's user turns them, with a token of the CLI's own."""
    pages: list[list[int]] = []
    more: dict[str, Any] = {}
    while True:
        page = cli.on_table(
            "query",
            index_name=INDEX,
            key_condition_expression="colour = :colour AND sk >= :least",
            expression_attribute_values={":colour": {"S": "red"}, ":least": {"N": "4"}},
            max_items="3",
            **more,
        )
        pages.append([int(item["sk"]["N"]) for item in page["Items"]])
        if "NextToken" not in page:
            return pages
        more = {"starting_token": page["NextToken"]}


def _failing_transaction(name: str) -> list[dict[str, Any]]:
    key = {"pk": BATCH[0]["pk"], "sk": BATCH[0]["sk"]}
    check = {"TableName": name, "Key": key, "ConditionExpression": "attribute_not_exists(pk)"}
    return [{"Put": {"TableName": name, "Item": {"pk": {"S": "third"}, "sk": {"N": "3"}}}}, {"ConditionCheck": check}]


_PROBE_KEY = {"pk": PROBE["pk"], "sk": PROBE["sk"]}

if __name__ == "__main__":
    print(json.dumps(take_tour(*sys.argv[1:])))
