"""What the commands of `slipring iam` share: the group, the store they open, and how they say what is wrong."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

import click

from slipring.cli.options import CommandError, WrongSettings, with_settings
from slipring.settings import Settings

if TYPE_CHECKING:
    from slipring.iam.access import Access

P = ParamSpec("P")
R = TypeVar("R")

KIND = click.Choice(["user", "group", "role"])
DEFAULT_ACCOUNT = "000000000000"


@click.group()
def iam() -> None:
    """Users, groups, roles, access keys and policies, kept in the store.

    A running server follows within seconds. Secrets are sealed with the master key: `slipring iam master-key FILE`
    makes one, and `--master-key-file FILE`, here and for `slipring serve`, names it.
    """


def store_command(
    group: click.Group, name: str
) -> Callable[[Callable[Concatenate[Access, str, P], Awaitable[None]]], click.Command]:
    """A command that is given the identities of the store and the account."""

    def decorate(command: Callable[Concatenate[Access, str, P], Awaitable[None]]) -> click.Command:
        def run(settings: Settings, account: str, /, **arguments: Any) -> None:
            _run(settings, lambda access: command(access, account, **arguments))  # type: ignore[call-arg]

        def called(settings: Settings, /, **arguments: Any) -> None:
            run(settings, arguments.pop("account"), **arguments)

        called.__doc__ = command.__doc__
        called.__click_params__ = getattr(command, "__click_params__", [])  # type: ignore[attr-defined]
        account = click.option("--account", default=DEFAULT_ACCOUNT, show_default=True, help="Whose it is.")
        flags = with_settings("store", "durability", "master_key_file", "master_key_command")
        return group.command(name)(flags(account(called)))

    return decorate


def _run(settings: Settings, action: Callable[[Access], Awaitable[None]]) -> None:
    import asyncio

    from slipring.iam.directory import DirectoryError
    from slipring.model.errors.base import ApiError
    from slipring.storage.contract import StoreError
    from slipring.storage.sealing import MasterKeyError

    if settings.store.startswith("memory:"):
        raise WrongSettings("a memory: store is gone when this command ends")
    try:
        asyncio.run(_opened(settings, action))
    except ApiError as error:
        raise CommandError(error.message) from None
    except (DirectoryError, MasterKeyError) as error:
        raise CommandError(str(error)) from None
    except StoreError as error:
        raise CommandError(f"cannot use the store: {error}") from None


async def _opened(settings: Settings, action: Callable[[Access], Awaitable[None]]) -> None:
    from slipring.clock import Ids, SystemClock
    from slipring.iam.access import access_to
    from slipring.storage.backends import open_store

    master_key = settings.master_key_bytes()
    store = open_store(settings.store, durability=settings.durability)
    try:
        await store.start()
        access = access_to(store, SystemClock(), Ids(), master_key, None, settings.credentials_trusted_s)
        await access.check_master_key()
        await action(access)
    finally:
        await store.close()


def tags_of(texts: tuple[str, ...]) -> dict[str, str]:
    """Tags as they are given, in the form KEY=VALUE."""
    for text in texts:
        if "=" not in text:
            raise WrongSettings(f"{text!r} is no tag: KEY=VALUE")
    return dict(text.split("=", 1) for text in texts)
