"""Tables, items and indexes as ranges of keys: the one layout that every store carries.

`keyspace` the layout, `rows` the stored form of an item, `table` a table ready for work, `catalog` the tables there
are, `actions` and `changes` what a write does, `engine` reads and commits, `background` what happens later.
"""
