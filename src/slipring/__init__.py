"""Slipring: DynamoDB's API over an ordered key-value store that its user chooses."""

__version__ = "0.1.0"
