"""A consumer of a stream as the Kinesis Client Library is one, with the DynamoDB Streams adapter.

It has a lease for each shard, with a checkpoint: TRIM_HORIZON, a sequence number, or SHARD_END. Several workers take
leases; one reads a few pages of its shard, checkpoints each, and gives the lease back, so that another goes on from
the checkpoint. A shard's lease is for the taking once its parent is at SHARD_END, or is no more. When a shard ends, its
children are asked for with a ShardFilter; now and then all shards are listed, page by page.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from random import Random
from threading import Event, Lock
from typing import Any

from botocore.exceptions import ClientError

from tests.conftest import Client

TRIM_HORIZON, SHARD_END = "TRIM_HORIZON", "SHARD_END"
_SHARDS_PER_PAGE = 2
_PAGES_PER_LEASE = 3
_BETWEEN_POLLS_S = 0.02


@dataclass
class Lease:
    shard_id: str
    parent: str | None
    checkpoint: str = TRIM_HORIZON
    is_taken: bool = False


class Consumer:
    """Reads a stream with several workers until it is told that everything was written, and then to its end."""

    def __init__(self, make_client: Callable[[], Client], arn: str, seed: int) -> None:
        self._make_client = make_client
        self._arn = arn
        self._random = Random(seed)
        self._lock = Lock()
        self._leases: dict[str, Lease] = {}
        self.written = Event()
        self.records: dict[str, list[dict[str, Any]]] = defaultdict(list)
        """What was read of each item, by its key `pk`, in the order in which it was read."""

    @property
    def shards(self) -> int:
        """How many there were."""
        return len(self._leases)

    def has_read(self, records: int) -> bool:
        """Whether it has read so many."""
        return sum(map(len, list(self.records.values()))) >= records

    def run(self, workers: int) -> None:
        with ThreadPoolExecutor(workers) as pool:
            for done in [pool.submit(self._work) for _ in range(workers)]:
                done.result()

    def _work(self) -> None:
        client = self._make_client()
        idle = 0
        # An empty pass after the last write is the end: nothing is held by others then, and nothing came.
        while idle < 2:
            self._discover(client)
            was_written = self.written.is_set()
            lease = self._take()
            if lease is None:
                self.written.wait(_BETWEEN_POLLS_S)
                continue
            try:
                found = self._read(client, lease)
            finally:
                lease.is_taken = False
            if not found:
                self.written.wait(_BETWEEN_POLLS_S)
            idle = idle + 1 if was_written and not found and self._all_read(client) else 0
        client.close()

    def _discover(self, client: Client, **wanted: Any) -> None:
        """List shards, all or those `wanted`, page by page."""
        after: dict[str, str] = {}
        while True:
            told = client.describe_stream(StreamArn=self._arn, Limit=_SHARDS_PER_PAGE, **wanted, **after)
            description = told["StreamDescription"]
            with self._lock:
                for shard in description["Shards"]:
                    lease = Lease(shard["ShardId"], shard.get("ParentShardId"))
                    self._leases.setdefault(lease.shard_id, lease)
            if "LastEvaluatedShardId" not in description:
                return
            after = {"ExclusiveStartShardId": description["LastEvaluatedShardId"]}

    def _take(self) -> Lease | None:
        with self._lock:
            free = [each for each in self._leases.values() if not each.is_taken and self._is_ready(each)]
            if not free:
                return None
            lease = self._random.choice(free)
            lease.is_taken = True
            return lease

    def _is_ready(self, lease: Lease) -> bool:
        parent = self._leases.get(lease.parent or "")
        return lease.checkpoint != SHARD_END and (parent is None or parent.checkpoint == SHARD_END)

    def _read(self, client: Client, lease: Lease) -> bool:
        """Some pages from the checkpoint on; whether there was anything."""
        found = False
        try:
            iterator = self._iterator(client, lease)
            for _ in range(_PAGES_PER_LEASE):
                page = client.get_records(ShardIterator=iterator, Limit=self._random.randint(1, 50))
                for record in page["Records"]:
                    self.records[record["dynamodb"]["Keys"]["pk"]["S"]].append(record)
                    lease.checkpoint = record["dynamodb"]["SequenceNumber"]
                    found = True
                if "NextShardIterator" not in page:
                    lease.checkpoint = SHARD_END
                    self._discover(client, ShardFilter={"Type": "CHILD_SHARDS", "ShardId": lease.shard_id})
                    return True
                iterator = page["NextShardIterator"]
        except ClientError as error:
            # The clock was moved. The adapter asks for a new iterator at its checkpoint.
            if error.response["Error"]["Code"] != "ExpiredIteratorException":
                raise
            return True
        return found

    def _iterator(self, client: Client, lease: Lease) -> str:
        where: dict[str, str] = {"ShardIteratorType": "TRIM_HORIZON"}
        if lease.checkpoint != TRIM_HORIZON:
            where = {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "SequenceNumber": lease.checkpoint}
        told = client.get_shard_iterator(StreamArn=self._arn, ShardId=lease.shard_id, **where)
        iterator: str = told["ShardIterator"]
        return iterator

    def _all_read(self, client: Client) -> bool:
        """Whether every shard is at its end, or has nothing after its checkpoint."""
        self._discover(client)
        with self._lock:
            leases = [each for each in self._leases.values() if each.checkpoint != SHARD_END]
        for lease in leases:
            page = client.get_records(ShardIterator=self._iterator(client, lease), Limit=1)
            if page["Records"] or "NextShardIterator" not in page:
                return False
        return True
