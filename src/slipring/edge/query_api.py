"""The query protocol: an action and its parameters in a form, an answer in XML. The Security Token Service speaks it.

Source: STS API reference, "Making query requests".
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from slipring.clock import Ids
from slipring.edge.auth import Authenticate
from slipring.edge.framing import Page
from slipring.edge.request import Request
from slipring.iam.caller import Caller
from slipring.iam.credentials import NotLoaded
from slipring.model.errors import sts as errors
from slipring.model.errors.base import ApiError

if TYPE_CHECKING:
    from slipring.iam.sts import Result, TokenService

_FORM = b"application/x-www-form-urlencoded"
_XML = b"text/xml"
_NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/"
_PARAMETERS_MAX = 1000

_CODES = {
    "AccessDeniedException": "AccessDenied",
    "ExpiredTokenException": "ExpiredToken",
    "IncompleteSignatureException": "IncompleteSignature",
    "InvalidSignatureException": "SignatureDoesNotMatch",
    "MissingAuthenticationTokenException": "MissingAuthenticationToken",
    "UnrecognizedClientException": "InvalidClientTokenId",
}
"""What the query protocol calls the errors of signatures and policies; all of them are answered with 403."""


_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


class QueryApi:
    """Answers the Security Token Service's actions."""

    def __init__(self, authenticate: Authenticate, service: Callable[[], TokenService], ids: Ids) -> None:
        """`service` makes it when it is asked for: most servers never are."""
        self._authenticate = authenticate
        self._service = service
        self._ids = ids

    def answer(self, request: Request) -> Coroutine[Any, Any, Page] | None:
        """What will answer `request`; None if it is no call of an action."""
        parameters = _parameters(request)
        if "Action" not in parameters:
            return None
        return self._answer(request.detached(), parameters)

    async def _answer(self, request: Request, parameters: Mapping[str, str]) -> Page:
        action = parameters["Action"]
        if request.entry is not None:
            request.entry.action = action
        request_id = self._ids.uuid()
        try:
            perform = self._service().actions.get(action)
            if perform is None:
                raise errors.unknown_action(action, parameters.get("Version", ""))
            result = await perform(await self._caller(request), parameters)
        except ApiError as error:
            return _refusal(error, request_id)
        answer = {f"{action}Result": result, "ResponseMetadata": {"RequestId": request_id}}
        return Page(200, _document(f"{action}Response", answer), _XML)

    async def _caller(self, request: Request) -> Caller:
        while True:
            try:
                return self._authenticate(request)
            except NotLoaded as credential:
                await credential.load()


def _parameters(request: Request) -> dict[str, str]:
    text = request.url.partition(b"?")[2]
    if request.method == b"POST":
        content_type = request.headers.get(request.shape.content_type, b"")
        if content_type.partition(b";")[0].strip().lower() != _FORM:
            return {}
        text = request.body()
    try:
        pairs = parse_qsl(text.decode("latin-1"), keep_blank_values=True, max_num_fields=_PARAMETERS_MAX)
    except ValueError:
        return {}
    return dict(pairs)


def _refusal(error: ApiError, request_id: str) -> Page:
    code = _CODES.get(error.code)
    told = {"Type": "Sender", "Code": code or error.code, "Message": error.message}
    body = _document("ErrorResponse", {"Error": told, "RequestId": request_id})
    return Page(403 if code else error.status, body, _XML)


def _document(name: str, members: Result) -> bytes:
    return f'<{name} xmlns="{_NAMESPACE}">{_elements(members)}</{name}>'.encode("utf-8", "replace")


def _elements(members: Result) -> str:
    return "".join(
        [
            f"<{name}>{_elements(value) if isinstance(value, dict) else value.translate(_ESCAPES)}</{name}>"
            for name, value in members.items()
        ]
    )
