"""The files of a directory of seeds, by kind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from slipring.seeds import formats
from slipring.seeds.errors import SeedError
from slipring.seeds.factories import TableToSeed, from_factory
from slipring.seeds.formats import Placed

BYTES_MAX = 256 * 1024 * 1024
_TEMPLATES = (".template.json", ".template.yaml", ".template.yml")
_KINDS = (".dynamodb.json", ".dynamodb.jsonl", ".json", ".jsonl", ".ndjson", ".csv", ".py")
"""The longer first."""
_PASSED_OVER = (".md", ".txt")


@dataclass(frozen=True, slots=True)
class SeedFile:
    """One file, read."""

    path: Path
    text: str

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def digest(self) -> str:
        """Of its content, by which it is known again."""
        return sha256(self.text.encode()).hexdigest()

    @property
    def is_template(self) -> bool:
        return self.name.endswith(_TEMPLATES)

    @property
    def kind(self) -> str:
        """How its name ends."""
        return next(kind for kind in _KINDS if self.name.endswith(kind))

    @property
    def table_name(self) -> str:
        """A file is named like its table."""
        return self.name.removesuffix(self.kind)

    def items(self, table: TableToSeed) -> Iterator[Placed]:
        """Its items, and where they stand. Raises SeedError."""
        in_dynamodb_json = self.kind.startswith(".dynamodb")
        if self.kind.endswith(".json"):
            yield from formats.from_json(self.text, in_dynamodb_json=in_dynamodb_json)
        elif self.kind == ".csv":
            yield from formats.from_csv(self.text, table.keys)
        elif self.kind == ".py":
            yield from from_factory(self.path, self.text, table)
        else:
            yield from formats.from_json_lines(self.text, in_dynamodb_json=in_dynamodb_json)


def read_directory(directory: Path) -> list[SeedFile]:
    """In order of name. Files that begin with a dot or an underscore, and texts for people, are passed over. Raises
    SeedError."""
    try:
        paths = sorted(path for path in directory.iterdir() if path.is_file())
        return [_read(path) for path in paths if path.name[0] not in "._" and not path.name.endswith(_PASSED_OVER)]
    except OSError as error:
        raise SeedError(f"{error.filename}: {error.strerror}") from None


def _read(path: Path) -> SeedFile:
    if not path.name.endswith((*_TEMPLATES, *_KINDS)):
        raise SeedError(f"{path}: a seed's name ends in one of {', '.join((*_KINDS, *_TEMPLATES))}")
    if path.stat().st_size > BYTES_MAX:
        raise SeedError(f"{path}: it is longer than {BYTES_MAX >> 20} MiB")
    try:
        return SeedFile(path, path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError:
        raise SeedError(f"{path}: it is not text in UTF-8") from None
