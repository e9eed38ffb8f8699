"""Encryption at rest: a store over any other whose values can be read with a master key only.

Sealed are the values under `contract.SEALED`: items, index entries (which hold copies of items) and records of the
journal (which hold items before and after). Each is sealed with AES-256-GCM under a data key of its table, together
with its key in the store, so that a value moved to another key does not open. Data keys lie in the store, sealed with
the master key. The keys of the store, and with them the values of key attributes, stay as they are, because a store
has to sort them; so do counters, which it adds up, and the records of tables.

What this does not show: that a value, or the whole store, was put back to what it was before.
"""
