"""Every bound of the service, with its reason, and the relations between them, checked at import.

Sources: the developer guide's "Quotas in Amazon DynamoDB" and "Constraints in Amazon DynamoDB", the API reference,
or, where a comment says so, an observation.
"""

from __future__ import annotations

KIB = 1024
MIB = 1024 * KIB

# Values
ITEM_BYTES_MAX = 400 * KIB
"""The largest item, attribute names included, in the measure of `sizes`."""
NESTING_LEVELS_MAX = 32
"""Levels of a value, its scalar counted: 31 maps or lists around a scalar pass, 32 do not (observed)."""
NUMBER_DIGITS_MAX = 38
NUMBER_EXPONENT_MIN = -130
"""The smallest magnitude is 1E-130."""
NUMBER_EXPONENT_MAX = 125
"""The largest magnitude is 9.99…E+125, with 38 nines."""
ATTRIBUTE_NAME_BYTES_MAX = 65_535
"""Names that belong to no key or index, nested ones too, in UTF-8 (observed)."""
INDEXED_ATTRIBUTE_NAME_CHARACTERS_MAX = 255
"""Names of key attributes and of the attributes that an index projects."""

# Keys
HASH_KEY_BYTES_MAX = 2048
RANGE_KEY_BYTES_MAX = 1024
KEY_ATTRIBUTES_PER_ROLE_MAX = 4
"""A global secondary index may have up to four HASH and four RANGE attributes; a table has one of each."""

# Tables and indexes
TABLE_NAME_CHARACTERS_MIN = 3
TABLE_NAME_CHARACTERS_MAX = 255
TABLE_ARN_CHARACTERS_MAX = 1024
LOCAL_INDEXES_MAX = 5
GLOBAL_INDEXES_MAX = 20
PROJECTED_ATTRIBUTES_MAX = 100
"""Names in INCLUDE projections, summed over all of a table's indexes."""
TAGS_MAX = 50
ITEM_COLLECTION_BYTES_MAX = 10 * 1024 * MIB
"""One hash key's items in a table that has a local secondary index."""

# Requests and answers
REQUEST_BYTES_MAX = 16 * MIB
"""The request body, after decompression."""
PAGE_BYTES_MAX = 1 * MIB
"""What a Query or Scan reads before it stops, in item sizes."""
BATCH_GET_KEYS_MAX = 100
BATCH_GET_BYTES_MAX = 16 * MIB
BATCH_WRITE_REQUESTS_MAX = 25
BATCH_WRITE_BYTES_MAX = 16 * MIB
TRANSACTION_ACTIONS_MAX = 100
TRANSACTION_BYTES_MAX = 4 * MIB
CLIENT_TOKEN_CHARACTERS_MAX = 36
CLIENT_TOKEN_SECONDS = 600
"""How long a TransactWriteItems remembers its ClientRequestToken."""
SCAN_SEGMENTS_MAX = 1_000_000
LIST_TABLES_NAMES_MAX = 100

# Expressions
EXPRESSION_BYTES_MAX = 4 * KIB
EXPRESSION_OPERATORS_MAX = 300
"""Operators and functions in one expression (observed message: "maximum allowed: 300")."""
EXPRESSION_IN_OPERANDS_MAX = 100
EXPRESSION_SUBSTITUTION_BYTES_MAX = 2 * MIB
"""All of ExpressionAttributeNames, or all of ExpressionAttributeValues."""

assert RANGE_KEY_BYTES_MAX <= HASH_KEY_BYTES_MAX < ITEM_BYTES_MAX < PAGE_BYTES_MAX < TRANSACTION_BYTES_MAX
assert TRANSACTION_BYTES_MAX < BATCH_WRITE_BYTES_MAX <= REQUEST_BYTES_MAX
assert BATCH_WRITE_REQUESTS_MAX * ITEM_BYTES_MAX < BATCH_WRITE_BYTES_MAX, "every full batch write fits the byte limit"
assert NUMBER_EXPONENT_MAX - NUMBER_EXPONENT_MIN == 255, "a number's exponent fits one byte of its sort key"
assert TABLE_NAME_CHARACTERS_MAX < TABLE_ARN_CHARACTERS_MAX
assert EXPRESSION_BYTES_MAX < EXPRESSION_SUBSTITUTION_BYTES_MAX < REQUEST_BYTES_MAX
