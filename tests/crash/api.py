"""Calls to a server that may be killed at any moment."""

from __future__ import annotations

from http.client import HTTPConnection, HTTPException
from typing import Any

import orjson

from tests.edge.wire import SIGNED

Item = dict[str, Any]
Key = tuple[str, int]
"""The values of `pk` (S) and `sk` (N)."""

_TIMEOUT_S = 20
_DYNAMODB = "DynamoDB_20120810"
_SERVICES = dict.fromkeys(("DescribeStream", "GetRecords", "GetShardIterator"), "DynamoDBStreams_20120810")


class Unanswered(Exception):
    """The connection ended before the answer: nobody knows whether the call was done."""


class Refused(Exception):
    """The server's error; the body is its JSON."""

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        super().__init__(f"{status} {body}")
        self.status = status
        self.code = str(body["__type"]).rpartition("#")[2]
        self.body = body


class Api:
    """One connection."""

    def __init__(self, port: int) -> None:
        self._http = HTTPConnection("127.0.0.1", port, timeout=_TIMEOUT_S)
        self.request_id = ""
        """Of the last answer. A process is known by the beginning of its request ids."""

    def __enter__(self) -> Api:
        return self

    def __exit__(self, *exc: object) -> None:
        self._http.close()

    def call(self, operation: str, **parameters: Any) -> dict[str, Any]:
        """The answer. Raises Refused or Unanswered; a call that is made again needs no new `Api`."""
        headers = {**SIGNED, "X-Amz-Target": f"{_SERVICES.get(operation, _DYNAMODB)}.{operation}"}
        try:
            self._http.request("POST", "/", orjson.dumps(parameters), headers)
            response = self._http.getresponse()
            self.request_id = response.headers["x-amzn-RequestId"]
            status, body = response.status, orjson.loads(response.read())
        except TimeoutError:
            raise
        except (OSError, HTTPException) as error:
            self._http.close()
            raise Unanswered(operation) from error
        if status != 200:
            raise Refused(status, body)
        assert isinstance(body, dict)
        return body

    def scan(self, table: str, **parameters: Any) -> list[Item]:
        """Every item of a table or an index, page by page."""
        items: list[Item] = []
        more: dict[str, Any] = {}
        while True:
            page = self.call("Scan", TableName=table, Limit=500, **parameters, **more)
            items += page["Items"]
            if "LastEvaluatedKey" not in page:
                return items
            more = {"ExclusiveStartKey": page["LastEvaluatedKey"]}


def wire_key(key: Key) -> Item:
    return {"pk": {"S": key[0]}, "sk": {"N": str(key[1])}}


def key_of(item: Item) -> Key:
    return item["pk"]["S"], int(item["sk"]["N"])
