"""Slipring inside a Python program and its tests: a server in this process, and a pytest plugin on it.

Nothing is imported here: pytest loads the plugin in every project that has Slipring installed, used or not.
"""
