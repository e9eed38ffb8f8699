"""Archives by their addresses."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from slipring.engine.archive.destinations import ArchiveError, Destination
from slipring.engine.archive.directory import Directory


def open_destination(address: str) -> Destination:
    """A directory by its path, or `s3://bucket/prefix`, to which `?endpoint_url=` and `region=` may be added.

    Credentials are found as botocore finds them. Raises ArchiveError."""
    if "://" not in address:
        return Directory(Path(address))
    parts = urlsplit(address)
    options = dict(parse_qsl(parts.query))
    if parts.scheme != "s3" or not parts.netloc or not options.keys() <= {"endpoint_url", "region"}:
        raise ArchiveError(f"{address}: an archive is a directory or s3://bucket/prefix?endpoint_url=URL&region=REGION")
    # Most archives are directories, and botocore takes longer to import than a server to start.
    from slipring.engine.archive.bucket import Bucket

    return Bucket(parts.netloc, parts.path.strip("/"), options.get("endpoint_url"), options.get("region"))
