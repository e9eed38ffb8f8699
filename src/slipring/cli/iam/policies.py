"""`slipring iam policy`, `inline`, `attach`, `detach` and `boundary`."""

from __future__ import annotations

from dataclasses import replace
from typing import IO, TYPE_CHECKING

import click

from slipring.cli.iam.group import KIND, iam, store_command

if TYPE_CHECKING:
    from slipring.iam.access import Access
    from slipring.iam.records import Kind

_ENTITY = click.Choice(["user", "role"])


@iam.group()
def policy() -> None:
    """Managed policies, which users, groups and roles share."""


@iam.group()
def inline() -> None:
    """Policies that belong to one user, group or role."""


@iam.group()
def boundary() -> None:
    """The policy beyond which nothing is allowed to a user or role."""


@store_command(policy, "put")
@click.argument("name")
@click.argument("document", type=click.File(), metavar="FILE")
async def put_policy(access: Access, account: str, name: str, document: IO[str]) -> None:
    """Make a policy of a file, or replace one; - reads standard input."""
    text = _checked(document)
    await access.changes.put_policy(account, name, text)
    click.echo((await access.directory.policy(account, name)).arn)


@store_command(policy, "delete")
@click.argument("name")
async def delete_policy(access: Access, account: str, name: str) -> None:
    """Delete a policy that nobody has."""
    await access.changes.delete_policy(account, name)


@store_command(policy, "list")
async def list_policies(access: Access, account: str) -> None:
    """Print each policy's ARN and who has it."""
    for each in await access.directory.policies(account):
        click.echo(" ".join([each.arn, *each.users]))


@store_command(policy, "show")
@click.argument("name")
async def show_policy(access: Access, account: str, name: str) -> None:
    """Print a policy's document."""
    click.echo((await access.directory.policy(account, name)).document)


def _attachment(command: str, doc: str, *, detach: bool) -> None:
    """A command that gives or takes a managed policy."""

    async def change(access: Access, account: str, kind: Kind, name: str, policy_name: str) -> None:
        await access.changes.attach(kind, account, name, policy_name, detach=detach)

    change.__doc__ = doc
    named = click.argument("name")(click.argument("policy_name", metavar="POLICY")(change))
    store_command(iam, command)(click.argument("kind", type=KIND)(named))


_attachment("attach", "Give a user, group or role a managed policy.", detach=False)
_attachment("detach", "Take a managed policy from a user, group or role.", detach=True)


@store_command(inline, "put")
@click.argument("kind", type=KIND)
@click.argument("name")
@click.argument("policy_name", metavar="POLICY")
@click.argument("document", type=click.File(), metavar="FILE")
async def put_inline(access: Access, account: str, kind: Kind, name: str, policy_name: str, document: IO[str]) -> None:
    """Give a user, group or role a policy of its own."""
    text = _checked(document)
    await access.changes.change(
        kind, account, name, lambda entity: replace(entity, inline={**entity.inline, policy_name: text})
    )


@store_command(inline, "delete")
@click.argument("kind", type=KIND)
@click.argument("name")
@click.argument("policy_name", metavar="POLICY")
async def delete_inline(access: Access, account: str, kind: Kind, name: str, policy_name: str) -> None:
    """Take a policy of its own from a user, group or role."""
    await access.changes.change(
        kind,
        account,
        name,
        lambda entity: replace(
            entity, inline={each: text for each, text in entity.inline.items() if each != policy_name}
        ),
    )


@store_command(boundary, "set")
@click.argument("kind", type=_ENTITY)
@click.argument("name")
@click.argument("policy_name", metavar="POLICY")
async def set_boundary(access: Access, account: str, kind: Kind, name: str, policy_name: str) -> None:
    """Allow a user or role nothing that a managed policy does not allow too."""
    await access.changes.bound(kind, account, name, policy_name)


@store_command(boundary, "clear")
@click.argument("kind", type=_ENTITY)
@click.argument("name")
async def clear_boundary(access: Access, account: str, kind: Kind, name: str) -> None:
    """Bound a user or role no longer."""
    entity = await access.directory.entity(kind, account, name)
    if entity.boundary is not None:
        await access.changes.unbound(kind, account, name, entity.boundary)


def _checked(document: IO[str]) -> str:
    """A policy's text. Raises MalformedPolicyDocument."""
    from slipring.iam.policies import parse

    text = document.read()
    parse(text)
    return text
