"""Snapshots: what a namespace or the whole store held at a moment, kept by name, and brought back.

`saved` keeps them, `loading` brings them back, `under_way` sees to loads that are broken off, `copying` copies rows
from one table id to another, `differences` compares.
"""
