"""Whether two policies say the same, however the service has written one of them down."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

_ACCOUNT = re.compile(r"\d{12}")


def same_policy(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """A list of one is the one; order means nothing; an account is its root (IAM User Guide, "Principal")."""
    return bool(_plain(one) == _plain(other))


def _plain(node: Any, within: str = "") -> Any:
    if isinstance(node, Mapping):
        return {name: _plain(each, name) for name, each in node.items()}
    if isinstance(node, list):
        values = sorted([_plain(each, within) for each in node], key=lambda each: json.dumps(each, sort_keys=True))
        return values[0] if len(values) == 1 else values
    if within == "AWS" and isinstance(node, str) and _ACCOUNT.fullmatch(node):
        return f"arn:aws:iam::{node}:root"
    return node
