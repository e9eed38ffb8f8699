"""An archive in an S3-compatible bucket."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
from botocore.session import get_session

from slipring.engine.archive.destinations import PARTIAL, ArchiveError, ObjectTaken

_THERE_ALREADY = {"PreconditionFailed", "ConditionalRequestConflict", "412", "409", "304"}
"""What an object that is there, or that another one writes at this moment, is answered with (S3 User Guide, "How to
prevent object overwrites with conditional writes"); older versions of MinIO say 304."""
_NOT_IMPLEMENTED = {"NotImplemented", "501"}

_log = logging.getLogger(__name__)


class Bucket:
    """Objects of a bucket, under a prefix."""

    def __init__(self, bucket: str, prefix: str, endpoint_url: str | None, region: str | None) -> None:
        config = Config(retries={"mode": "standard", "total_max_attempts": 3}, connect_timeout=10, read_timeout=60)
        self._bucket = bucket
        self._prefix = f"{prefix}/" if prefix else ""
        self._client: Any = get_session().create_client(
            "s3", endpoint_url=endpoint_url, region_name=region or "us-east-1", config=config
        )
        self._lacks_conditions = False
        """Whether it is known not to refuse to overwrite when it is asked to."""
        self._is_tried = False
        """Whether that was tried."""

    def put(self, name: str, data: bytes) -> None:
        with self._reported(f"cannot write {name}"):
            self._client.put_object(Bucket=self._bucket, Key=self._prefix + name, Body=data)

    def create(self, name: str, data: bytes) -> None:
        """By a conditional write. Where a bucket has none, only what is there already is not overwritten."""
        if self._lacks_conditions or not self._put_if_absent(name, data):
            self._check_is_same(name, data)
            if not self._lacks_conditions:
                return
            self.put(name, data)
        elif not self._is_tried:
            # Some take the header and overwrite all the same.
            self._lacks_conditions = self._put_if_absent(name, data)
            self._conclude()

    def _put_if_absent(self, name: str, data: bytes) -> bool:
        """False if the object is there already, or if the bucket cannot tell."""
        with self._reported(f"cannot write {name}"):
            try:
                self._client.put_object(Bucket=self._bucket, Key=self._prefix + name, Body=data, IfNoneMatch="*")
            except ClientError as error:
                status = str(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode"))
                told = {error.response.get("Error", {}).get("Code"), status}
                if told & _NOT_IMPLEMENTED:
                    self._lacks_conditions = True
                    self._conclude()
                elif not told & _THERE_ALREADY:
                    raise
                return False
        return True

    def _conclude(self) -> None:
        self._is_tried = True
        if self._lacks_conditions:
            _log.warning(
                "bucket %s has no conditional writes (If-None-Match): two servers that archive to it by mistake"
                " are noticed late",
                self._bucket,
            )

    def _check_is_same(self, name: str, data: bytes) -> None:
        """Raise ObjectTaken if there is an object of the name with other content."""
        if name in self.names(name) and self.get(name) != data:
            raise ObjectTaken(f"{name} is in bucket {self._bucket} already")

    def get(self, name: str) -> bytes:
        with self._reported(f"cannot read {name}"):
            data: bytes = self._client.get_object(Bucket=self._bucket, Key=self._prefix + name)["Body"].read()
            return data

    def names(self, prefix: str) -> list[str]:
        if prefix == PARTIAL:
            return []
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
        try:
            yield
        except (BotoCoreError, ClientError, HTTPClientError) as error:
            raise ArchiveError(f"{what} in bucket {self._bucket}: {error}") from None
