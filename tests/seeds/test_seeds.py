"""Seeds: files become items, each content once, and a file that is wrong leaves nothing behind."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from slipring.assembly import StartError
from tests.cli.processes import Serving, slipring
from tests.conftest import Client, make_client, table_definition
from tests.servers import ServerThread

KEY = "AttributeDefinitions: [{AttributeName: pk, AttributeType: S}, {AttributeName: n, AttributeType: N}]"
TEMPLATE = f"""
Resources:
  music:
    Type: AWS::DynamoDB::Table
    Properties:
      {KEY}
      KeySchema: [{{AttributeName: pk, KeyType: HASH}}]
      BillingMode: PAY_PER_REQUEST
      GlobalSecondaryIndexes:
      - {{IndexName: by-n, KeySchema: [{{AttributeName: n, KeyType: HASH}}], Projection: {{ProjectionType: ALL}}}}
"""


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """With a table `music`, whose key is `pk` (S), and that has an index by `n` (N)."""
    directory = tmp_path / "seeds"
    directory.mkdir()
    (directory / "app.template.yaml").write_text(TEMPLATE)
    return directory


def items_of(directory: Path, table: str = "music") -> list[dict[str, Any]]:
    """What a server that begins with the seeds has, in order of key."""
    with ServerThread(seed=str(directory)) as server:
        client = make_client(server.url)
        items: list[dict[str, Any]] = client.scan(TableName=table)["Items"]
        client.close()
    return sorted(items, key=lambda item: str(item["pk"]))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("music.json", '[{"pk": "a", "n": 1.50, "x": true},\n {"pk": "b", "x": [null, {"y": "z"}]}]'),
        ("music.jsonl", '{"pk": "a", "n": 1.50, "x": true}\n\n{"pk": "b", "x": [null, {"y": "z"}]}\n'),
        ("music.json", '{"Items": [{"pk": {"S": "a"}, "n": {"N": "1.5"}, "x": {"BOOL": true}}, {"pk": {"S": "b"}, "x":'
         ' {"L": [{"NULL": true}, {"M": {"y": {"S": "z"}}}]}}], "Count": 2}'),
        ("music.dynamodb.json", '[{"pk": {"S": "a"}, "n": {"N": "1.5"}, "x": {"BOOL": true}}, {"pk": {"S": "b"}, "x":'
         ' {"L": [{"NULL": true}, {"M": {"y": {"S": "z"}}}]}}]'),
        ("music.jsonl", '{"Item": {"pk": {"S": "a"}, "n": {"N": "1.5"}, "x": {"BOOL": true}}}\n{"Item": {"pk":'
         ' {"S": "b"}, "x": {"L": [{"NULL": true}, {"M": {"y": {"S": "z"}}}]}}}'),
        ("music.py", "from decimal import Decimal\ndef items(table):\n    assert table.keys == {'pk': 'S', 'n': 'N'}\n"
         "    yield {'pk': 'a', 'n': Decimal('1.5'), 'x': True}\n    yield {'pk': 'b', 'x': [None, {'y': 'z'}]}\n"),
    ],
    ids=["json", "jsonl", "scan", "dynamodb-json", "export", "python"],
)  # fmt: skip
def test_each_kind_of_file_comes_to_the_same_items(directory: Path, name: str, text: str) -> None:
    (directory / name).write_text(text)
    (directory / "README.md").write_text("for people")
    assert items_of(directory) == [
        {"pk": {"S": "a"}, "n": {"N": "1.5"}, "x": {"BOOL": True}},
        {"pk": {"S": "b"}, "x": {"L": [{"NULL": True}, {"M": {"y": {"S": "z"}}}]}},
    ]


def test_a_table_of_text_has_types(directory: Path) -> None:
    """A key has its own type; another column is one of numbers if all its cells are, and no code with zeros before
    it is; an empty cell is an attribute that is not there."""
    (directory / "music.csv").write_text('pk,n,plays,code,mixed,"a, b"\n1,7,10,007,1,x\n2,,2.5,123,x,"y\nz"\n')
    assert items_of(directory) == [
        {
            "pk": {"S": "1"},
            "n": {"N": "7"},
            "plays": {"N": "10"},
            "code": {"S": "007"},
            "mixed": {"S": "1"},
            "a, b": {"S": "x"},
        },
        {"pk": {"S": "2"}, "plays": {"N": "2.5"}, "code": {"S": "123"}, "mixed": {"S": "x"}, "a, b": {"S": "y\nz"}},
    ]


def test_numbers_keep_their_digits_and_python_its_sets(directory: Path) -> None:
    """A float would keep seventeen of them."""
    digits = "12345678901234567890123456789012345678"
    (directory / "music.json").write_text(f'[{{"pk": "a", "x": {digits}}}]')
    (directory / "music.py").write_text("def items(table):\n    yield {'pk': 'b', 'x': {1, 2}, 'y': b'z', 'f': 0.1}\n")
    assert items_of(directory) == [
        {"pk": {"S": "a"}, "x": {"N": digits}},
        {"pk": {"S": "b"}, "x": {"NS": ["1", "2"]}, "y": {"B": b"z"}, "f": {"N": "0.1"}},
    ]


@pytest.mark.parametrize(
    ("name", "text", "complaint"),
    [
        ("music.jsonl", '{"pk": "a"}\n{"pk": "b"', "line 2: Expecting ',' delimiter"),
        (
            "music.jsonl",
            '{"pk": "a"}\n{"n": 1}',
            "line 2: One or more parameter values were invalid: Missing the key pk",
        ),
        ("music.jsonl", '{"pk": "a"}\n{"pk": 1}', "line 2: One or more parameter values were invalid: Type mismatch"),
        (
            "music.jsonl",
            '{"pk": "a"}\n{"pk": "b", "n": "x"}',
            "line 2: One or more parameter values were invalid: Type",
        ),
        ("music.jsonl", '{"pk": "a"}\n{"pk": "a"}', "line 2: its key is that of line 1"),
        ("music.jsonl", "[1]", "line 1: an item is an object"),
        ("music.jsonl", '{"pk": "a", "x": ' + "[" * 100 + "]" * 100 + "}", "line 1: a value is nested too deeply"),
        ("music.jsonl", '{"pk": "a", "x": ' + "[" * 40 + "]" * 40 + "}", "line 1: Nesting Levels have exceeded"),
        ("music.jsonl", '{"pk": "a", "x": ' + "[" * 100_000, "line 1: "),
        ("music.jsonl", json.dumps({"pk": "a", "x": "y" * 410_000}), "line 1: Item size has exceeded"),
        ("music.json", '[{"pk": "a"},\n {"pk": "b"},\n\n {"pk": ""}]', "line 4: One or more parameter values"),
        ("music.json", '[{"pk": "a"}\n {"pk": "b"}]', "line 2: a comma or the list's end is missing"),
        ("music.json", '[{"pk": "a"},\n {"pk": "b",}]', "line 2: "),
        ("music.json", '{"pk": "a"}', "line 1: it is neither a list of items nor"),
        ("music.json", '[{"pk": "a", "x": 1e999}]', "line 1: Number overflow"),
        ("music.dynamodb.json", '[{"pk": "a"}]', "line 1: it is no item in DynamoDB JSON"),
        ("music.dynamodb.json", '[{"pk": {"X": "a"}}]', "line 1: Supplied AttributeValue is empty"),
        ("music.csv", "pk,n\na,1\nb,x\n", "line 3: The parameter cannot be converted to a numeric value: x"),
        ("music.csv", "pk,n\na,1\nb\n", "line 3: it has 1 cells, and there are 2 columns"),
        ("music.csv", "pk,pk\na,1\n", "line 1: a column has no name, or the name of another"),
        ("music.csv", 'pk,n\na,1\n"b', "line 3: unexpected end of data"),
        ("music.py", "def items(table):\n    yield {'pk': 'a'}\n    yield 1 / 0\n", "line 3: ZeroDivisionError"),
        ("music.py", "def items(table)\n", "line 1: expected ':'"),
        ("music.py", "x = 1\n", "it has no function items(table)"),
        ("music.py", "def items(table):\n    yield {'pk': object()}\n", "item 1: a object is no attribute value"),
        ("music.py", "def items(table):\n    yield {'pk': 'a', 'x': {1, 'a'}}\n", "item 1: a set holds strings"),
        ("other.json", "[]", "there is no table other"),
        ("music.xml", "<a/>", "a seed's name ends in one of"),
        ("music.json", b"\xff", "it is not text in UTF-8"),
        ("b.template.yaml", "Resources: {T: {Type: AWS::DynamoDB::Future}}", "T: AWS::DynamoDB::Future is not"),
    ],
)
def test_a_wrong_seed_is_told_with_file_and_line_before_anything_is_written(
    tmp_path: Path, directory: Path, name: str, text: str | bytes, complaint: str
) -> None:
    """The good file that comes before it is not planted either, and its table is not made."""
    (directory / "aaa.json").write_text('[{"pk": "good"}]')
    (directory / "aaa.template.yaml").write_text(TEMPLATE.replace("music:", "aaa:"))
    (directory / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    store = str(tmp_path / "store")
    with pytest.raises(StartError) as raised, ServerThread(store, seed=str(directory)):
        pytest.fail("it started")
    assert f"cannot seed: {directory / name}: {complaint}" in str(raised.value)
    assert "\n" not in str(raised.value)
    with ServerThread(store) as server:
        client = make_client(server.url)
        assert client.list_tables()["TableNames"] == []
        client.close()


def seeded(store: str, directory: Path) -> list[str]:
    """What `slipring seed` says."""
    result = slipring("seed", str(directory), "--store", store)
    assert result.returncode == 0, result.stderr
    return result.stdout.splitlines()


def test_each_content_is_planted_once(tmp_path: Path, directory: Path) -> None:
    """What the application changed since stays, until the file itself changes; then it alone is planted again."""
    store = str(tmp_path / "store")
    (directory / "music.json").write_text('[{"pk": "a", "n": 1}]')
    assert seeded(store, directory) == ["app.template.yaml: 1 tables", "music.json: 1 items"]
    assert seeded(store, directory) == ["nothing to do"]
    with ServerThread(store) as server:
        client = make_client(server.url)
        client.delete_item(TableName="music", Key={"pk": {"S": "a"}})
        client.close()
    with ServerThread(store, seed=str(directory)) as server:
        client = make_client(server.url)
        assert client.scan(TableName="music")["Count"] == 0
        client.close()
    (directory / "music.jsonl").write_text('{"pk": "b"}')
    assert seeded(store, directory) == ["music.jsonl: 1 items"]
    again = slipring("seed", str(directory), "--store", store, "--again")
    assert again.stdout.splitlines() == ["app.template.yaml: 1 tables", "music.json: 1 items", "music.jsonl: 1 items"]


def test_a_table_that_was_made_anew_is_seeded_anew(ddb: Client, tmp_path: Path) -> None:
    """What was planted is remembered with the table, so it is forgotten with it."""
    store = str(tmp_path / "store")
    directory = tmp_path / "seeds"
    directory.mkdir()
    (directory / "music.json").write_text('[{"pk": "a"}]')
    for _ in range(2):
        with ServerThread(store) as server:
            client = make_client(server.url)
            client.create_table(**table_definition("music", ("pk", "S")))
            client.close()
        assert seeded(store, directory) == ["music.json: 1 items"]
        with ServerThread(store) as server:
            client = make_client(server.url)
            client.delete_table(TableName="music")
            client.close()


def test_workers_share_one_planting(tmp_path: Path, directory: Path) -> None:
    """The first of them plants before any accepts a request."""
    (directory / "music.json").write_text(json.dumps([{"pk": str(number)} for number in range(250)]))
    flags = ("--store", str(tmp_path / "store"), "--workers", "2", "--seed", str(directory))
    with Serving(*flags) as serving:
        client = make_client(serving.url)
        assert client.scan(TableName="music", Select="COUNT")["Count"] == 250
        client.close()
        log = serving._log
        log.seek(0)
        assert log.read().count("seeded music.json: 250 items") == 1


@pytest.mark.parametrize(
    ("arguments", "code", "complaint"),
    [
        (["seed", "gone"], 2, "Directory 'gone' does not exist"),
        (["seed", ".", "--store", "memory:"], 2, "a memory: store is gone when this command ends"),
        (["serve", "--port", "0", "--store", "memory:", "--seed", "gone"], 1, "cannot seed: gone: No such file"),
    ],
)
def test_what_cannot_begin_is_told(tmp_path: Path, arguments: list[str], code: int, complaint: str) -> None:
    result = slipring(*arguments, cwd=tmp_path)
    assert (result.returncode, complaint in result.stderr) == (code, True), result.stderr
