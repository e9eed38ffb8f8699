"""Fault rules over HTTP, in test mode.

- `GET /_slipring/faults`: the rules, with how many calls fitted and how many were struck;
- `POST /_slipring/faults`: put one in force, as docs/faults.md describes it, or several: `{"rules": [...]}`;
- `DELETE /_slipring/faults`: take all out of force, or the one of `{"id": 3}`.

The rules are those of one process, so a server with several workers has only those that it starts with. Were they told
to every worker, `times`, `nth` and the draws would still count each worker's calls apart, and mean nothing to a test.
"""

from __future__ import annotations

from slipring.admin.calls import AdminCalls, AdminRefusal, Body
from slipring.faults.active import Faults
from slipring.faults.parsing import RuleInvalid, parse_rule

PATH = "/_slipring/faults"


def add_fault_calls(calls: AdminCalls, faults: Faults, workers: int) -> None:
    async def tell(_body: Body) -> Body:
        return faults.describe()

    async def add(body: Body) -> Body:
        rules = body["rules"] if body.keys() == {"rules"} else [body]
        if not isinstance(rules, list) or not all(isinstance(rule, dict) for rule in rules):
            raise AdminRefusal("rules is a list of objects.")
        try:
            # All of them or none.
            for rule in rules:
                parse_rule(rule)
            return {"ids": [faults.add(rule).number for rule in rules]}
        except RuleInvalid as error:
            raise AdminRefusal(f"{error}.") from None

    async def remove(body: Body) -> Body:
        if body.keys() - {"id"} or ("id" in body and type(body["id"]) is not int):
            raise AdminRefusal('Say nothing, or which: {"id": 3}.')
        return {"removed": faults.remove([body["id"]] if "id" in body else None)}

    calls.add("GET", PATH, tell)
    for method, call in (("POST", add), ("DELETE", remove)):
        calls.add(method, PATH, call if workers == 1 else _refused, test_mode_only=True)


async def _refused(_body: Body) -> Body:
    raise AdminRefusal(
        "This server has several workers, and a rule counts the calls of one: start it with --workers 1, or name the"
        " rules at its start, with --faults FILE.",
        409,
    )
