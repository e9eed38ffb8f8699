"""Query and Scan: a range of keys, a page of it, and what of each item is told."""
