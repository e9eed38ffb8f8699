"""Ordered key-value stores with atomic commits, chosen by name at run time.

`open_store("memory:")`, `open_store("/path/to/data.slipring")`, `open_store("lmdb:///path")` ...: see `backends`.
"""
