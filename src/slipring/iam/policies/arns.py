"""Amazon Resource Names: six parts between colons, of which the last may hold colons itself."""

from __future__ import annotations

from slipring.iam.policies.wildcards import ANY_RUN, Matcher, compiled, holds_marks, matches_everything

ARN_COLONS = 5
_PARTS = ARN_COLONS + 1
REGION_PART, ACCOUNT_PART = 3, 4
"""Places of parts, for `compiled_arn`."""


def account_of(arn: str) -> str:
    """The account in an ARN; empty if it has none."""
    parts = arn.split(":", ARN_COLONS)
    return parts[ACCOUNT_PART] if len(parts) == _PARTS else ""


def compiled_arn(pattern: str, untold: tuple[int, ...] = ()) -> Matcher:
    """Tells whether an ARN matches part by part: a wildcard reaches over no colon but those of the last part.

    An incomplete pattern is completed with wildcards ("IAM ARNs" and "Resource" in the IAM User Guide). What stands in
    the `untold` parts is not looked at.
    """
    if pattern == ANY_RUN:
        return matches_everything
    parts = pattern.split(":", ARN_COLONS)
    parts += [ANY_RUN] * (_PARTS - len(parts))
    if not untold and not holds_marks(pattern) and pattern.count(":") >= ARN_COLONS:
        return pattern.__eq__
    tests = [(place, compiled(part)) for place, part in enumerate(parts) if part != ANY_RUN and place not in untold]

    def matches(arn: str) -> bool:
        found = arn.split(":", ARN_COLONS)
        if len(found) != _PARTS:
            return False
        for place, test in tests:  # noqa: SIM110 - twice as fast as all() over a generator
            if not test(found[place]):
                return False
        return True

    return matches
