"""Patterns with wildcards, compiled into functions that take time linear in pattern times text at the worst.

A pattern is a text in which two control characters stand for the wildcards, so that an asterisk that is meant as one
(`${*}`, or the value of a policy variable) is an ordinary character. Policy documents cannot hold control characters.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from slipring.iam.policies.runs import ANY_ONE, Find, finder, piece

Matcher: TypeAlias = Callable[[str], bool]

ANY_RUN = "\x01"
"""`*`: any characters, or none; `?` is `ANY_ONE`."""
_MARKS = str.maketrans({"*": ANY_RUN, "?": ANY_ONE})


def marked(text: str) -> str:
    """The pattern that `text` writes with `*` and `?`."""
    return text.translate(_MARKS)


def holds_marks(text: str) -> bool:
    """Whether a text from a request would be taken for a pattern."""
    return ANY_RUN in text or ANY_ONE in text


def could_match(pattern: str, text: str) -> bool:
    """False if the pattern has more characters than the text: then it need not be compiled."""
    return len(pattern) - pattern.count(ANY_RUN) <= len(text)


def matches_everything(_: str) -> bool:
    return True


def compiled(pattern: str) -> Matcher:
    """Tells whether a whole text matches. Nothing backtracks: between two `*` the leftmost match is as good as any."""
    if not holds_marks(pattern):
        return pattern.__eq__
    if not pattern.strip(ANY_RUN):
        return matches_everything
    head, *runs = pattern.split(ANY_RUN)
    if not runs:
        return _fixed_length(pattern)
    tail = runs.pop()
    if ANY_ONE not in pattern:
        return _literal_runs(head, [run for run in runs if run], tail)
    return _runs(
        _anchored(head), [(finder(run), len(run)) for run in runs if run], _anchored(tail), len(head), len(tail)
    )


def _anchored(run: str) -> Matcher:
    if ANY_ONE not in run:
        return run.__eq__
    return _fixed_length(run)


def _fixed_length(pattern: str) -> Matcher:
    fullmatch = piece(pattern).fullmatch
    return lambda text: fullmatch(text) is not None


def _literal_runs(head: str, runs: list[str], tail: str) -> Matcher:
    if not runs and not tail:
        return lambda text: text.startswith(head)

    def matches(text: str) -> bool:
        position, stop = len(head), len(text) - len(tail)
        if stop < position or not text.startswith(head) or not text.endswith(tail):
            return False
        for run in runs:
            found = text.find(run, position, stop)
            if found < 0:
                return False
            position = found + len(run)
        return True

    return matches


def _runs(head: Matcher, runs: list[tuple[Find, int]], tail: Matcher, head_length: int, tail_length: int) -> Matcher:
    def matches(text: str) -> bool:
        position, stop = head_length, len(text) - tail_length
        if stop < position or not head(text[:position]) or not tail(text[stop:]):
            return False
        for find, length in runs:
            found_at = find(text, position, stop)
            if found_at < 0:
                return False
            position = found_at + length
        return True

    return matches
