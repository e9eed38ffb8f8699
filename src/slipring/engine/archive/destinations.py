"""Where an archive is kept: named objects, each written whole.

Their calls block; the archive makes them in a thread.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlsplit

_PARTIAL = ".partial"


class ArchiveError(Exception):
    """The archive could not be read or written; the message is one line that says what and where."""


class Destination(Protocol):
    """Objects by name. Names are made of letters, digits, `-`, `.` and `/`. Every call raises ArchiveError."""

    def put(self, name: str, data: bytes) -> None:
        """Write an object, which is there whole once this returns, and not there at all before."""
        ...

    def get(self, name: str) -> bytes: ...

    def names(self, prefix: str) -> list[str]:
        """The names that begin with `prefix`, in order."""
        ...

    def delete(self, name: str) -> None:
        """Delete an object, if it is there."""
        ...


def open_destination(address: str) -> Destination:
    """A directory by its path, or `s3://bucket/prefix`, to which `?endpoint_url=` and `region=` may be added.

    Credentials are found as botocore finds them. Raises ArchiveError."""
    if "://" not in address:
        return Directory(Path(address))
    parts = urlsplit(address)
    options = dict(parse_qsl(parts.query))
    if parts.scheme != "s3" or not parts.netloc or not options.keys() <= {"endpoint_url", "region"}:
        raise ArchiveError(f"{address}: an archive is a directory or s3://bucket/prefix?endpoint_url=URL&region=REGION")
    return Bucket(parts.netloc, parts.path.strip("/"), options.get("endpoint_url"), options.get("region"))


class Directory:
    """Files in a directory, which is made when it is first written to."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def put(self, name: str, data: bytes) -> None:
        path = self._path / name
        partial = path.with_name(path.name + _PARTIAL)
        with _reported(f"cannot write {path}"):
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            try:
                with open(partial, "wb", opener=_private) as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
                partial.replace(path)
            except OSError:
                partial.unlink(missing_ok=True)
                raise
            _sync_directory(path.parent)

    def get(self, name: str) -> bytes:
        with _reported(f"cannot read {self._path / name}"):
            return (self._path / name).read_bytes()

    def names(self, prefix: str) -> list[str]:
        with _reported(f"cannot list {self._path}"):
            files = [path for path in self._path.rglob("*") if path.is_file() and path.suffix != _PARTIAL]
            found = [path.relative_to(self._path).as_posix() for path in files]
        return sorted(name for name in found if name.startswith(prefix))

    def delete(self, name: str) -> None:
        with _reported(f"cannot delete {self._path / name}"):
            (self._path / name).unlink(missing_ok=True)


@contextmanager
def _reported(what: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ArchiveError(f"{what}: {error.strerror or error}") from None


def _private(path: str, flags: int) -> int:
    """Opens a file that is its owner's alone, wherever it is: all that is in the store is in an archive."""
    return os.open(path, flags, 0o600)


def _sync_directory(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class Bucket:
    """Objects of an S3-compatible bucket, under a prefix."""

    def __init__(self, bucket: str, prefix: str, endpoint_url: str | None, region: str | None) -> None:
        from botocore.config import Config
        from botocore.session import get_session

        config = Config(retries={"mode": "standard", "total_max_attempts": 3}, connect_timeout=10, read_timeout=60)
        self._bucket = bucket
        self._prefix = f"{prefix}/" if prefix else ""
        self._client: Any = get_session().create_client(
            "s3", endpoint_url=endpoint_url, region_name=region or "us-east-1", config=config
        )

    def put(self, name: str, data: bytes) -> None:
        with self._reported(f"cannot write {name}"):
            self._client.put_object(Bucket=self._bucket, Key=self._prefix + name, Body=data)

    def get(self, name: str) -> bytes:
        with self._reported(f"cannot read {name}"):
            data: bytes = self._client.get_object(Bucket=self._bucket, Key=self._prefix + name)["Body"].read()
            return data

    def names(self, prefix: str) -> list[str]:
        with self._reported(f"cannot list {prefix}"):
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self._bucket, Prefix=self._prefix + prefix
            )
            return sorted(each["Key"][len(self._prefix) :] for page in pages for each in page.get("Contents", ()))

    def delete(self, name: str) -> None:
        with self._reported(f"cannot delete {name}"):
            self._client.delete_object(Bucket=self._bucket, Key=self._prefix + name)

    @contextmanager
    def _reported(self, what: str) -> Iterator[None]:
        from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError

        try:
            yield
        except (BotoCoreError, ClientError, HTTPClientError) as error:
            raise ArchiveError(f"{what} in bucket {self._bucket}: {error}") from None
