"""`slipring iam user`, `group` and `role`."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import IO, TYPE_CHECKING, Any

import click

from slipring.cli.iam.group import KIND, iam, store_command, tags_of

if TYPE_CHECKING:
    from slipring.iam.access import Access
    from slipring.iam.records import Kind


@iam.group()
def user() -> None:
    """Users: who has access keys."""


@iam.group()
def group() -> None:
    """Groups: users that share policies."""


@iam.group()
def role() -> None:
    """Roles: what users may become for a while."""


_path = click.option("--path", default="/", show_default=True, help="The part of the ARN before the name.")
_tags = click.option("--tag", "tags", multiple=True, metavar="KEY=VALUE", help="A tag; may be given several times.")


@store_command(user, "create")
@click.argument("name")
@_path
@_tags
async def create_user(access: Access, account: str, name: str, path: str, tags: tuple[str, ...]) -> None:
    """Make a user without any access key or policy."""
    await _create(access, "user", account, name, path, tags=tags_of(tags))


@store_command(group, "create")
@click.argument("name")
@_path
async def create_group(access: Access, account: str, name: str, path: str) -> None:
    """Make a group without any member or policy."""
    await _create(access, "group", account, name, path)


@store_command(role, "create")
@click.argument("name")
@click.option("--trust", type=click.File(), required=True, help="The policy that says who may assume the role.")
@click.option("--session-max-s", type=click.IntRange(3600, 43_200), default=3600, show_default=True,
              help="How long a session of it may last.")  # fmt: skip
@_path
@_tags
async def create_role(
    access: Access, account: str, name: str, trust: IO[str], session_max_s: int, path: str, tags: tuple[str, ...]
) -> None:
    """Make a role without any policy but the one that says who may assume it."""
    trusting = await _trusting(access, trust)
    await _create(access, "role", account, name, path, session_max_s=session_max_s, tags=tags_of(tags), **trusting)


async def _create(access: Access, kind: Kind, account: str, name: str, path: str, **more: Any) -> None:
    entity = replace(access.changes.entity(kind, account, name, path), **more)
    await access.changes.create(entity)
    click.echo(entity.arn)


@store_command(role, "trust")
@click.argument("name")
@click.argument("document", type=click.File(), metavar="FILE")
async def trust_role(access: Access, account: str, name: str, document: IO[str]) -> None:
    """Let others assume a role than before."""
    trusting = await _trusting(access, document)
    await access.changes.change("role", account, name, lambda entity: replace(entity, **trusting))


async def _trusting(access: Access, document: IO[str]) -> dict[str, Any]:
    """What a role remembers of a trust policy. Raises MalformedPolicyDocument."""
    from slipring.iam.bindings import bindings_of
    from slipring.iam.policies import Use, parse

    text = document.read()
    return {"trust": text, "trust_ids": await bindings_of(access.directory, parse(text, use=Use.TRUST))}


@store_command(group, "add")
@click.argument("name")
@click.argument("member", metavar="USER")
async def add_member(access: Access, account: str, name: str, member: str) -> None:
    """Make a user a member."""
    await access.changes.join(account, member, name)


@store_command(group, "remove")
@click.argument("name")
@click.argument("member", metavar="USER")
async def remove_member(access: Access, account: str, name: str, member: str) -> None:
    """Make a user no longer a member."""
    await access.changes.join(account, member, name, leave=True)


def _common(kind: Kind, commands: click.Group) -> None:
    @store_command(commands, "delete")
    @click.argument("name")
    async def delete(access: Access, account: str, name: str) -> None:
        """Delete it, with the access keys it has; sessions of it end."""
        await access.changes.delete(kind, account, name)

    @store_command(commands, "list")
    async def list_all(access: Access, account: str) -> None:
        """Print the ARN of each."""
        for entity in await access.directory.entities(kind, account):
            click.echo(entity.arn)

    @store_command(commands, "show")
    @click.argument("name")
    async def show(access: Access, account: str, name: str) -> None:
        """Print all that is known of it, in JSON."""
        import json

        entity = await access.directory.entity(kind, account, name)
        click.echo(json.dumps({"arn": entity.arn, **asdict(entity)}, indent=2))

    @store_command(commands, "tag")
    @click.argument("name")
    @click.argument("tags", nargs=-1, required=True, metavar="KEY=VALUE…")
    async def tag(access: Access, account: str, name: str, tags: tuple[str, ...]) -> None:
        """Add tags, which conditions of policies can look at."""
        added = tags_of(tags)
        await access.changes.change(kind, account, name, lambda entity: replace(entity, tags={**entity.tags, **added}))

    @store_command(commands, "untag")
    @click.argument("name")
    @click.argument("keys", nargs=-1, required=True, metavar="KEY…")
    async def untag(access: Access, account: str, name: str, keys: tuple[str, ...]) -> None:
        """Take tags away."""
        await access.changes.change(
            kind,
            account,
            name,
            lambda entity: replace(entity, tags={key: value for key, value in entity.tags.items() if key not in keys}),
        )


for _kind, _commands in zip(KIND.choices, (user, group, role), strict=True):
    _common(_kind, _commands)  # type: ignore[arg-type]
