"""PartiQL through the API: statements end in the same items, conditions, streams and costs as other operations.

Sources: Developer Guide, "PartiQL - a SQL-compatible query language for Amazon DynamoDB"; API Reference,
"ExecuteStatement", "BatchExecuteStatement", "ExecuteTransaction"."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import Client, error_of, n, s, unique


@pytest.fixture(scope="module")
def music(make_table: Callable[..., str]) -> str:
    """A table of artists and songs, by genre in a global index and by year in a local one."""
    return make_table(
        ("artist", "S"),
        ("song", "S"),
        AttributeDefinitions=[
            {"AttributeName": "genre", "AttributeType": "S"},
            {"AttributeName": "year", "AttributeType": "N"},
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by-genre",
                "KeySchema": [{"AttributeName": "genre", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }
        ],
        LocalSecondaryIndexes=[
            {
                "IndexName": "by-year",
                "KeySchema": [
                    {"AttributeName": "artist", "KeyType": "HASH"},
                    {"AttributeName": "year", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }
        ],
    )


def run(ddb: Client, statement: str, *parameters: Any, **more: Any) -> Any:
    if parameters:
        more["Parameters"] = list(parameters)
    return ddb.execute_statement(Statement=statement, **more)


def songs(ddb: Client, table: str, count: int) -> str:
    """An artist with so many songs, s0, s1, ..., of the years 2000, 2001, ..."""
    artist = unique("artist")
    for i in range(count):
        item = {"artist": s(artist), "song": s(f"s{i}"), "year": n(2000 + i), "genre": s(artist), "plays": n(i)}
        ddb.put_item(TableName=table, Item=item)
    return artist


def names(answer: Any) -> list[str]:
    return [item["song"]["S"] for item in answer["Items"]]


def test_an_item_lives_through_statements(ddb: Client, music: str) -> None:
    """INSERT, SELECT, UPDATE and DELETE on one item, each seen by the operations that are no statements."""
    artist = unique("artist")
    key = {"artist": s(artist), "song": s("one")}
    run(ddb, f"INSERT INTO \"{music}\" VALUE {{'artist': ?, 'song': 'one', 'tags': <<'a', 'b'>>}}", s(artist))
    assert ddb.get_item(TableName=music, Key=key)["Item"] == {**key, "tags": {"SS": ["a", "b"]}}
    updated = run(
        ddb,
        f"UPDATE \"{music}\" SET plays = 1 SET tags = set_add(tags, <<'c'>>) "
        "WHERE artist = ? AND song = 'one' RETURNING MODIFIED NEW *",
        s(artist),
    )
    assert updated["Items"] == [{"plays": n(1), "tags": {"SS": ["a", "b", "c"]}}]
    deleted = run(ddb, f"DELETE FROM \"{music}\" WHERE artist = ? AND song = 'one' RETURNING ALL OLD *", s(artist))
    assert deleted["Items"] == [{**key, "plays": n(1), "tags": {"SS": ["a", "b", "c"]}}]
    assert run(ddb, f"SELECT * FROM \"{music}\" WHERE artist = ? AND song = 'one'", s(artist))["Items"] == []


def test_an_insert_is_no_upsert(ddb: Client, music: str) -> None:
    """The guide: an INSERT of a key that exists fails with DuplicateItemException, and changes nothing."""
    artist = songs(ddb, music, 1)
    statement = f"INSERT INTO \"{music}\" VALUE {{'artist': '{artist}', 'song': 's0', 'plays': 99}}"
    assert error_of(ddb.execute_statement, Statement=statement) == (
        "DuplicateItemException",
        "Duplicate primary key exists in table",
    )
    item = ddb.get_item(TableName=music, Key={"artist": s(artist), "song": s("s0")})["Item"]
    assert item["plays"] == n(0)


def test_an_update_needs_its_item_and_a_delete_does_not(ddb: Client, music: str) -> None:
    """An UPDATE of nothing is a failed condition, a DELETE of nothing succeeds, as the guide says of both."""
    where = f"WHERE artist = '{unique()}' AND song = 'none'"
    assert error_of(ddb.execute_statement, Statement=f'UPDATE "{music}" SET plays = 1 {where}') == (
        "ConditionalCheckFailedException",
        "The conditional request failed",
    )
    assert run(ddb, f'DELETE FROM "{music}" {where}')["Items"] == []


def test_the_condition_of_a_write_is_held(ddb: Client, music: str) -> None:
    """What a WHERE says beyond the key is a condition; its failure can carry the item."""
    artist = songs(ddb, music, 1)
    statement = f"UPDATE \"{music}\" SET plays = plays + 1 WHERE artist = '{artist}' AND song = 's0' AND plays = 7"
    with pytest.raises(ddb.exceptions.ConditionalCheckFailedException) as failed:
        run(ddb, statement, ReturnValuesOnConditionCheckFailure="ALL_OLD")
    assert failed.value.response["Item"]["plays"] == n(0)


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("artist = '{a}'", ["s0", "s1", "s2", "s3"]),
        ("artist = '{a}' AND song > 's1'", ["s2", "s3"]),
        ("artist = '{a}' AND song BETWEEN 's1' AND 's2'", ["s1", "s2"]),
        ("artist = '{a}' AND begins_with(song, 's')", ["s0", "s1", "s2", "s3"]),
        ("artist = '{a}' AND song IN ['s3', 's0', 'zz']", ["s0", "s3"]),
        ("artist = '{a}' AND plays >= 2", ["s2", "s3"]),
        ("artist = '{a}' AND NOT plays = 2", ["s0", "s1", "s3"]),
        ("artist = '{a}' AND nowhere IS MISSING AND plays < 1", ["s0"]),
        ("artist = '{a}' AND (plays = 1 OR year = 2003)", ["s1", "s3"]),
        ("plays = 3 AND genre = '{a}'", ["s3"]),
    ],
)
def test_a_select_finds_what_its_condition_says(ddb: Client, music: str, where: str, expected: list[str]) -> None:
    """Whether a WHERE becomes a query, several, or a scan, the same items come back."""
    artist = songs(ddb, music, 4)
    assert names(run(ddb, f'SELECT * FROM "{music}" WHERE {where.format(a=artist)}')) == expected


def test_a_key_makes_a_query_and_its_absence_a_scan(ddb: Client, music: str) -> None:
    """The guide warns of full scans: only they read, and cost, what the condition does not choose."""
    artist = songs(ddb, music, 2)
    ddb.put_item(TableName=music, Item={"artist": s(unique()), "song": s("x"), "filler": s("x" * 60_000)})
    query = run(ddb, f"SELECT * FROM \"{music}\" WHERE artist = '{artist}'", ReturnConsumedCapacity="TOTAL")
    scan = run(ddb, f"SELECT * FROM \"{music}\" WHERE genre = '{artist}'", ReturnConsumedCapacity="TOTAL")
    assert names(query) == names(scan) == ["s0", "s1"]
    assert query["ConsumedCapacity"]["CapacityUnits"] == 0.5
    assert scan["ConsumedCapacity"]["CapacityUnits"] >= 60_000 / 8192


def test_order_and_indexes(ddb: Client, music: str) -> None:
    """ORDER BY the sort key, descending too; an index answers under its own key, a local one with fetched parts."""
    artist = songs(ddb, music, 3)
    descending = run(ddb, f"SELECT song FROM \"{music}\" WHERE artist = '{artist}' ORDER BY song DESC")
    assert names(descending) == ["s2", "s1", "s0"]
    by_genre = run(ddb, f'SELECT * FROM "{music}"."by-genre" WHERE genre = \'{artist}\'')
    assert sorted(names(by_genre)) == ["s0", "s1", "s2"]
    assert by_genre["Items"][0].keys() == {"artist", "song", "genre"}
    by_year = run(ddb, f'SELECT song, plays FROM "{music}"."by-year" WHERE artist = \'{artist}\' AND "year" > 2000')
    assert by_year["Items"] == [{"song": s("s1"), "plays": n(1)}, {"song": s("s2"), "plays": n(2)}]
    code, message = error_of(
        ddb.execute_statement, Statement=f'SELECT plays FROM "{music}"."by-genre" WHERE genre = \'x\''
    )
    assert code == "ValidationException"
    assert message.endswith("Global secondary index by-genre does not project [plays]")


def test_pages_lead_through_everything_once(ddb: Client, music: str) -> None:
    """Limit counts what is evaluated; a NextToken goes on where its page ended, over several key ranges too."""
    artist = songs(ddb, music, 7)
    wanted = "['s1', 's2', 's4', 's6']"
    for where, expected in (
        (f"artist = '{artist}'", [f"s{i}" for i in range(7)]),
        (f"artist = '{artist}' AND song IN {wanted}", ["s1", "s2", "s4", "s6"]),
    ):
        statement = f'SELECT * FROM "{music}" WHERE {where}'
        found: list[str] = []
        more: dict[str, Any] = {}
        while True:
            page = run(ddb, statement, Limit=2, **more)
            assert len(page["Items"]) <= 2
            found += names(page)
            if "NextToken" not in page:
                break
            more = {"NextToken": page["NextToken"]}
        assert found == expected


def test_a_token_belongs_to_its_statement(ddb: Client, music: str) -> None:
    """A token used with another statement would skip items without a word; it is refused."""
    artist = songs(ddb, music, 3)
    statement = f'SELECT * FROM "{music}" WHERE artist = ?'
    token = run(ddb, statement, s(artist), Limit=1)["NextToken"]
    other = {"Statement": statement, "Parameters": [s("other")], "NextToken": token}
    assert error_of(ddb.execute_statement, **other)[0] == "ValidationException"
    assert error_of(ddb.execute_statement, Statement=statement, Parameters=[s(artist)], NextToken="x")[0] == (
        "ValidationException"
    )


def test_a_batch_tells_each_statement_s_own_end(ddb: Client, music: str) -> None:
    """One statement's failure is no other's; codes are those of BatchStatementError."""
    artist = songs(ddb, music, 1)
    insert = f"INSERT INTO \"{music}\" VALUE {{{{'artist': '{artist}', 'song': '{{}}'}}}}"
    answer = ddb.batch_execute_statement(
        Statements=[
            {"Statement": insert.format("new")},
            {"Statement": insert.format("s0")},
            {"Statement": "INSERT INTO nowhere VALUE {'artist': 'a', 'song': 'b'}"},
            {"Statement": f"UPDATE \"{music}\" SET plays = 1 WHERE artist = '{artist}'"},
        ],
        ReturnConsumedCapacity="TOTAL",
    )
    assert [response.get("Error", {}).get("Code") for response in answer["Responses"]] == [
        None,
        "DuplicateItem",
        "ResourceNotFound",
        "ValidationError",
    ]
    assert answer["Responses"][0]["TableName"] == music
    assert answer["ConsumedCapacity"][0]["CapacityUnits"] == 1.0
    reads = ddb.batch_execute_statement(
        Statements=[
            {"Statement": f'SELECT song FROM "{music}" WHERE artist = ? AND song = ?', "Parameters": [s(artist), k]}
            for k in (s("new"), s("absent"))
        ]
    )
    assert [response.get("Item") for response in reads["Responses"]] == [{"song": s("new")}, None]


def test_a_transaction_does_all_or_nothing(ddb: Client, music: str) -> None:
    """ExecuteTransaction with EXISTS: every statement's reason is told in order, and nothing is written."""
    artist = songs(ddb, music, 1)
    insert = f"INSERT INTO \"{music}\" VALUE {{{{'artist': '{artist}', 'song': '{{}}'}}}}"
    exists = f"EXISTS(SELECT * FROM \"{music}\" WHERE artist = '{artist}' AND song = 's0' AND plays = {{}})"
    with pytest.raises(ddb.exceptions.TransactionCanceledException) as canceled:
        ddb.execute_transaction(
            TransactStatements=[
                {"Statement": insert.format("t1")},
                {"Statement": exists.format(5)},
            ]
        )
    assert [reason["Code"] for reason in canceled.value.response["CancellationReasons"]] == [
        "None",
        "ConditionalCheckFailed",
    ]
    duplicate = [{"Statement": insert.format("s0")}]
    with pytest.raises(ddb.exceptions.TransactionCanceledException) as canceled:
        ddb.execute_transaction(TransactStatements=duplicate)
    assert canceled.value.response["CancellationReasons"][0]["Code"] == "DuplicateItem"
    assert "Item" not in ddb.get_item(TableName=music, Key={"artist": s(artist), "song": s("t1")})
    ddb.execute_transaction(TransactStatements=[{"Statement": insert.format("t1")}, {"Statement": exists.format(0)}])
    select = f"SELECT song FROM \"{music}\" WHERE artist = '{artist}' AND song = '{{}}'"
    read = ddb.execute_transaction(
        TransactStatements=[{"Statement": select.format(song)} for song in ("t1", "none")],
        ReturnConsumedCapacity="TOTAL",
    )
    assert read["Responses"] == [{"Item": {"song": s("t1")}}, {}]
    assert read["ConsumedCapacity"][0]["CapacityUnits"] == 4.0


