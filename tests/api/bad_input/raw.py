"""Requests that no SDK would send: any bytes as the body of an operation."""

from __future__ import annotations

import http.client
import json
from typing import Any, NamedTuple

from slipring.model.service import operations

_AUTHORIZATION = (
    "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/dynamodb/aws4_request,"
    " SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature=" + "5d" * 32
)


class Answer(NamedTuple):
    status: int
    body: dict[str, Any]

    @property
    def code(self) -> str:
        """The error's name, without its namespace."""
        return str(self.body["__type"]).partition("#")[2]

    @property
    def message(self) -> str:
        """What the framework itself says of JSON comes in a member with a capital letter, or not at all."""
        return str(self.body.get("message", self.body.get("Message", "")))


class RawClient:
    """One connection, kept open from request to request."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def call(self, operation: str, body: bytes | str | dict[str, Any]) -> Answer:
        """Send a body as it is, or a dict as JSON. The answer must be a JSON object whatever its status."""
        if isinstance(body, dict):
            body = json.dumps(body)
        headers = {
            "X-Amz-Target": operations()[operation].target.decode(),
            "Content-Type": "application/x-amz-json-1.0",
            "X-Amz-Date": "20260101T000000Z",
            "Authorization": _AUTHORIZATION,
        }
        self._connection.request("POST", "/", body.encode() if isinstance(body, str) else body, headers)
        response = self._connection.getresponse()
        answer = json.loads(response.read())
        assert isinstance(answer, dict)
        return Answer(response.status, answer)

    def close(self) -> None:
        self._connection.close()
