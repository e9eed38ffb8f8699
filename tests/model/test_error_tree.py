"""The error classes, held to the exceptions of the service model."""

from __future__ import annotations

import inspect
import pickle

import orjson
import pytest

from slipring.model.errors import tree
from slipring.model.errors.base import SERVICE, ApiError
from slipring.model.service import SERVICES, Shape, service

MODELLED = {shape.name: shape for name in SERVICES for shape in service(name).exceptions()}
CLASSES = {
    name: each
    for name, each in inspect.getmembers(tree, inspect.isclass)
    if issubclass(each, ApiError) and each is not ApiError
}


def test_every_modelled_exception_has_a_class_and_none_is_invented() -> None:
    """A newer botocore that brings an exception fails here until it is looked at."""
    own = {name for name, each in CLASSES.items() if each.namespace == SERVICE}
    assert own == MODELLED.keys()


@pytest.mark.parametrize("shape", MODELLED.values(), ids=MODELLED.keys())
def test_class_matches_its_shape(shape: Shape) -> None:
    """SDKs read the message from the member that the model names: message for most, Message for a few."""
    error = CLASSES[shape.name]
    assert error.message_member in shape.members
    assert (error.status >= 500) == (shape.name == "InternalServerError")
    assert ApiError.registry[shape.name] is error


def test_body() -> None:
    error = tree.ConditionalCheckFailedException("The conditional request failed", {"Item": {"pk": {"S": "a"}}})
    assert orjson.loads(error.body()) == {
        "__type": "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException",
        "message": "The conditional request failed",
        "Item": {"pk": {"S": "a"}},
    }


def test_framework_errors_live_in_their_own_namespaces() -> None:
    """SDKs cut the namespace off, but Terraform and others match the whole; both were observed."""
    assert orjson.loads(tree.ValidationException("no").body()) == {
        "__type": "com.amazon.coral.validate#ValidationException",
        "message": "no",
    }
    assert orjson.loads(tree.SerializationException("no").body()) == {
        "__type": "com.amazon.coral.service#SerializationException",
        "Message": "no",
    }


def test_a_body_without_a_message_has_no_such_member() -> None:
    """The service answers malformed JSON with the type alone (observed)."""
    assert orjson.loads(tree.SerializationException("").body()) == {
        "__type": "com.amazon.coral.service#SerializationException"
    }


@pytest.mark.parametrize("error", CLASSES.values(), ids=CLASSES.keys())
def test_errors_can_be_pickled(error: type[ApiError]) -> None:
    """They cross process borders in tests and workers."""
    original = error("why", {"More": [1]})
    copied = pickle.loads(pickle.dumps(original))
    assert type(copied) is error
    assert (copied.message, copied.extra) == ("why", {"More": [1]})
