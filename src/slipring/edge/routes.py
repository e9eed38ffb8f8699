"""What a whole request is for: an operation, or one of the few pages beside them."""

from __future__ import annotations

from collections.abc import Awaitable, Coroutine, Mapping
from typing import Any

from httptools import HttpParserError, parse_url

from slipring.admin.calls import AdminAnswer
from slipring.admin.exposition import CONTENT_TYPE as METRICS_TYPE
from slipring.admin.meters import Meter, Meters
from slipring.edge.admission import UNAUTHORIZED, Admission
from slipring.edge.auth import Authenticate
from slipring.edge.contract import Administer, Api, Metrics, QueryApi, Ready
from slipring.edge.encoding import decode
from slipring.edge.framing import Page
from slipring.edge.request import Request
from slipring.edge.traffic import Traffic
from slipring.iam.credentials import NotLoaded
from slipring.model.errors.base import ApiError
from slipring.model.errors.edge import unknown_operation

_JSON_TYPES = frozenset((b"application/x-amz-json-1.0", b"application/json"))

NOT_FOUND = Page(404, b"<UnknownOperationException/>\n")
"""The service's answer to anything that is no call of an operation, in JSON, by POST."""

REFUSED = Page(UNAUTHORIZED, b"unauthorized\n", b"text/plain", b"WWW-Authenticate: Bearer\r\n")
"""To whoever asks for admin calls or metrics and may not."""

_PREFLIGHT_MAX_AGE_S = 172_800

ALLOW_ORIGIN = (
    b"access-control-allow-origin: *\r\n"
    b"access-control-expose-headers: x-amzn-requestid,x-amzn-errortype,x-amzn-errormessage,date\r\n"
)
"""On every response to a page of another origin. The checksum is not exposed, as the service does not expose it: a
browser sees the body decompressed, and an SDK that could read the header would find it wrong (aws/aws-sdk-js issue
1614)."""

Answer = list[bytes] | Page


class Routes:
    """Finds what answers a request."""

    __slots__ = (
        "_administer",
        "_admission",
        "_authenticate",
        "_meters",
        "_metrics",
        "_query_api",
        "_ready",
        "_region",
        "_traffic",
        "api",
        "keeps_repeated",
        "no_meter",
    )

    def __init__(
        self,
        targets: Mapping[bytes, str],
        api: Api,
        authenticate: Authenticate,
        ready: Ready,
        metrics: Metrics,
        administer: Administer,
        meters: Meters,
        traffic: Traffic,
        region: str,
        query_api: QueryApi | None,
        keeps_repeated: bool,
        admission: Admission,
    ) -> None:
        self._meters = {target: meters[operation] for target, operation in targets.items()}
        self.no_meter = meters.none
        self.api = api
        self._authenticate = authenticate
        self._ready = ready
        self._metrics = metrics
        self._administer = administer
        self._traffic = traffic
        self._region = region
        self._query_api = query_api
        self.keeps_repeated = keeps_repeated
        self._admission = admission

    def route(self, request: Request) -> Coroutine[Any, Any, Answer] | Page:
        """What will answer `request`. Raises an `ApiError` to refuse it.

        The service looks for the operation before it looks for a signature.
        """
        headers = request.headers
        shape = request.shape
        if request.method != b"POST" or request.url != b"/":
            request.meter = self.no_meter
            page = self._page(request)
            if page is not None:
                return page
        target = headers.get(shape.target, b"")
        request.meter = meter = self._meters.get(target) or self._meters.get(target.strip()) or self.no_meter
        if headers.get(shape.content_type) not in _JSON_TYPES and not _is_json(headers.get(shape.content_type, b"")):
            return self._action(request) or NOT_FOUND
        if meter is self.no_meter:
            raise unknown_operation()
        traffic = self._traffic
        if traffic.bytes_in_flight > traffic.bytes_in_flight_max:
            raise traffic.shed()
        try:
            caller = self._authenticate(request)
        except NotLoaded as credential:
            return self._route_again(credential, request.detached())
        body = request.body()
        if shape.content_encoding is not None:
            body = decode(body, headers[shape.content_encoding])
        return self.api.call(meter.operation, body, caller)

    def meter_of(self, request: Request) -> Meter:
        """The meter of the operation that a request asks for, if it asks for one."""
        if request.method != b"POST":
            return self.no_meter
        return self._meters.get(request.headers.get(request.shape.target, b"").strip(), self.no_meter)

    def _page(self, request: Request) -> Coroutine[Any, Any, Answer] | Page | None:
        """The page for a request that is not a plain POST to the root; None if it calls an operation after all."""
        path = _path(request.url)
        if path.startswith(b"/_") and request.method != b"OPTIONS":
            if not self._admission.to_admin_calls(request):
                return REFUSED
            answer = self._administer(request.method.decode("latin-1"), path.decode("latin-1"), request.body())
            return NOT_FOUND if answer is None else self._administered(answer)
        if request.method == b"POST":
            return None if path == b"/" else NOT_FOUND
        if request.method == b"OPTIONS":
            return NOT_FOUND if request.shape.origin is None else _preflight(request)
        if request.method not in (b"GET", b"HEAD"):
            return NOT_FOUND
        if path == b"/":
            return self._action(request) or self._healthy(request)
        if path == b"/health/live":
            return Page(200, b"live\n", b"text/plain")
        if path == b"/health/ready":
            return self._readiness()
        if path == b"/metrics":
            if not self._admission.to_metrics(request):
                return REFUSED
            return Page(200, self._metrics(), METRICS_TYPE)
        return NOT_FOUND

    def _action(self, request: Request) -> Coroutine[Any, Any, Page] | None:
        """What will answer a request of the query protocol; None where it is none."""
        return None if self._query_api is None else self._query_api(request)

    def _healthy(self, request: Request) -> Page:
        """What the service tells a load balancer's probe, with its trailing blank."""
        region = self._region
        if request.shape.authorization:
            try:
                region = self._authenticate(request).region
            except (ApiError, NotLoaded):
                # A probe is answered whatever it carries.
                region = self._region
        return Page(200, f"healthy: dynamodb.{region}.amazonaws.com ".encode(), b"text/plain")

    async def _route_again(self, credential: NotLoaded, request: Request) -> Answer:
        """Answer a request when its credential has been read from the store."""
        await credential.load()
        # Not self.route: it is the same request, and counts once.
        answer = Routes.route(self, request)
        return answer if isinstance(answer, Page) else await answer

    async def _administered(self, answer: Awaitable[AdminAnswer]) -> Page:
        page = Page(*await answer)
        self._admission.note(page.status)
        return page

    async def _readiness(self) -> Page:
        try:
            await self._ready()
        except Exception as error:
            return Page(503, f"not ready: {error}\n".encode(), b"text/plain")
        return Page(200, b"ready\n", b"text/plain")


def _is_json(content_type: bytes) -> bool:
    return content_type.partition(b";")[0].strip().lower() in _JSON_TYPES


def _path(url: bytes) -> bytes:
    try:
        path = parse_url(url).path
    except HttpParserError:
        return b""
    return b"/" if path is None else path


def _preflight(request: Request) -> Page:
    """Lets a page of any origin call, with whatever headers its SDK adds."""
    asked = request.header(b"access-control-request-headers") or b""
    allow = b"access-control-allow-methods: GET, HEAD, POST, OPTIONS\r\naccess-control-max-age: %d\r\n" % (
        _PREFLIGHT_MAX_AGE_S
    )
    if asked:
        allow += b"access-control-allow-headers: %b\r\n" % asked
    return Page(200, headers=allow)
