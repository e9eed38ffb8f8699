"""Slipring: DynamoDB's API over an ordered key-value store that its user chooses."""

__version__ = "0.1.0"

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from slipring.testing.server import Server
else:

    def __getattr__(name: str) -> Any:
        if name not in _SHOWN:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        return getattr(import_module(_SHOWN[name]), name)


__all__ = ["Server", "__version__"]

_SHOWN = {"Server": "slipring.testing.server"}
"""What the package shows of itself, by the module that has it; imported when it is first asked for."""
