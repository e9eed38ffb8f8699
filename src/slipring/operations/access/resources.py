"""The ARNs that policies are asked about.

They are made anew from what a request names: whatever partition or region a client writes into an ARN, the policies
see the one that the request is answered in.
"""

from __future__ import annotations

from urllib.parse import quote

from slipring.iam.caller import Caller
from slipring.iam.isolation import sees_one_account, sees_one_region
from slipring.iam.policies.arns import ACCOUNT_PART, REGION_PART, account_of
from slipring.model.table_names import parse_table_name

EVERYTHING = "*"
"""For actions that are on no resource."""
_ARN_PARTS = 6
_REGION_SAFE = "-_."


def table_arn(name_or_arn: str, caller: Caller) -> str:
    """Of a table, named as `TableName` names it. Raises ValidationException."""
    name, _, account = parse_table_name(name_or_arn)
    return _arn(f"table/{name}", account or caller.account, caller)


def index_arn(name_or_arn: str, index_name: str | None, caller: Caller) -> str:
    """Of an index; of the table where none is named. Raises ValidationException."""
    arn = table_arn(name_or_arn, caller)
    return arn if index_name is None else f"{arn}/index/{index_name}"


def given_arn(arn: str, caller: Caller) -> str:
    """Of whatever a client gave the ARN of; a text that is no ARN of DynamoDB's stays what it is.

    Where no account stands in it, it is the caller's: no policy's ARN would match it otherwise."""
    parts = arn.split(":", _ARN_PARTS - 1)
    if len(parts) < _ARN_PARTS or parts[2] != "dynamodb":
        return arn
    return _arn(parts[5], parts[4] or caller.account, caller)


def untold_parts(arn: str, caller: Caller) -> tuple[int, ...]:
    """The parts of a resource's ARN that another may have for the same resource.

    Tables are found in what the caller sees of the store: by name alone, unless regions and accounts are kept apart
    there. An account that only stands in the ARN is never looked at."""
    own = account_of(arn) == caller.account
    untold = () if sees_one_region(caller.namespace) else (REGION_PART,)
    return untold if own and sees_one_account(caller.namespace) else (*untold, ACCOUNT_PART)


def global_table_arn(name: str, caller: Caller) -> str:
    return f"arn:aws:dynamodb::{caller.account}:global-table/{name}"


def table_of(arn: str) -> str | None:
    """The name of the table that an ARN is of, or of a part of; None for any other resource."""
    resource = arn.split(":", _ARN_PARTS - 1)[-1]
    if not resource.startswith("table/"):
        return None
    return resource.removeprefix("table/").split("/", 1)[0]


def _arn(resource: str, account: str, caller: Caller) -> str:
    # A region is any text that a client signs for; a colon in it would move everything that follows.
    return f"arn:aws:dynamodb:{quote(caller.region, safe=_REGION_SAFE)}:{account}:{resource}"
