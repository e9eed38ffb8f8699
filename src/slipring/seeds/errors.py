"""What is wrong with a seed."""

from __future__ import annotations


class SeedError(Exception):
    """A seed was not planted, and nothing of it is left; the message is one line that says which file and place."""
