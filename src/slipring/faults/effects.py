"""What a rule does to the calls it strikes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from slipring.faults.calls import Call
from slipring.model.errors.base import ApiError
from slipring.model.errors.items import transaction_canceled
from slipring.model.errors.throttles import throttled_because, words_of

ConnectionFate = Literal["drop", "drop-after", "stall"]
StoreFate = Literal["unavailable", "busy", "full", "read-only", "damaged"]

CONNECTION_FATES: tuple[ConnectionFate, ...] = ("drop", "drop-after", "stall")
STORE_FATES: tuple[StoreFate, ...] = ("unavailable", "busy", "full", "read-only", "damaged")


@dataclass(frozen=True, slots=True)
class Refusal:
    """The call is answered with an error and not carried out."""

    code: str
    message: str = ""
    reasons: tuple[str, ...] = ()
    """Why: of a throttle its reasons, of a cancelled transaction the codes of its first actions."""

    def error(self, call: Call) -> ApiError:
        if self.code == "TransactionCanceledException":
            count = len(call.request.get("TransactItems") or call.request.get("TransactStatements") or self.reasons)
            codes = [*self.reasons, *["None"] * (count - len(self.reasons))]
            return transaction_canceled([{"Code": code} for code in codes])
        if self.reasons:
            return throttled_because(self.code, self.message, self._throttling_reasons(call))
        kind = ApiError.registry[self.code]
        return kind(self.message or words_of(self.code))

    def _throttling_reasons(self, call: Call) -> list[dict[str, str]]:
        caller = call.caller
        resource = f"arn:aws:dynamodb:{caller.region}:{caller.account}:table/{call.tables[0]}" if call.tables else ""
        if resource and call.index:
            resource += f"/index/{call.index}"
        return [{"reason": reason, **({"resource": resource} if resource else {})} for reason in self.reasons]


@dataclass(frozen=True, slots=True)
class PartialBatch:
    """Of a BatchGetItem or BatchWriteItem so large a share, from the end, is left unprocessed."""

    share: float


@dataclass(frozen=True, slots=True)
class BrokenConnection:
    """`drop` closes the connection instead of an answer, `drop-after` once the call is carried out; `stall` keeps it
    open and silent."""

    fate: ConnectionFate


@dataclass(frozen=True, slots=True)
class FailingStore:
    """The store fails beneath the operation."""

    fate: StoreFate


@dataclass(frozen=True, slots=True)
class StaleRead:
    """An eventually consistent read sees what was there so many seconds ago."""

    lag_s: float


Effect: TypeAlias = Refusal | PartialBatch | BrokenConnection | FailingStore | StaleRead
