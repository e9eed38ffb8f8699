"""Where identities lie in the store.

| key | value |
|---|---|
| `01 a c` | the master key's mark: something sealed with it, so that another is noticed |
| `01 a k` access key | an access key (JSON, its secret sealed) |
| `01 a u` account 00 name, `01 a g` …, `01 a r` … | a user, group or role (JSON) |
| `01 a p` account 00 name | a managed policy (JSON) |
| `10` access key | when it was last used, for which service and region (JSON) |

Names are unique whatever their case, so keys hold them in lower case. What changes often lies apart, because whoever
watches `01 a` forgets all it knows when something there changes.
"""

from __future__ import annotations

from slipring.iam.records import Kind
from slipring.storage.contract import WATCHED

IDENTITIES = WATCHED + b"a"
MARK = IDENTITIES + b"c"
ACCESS_KEYS = IDENTITIES + b"k"
LAST_USES = b"\x10"

_LETTERS: dict[Kind, bytes] = {"user": b"u", "group": b"g", "role": b"r"}


def access_key(key_id: str) -> bytes:
    return ACCESS_KEYS + key_id.encode()


def entities(kind: Kind) -> bytes:
    """The prefix of all of them, whatever their account."""
    return IDENTITIES + _LETTERS[kind]


def account_in(entity_key: bytes) -> str:
    """The account of the entity that lies at a key."""
    return entity_key[len(IDENTITIES) + 1 :].partition(b"\x00")[0].decode()


def entity(kind: Kind, account: str, name: str) -> bytes:
    return entities(kind) + account.encode() + b"\x00" + name.lower().encode()


def policy(account: str, name: str) -> bytes:
    return IDENTITIES + b"p" + account.encode() + b"\x00" + name.lower().encode()


def last_use(key_id: str) -> bytes:
    return LAST_USES + key_id.encode()
