"""The API, operation by operation: check the request, plan reads or mutations, respond.

Handlers check in the service's order. That order stands, operation by operation and with the words of every message,
in docs/checks.md; the tables in tests/api/checks, which the page is made from, hold each handler to it.

`service` is the door; `registry` says which module answers which operation.
"""