def test_a_transaction_sent_twice_is_done_once(ddb: Client, music: str) -> None:
    """A client that lost the answer sends the same token again, and must not count twice."""
    artist = songs(ddb, music, 1)
    count = f"UPDATE \"{music}\" SET plays = plays + 1 WHERE artist = '{artist}' AND song = 's0'"
    for _ in range(2):
        ddb.execute_transaction(TransactStatements=[{"Statement": count}], ClientRequestToken=artist[:36])
    item = ddb.get_item(TableName=music, Key={"artist": s(artist), "song": s("s0")})["Item"]
    assert item["plays"] == n(1)


def test_reads_and_writes_do_not_mix(ddb: Client, music: str) -> None:
    """The guide: a batch or transaction is all reads or all writes."""
    statements = [
        {"Statement": f"SELECT * FROM \"{music}\" WHERE artist = 'a' AND song = 'b'"},
        {"Statement": f"DELETE FROM \"{music}\" WHERE artist = 'a' AND song = 'b'"},
    ]
    assert error_of(ddb.batch_execute_statement, Statements=statements)[0] == "ValidationException"
    assert error_of(ddb.execute_transaction, TransactStatements=statements)[0] == "ValidationException"


def test_a_malformed_statement_says_where(ddb: Client) -> None:
    """People write statements by hand; the message leads to the mistake."""
    code, message = error_of(ddb.execute_statement, Statement="SELEC * FROM music")
    assert code == "ValidationException"
    assert message.startswith("Statement wasn't well formed, can't be processed: ")


