"""`slipring iam explain`."""

from __future__ import annotations

from functools import partial
from typing import IO, TYPE_CHECKING, Any

import click

from slipring.cli.iam.group import iam, store_command
from slipring.cli.options import CommandError

if TYPE_CHECKING:
    from slipring.iam.access import Access
    from slipring.iam.identities import Identity


@store_command(iam, "explain")
@click.argument("kind", type=click.Choice(["user", "role"]))
@click.argument("name")
@click.argument("operation")
@click.argument("request_json", type=click.File(), metavar="REQUEST", default="-")
@click.option("--region", default="us-east-1", show_default=True, help="The region that the request is signed for.")
@click.option("--session", type=click.File(), help="A session policy of the role.")
async def explain(
    access: Access,
    account: str,
    kind: str,
    name: str,
    operation: str,
    request_json: IO[str],
    region: str,
    session: IO[str] | None,
) -> None:
    """Tell which statement allows or denies a request, given as JSON in a file or on standard input.

    One line for each action on each resource that the request needs. The exit code is 0 if all are allowed.
    """
    from slipring.clock import SystemClock
    from slipring.engine.catalog import Catalog
    from slipring.iam.caller import Caller
    from slipring.iam.policies import environment, explained
    from slipring.operations.access import NEEDS, decided
    from slipring.operations.access import Access as Asked
    from slipring.operations.access.gate import policies_of, tables_of
    from slipring.operations.access.resources import untold_parts

    request = _request(request_json.read(), operation)
    identity = await _identity(access, kind, account, name, session)
    caller = Caller("", region, account, "", identity=identity)
    needs = list(NEEDS[operation](request, caller))
    store = access.directory.store
    tables = await tables_of(needs, Catalog(store), caller.namespace)
    policies = await policies_of(needs, tables, store, caller.namespace)
    context = environment(epoch_s=int(SystemClock.now()), source_ip="", secure=False, region=region)
    untold = partial(untold_parts, caller=caller)
    asked = Asked(identity.principal, identity.policies, policies.get, context, untold)
    answers = list(decided(needs, asked, tables))
    for _, question, decision in answers:
        click.echo(explained(question, decision))
    if not all(decision.allowed for _, _, decision in answers):
        raise SystemExit(1)


def _request(text: str, operation: str) -> dict[str, Any]:
    import json

    from slipring.model import validation
    from slipring.operations.access import NEEDS

    if operation not in NEEDS:
        raise CommandError(f"there is no operation {operation!r}")
    try:
        request = json.loads(text)
    except ValueError as error:
        raise CommandError(f"the request is no JSON: {error}") from None
    validation.check(operation, request)
    checked: dict[str, Any] = request
    return checked


async def _identity(access: Access, kind: str, account: str, name: str, session: IO[str] | None) -> Identity:
    from slipring.iam.identities import role_identity, user_identity

    if kind == "user":
        return await user_identity(access.directory, await access.directory.entity("user", account, name))
    role = await access.directory.entity("role", account, name)
    documents = [] if session is None else [session.read()]
    return await role_identity(access.directory, role, "explained", tags={}, documents=documents, managed=[], more={})
