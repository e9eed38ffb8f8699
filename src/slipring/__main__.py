"""`python -m slipring` is `slipring`."""

from __future__ import annotations

from slipring.cli import main

main()