MISTAKES_IN_TRANSACTIONS = [
    (
        "SELECT * FROM \"{table}\" WHERE artist = 'a'",
        "Select statements within ExecuteTransaction must specify the primary key in the where clause.",
    ),
    (
        'SELECT * FROM "{table}"."by-genre" WHERE genre = \'g\'',
        "Reads on indices are not supported within transactions.",
    ),
    (
        "UPDATE \"{table}\" SET a = 1 WHERE artist = 'a' AND song = 's' RETURNING ALL NEW *",
        "RETURNING clause is not supported in ExecuteTransaction.",
    ),
]


@pytest.mark.parametrize(("statement", "message"), MISTAKES_IN_TRANSACTIONS)
def test_a_transaction_says_which_statement_is_wrong(ddb: Client, music: str, statement: str, message: str) -> None:
    """The public suite: each of these is a ValidationException with the statement's number, no cancellation."""
    told = error_of(ddb.execute_transaction, TransactStatements=[{"Statement": statement.format(table=music)}])
    assert told == ("ValidationException", f"Validation failed in TransactStatements[0]: {message}")


def test_a_wrong_parameter_of_a_transaction_has_no_number(ddb: Client, music: str) -> None:
    """The public suite: parameters are looked at before statements, and without saying whose they are."""
    statement = {
        "Statement": f"UPDATE \"{music}\" SET a = ? WHERE artist = 'a' AND song = 's'",
        "Parameters": [n("1e99999999999")],
    }
    told = error_of(ddb.execute_transaction, TransactStatements=[statement])
    message = "The parameter cannot be converted to a numeric value: 1e99999999999"
    assert told == ("ValidationException", message)


