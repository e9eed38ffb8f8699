"""What has been measured so far, in a file that is written after each row: a comparison can be interrupted, go on
later, and measure again where it was lost."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

from bench.peers.pairs import Row
from bench.peers.report import Comparison, verdict

from slipring import __version__

MISSING = "missing"
BEHIND = "behind"
ALL = "all"


class Place(NamedTuple):
    """Which row."""

    peer: str
    store: str
    workload: str
    connections: int


class Record:
    """Rows as JSON, by their place."""

    def __init__(self, path: Path | None = None) -> None:
        """Begins with what is in the file, if it is there."""
        self._path = path
        self._rows: dict[Place, dict[str, Any]] = {}
        if path is not None and path.exists():
            for row in json.loads(path.read_bytes())["rows"]:
                self._rows[_place(row)] = row

    def wants(self, place: Place, which: str) -> bool:
        """Whether a row is to be measured, if only `which` are: all, those that are missing, or those behind too."""
        row = self._rows.get(place)
        if row is None or which == ALL:
            return True
        return which == BEHIND and bool(verdict(row))

    def add(self, comparison: Comparison, row: Row) -> None:
        """Keep a row, in place of what was there."""
        told = {"peer": comparison.peer, "version": comparison.version, "store": comparison.store, **row.as_json()}
        self._rows[_place(told)] = told
        if self._path is not None:
            everything = {"slipring": __version__, "rows": list(self._rows.values())}
            self._path.write_text(json.dumps(everything, indent=1) + "\n", encoding="utf-8")

    def markdown(self) -> str:
        """A table of ratios for each number of connections: a line for a workload, a column for a peer and store."""
        lines: list[str] = []
        for connections in sorted({place.connections for place in self._rows}):
            shown = {place: row for place, row in self._rows.items() if place.connections == connections}
            columns = list(dict.fromkeys([(place.peer, place.store) for place in shown]))
            lines += ["", f"{connections} connections: throughput / p99 / processor time, Slipring's by the peer's", ""]
            lines.append("| workload | " + " | ".join([f"{peer}, {store}" for peer, store in columns]) + " |")
            lines.append("|---" * (len(columns) + 1) + "|")
            for workload in dict.fromkeys([place.workload for place in shown]):
                cells = [_cell(shown.get(Place(*column, workload, connections))) for column in columns]
                lines.append(f"| {workload} | " + " | ".join(cells) + " |")
        return "\n".join(lines[1:]) + "\n"


def _place(row: dict[str, Any]) -> Place:
    return Place(row["peer"], row["store"], row["workload"], row["connections"])


def _cell(row: dict[str, Any] | None) -> str:
    if row is None:
        return ""
    if "reason" in row:
        return "–"
    cpu = "–" if row["cpu_ratio"] is None else f"{row['cpu_ratio']:.2f}"
    figures = f"{row['throughput_ratio']:.1f} / {row['p99_ratio']:.2f} / {cpu}"
    return f"**{figures}**" if verdict(row) == "behind" else figures
