"""What a table looks like to people who read SQL: one view, with its key in typed columns and the rest as JSON, once
plain and once as DynamoDB has it.

A view decodes the stored rows (`engine.rows`) where they lie. It can be read and not written: whatever wrote through it
would write past indexes, streams and checksums.
"""

from __future__ import annotations

from hashlib import sha256

from slipring.engine import rows
from slipring.engine.table import KeyAttribute, Table
from slipring.model.keys import successor

NAME_BYTES_MAX = 63
"""PostgreSQL cuts longer identifiers."""
_DIGEST_CHARACTERS = 8
_PLAIN, _TYPED = "item", "item_typed"


def view_name(table_name: str, namespace: str) -> str:
    """The name of a table's view: its own, behind its namespace if it is in one; one that is too long ends in a
    digest."""
    name = f"{namespace}/{table_name}" if namespace else table_name
    encoded = name.encode()
    if len(encoded) <= NAME_BYTES_MAX:
        return name
    head = encoded[: NAME_BYTES_MAX - _DIGEST_CHARACTERS - 1].decode(errors="ignore")
    return f"{head}~{sha256(encoded).hexdigest()[:_DIGEST_CHARACTERS]}"


def plain_function(name: str) -> str:
    """The function that makes plain JSON of an attribute value in DynamoDB's: numbers are numbers of any precision,
    sets are arrays, and binaries strings in base64."""
    return f"""
        CREATE OR REPLACE FUNCTION {name}(value jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
          SELECT CASE (SELECT jsonb_object_keys($1))
            WHEN 'N' THEN to_jsonb(($1 ->> 'N')::numeric)
            WHEN 'NULL' THEN 'null'::jsonb
            WHEN 'M' THEN (
              SELECT coalesce(jsonb_object_agg(key, {name}(value)), '{{}}'::jsonb) FROM jsonb_each($1 -> 'M')
            )
            WHEN 'L' THEN (
              SELECT coalesce(jsonb_agg({name}(value) ORDER BY number), '[]'::jsonb)
              FROM jsonb_array_elements($1 -> 'L') WITH ORDINALITY AS element (value, number)
            )
            WHEN 'NS' THEN (
              SELECT jsonb_agg(value::numeric ORDER BY number)
              FROM jsonb_array_elements_text($1 -> 'NS') WITH ORDINALITY AS element (value, number)
            )
            ELSE coalesce($1 -> 'S', $1 -> 'BOOL', $1 -> 'B', $1 -> 'SS', $1 -> 'BS')
          END
        $$"""


def view_query(table: Table, kv: str, plain: str) -> str:
    """The query behind a table's view, over the store's table `kv`, with a function like `plain_function`."""
    # JSON may have U+0000 in its strings and PostgreSQL's text may not: it is shown as U+FFFD.
    json = f"convert_from(substr(v, {rows.HEADER_BYTES + 1}), 'UTF8')"
    readable = rf"regexp_replace({json}, '(?<!\\)((?:\\\\)*)\\u0000', '\1\\ufffd', 'g')"
    columns = [_column(attribute) for attribute in table.keys]
    names = ", ".join(_text(name) for name in table.key_names)
    rest = f"item - ARRAY[{names}]"
    plainly = f"(SELECT coalesce(jsonb_object_agg(key, {plain}(value)), '{{}}'::jsonb) FROM jsonb_each({rest}))"
    columns += [f"{plainly} AS {_beside(table, _PLAIN)}", f"{rest} AS {_beside(table, _TYPED)}"]
    return (
        f"SELECT {', '.join(columns)} FROM ("
        f"SELECT (CASE WHEN position('\\u0000' IN {json}) = 0 THEN {json} ELSE {readable} END)::jsonb AS item"
        f" FROM {kv} WHERE k >= {_bytes(table.prefix)} AND k < {_bytes(successor(table.prefix))}"
        f" AND get_byte(v, 0) = {rows.VERSION}) AS items"
    )


def _column(attribute: KeyAttribute) -> str:
    name, type_ = attribute
    value = f"item -> {_text(name)} ->> '{type_}'"
    if type_ == "N":
        value = f"({value})::numeric"
    elif type_ == "B":
        value = f"decode({value}, 'base64')"
    return f"{value} AS {_identifier(name)}"


def _beside(table: Table, name: str) -> str:
    """A column's name, with underscores at its end if the table has a key of that name."""
    while name in table.key_names:
        name += "_"
    return _identifier(name)


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _identifier(name: str) -> str:
    return '"' + view_name(name, "").replace('"', '""') + '"'


def _bytes(value: bytes) -> str:
    return f"'\\x{value.hex()}'::bytea"