def test_a_batch_names_the_table_only_of_statements_that_ran(ddb: Client, music: str) -> None:
    """The public suite: TableName stands beside an error of the item, not beside an error of the statement."""
    artist = songs(ddb, music, 1)
    key = f"artist = '{artist}' AND song = 's0'"
    insert = f"INSERT INTO \"{music}\" VALUE {{'artist': '{artist}', 'song': 's0'}}"
    failed = f'UPDATE "{music}" SET a = 1 WHERE {key} AND plays = 99'
    responses = ddb.batch_execute_statement(Statements=[{"Statement": insert}, {"Statement": failed}])["Responses"]
    assert [response["TableName"] for response in responses] == [music, music]
    [refused] = ddb.batch_execute_statement(Statements=[{"Statement": f'SELECT * FROM "{music}" WHERE plays = 1'}])[
        "Responses"
    ]
    assert "TableName" not in refused


def test_a_batch_refuses_an_index_of_several_attributes_before_asking_for_the_key(
    ddb: Client, make_table: Callable[..., str]
) -> None:
    """The public suite: of the two things that are wrong with such a statement, the index comes first."""
    table = make_table(
        ("id", "S"),
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("h1", "h2")],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "wide",
                "KeySchema": [{"AttributeName": name, "KeyType": "HASH"} for name in ("h1", "h2")],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
    )
    statement = f"SELECT * FROM \"{table}\".\"wide\" WHERE h1 = 'a' AND h2 = 'b'"
    [response] = ddb.batch_execute_statement(Statements=[{"Statement": statement}])["Responses"]
    assert response["Error"]["Message"] == (
        "PartiQL statements cannot be executed on tables with multi-attribute HASH keys or multi-attribute RANGE keys."
    )
