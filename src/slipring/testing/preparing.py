"""Tables from templates and items from seeds, for a server in this process."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slipring.iam.caller import DEFAULT_ACCOUNT, Caller
from slipring.provisioning.botocore_driver import drive
from slipring.provisioning.carrying_out import carry_out, plans
from slipring.seeds.planting import plant
from slipring.templates import formats
from slipring.templates.desired import DesiredTable, Inputs, TemplateError

if TYPE_CHECKING:
    from slipring.testing.server import Server


def apply(
    client: Any, files: Sequence[str | Path], parameters: Mapping[str, str], *, region: str, partial: bool
) -> None:
    """Make tables what the files say, as `slipring apply` does. Raises TemplateError, and what the API refuses."""
    inputs = Inputs(parameters, region=region)
    tables: list[DesiredTable] = []
    for file in files:
        template = formats.read(Path(file).read_text(encoding="utf-8"), inputs)
        if template.unsupported and not partial:
            raise TemplateError(f"{file}: {'; '.join(map(str, template.unsupported))}")
        tables += template.tables
    todo = drive(client, plans(tables))
    for each in todo:
        for obstacle in each.obstacles:
            raise TemplateError(f"table {each.name} would have to be replaced: {obstacle}")
    for each in todo:
        for step in each.steps:
            drive(client, carry_out(each.name, step))


def seed(server: Server, directory: str | Path, namespace: str) -> None:
    """Plant a directory of seeds, as `slipring seed` does. Raises SeedError."""
    caller = Caller("slipring", server.region, DEFAULT_ACCOUNT, "", namespace)
    server.wait_for(plant(server.engine, server.running.assembly.api.call, caller, Path(directory)))
