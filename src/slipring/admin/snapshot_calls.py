"""Snapshots over HTTP, in test mode.

`GET /_slipring/snapshots` lists them. `POST /_slipring/snapshots` takes an object that says what to do:

- `{"save": NAME}`, with `"namespace"` for one alone;
- `{"load": NAME}`;
- `{"diff": NAME}`, with `"against"` another one instead of what there is now;
- `{"delete": NAME}`.
"""

from __future__ import annotations

from typing import Any

from slipring.admin.calls import AdminCalls, AdminRefusal, Body
from slipring.engine.snapshots.errors import SnapshotError, SnapshotMissing
from slipring.engine.snapshots.saved import Snapshots

PATH = "/_slipring/snapshots"


def add_snapshot_calls(calls: AdminCalls, snapshots: Snapshots) -> None:
    async def tell(_body: Body) -> Body:
        return {"snapshots": [each.as_json() for each in await snapshots.all()]}

    async def do(body: Body) -> Any:
        if not all(isinstance(value, str) for value in body.values()):
            raise AdminRefusal("Names are texts.")
        try:
            return await _done(snapshots, body)
        except SnapshotMissing as error:
            raise AdminRefusal(f"{error}.", 404) from None
        except SnapshotError as error:
            raise AdminRefusal(f"{error}.", 409) from None

    calls.add("GET", PATH, tell)
    calls.add("POST", PATH, do, test_mode_only=True)


async def _done(snapshots: Snapshots, body: Body) -> Any:
    match body:
        case {"save": name, **rest} if rest.keys() <= {"namespace"}:
            return (await snapshots.save(name, rest.get("namespace"))).as_json()
        case {"load": name, **rest} if not rest:
            await snapshots.load(name)
            return {"loaded": name}
        case {"diff": name, **rest} if rest.keys() <= {"against"}:
            return {"tables": [each.as_json() for each in await snapshots.diff(name, rest.get("against"))]}
        case {"delete": name, **rest} if not rest:
            await snapshots.delete(name)
            return {"deleted": name}
    raise AdminRefusal('Say one of {"save": NAME}, {"load": NAME}, {"diff": NAME}, {"delete": NAME}.')
