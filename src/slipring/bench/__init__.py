"""A load generator for any DynamoDB endpoint.

It knows the service's API and nothing of the server in this package, which it measures like any other: over HTTP,
from processes of its own.
"""
