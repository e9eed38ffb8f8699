"""PartiQL for DynamoDB: from a statement's text to what is to be read or written. Pure: no I/O, no clock.

`compile_statement(text).bind(parameters)` gives a Select, Insert, Update, Delete or Exists, or raises what is wrong
with the statement whatever its table. The table it names then says what that means: `plan_read` and `check_index` for
a Select, `update_target`, `delete_target` and `insert_condition` for a write, `exists_target` for an Exists;
`selected_key` is for a Select in a batch or a transaction. Conditions and updates are the expression engine's own.
"""

from __future__ import annotations

from slipring.partiql.attributes import named_attributes
from slipring.partiql.compiler import CompiledStatement, compile_statement
from slipring.partiql.parameters import normalise_parameters
from slipring.partiql.projections import SelectList
from slipring.partiql.reads import IndexSchema, KeySchema, RangeRead, Read, check_index, check_key_attributes, plan_read
from slipring.partiql.statements import Delete, Exists, Insert, Select, Statement, Update
from slipring.partiql.writes import (
    Target,
    delete_target,
    exists_target,
    insert_condition,
    selected_key,
    update_target,
)

__all__ = [
    "CompiledStatement",
    "Delete",
    "Exists",
    "IndexSchema",
    "Insert",
    "KeySchema",
    "RangeRead",
    "Read",
    "Select",
    "SelectList",
    "Statement",
    "Target",
    "Update",
    "check_index",
    "check_key_attributes",
    "compile_statement",
    "delete_target",
    "exists_target",
    "insert_condition",
    "named_attributes",
    "normalise_parameters",
    "plan_read",
    "selected_key",
    "update_target",
]
