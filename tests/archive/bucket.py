"""A bucket that speaks as much of S3 as the archive needs: objects in memory behind an HTTP server."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import md5, sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

Objects = dict[str, bytes]

_KEYS_PER_PAGE = 10
"""Few, so that lists have several pages."""


@dataclass
class Bucket:
    """What it holds, and how it takes conditional writes: `refuses` as S3 does, `lacks` them, or `ignores` that a write
    has a condition."""

    url: str = ""
    conditions: str = "refuses"
    objects: Objects = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)


class _Handler(BaseHTTPRequestHandler):
    bucket: Bucket
    protocol_version = "HTTP/1.1"

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if not self.headers.get("Authorization", "").startswith("AWS4-HMAC-SHA256 Credential=test/"):
            self._refuse(403, "AccessDenied")
            return
        if self.headers.get("Content-Encoding") == "aws-chunked":
            body = _unchunked(body)
        elif sha256(body).hexdigest() != self.headers["x-amz-content-sha256"]:
            self._refuse(400, "XAmzContentSHA256Mismatch")
            return
        condition = self.headers.get("If-None-Match")
        bucket = self.bucket
        if condition is not None and bucket.conditions == "lacks":
            self._refuse(501, "NotImplemented")
            return
        with bucket.lock:
            if condition == "*" and bucket.conditions == "refuses" and self._key() in bucket.objects:
                self._refuse(412, "PreconditionFailed")
                return
            bucket.objects[self._key()] = body
        self._answer(200, b"", ETag=f'"{md5(body, usedforsecurity=False).hexdigest()}"')

    def do_GET(self) -> None:
        query = parse_qs(urlsplit(self.path).query)
        if query.get("list-type") == ["2"]:
            self._list(query.get("prefix", [""])[0], query.get("continuation-token", [""])[0])
        elif self._key() in self.bucket.objects:
            self._answer(200, self.bucket.objects[self._key()])
        else:
            self._refuse(404, "NoSuchKey")

    def _list(self, prefix: str, after: str) -> None:
        keys = sorted(key for key in [*self.bucket.objects] if key.startswith(prefix) and key > after)
        page = keys[:_KEYS_PER_PAGE]
        listed = "".join([f"<Contents><Key>{escape(key)}</Key></Contents>" for key in page])
        more = f"<NextContinuationToken>{escape(page[-1])}</NextContinuationToken>" if page != keys else ""
        truncated = f"<IsTruncated>{str(page != keys).lower()}</IsTruncated>{more}"
        self._answer(200, f"<ListBucketResult>{truncated}{listed}</ListBucketResult>".encode())

    def do_DELETE(self) -> None:
        self.bucket.objects.pop(self._key(), None)
        self._answer(204, b"")

    def _key(self) -> str:
        """What follows the bucket's name."""
        return unquote(urlsplit(self.path).path).split("/", 2)[2]

    def _refuse(self, status: int, code: str) -> None:
        self._answer(status, f"<Error><Code>{code}</Code><Message>{code}</Message></Error>".encode())

    def _answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


def _unchunked(body: bytes) -> bytes:
    """The content of an `aws-chunked` body."""
    content = b""
    while body:
        head, _, body = body.partition(b"\r\n")
        size = int(head.split(b";")[0], 16)
        if not size:
            break
        content, body = content + body[:size], body[size + 2 :]
    return content


@contextmanager
def bucket(conditions: str = "refuses") -> Iterator[Bucket]:
    held = Bucket(conditions=conditions)
    handler = type("Handler", (_Handler,), {"bucket": held})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    held.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield held
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
