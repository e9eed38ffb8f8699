"""Flags made from the settings."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

import click

from slipring.settings import SETTINGS, Settings, SettingsError, load

P = ParamSpec("P")
R = TypeVar("R")


class CommandError(click.ClickException):
    """One line on stderr, and exit code 1."""

    exit_code = 1

    def show(self, file: object = None) -> None:
        click.echo(f"slipring: {self.format_message()}", err=True)


class WrongSettings(CommandError):
    """The command cannot begin as it was asked."""

    exit_code = 2


def with_settings(*names: str) -> Callable[[Callable[Concatenate[Settings, P], R]], Callable[P, R]]:
    """Give a command the flags of these settings (of all, if none is named), and hand it the settings in force."""

    def decorate(command: Callable[Concatenate[Settings, P], R]) -> Callable[P, R]:
        @wraps(command)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            config = kwargs.pop("config")
            flags = {name: kwargs.pop(name) for name in names or SETTINGS}
            # Of a flag that may be given many times, none is an empty tuple.
            flags = {name: value for name, value in flags.items() if value != ()}
            try:
                settings = load(flags, os.environ, config)  # type: ignore[arg-type]
            except SettingsError as error:
                raise WrongSettings(str(error)) from None
            return command(settings, *args, **kwargs)

        decorated: Callable[P, R] = run
        for name in reversed(names or tuple(SETTINGS)):
            decorated = _flag(name)(decorated)
        return click.option(
            "--config",
            type=click.Path(dir_okay=False, path_type=Path),
            help="A TOML file of settings.  [default: slipring.toml, if there is one]",
        )(decorated)

    return decorate


def _flag(name: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    setting = SETTINGS[name]
    if isinstance(setting.default, tuple):
        return click.option(setting.flag, name, multiple=True, metavar=setting.metavar, help=setting.help)
    default = "" if setting.default is None else f"  [default: {setting.default}]"
    if setting.default is False:
        return click.option(setting.flag, name, flag_value="true", default=None, help=setting.help + default)
    return click.option(setting.flag, name, metavar=setting.metavar, help=setting.help + default)
