"""PartiQL: ExecuteStatement, BatchExecuteStatement, ExecuteTransaction.

Statements end in the same reads and actions as every other operation; `slipring.partiql` says in which."""
