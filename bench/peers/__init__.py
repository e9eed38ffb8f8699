"""Slipring and other servers that speak DynamoDB's API, side by side on one machine.

`python -m bench.peers` installs the others from their public packages into a folder outside this repository, and runs
the same load on Slipring and on each of them in turn, in pairs of short runs, so that what else the machine does falls
on both. Nothing here is part of the package or of its tests.
"""
