"""What policies are asked, and the context that their conditions may look at."""

from __future__ import annotations

from functools import partial

from slipring.iam.policies import dates
from slipring.iam.policies.arns import account_of
from slipring.iam.policies.principals import Principal
from slipring.iam.policies.templates import Lookup, Values


def nothing(_: str) -> Values | None:
    """The context of a request of which nothing is known."""
    return None


class Question:
    """May `principal` do `action` to `resource`? One request may ask several."""

    __slots__ = ("_environment", "_keys", "action", "action_lower", "principal", "resource", "untold")

    def __init__(
        self,
        principal: Principal,
        action: str,
        resource: str,
        keys: Lookup = nothing,
        environment: Lookup = nothing,
        untold: tuple[int, ...] = (),
    ) -> None:
        """`action` has its service's prefix; `resource` is an ARN, or `*` for an action that is on none.

        `keys` tells what is special to this question, such as `dynamodb:leadingkeys`; `environment` what the whole
        request shares. Both are asked for keys in lower case, and only once a condition wants them. Where other ARNs
        are names of the same resource, `untold` are the parts in which they differ: what is refused under one is
        refused under all.
        """
        self.principal = principal
        self.action = action
        self.action_lower = action.lower()
        self.resource = resource
        self.untold = untold
        self._keys = keys
        self._environment = environment

    @property
    def resource_account(self) -> str:
        """Whose the resource is; the principal's own where no resource is named."""
        return account_of(self.resource) or self.principal.account

    def lookup(self, key: str) -> Values | None:
        """The value of a key of the context, named in lower case."""
        found = self._keys(key)
        if found is None:
            found = self.principal.keys.get(key)
        if found is None:
            found = self._environment(key)
        if found is None and key == "aws:resourceaccount":
            return self.resource_account
        return found


def _environment(epoch_s: int, source_ip: str, secure: bool, region: str, user_agent: str, key: str) -> Values | None:
    if key == "aws:sourceip":
        return source_ip or None
    if key == "aws:securetransport":
        return str(secure).lower()
    if key == "aws:requestedregion":
        return region
    if key == "aws:useragent":
        return user_agent or None
    if key == "aws:currenttime":
        return dates.printed(epoch_s)
    return str(epoch_s) if key == "aws:epochtime" else None


def environment(*, epoch_s: int, source_ip: str, secure: bool, region: str, user_agent: str = "") -> Lookup:
    """The keys of the context that tell of the request itself: where from, when, how.

    An empty text is not known. `aws:MultiFactorAuthPresent` and its kin are absent, as they are for long-term keys.
    Source: "AWS global condition context keys" in the IAM User Guide.
    """
    return partial(_environment, epoch_s, source_ip, secure, region, user_agent)
