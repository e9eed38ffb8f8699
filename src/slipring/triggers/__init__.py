"""Triggers: what is called for the records of a table's stream, as Lambda is by an event source mapping."""
