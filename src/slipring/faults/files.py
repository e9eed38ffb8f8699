"""The rules that a server starts with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from slipring.faults.active import Faults
from slipring.faults.parsing import RuleInvalid
from slipring.model.service import operations


def load(path: str | None, error_probability: float) -> Faults:
    """The rules of a file, if one is named, then one for `error_probability`.

    The file is JSON or YAML: a list of rules, or an object with `rules` and a `seed`. Raises RuleInvalid."""
    told = {"rules": []} if path is None else _read(path)
    unknown = told.keys() - {"rules", "seed"}
    if unknown:
        raise RuleInvalid(f"{path}: there is no {min(unknown)!r}; there are rules and seed")
    faults = Faults(told.get("seed", 0))
    for number, rule in enumerate(told.get("rules", ()), 1):
        try:
            faults.add(rule)
        except RuleInvalid as error:
            raise RuleInvalid(f"{path}: rule {number}: {error}") from None
    if error_probability:
        faults.add(_throttled_at_random(error_probability))
    return faults


def _read(path: str) -> dict[str, Any]:
    # Most servers have no rules, and it takes longer to import than they take to start.
    import yaml

    try:
        told = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise RuleInvalid(f"{path}: {error.strerror}") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise RuleInvalid(f"{path}: {' '.join(str(error).split())}") from None
    if isinstance(told, list):
        told = {"rules": told}
    if not isinstance(told, dict) or not isinstance(told.get("rules"), list):
        raise RuleInvalid(f"{path}: holds neither a list of rules nor an object with one")
    if not all(isinstance(rule, dict) for rule in told["rules"]):
        raise RuleInvalid(f"{path}: a rule is an object")
    if type(told.get("seed", 0)) is not int:
        raise RuleInvalid(f"{path}: seed is a whole number")
    return told


def _throttled_at_random(probability: float) -> dict[str, Any]:
    """What LocalStack's DYNAMODB_ERROR_PROBABILITY does: so large a share of the calls that consume capacity fails
    (LocalStack's documentation, "Configuration", "DynamoDB")."""
    consuming = [name for name, each in operations().items() if "ReturnConsumedCapacity" in each.input.members]
    error = "ProvisionedThroughputExceededException"
    return {"operation": consuming, "probability": probability, "error": error}
