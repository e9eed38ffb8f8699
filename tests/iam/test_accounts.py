"""Accounts are a boundary where they isolate, and nowhere else; whoever has several is told so."""

from __future__ import annotations

import logging
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import error_of, table_definition
from tests.iam.running import ACCOUNT, ROOT, Place
from tests.iam.test_authorization import allow, policy

WARNING = "accounts are no boundary"


def warned(caplog: pytest.LogCaptureFixture) -> bool:
    return any(WARNING in record.getMessage() for record in caplog.records)


def served(place: Place, caplog: pytest.LogCaptureFixture, **settings: Any) -> bool:
    """Whether a server that is started over the place warns of its accounts."""
    caplog.clear()
    with caplog.at_level(logging.WARNING, "slipring"), place.served(**settings):
        return warned(caplog)


def test_whoever_has_several_accounts_and_does_not_isolate_them_is_warned(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The root's is one, too. With auth off nobody is told: then nothing is a boundary."""
    place = Place(tmp_path)
    keyless: dict[str, Any] = {"access_key_id": None, "secret_access_key": None}
    assert not served(place, caplog)
    place.iam("user create ada")
    assert served(place, caplog)
    assert not served(place, caplog, **keyless)
    for settings in ({"isolate": "account"}, {"isolate": "account,region"}, {"auth": "off"}):
        assert not served(place, caplog, **settings)
    assert served(place, caplog, isolate="region", auth="warn")
    place.iam("user create bob", account="444455556666")
    assert served(place, caplog, **keyless)


@pytest.mark.parametrize(("isolate", "shared"), [("none", True), ("account", False)])
def test_accounts_share_all_tables_unless_they_isolate(tmp_path: Path, isolate: str, shared: bool) -> None:
    """As docs/access.md says: a policy that allows a user all tables of its own account shows it everybody's."""
    place = Place(tmp_path)
    keys = place.user("ada")
    place.iam("inline put user ada own -", stdin=policy(allow("*", on=f"arn:aws:dynamodb:*:{ACCOUNT}:table/*")))
    with place.served(isolate=isolate):
        with closing(place.client(ROOT)) as root:
            root.create_table(**table_definition("Music", ("pk", "S")))
        with closing(place.client(keys)) as client:
            if shared:
                assert client.scan(TableName="Music")["Count"] == 0
            else:
                assert error_of(client.scan, TableName="Music")[0] == "ResourceNotFoundException"
