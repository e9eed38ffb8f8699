"""Raw HTTP for tests: requests as an SDK sends them, answers as they came."""

from __future__ import annotations

import socket
import time
from dataclasses import dataclass

import orjson

AUTHORIZATION = (
    "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260101/eu-west-1/dynamodb/aws4_request,"
    " SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature=" + "5d" * 32
)

SIGNED = {
    "Host": "localhost:8000",
    "X-Amz-Target": "DynamoDB_20120810.GetItem",
    "Content-Type": "application/x-amz-json-1.0",
    "X-Amz-Date": "20260101T000000Z",
    "Authorization": AUTHORIZATION,
}
"""What every SDK sends."""


def request(
    body: bytes = b"{}",
    headers: dict[str, str | None] | None = None,
    *,
    method: str = "POST",
    url: str = "/",
    version: str = "1.1",
) -> bytes:
    """A signed request. `headers` change the usual ones; None drops one."""
    sent: dict[str, str | None] = {**SIGNED, "Content-Length": str(len(body)), **(headers or {})}
    lines = [f"{method} {url} HTTP/{version}"]
    lines += [f"{name}: {value}" for name, value in sent.items() if value is not None]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def chunked(*chunks: bytes, trailer: bytes = b"") -> bytes:
    """A request whose body comes in these chunks."""
    head = request(b"", {"Content-Length": None, "Transfer-Encoding": "chunked"})
    coded = b"".join([b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks])
    return head + coded + b"0\r\n" + trailer + b"\r\n"


@dataclass
class Response:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def code(self) -> str:
        """The error's name, without its namespace."""
        return str(orjson.loads(self.body)["__type"]).partition("#")[2]

    @property
    def message(self) -> str:
        return str(orjson.loads(self.body)["message"])


def read_response(data: bytes, *, head_only: bool = False) -> tuple[Response, bytes] | None:
    """The first response in `data` and what follows it; None if it is not whole."""
    head, end, rest = data.partition(b"\r\n\r\n")
    if not end:
        return None
    status_line, *lines = head.decode("latin-1").split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines)
    length = 0 if head_only else int(headers.get("content-length", "0"))
    if len(rest) < length:
        return None
    # Header values keep their case.
    headers = {line.split(": ", 1)[0].lower(): line.split(": ", 1)[1] for line in lines}
    return Response(int(status_line.split()[1]), headers, rest[:length]), rest[length:]


class Client:
    """One connection."""

    def __init__(self, port: int, source: str = "") -> None:
        """`source` is the address to come from; any unless it is given."""
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10, source_address=(source, 0))
        self.buffer = b""

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *exc: object) -> None:
        self.socket.close()

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def receive(self, *, head_only: bool = False) -> Response:
        """The next response. Fails if the connection ends first."""
        while (found := read_response(self.buffer, head_only=head_only)) is None:
            data = self.socket.recv(1 << 20)
            assert data, f"the connection ended after {self.buffer!r}"
            self.buffer += data
        response, self.buffer = found
        return response

    def ask(self, data: bytes, *, head_only: bool = False) -> Response:
        self.send(data)
        return self.receive(head_only=head_only)

    def closed(self, within_s: float = 5.0) -> bool:
        """Whether the server ends the connection, sending nothing more."""
        self.socket.settimeout(within_s)
        try:
            return self.buffer + self.socket.recv(1) == b""
        except TimeoutError:
            return False
        except ConnectionResetError:
            return True


def eventually(condition: object, within_s: float = 5.0) -> bool:
    """Whether a callable comes true in time."""
    assert callable(condition)
    deadline = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.002)
    return True
