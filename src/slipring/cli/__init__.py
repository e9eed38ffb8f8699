"""The command line. Each command imports what it needs when it runs, so that help and errors come at once."""

from __future__ import annotations


def main() -> None:
    """The `slipring` command."""
    from slipring.cli.commands import slipring

    slipring(prog_name="slipring")
