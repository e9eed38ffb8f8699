"""Rows in buckets, for servers that spread tables over machines: by the bucket that comes first in each key."""
