"""Sessions: temporary credentials whose token is the session itself, sealed.

A token is read by every process that has the master key, no commit is needed to begin a session, and nothing has to be
cleared away after it. See docs/adr for what that costs.
"""

from __future__ import annotations

import binascii
from base64 import b64decode, b64encode
from dataclasses import asdict, dataclass, field
from typing import Any

import orjson

from slipring.clock import Ids
from slipring.iam.changes import new_id
from slipring.iam.records import SESSION_KEY_PREFIX, Kind, Tags
from slipring.storage.sealing import Seal, SealBroken

_PURPOSE = b"session token"
_ID_LENGTH = 16
_SECRET_BYTES = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """What a token holds."""

    access_key: str
    secret: str = field(repr=False)
    account: str
    kind: Kind
    """What the session is of: a role that was assumed, or a user."""
    name: str
    id: str
    """The role's or user's own; empty for the account's root."""
    session_name: str = ""
    issued_at: float
    expires_at: float
    documents: list[str] = field(default_factory=list)
    """The policies that it was begun with."""
    policies: list[str] = field(default_factory=list)
    """Names of managed policies that it was begun with."""
    tags: Tags = field(default_factory=dict)
    transitive: list[str] = field(default_factory=list)
    """Keys of the tags that go on to whatever role is assumed with it."""
    source_identity: str = ""


class Sessions:
    """Writes and reads tokens."""

    def __init__(self, seal: Seal, ids: Ids) -> None:
        self._seal = seal
        self._ids = ids

    def begin(self, **members: Any) -> tuple[Session, str]:
        """A session with a new access key and secret, and its token."""
        session = Session(
            access_key=SESSION_KEY_PREFIX + new_id(self._ids, _ID_LENGTH),
            secret=b64encode(self._ids.secret_bytes(_SECRET_BYTES)).decode(),
            **members,
        )
        return session, b64encode(self._seal.close(orjson.dumps(asdict(session)), _PURPOSE)).decode()

    def read(self, access_key: str, token: str) -> Session | None:
        """The session whose token this is, with this access key; None if it is none."""
        try:
            members = orjson.loads(self._seal.open(b64decode(token, validate=True), _PURPOSE))
        except (SealBroken, binascii.Error, ValueError):
            return None
        # Members that a newer version added are passed over.
        session = Session(**{name: value for name, value in members.items() if name in Session.__slots__})
        return session if session.access_key == access_key else None
