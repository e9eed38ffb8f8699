"""The API, operation by operation: check the request, plan reads or mutations, respond.

`service` is the door; `registry` says which module answers which operation.
"""
