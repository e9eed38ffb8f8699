"""The list of commands, in sections: what one wants to do, then how it is called."""

from __future__ import annotations

import click

SECTIONS: dict[str, tuple[str, ...]] = {
    "Serve": ("serve", "env", "healthcheck", "dynamodb-local"),
    "Tables and what is in them": ("apply", "seed", "snapshot", "sql"),
    "Look after a store": ("scrub", "restore", "migrate", "keys"),
    "Who may do what": ("iam",),
    "Measure": ("bench",),
}


class Sectioned(click.Group):
    """A group whose help lists commands by section. One that is in no section comes last."""

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        placed = {name for names in SECTIONS.values() for name in names}
        others = tuple(name for name in self.list_commands(context) if name not in placed)
        for title, names in {**SECTIONS, "More": others}.items():
            commands = [(name, command) for name in names if (command := self.get_command(context, name)) is not None]
            if commands:
                with formatter.section(title):
                    formatter.write_dl([(name, command.get_short_help_str(limit=200)) for name, command in commands])
