"""The sessions of a web application, in DynamoDB."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

import boto3
from boto3.dynamodb.conditions import Attr, Key

LIFETIME = timedelta(hours=48)
SESSIONS_MAX = 5
"""How many sessions a user may have open at once."""

TABLE: dict[str, Any] = {
    "TableName": "sessions",
    "BillingMode": "PAY_PER_REQUEST",
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [
        {"AttributeName": "id", "AttributeType": "S"},
        {"AttributeName": "user", "AttributeType": "S"},
        {"AttributeName": "opened", "AttributeType": "S"},
    ],
    "GlobalSecondaryIndexes": [
        {
            "IndexName": "by-user",
            "KeySchema": [
                {"AttributeName": "user", "KeyType": "HASH"},
                {"AttributeName": "opened", "KeyType": "RANGE"},
            ],
            "Projection": {"ProjectionType": "ALL"},
        }
    ],
}


class SessionGone(Exception):
    """The session is closed or has expired."""


class TooManySessions(Exception):
    """The user has as many sessions open as it may."""


def create_table() -> None:
    client = boto3.client("dynamodb")
    client.create_table(**TABLE)
    client.get_waiter("table_exists").wait(TableName="sessions")
    expiry = {"Enabled": True, "AttributeName": "expires"}
    client.update_time_to_live(TableName="sessions", TimeToLiveSpecification=expiry)


class Sessions:
    """Opens, finds, prolongs and closes sessions."""

    def __init__(self) -> None:
        self._table = boto3.resource("dynamodb").Table("sessions")

    def open(self, user: str, now: datetime) -> str:
        """The id of a new session. Raises TooManySessions."""
        if len(self.of(user)) >= SESSIONS_MAX:
            raise TooManySessions(user)
        session_id = uuid.uuid4().hex
        item = {"id": session_id, "user": user, "opened": now.isoformat(), "expires": _expiry(now), "visits": 0}
        self._table.put_item(Item=item, ConditionExpression=Attr("id").not_exists())
        return session_id

    def user_of(self, session_id: str) -> str:
        """Whose session it is. Raises SessionGone."""
        item = self._table.get_item(Key={"id": session_id}, ConsistentRead=True).get("Item")
        if item is None:
            raise SessionGone(session_id)
        return str(item["user"])

    def visit(self, session_id: str, now: datetime) -> int:
        """Count a visit, which prolongs the session; how many there were. Raises SessionGone."""
        try:
            answer = self._table.update_item(
                Key={"id": session_id},
                UpdateExpression="ADD visits :one SET expires = :expires",
                ConditionExpression=Attr("id").exists(),
                ExpressionAttributeValues={":one": 1, ":expires": _expiry(now)},
                ReturnValues="UPDATED_NEW",
            )
        except self._table.meta.client.exceptions.ConditionalCheckFailedException:
            raise SessionGone(session_id) from None
        return int(answer["Attributes"]["visits"])

    def of(self, user: str) -> list[str]:
        """The ids of a user's sessions, the oldest first."""
        answer = self._table.query(IndexName="by-user", KeyConditionExpression=Key("user").eq(user))
        return [str(item["id"]) for item in answer["Items"]]

    def close(self, session_id: str) -> None:
        self._table.delete_item(Key={"id": session_id})

    def close_all(self, user: str) -> int:
        """Close a user's sessions; how many there were."""
        ids = self.of(user)
        with self._table.batch_writer() as batch:
            for session_id in ids:
                batch.delete_item(Key={"id": session_id})
        return len(ids)


def _expiry(now: datetime) -> int:
    return int((now + LIFETIME).timestamp())
