"""Policies attached to tables and streams."""
