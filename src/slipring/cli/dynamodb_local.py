"""`slipring dynamodb-local`: the flags of DynamoDB Local, for scripts and containers that know no others.

Developer Guide, "DynamoDB local usage notes", lists them. What the Java machine is told on the way is passed over.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import click

from slipring.cli.options import WrongSettings
from slipring.settings import SettingsError, load

HELP = """usage: slipring dynamodb-local [-port N] [-dbPath DIRECTORY | -inMemory] [flags]

 -port N                    the port to listen on; 8000 if it is not given
 -dbPath DIRECTORY          keep the data in DIRECTORY/slipring
 -inMemory                  keep the data in memory
 -sharedDb                  all regions and access keys share the tables; they do in any case
 -delayTransientStatuses    has no effect: a table is ACTIVE at once
 -optimizeDbBeforeStartup   has no effect: there is nothing to optimize
 -cors LIST                 nothing to do: pages of any origin may call in any case
 -disableTelemetry          has no effect: nothing is ever sent anywhere
 -help, -h                  print this

-Dname=value, -X options, -jar FILE and the word java are passed over. Everything else is set in the environment:
SLIPRING_HOST, SLIPRING_SEED and so on; see `slipring serve --help`."""

_WITHOUT_EFFECT = ("delayTransientStatuses",)
"""Flags that ask for something that Slipring does not do; whoever gives one is told."""
_NEEDLESS = ("cors", "sharedDb", "optimizeDbBeforeStartup", "disableTelemetry")
_WITH_VALUE = ("port", "dbPath", "cors")
_FLAGS = frozenset((*_WITH_VALUE, *_WITHOUT_EFFECT, *_NEEDLESS, "inMemory", "help", "h"))


@dataclass(slots=True)
class Asked:
    """What the arguments ask for."""

    settings: dict[str, str] = field(default_factory=dict)
    help: bool = False
    warnings: list[str] = field(default_factory=list)


def understood(arguments: Sequence[str]) -> Asked:
    """Raises WrongSettings, which names the argument that nobody knows."""
    asked = Asked()
    waiting = list(arguments)
    while waiting:
        argument = waiting.pop(0)
        if argument == "-jar" and waiting:
            waiting.pop(0)
        elif argument.startswith(("-D", "-X")) or argument == "java":
            continue
        else:
            _take(asked, argument, waiting)
    return asked


def _take(asked: Asked, argument: str, waiting: list[str]) -> None:
    """One flag, with its value if it has one; the Java program takes one dash or two."""
    name = argument[2:] if argument.startswith("--") else argument[1:]
    if not argument.startswith("-") or name not in _FLAGS:
        raise WrongSettings(f"DynamoDB Local has no {argument!r}; -help tells what there is")
    if name in _WITH_VALUE and not waiting:
        raise WrongSettings(f"{argument} wants a value")
    value = waiting.pop(0) if name in _WITH_VALUE else ""
    if name == "port":
        asked.settings["port"] = value
    elif name in ("dbPath", "inMemory"):
        store = str(Path(value) / "slipring") if name == "dbPath" else "memory:"
        if asked.settings.setdefault("store", store) != store:
            raise WrongSettings("-dbPath and -inMemory exclude each other")
    elif name in ("help", "h"):
        asked.help = True
    elif name in _WITHOUT_EFFECT:
        asked.warnings.append(f"{argument} has no effect; see `slipring dynamodb-local -help`")


def serve_as_dynamodb_local(arguments: Sequence[str]) -> None:
    """Serve until told to stop. Raises CommandError."""
    asked = understood(arguments)
    if asked.help:
        click.echo(HELP)
        return
    for warning in asked.warnings:
        click.echo(f"slipring: {warning}", err=True)
    try:
        settings = load(asked.settings, os.environ, None)
    except SettingsError as error:
        raise WrongSettings(str(error).replace("--port", "-port")) from None
    from slipring.cli.serving import serve

    serve(settings)
