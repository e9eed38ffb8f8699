"""The metrics there are: one entry each, from which the page, the sums over workers and the documentation are made.

Names follow Prometheus' conventions ("Metric and label naming"): base units, the unit last, `_total` on what only
grows. docs/metrics.md tells which of CloudWatch's metrics each stands for.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

LATENCY_BOUNDS_S = (
    0.000025,
    0.00005,
    0.0001,
    0.00025,
    0.0005,
    0.001,
    0.0025,
    0.005,
    0.01,
    0.025,
    0.05,
    0.1,
    0.25,
    0.5,
    1.0,
    2.5,
    10.0,
)
"""From what a GetItem takes to what nobody waits for. SDKs give up long before the last one."""

NO_OPERATION = "(none)"
"""The label of requests that were refused before anybody knew what they asked for."""


@dataclass(frozen=True, slots=True)
class Metric:
    """What is known of one metric."""

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    help: str
    labels: tuple[str, ...] = ()
    across: Callable[[float, float], float] = operator.add
    """What the figures of two workers make together."""


_METRICS = (
    Metric(
        "slipring_requests_total",
        "counter",
        "Requests answered, with success or with an error.",
        ("operation",),
    ),
    Metric(
        "slipring_request_duration_seconds",
        "histogram",
        "How long requests that succeeded took, from when they were read to when their answer was ready to send.",
        ("operation",),
    ),
    Metric("slipring_errors_total", "counter", "Requests answered with an error.", ("operation", "error")),
    Metric(
        "slipring_user_errors_total",
        "counter",
        "Requests answered with an HTTP status of 4xx, without those that were throttled or failed their condition.",
        ("operation",),
    ),
    Metric(
        "slipring_system_errors_total",
        "counter",
        "Requests answered with an HTTP status of 5xx.",
        ("operation",),
    ),
    Metric(
        "slipring_throttled_requests_total",
        "counter",
        "Requests answered with ProvisionedThroughputExceededException, ThrottlingException or RequestLimitExceeded.",
        ("operation",),
    ),
    Metric(
        "slipring_conditional_check_failed_requests_total",
        "counter",
        "Requests answered with ConditionalCheckFailedException.",
        ("operation",),
    ),
    Metric(
        "slipring_consumed_read_capacity_units_total",
        "counter",
        "Read capacity units that successful requests consumed, without an index those of the table itself.",
        ("table", "index"),
    ),
    Metric(
        "slipring_consumed_write_capacity_units_total",
        "counter",
        "Write capacity units that requests consumed, those whose condition failed too; without an index those of the"
        " table itself.",
        ("table", "index"),
    ),
    Metric(
        "slipring_returned_items_total",
        "counter",
        "Items that Query, Scan and SELECT returned or counted, after their filter.",
        ("table", "index"),
    ),
    Metric(
        "slipring_expired_items_total",
        "counter",
        "Items that time to live deleted.",
        ("table",),
    ),
    Metric(
        "slipring_signature_failures_total",
        "counter",
        "Requests whose signature did not verify: refused with this error, or served all the same with `--auth warn`.",
        ("error",),
    ),
    Metric(
        "slipring_denied_requests_total",
        "counter",
        "Requests that policies do not allow: refused, or served all the same with `--auth warn`.",
        ("operation",),
    ),
    Metric("slipring_trigger_calls_total", "counter", "Calls of triggers' targets.", ("trigger",)),
    Metric("slipring_trigger_failed_calls_total", "counter", "Those that failed, if only in part.", ("trigger",)),
    Metric("slipring_trigger_records_total", "counter", "Records that triggers handed over.", ("trigger",)),
    Metric("slipring_trigger_discarded_records_total", "counter", "Records that triggers gave up.", ("trigger",)),
    Metric(
        "slipring_trigger_iterator_age_seconds",
        "gauge",
        "How old the last record of the latest batch was when its call ended.",
        ("trigger",),
        across=max,
    ),
    Metric("slipring_open_connections", "gauge", "Connections that are open."),
    Metric("slipring_connections_total", "counter", "Connections that were accepted."),
    Metric("slipring_requests_in_flight", "gauge", "Requests that wait for the store."),
    Metric("slipring_in_flight_bytes", "gauge", "Bytes of request bodies that are being read or acted on."),
    Metric("slipring_shed_connections_total", "counter", "Connections refused because connections_max were open."),
    Metric("slipring_shed_requests_total", "counter", "Requests refused because bytes_in_flight_max was reached."),
    Metric(
        "slipring_limited_connections_total",
        "counter",
        "Connections refused because their address had address_connections_max already.",
    ),
    Metric(
        "slipring_limited_requests_total",
        "counter",
        "Requests throttled because their client is over this limit: address_requests_per_s or caller_requests_per_s.",
        ("limit",),
    ),
    Metric(
        "slipring_failed_handshakes_total",
        "counter",
        "TLS handshakes that failed, by OpenSSL's reason; UNFINISHED where the client left or took too long.",
        ("error",),
    ),
    Metric(
        "slipring_refused_admin_calls_total",
        "counter",
        "Admin calls and requests for this page that were refused: with 401 without the token, with 403 out of place.",
        ("status",),
    ),
    Metric("slipring_store_info", "gauge", "Always 1; what store this is.", ("kind", "durability"), across=max),
    Metric("slipring_store_bytes", "gauge", "Bytes that the store takes on disk.", across=max),
    Metric("slipring_store_commits_total", "counter", "Mutations that the store committed."),
    Metric("slipring_store_commit_groups_total", "counter", "Groups in which they were committed, one sync each."),
    Metric(
        "slipring_store_segments_waiting",
        "gauge",
        "Full segments of the journal that are not in the base yet.",
        across=max,
    ),
    Metric(
        "slipring_journal_bytes",
        "gauge",
        "Bytes of the journals that streams and point-in-time recovery read; as of the last minute.",
        ("table",),
        across=max,
    ),
    Metric(
        "slipring_journal_records",
        "gauge",
        "Records in these journals; as of the last minute.",
        ("table",),
        across=max,
    ),
    Metric(
        "slipring_archive_time_seconds",
        "gauge",
        "The moment up to which everything is archived, since the Unix epoch; 0 before the first time.",
        across=max,
    ),
    Metric("slipring_archive_failures_total", "counter", "How often archiving failed; it is tried again."),
    Metric("slipring_archive_failing", "gauge", "1 while archiving fails, in the process that tries.", across=max),
    Metric("slipring_archive_written_bytes_total", "counter", "Bytes of segments written to the archive."),
    Metric(
        "slipring_scrub_time_seconds",
        "gauge",
        "When the store was last verified in the background, since the Unix epoch.",
        across=max,
    ),
    Metric("slipring_scrub_differences", "gauge", "What differed when the store was last verified.", across=max),
    Metric(
        "slipring_renewal_tables_waiting",
        "gauge",
        "Tables of an encrypted store with values that may not be sealed with the newest data key yet.",
        across=max,
    ),
    Metric("slipring_renewed_values_total", "counter", "Values sealed anew after their table got another data key."),
    Metric("slipring_workers", "gauge", "Processes that serve."),
    Metric("slipring_worker_starts_total", "counter", "Processes that began to serve, those included that died."),
    Metric("slipring_build_info", "gauge", "Always 1; what runs.", ("version", "python"), across=max),
    Metric("process_cpu_seconds_total", "counter", "User and system CPU time, all workers together."),
    Metric(
        "process_resident_memory_bytes", "gauge", "Memory in use, all workers together; shared pages count in each."
    ),
    Metric("process_open_fds", "gauge", "Open files and sockets, all workers together."),
    Metric("process_max_fds", "gauge", "How many of them one process may have.", across=max),
    Metric("process_start_time_seconds", "gauge", "When the oldest worker began, since the Unix epoch.", across=min),
)

METRICS: Mapping[str, Metric] = {metric.name: metric for metric in _METRICS}
"""Every metric by name, in the order of the page."""
