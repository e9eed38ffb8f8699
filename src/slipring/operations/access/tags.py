"""The condition keys that tell policies of the tags in a request.

Sources: "Using attribute-based access control with DynamoDB" in the Developer Guide, and `aws:RequestTag` and
`aws:TagKeys` among the "AWS global condition context keys" of the IAM User Guide.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from slipring.engine.table import Table
from slipring.iam.policies.templates import Values
from slipring.operations.access.needs import Keys, Request

RESOURCE_TAG = "aws:resourcetag/"
_REQUEST_TAG = "aws:requesttag/"
_TAG_KEYS = "aws:tagkeys"


def of_request(key: str) -> bool:
    """Whether a condition key, in lower case, is of the tags in a request."""
    return key == _TAG_KEYS or key.startswith(_REQUEST_TAG)


def given_tags(request: Request) -> Keys:
    """For a request that gives tags."""
    return _keys([(tag.get("Key", ""), tag.get("Value", "")) for tag in request.get("Tags") or ()])


def named_tags(request: Request) -> Keys:
    """For a request that takes tags away by their names: they have no values."""
    return _keys([], request["TagKeys"])


def _keys(tags: list[tuple[str, str]], names: Iterable[str] = ()) -> Keys:
    def keys(key: str, table: Table | None) -> Values | None:
        if key == _TAG_KEYS:
            return (*[name for name, _ in tags], *names) or None
        return _value_of(tags, key.removeprefix(_REQUEST_TAG)) if key.startswith(_REQUEST_TAG) else None

    return keys


def resource_tag(tags: Mapping[str, str], key: str) -> Values | None:
    """The value of `aws:ResourceTag/…` for something that has `tags`."""
    return _value_of(list(tags.items()), key.removeprefix(RESOURCE_TAG))


def _value_of(tags: list[tuple[str, str]], name: str) -> Values | None:
    """The value of a tag, named in lower case. Tags that differ in case alone are one to policies: all of them have to
    be right."""
    values = tuple([value for each, value in tags if each.lower() == name])
    return values[0] if len(values) == 1 else values or None
