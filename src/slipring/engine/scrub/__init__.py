"""Whether everything in a store agrees: each value with its checksum, each item with its key and its index entries,
each entry with its item, the counters with what they count, the journal with itself and with the table.

`findings` what is found, `tables` items and counters, `indexes` entries, `journals` the journal, `run` all of it.
"""
