"""The table or stream that a `ResourceArn` names."""

from __future__ import annotations

from typing import NamedTuple

from slipring.iam.caller import Caller
from slipring.model.errors import resource_policies as policy_errors
from slipring.model.errors import tags as errors

_ARN_PARTS = 6


class Holder(NamedTuple):
    table_name: str
    stream_label: str | None
    arn: str
    """As the request has it."""


def parse_holder(arn: str) -> Holder:
    """Raises ValidationException for anything but the ARN of a table or a stream."""
    if not arn.startswith("arn:"):
        raise errors.not_an_arn(arn)
    parts = arn.split(":", _ARN_PARTS - 1)
    if len(parts) < _ARN_PARTS or parts[2] != "dynamodb" or not parts[5].startswith("table/"):
        raise errors.not_a_resource(arn)
    name, _, part = parts[5].removeprefix("table/").partition("/")
    if part.startswith("backup/"):
        raise errors.not_a_resource(arn)
    kind, _, label = part.partition("/")
    if part and (kind != "stream" or not label):
        raise errors.not_a_table(arn)
    return Holder(name, label or None, arn)


def not_found(holder: Holder, caller: Caller) -> Exception:
    """What to say of a holder that is not there: first whose it would be."""
    if holder.arn.split(":")[4] != caller.account:
        return policy_errors.not_the_owner()
    return policy_errors.holder_not_found(holder.table_name, holder.stream_label)
