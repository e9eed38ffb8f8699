"""The service model: what is read from botocore's data files is what botocore itself would load."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module

import pytest

from slipring.model import service


@pytest.mark.parametrize("name", service.SERVICES)
def test_same_model_as_botocores_own_loader(name: str) -> None:
    """Picking the wrong API version or file would silently lose operations."""
    model = import_module("botocore.loaders").Loader().load_service_model(name, "service-2")
    operations = service.service(name).operations
    assert operations.keys() == model["operations"].keys()
    for operation in operations.values():
        assert operation.input.name == model["operations"][operation.name]["input"]["shape"]


def test_targets_cover_both_services() -> None:
    """The edge dispatches by these bytes; both services answer on one port."""
    assert service.TARGETS[b"DynamoDB_20120810.PutItem"] == "PutItem"
    assert service.TARGETS[b"DynamoDBStreams_20120810.GetRecords"] == "GetRecords"
    assert len(service.TARGETS) == len(service.operations())


def test_shapes_know_their_constraints() -> None:
    scan = service.operations()["Scan"].input
    assert scan.required == ("TableName",)
    segments = scan.members["TotalSegments"]
    assert (segments.kind, segments.min, segments.max) == ("integer", 1, 1_000_000)
    assert scan.members["IndexName"].pattern == "[a-zA-Z0-9_.-]+"
    assert set(scan.members["Select"].enum) > {"COUNT", "ALL_ATTRIBUTES"}


def test_recursive_shapes_can_be_followed() -> None:
    """An attribute value holds lists and maps of attribute values."""
    value = service.operations()["PutItem"].input.members["Item"].value
    assert value.members["L"].element is value
    assert value.members["M"].value is value


def test_operations_know_their_errors() -> None:
    assert "ConditionalCheckFailedException" in service.operations()["PutItem"].errors


def test_botocore_is_not_imported() -> None:
    """Importing botocore would cost most of the start-up time that a server is allowed."""
    script = "import sys, slipring.model.service as s; s.operations(); print('botocore' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_unknown_names_are_unknown() -> None:
    """The module answers for TARGETS lazily; that must not swallow a misspelt name."""
    with pytest.raises(AttributeError, match="TARGET"):
        service.TARGET  # noqa: B018
