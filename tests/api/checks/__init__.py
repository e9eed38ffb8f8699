"""What every operation checks, in the service's order: one table per operation.

Each module holds the tables of a family of operations, `table.py` says how to read one, and docs/checks.md is made
from them. test_checks.py sends each mistake alone, and each two of one operation together."""
