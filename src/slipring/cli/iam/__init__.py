"""`slipring iam`: identities, kept in the store."""

from __future__ import annotations

from slipring.cli.iam import entities, explain, keys, policies
from slipring.cli.iam.group import iam

__all__ = ["entities", "explain", "iam", "keys", "policies"]
