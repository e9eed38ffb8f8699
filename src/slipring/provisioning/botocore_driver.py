"""Calls that travel through a botocore client, to whatever endpoint it has."""

from __future__ import annotations

from time import sleep
from typing import Any, TypeVar

from botocore import xform_name
from botocore.exceptions import ClientError

from slipring.provisioning.asking import Asking, Pause, Refused

R = TypeVar("R")


def drive(client: Any, asking: Asking[R]) -> R:
    """What the asking comes to. Raises what it raises, and botocore's errors where there is no answer."""
    try:
        wanted = next(asking)
        while True:
            if isinstance(wanted, Pause):
                sleep(wanted.seconds)
                wanted = asking.send({})
                continue
            try:
                answer = getattr(client, xform_name(wanted.operation))(**wanted.parameters)
            except ClientError as error:
                refusal = error.response["Error"]
                wanted = asking.throw(Refused(refusal["Code"], refusal["Message"]))
            else:
                wanted = asking.send(answer)
    except StopIteration as stop:
        result: R = stop.value
        return result
