"""Reads a page of metrics as Prometheus does (its documentation, "Exposition formats", text-based format)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
_SAMPLE = re.compile(rf"({_NAME})(?:\{{(.*)\}})? (\S+)")
_LABEL = re.compile(r'([a-zA-Z_]\w*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)')
_ESCAPE = re.compile(r'\\(["\\n])')
_SUFFIXES = ("_bucket", "_sum", "_count")


@dataclass
class Page:
    """The samples of a page, and what it says of each metric."""

    kinds: dict[str, str] = field(default_factory=dict)
    helps: dict[str, str] = field(default_factory=dict)
    samples: dict[tuple[str, frozenset[tuple[str, str]]], float] = field(default_factory=dict)

    def value(self, name: str, **labels: str) -> float:
        """One sample; zero if there is none."""
        assert self.family(name) in self.kinds, name
        return self.samples.get((name, frozenset(labels.items())), 0.0)

    def total(self, name: str, **labels: str) -> float:
        """The sum over all samples that have these labels among theirs."""
        assert self.family(name) in self.kinds, name
        wanted = labels.items()
        return sum(value for (each, has), value in self.samples.items() if each == name and wanted <= set(has))

    def labels(self, name: str, label: str) -> set[str]:
        """The values that a label takes."""
        return {dict(labels)[label] for each, labels in self.samples if each == name and label in dict(labels)}

    def family(self, name: str) -> str:
        """The metric that a sample belongs to."""
        for suffix in _SUFFIXES:
            base = name.removesuffix(suffix)
            if base != name and self.kinds.get(base) == "histogram":
                return base
        return name


def parse(text: str) -> Page:
    """Fails for whatever Prometheus would not take."""
    *lines, rest = text.split("\n")
    assert not rest, "the last line ends too"
    page = Page()
    for line in lines:
        if line.startswith("# HELP "):
            name, _, meaning = line.removeprefix("# HELP ").partition(" ")
            page.helps[name] = meaning
        elif line.startswith("# TYPE "):
            name, _, kind = line.removeprefix("# TYPE ").partition(" ")
            assert name not in page.kinds, "a metric is one group of lines"
            page.kinds[name] = kind
        else:
            match = _SAMPLE.fullmatch(line)
            assert match is not None, line
            assert page.family(match[1]) == list(page.kinds)[-1], f"{line} stands with another metric"
            key = (match[1], frozenset(_labels(match[2] or "")))
            assert key not in page.samples, f"{line} is there twice"
            page.samples[key] = float(match[3])
    return page


def _labels(text: str) -> Iterator[tuple[str, str]]:
    position = 0
    while position < len(text):
        match = _LABEL.match(text, position)
        assert match is not None, text
        yield match[1], _ESCAPE.sub(lambda escape: "\n" if escape[1] == "n" else escape[1], match[2])
        position = match.end()
