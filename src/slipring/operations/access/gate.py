"""Lets through the requests that policies allow."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import orjson

from slipring.engine import keyspace
from slipring.engine.catalog import Catalog
from slipring.engine.engine import Engine
from slipring.engine.table import Table
from slipring.iam.caller import Caller
from slipring.iam.identities import Identity
from slipring.iam.policies import Policy, environment
from slipring.model.errors.base import ApiError
from slipring.model.errors.tree import AccessDeniedException, ResourceNotFoundException
from slipring.operations.access.authorization import Access, authorize, policy_holder
from slipring.operations.access.needs import Need
from slipring.operations.access.resources import untold_parts
from slipring.operations.access.statements import statement_needs
from slipring.operations.access.table import NEEDS
from slipring.operations.policies.attached import policy_of
from slipring.storage.contract import Store

logger = logging.getLogger("slipring.access")

_INDEX_MEMBERS = {
    "DeleteItem": "",
    "GetItem": "",
    "PutItem": "",
    "Query": "IndexName",
    "Scan": "IndexName",
    "UpdateItem": "",
}
"""Operations that need one action on one table or index, so that what policies said of it can be kept, and the member
that names the index. Members that an operation does not have may hold anything."""

_FAILS_IN_PART = "BatchExecuteStatement"
"""Its statements are denied each on its own (API Reference, "BatchStatementError"); other batches as a whole."""

_KEPT_MAX = 4096
"""How many answers are kept for one identity before all are forgotten."""


class Gate:
    """Puts requests to the policies of who asks."""

    def __init__(self, engine: Engine, *, lenient: bool = False, secure: bool = False) -> None:
        """A `lenient` gate lets everything through, counts what it should not have, and says so once for each
        principal and operation. Requests come over TLS if they are `secure`."""
        self._engine = engine
        self._lenient = lenient
        self._secure = secure
        self.denied: dict[str, int] = {}
        """How many requests were not allowed, by operation."""
        self._said: set[tuple[str, str]] = set()

    async def check(self, operation: str, request: dict[str, Any], caller: Caller, identity: Identity) -> Caller:
        """The caller, who knows what of a batch it may not do if that fails part by part. Raises
        AccessDeniedException, and what is wrong with a request that policies have to look into."""
        if operation == _FAILS_IN_PART:
            return await self._check_each(operation, request, caller, identity)
        index_member = _INDEX_MEMBERS.get(operation)
        asked = None
        if index_member is not None:
            generation = self._engine.catalog.generation
            asked = (operation, request["TableName"], request.get(index_member), caller.region, generation)
            if asked in identity.allowed:
                return caller
        needs = list(NEEDS[operation](request, caller))
        access, tables = await self._access(needs, caller, identity)
        try:
            lasting = authorize(needs, access, tables)
        except AccessDeniedException as refusal:
            self._count(operation)
            if not self._lenient:
                raise
            self._say(identity.principal.arn, operation, refusal)
            return caller
        if lasting and asked is not None:
            if len(identity.allowed) >= _KEPT_MAX:
                identity.allowed.clear()
            identity.allowed.add(asked)
        return caller

    async def _check_each(self, operation: str, request: dict[str, Any], caller: Caller, identity: Identity) -> Caller:
        needs = statement_needs(request, caller)
        access, tables = await self._access(needs.values(), caller, identity)
        refused: dict[int, ApiError] = {}
        for position, need in needs.items():
            try:
                authorize([need], access, tables)
            except ApiError as refusal:
                refused[position] = refusal
        denials = [each for each in refused.values() if isinstance(each, AccessDeniedException)]
        if denials:
            self._count(operation)
        if not self._lenient:
            return replace(caller, refused=refused)
        for denial in denials:
            self._say(identity.principal.arn, operation, denial)
        return caller

    async def _access(
        self, needs: Collection[Need], caller: Caller, identity: Identity
    ) -> tuple[Access, dict[str, Table]]:
        tables = await tables_of(needs, self._engine.catalog, caller.namespace)
        policies = await policies_of(needs, tables, self._engine.store, caller.namespace)
        context = environment(
            epoch_s=int(self._engine.clock.machine_now()),
            source_ip=caller.origin.source_ip,
            secure=self._secure,
            region=caller.region,
            user_agent=caller.origin.agent,
        )
        untold = partial(untold_parts, caller=caller)
        return Access(identity.principal, identity.policies, policies.get, context, untold), tables

    def _count(self, operation: str) -> None:
        self.denied[operation] = self.denied.get(operation, 0) + 1

    def _say(self, arn: str, operation: str, refusal: AccessDeniedException) -> None:
        if (arn, operation) in self._said:
            return
        if len(self._said) >= _KEPT_MAX:
            self._said.clear()
        self._said.add((arn, operation))
        logger.warning("--auth enforce would refuse: %s", refusal.message)


async def tables_of(needs: Iterable[Need], catalog: Catalog, namespace: str) -> dict[str, Table]:
    """The tables that needs name, by name, as far as they exist."""
    tables: dict[str, Table] = {}
    for need in needs:
        name = need.table_name
        if name is not None and name not in tables:
            try:
                tables[name] = await catalog.table(name, namespace)
            except ResourceNotFoundException:
                continue
    return tables


async def policies_of(
    needs: Iterable[Need], tables: Mapping[str, Table], store: Store, namespace: str
) -> dict[str, Policy]:
    """The policies attached to what needs are on, by its ARN."""
    policies: dict[str, Policy] = {}
    for need in needs:
        holder, name = policy_holder(need.resource), need.table_name
        if name is None or holder in policies:
            continue
        label = holder.partition("/stream/")[2]
        if label:
            stored = await store.get(keyspace.stream(namespace, name, label))
            record = {} if stored is None else orjson.loads(stored)
        else:
            record = tables[name].record if name in tables else {}
        policy = policy_of(record)
        if policy is not None:
            policies[holder] = policy
    return policies
