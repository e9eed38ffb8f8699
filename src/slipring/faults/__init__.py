"""Faults on purpose: rules that say which calls fail, and how. `rules` and `calls` and what they use are pure."""
