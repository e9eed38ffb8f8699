"""Slipring on PostgreSQL beside pgbench on the same server: the same single-row reads and upserts, by hand."""
