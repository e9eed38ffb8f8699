"""The engine over stores of every kind."""

from tests.storage.conftest import one_of_each

__all__ = ["one_of_each"]
