"""Whom the names in a policy mean: those who bear them when it is written.

A user or role that is deleted and made again under the same name is another, and a policy that named the first says
nothing of it. So names are noted with the unique ids they stand for, as IAM does ("AWS JSON policy elements:
Principal" in the IAM User Guide). A name that nobody bears stays a name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TypeAlias, cast

from slipring.iam import keyspace
from slipring.iam.directory import Directory
from slipring.iam.policies import Policy
from slipring.iam.records import Kind

Bindings: TypeAlias = Mapping[str, str]
"""Unique ids by ARN."""

_ARN = re.compile(r"arn:aws:iam::(\d{12}):(user|role)/(?:.+/)?([^/]+)", re.ASCII)


async def bindings_of(directory: Directory, policy: Policy) -> dict[str, str]:
    """Of the users and roles that the principals of `policy` name, as far as they are there."""
    elements = [each.principals for each in policy.statements if each.principals is not None]
    return await bearers(directory, sorted({name for element in elements for name in element.names}))


async def bearers(directory: Directory, names: Iterable[str]) -> dict[str, str]:
    """Who bears these ARNs now."""
    keys = {
        arn: keyspace.entity(cast(Kind, parts[2]), parts[1], parts[3])
        for arn in names
        if (parts := _ARN.fullmatch(arn)) is not None
    }
    if not keys:
        return {}
    found = await directory.entities_at(list(keys.values()))
    return {arn: each.id for arn, each in zip(keys, found, strict=True) if each is not None and each.arn == arn}
