"""A plain reference model of the whole data plane, and random histories to compare a server with it.

Everything is written a second time and naively: dictionaries in memory, no indexes but lists that are filtered, no
concurrency. Nothing here uses the code under test; the server is spoken to over HTTP.
"""
