"""PutResourcePolicy, GetResourcePolicy, DeleteResourcePolicy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson

from slipring.engine import keyspace
from slipring.engine.engine import Engine
from slipring.engine.stream_changes import change_stream
from slipring.iam.bindings import bearers, bindings_of
from slipring.iam.caller import Caller
from slipring.iam.directory import Directory
from slipring.iam.identities import root
from slipring.iam.policies import Outcome, Policies, Policy, Question, evaluate, parse_resource_policy, printed
from slipring.model.errors import resource_policies as errors
from slipring.operations.answers import answer
from slipring.operations.policies.attached import Record, attached, detached, document_of, named_in, revision_of
from slipring.operations.policies.documents import stream_policy, table_policy
from slipring.operations.policies.holders import Holder, not_found, parse_holder


async def put_resource_policy(engine: Engine, request: dict[str, Any], caller: Caller) -> list[bytes]:
    """What is wrong with the document is said before the table is looked for (observed)."""
    holder = parse_holder(request["ResourceArn"])
    policy = (table_policy if holder.stream_label is None else stream_policy)(request["Policy"])
    if not request.get("ConfirmRemoveSelfResourceAccess"):
        _check_not_locked_out(policy, holder, caller)
    ids = await bindings_of(Directory(engine.store), policy)
    now, expected = engine.clock.now(), request.get("ExpectedRevisionId")

    def revise(record: Record) -> Record:
        return attached(record, policy, ids, now, expected, holder.arn)

    changed = await _change(engine, holder, caller, revise)
    return answer({"RevisionId": revision_of(changed)})


async def get_resource_policy(engine: Engine, request: dict[str, Any], caller: Caller) -> list[bytes]:
    """A principal that is gone is told by its unique id ("AWS JSON policy elements: Principal" in the IAM User
    Guide)."""
    holder = parse_holder(request["ResourceArn"])
    record = await _find(engine, holder, caller)
    document = document_of(record)
    if document is None:
        raise errors.policy_not_found(holder.arn)
    meant = named_in(record)
    now = await bearers(Directory(engine.store), meant)
    gone = {arn: id_ for arn, id_ in meant.items() if now.get(arn) != id_}
    if gone:
        document = printed(parse_resource_policy(document).bound(gone))
    return answer({"Policy": document, "RevisionId": revision_of(record)})


async def delete_resource_policy(engine: Engine, request: dict[str, Any], caller: Caller) -> list[bytes]:
    """Tells the revision that was removed; removing none is no mistake (API Reference)."""
    holder = parse_holder(request["ResourceArn"])
    removed: list[str | None] = []

    def revise(record: Record) -> Record:
        removed[:] = [revision_of(record)]
        return detached(record, request.get("ExpectedRevisionId"), holder.arn)

    await _change(engine, holder, caller, revise)
    return answer({} if removed[0] is None else {"RevisionId": removed[0]})


async def _find(engine: Engine, holder: Holder, caller: Caller) -> Record:
    if holder.stream_label is None:
        table = await engine.catalog.find(holder.table_name, caller.namespace)
        if table is None:
            raise not_found(holder, caller)
        return table.record
    stored = await engine.store.get(keyspace.stream(caller.namespace, holder.table_name, holder.stream_label))
    if stored is None:
        raise not_found(holder, caller)
    found: Record = orjson.loads(stored)
    return found


async def _change(engine: Engine, holder: Holder, caller: Caller, revise: Callable[[Record], Record]) -> Record:
    await _find(engine, holder, caller)
    if holder.stream_label is None:
        return (await engine.catalog.change(holder.table_name, caller.namespace, revise)).record
    return await change_stream(engine.store, holder.table_name, holder.stream_label, caller.namespace, revise)


def _check_not_locked_out(policy: Policy, holder: Holder, caller: Caller) -> None:
    """Whoever attaches a policy must be able to replace it, unless it is meant (API Reference,
    "ConfirmRemoveSelfResourceAccess"); only PutResourcePolicy is looked at (observed)."""
    asking = caller.identity or root(caller.account)
    question = Question(asking.principal, "dynamodb:PutResourcePolicy", holder.arn)
    if evaluate(question, Policies(), policy).outcome is Outcome.EXPLICIT_DENY:
        raise errors.locked_out()
