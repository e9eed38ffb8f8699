"""What a test asked for: each request, what came of it and what it consumed."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from slipring.faults.calls import Call
from slipring.model.service import operations

KEPT_MAX = 1000
"""How many requests of a namespace are kept; the first ones are forgotten."""

_ASK = b'"ReturnConsumedCapacity":"INDEXES"}'
_TOLD = b'"ConsumedCapacity":'
_READS = frozenset(("BatchGetItem", "GetItem", "Query", "Scan", "TransactGetItems"))


@dataclass(frozen=True, slots=True)
class Request:
    """One request and its outcome."""

    operation: str
    tables: tuple[str, ...]
    outcome: str
    """`ok`, or the error's code."""
    read_units: float = 0.0
    write_units: float = 0.0

    def __str__(self) -> str:
        parts = [f"{self.operation:24}", f"{', '.join(self.tables):24}"]
        parts += [f"{units:g} {name}" for units, name in ((self.read_units, "RCU"), (self.write_units, "WCU")) if units]
        if self.outcome != "ok":
            parts.append(self.outcome)
        return " ".join(parts).rstrip()


class Requests(Sequence[Request]):
    """The requests of one namespace, the oldest first."""

    def __init__(self) -> None:
        self._kept: deque[Request] = deque(maxlen=KEPT_MAX)
        self.read_units = 0.0
        self.write_units = 0.0
        self.forgotten = 0
        """How many of the first ones are no longer here. Their units are counted still."""

    def add(self, request: Request) -> None:
        self.forgotten += len(self._kept) == KEPT_MAX
        self._kept.append(request)
        self.read_units += request.read_units
        self.write_units += request.write_units

    def clear(self) -> None:
        """Forget them, and begin to count units anew."""
        self._kept.clear()
        self.read_units = self.write_units = 0.0
        self.forgotten = 0

    def __getitem__(self, place: Any) -> Any:
        return list(self._kept)[place]

    def __len__(self) -> int:
        return len(self._kept)

    def __str__(self) -> str:
        lines = [f"(the first {self.forgotten} are not kept)"] if self.forgotten else []
        lines += map(str, self._kept)
        lines.append(f"in all {self.read_units:g} RCU, {self.write_units:g} WCU")
        return "\n".join(lines)


def asking(operation: str, body: bytes) -> bytes:
    """The request, asking what it consumes if it can and does not."""
    if b'"ReturnConsumedCapacity"' in body or "ReturnConsumedCapacity" not in operations()[operation].input.members:
        return body
    members = body.rstrip()
    if not (members.startswith(b"{") and members.endswith(b"}")):
        return body
    return members[:-1] + (b"" if members[1:-1].isspace() or members == b"{}" else b",") + _ASK


def is_told(call: Call) -> bool:
    """Whether the request itself asks what it consumes."""
    return call.request.get("ReturnConsumedCapacity") in ("INDEXES", "TOTAL")


def without_told(answer: list[bytes]) -> tuple[list[bytes], Any]:
    """The answer as it would be if it had not been asked what it consumes, and what it told of that."""
    text = b"".join(answer)
    at = text.rfind(_TOLD)
    if at < 0:
        return answer, None
    # What follows are the last members of the answer itself: consumption comes after all items.
    rest = orjson.loads(b"{" + text[at:])
    told = rest.pop("ConsumedCapacity")
    before = text[:at]
    if rest:
        return [before, orjson.dumps(rest)[1:]], told
    return [before[:-1] + b"}" if before.endswith(b",") else before + b"}"], told


def request_of(call: Call, told: Any) -> Request:
    """A request that succeeded."""
    read_units = write_units = 0.0
    for each in told if isinstance(told, list) else [told] if told else []:
        if _is_read(call):
            read_units += each["CapacityUnits"]
        else:
            write_units += each["CapacityUnits"]
    return Request(call.operation, call.tables, "ok", read_units, write_units)


def _is_read(call: Call) -> bool:
    if call.operation in _READS:
        return True
    request = call.request
    statements = [request, *request.get("Statements", ()), *request.get("TransactStatements", ())]
    texts = [each["Statement"] for each in statements if "Statement" in each]
    return bool(texts) and texts[0].lstrip().upper().startswith("SELECT")
