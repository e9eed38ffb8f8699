"""Tables from templates and items from seeds, in a test's namespace and in a server in this process."""

from __future__ import annotations

from pathlib import Path

import pytest

from slipring import Server
from slipring.seeds.errors import SeedError
from slipring.templates.desired import TemplateError

TEMPLATE = """
Parameters: {Name: {Type: String, Default: music}}
Resources:
  Music: {Type: AWS::Serverless::SimpleTable, Properties: {TableName: !Ref Name}}
"""


@pytest.fixture
def template(tmp_path: Path) -> Path:
    """And a directory of seeds beside it."""
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "music.jsonl").write_text('{"id": "a"}')
    path = tmp_path / "app.template.yaml"
    path.write_text(TEMPLATE)
    return path


def test_a_namespace_begins_as_the_marker_says(pytester: pytest.Pytester, template: Path) -> None:
    """Templates first, then seeds; and the next test has neither."""
    pytester.makepyfile(
        f"""
        import pytest

        @pytest.mark.ddb(template={str(template)!r}, seed={str(template.parent / "seeds")!r})
        def test_prepared(ddb):
            assert ddb.table("music").scan()["Items"] == [{{"id": "a"}}]

        def test_empty(ddb):
            assert ddb.client().list_tables()["TableNames"] == []
            ddb.apply({str(template)!r}, parameters={{"Name": "other"}})
            assert ddb.client().list_tables()["TableNames"] == ["other"]
        """
    )
    pytester.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=2)


def test_a_server_takes_both(template: Path) -> None:
    with Server() as server:
        with pytest.raises(SeedError, match=r"music\.jsonl: there is no table music"):
            server.seed(template.parent / "seeds")
        server.apply(template)
        server.seed(template.parent / "seeds")
        assert server.resource().Table("music").scan()["Count"] == 1
        template.write_text(TEMPLATE + "  Other: {Type: AWS::DynamoDB::Future}\n")
        with pytest.raises(TemplateError, match="Other: AWS::DynamoDB::Future is not supported"):
            server.apply(template)
        server.apply(template, partial=True)
