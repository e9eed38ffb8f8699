"""The one error type that reaches a client, and its registry.

Each class is an exception of the service (its name is the code on the wire); the modules beside this one hold one
constructor per distinct message. Framework errors live in other namespaces than the service's own.
"""

from __future__ import annotations

from typing import Any, ClassVar

import orjson

SERVICE = "com.amazonaws.dynamodb.v20120810"
CORAL_SERVICE = "com.amazon.coral.service"
CORAL_VALIDATE = "com.amazon.coral.validate"


class ApiError(Exception):
    """An error as DynamoDB sends it. `extra` holds further members of the body, such as CancellationReasons."""

    registry: ClassVar[dict[str, type[ApiError]]] = {}
    namespace: ClassVar[str] = SERVICE
    status: ClassVar[int] = 400
    message_member: ClassVar[str] = "message"

    def __init_subclass__(cls) -> None:
        ApiError.registry[cls.__name__] = cls

    def __init__(self, message: str, extra: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.extra = extra

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), (self.message, self.extra))

    @property
    def code(self) -> str:
        return type(self).__name__

    def body(self) -> bytes:
        """The response body. Framework errors may have no message: then the member is absent, as in the service."""
        members: dict[str, Any] = {"__type": f"{self.namespace}#{self.code}"}
        if self.message:
            members[self.message_member] = self.message
        if self.extra:
            members.update(self.extra)
        return orjson.dumps(members)
