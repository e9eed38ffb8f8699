"""Chance that repeats: what a rule draws for its so-manieth call depends on nothing else."""

from __future__ import annotations

from hashlib import blake2b

_BITS = 53


def draw(seed: int, rule: int, count: int, purpose: str = "strike") -> float:
    """A number from 0 up to but not including 1. Other rules and other calls don't move it, so a rule strikes the
    same of its own calls whatever else goes on."""
    digest = blake2b(f"{seed}/{rule}/{count}/{purpose}".encode(), digest_size=8).digest()
    return (int.from_bytes(digest, "big") >> (64 - _BITS)) / (1 << _BITS)
