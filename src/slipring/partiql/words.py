"""PartiQL's words and operators.

A keyword cannot be a bare name: `inner` must be written "inner". Source: the PartiQL specification's keywords, which
are those of SQL-92 and its own; the service accepts and refuses names accordingly (observed with m.inner).
"""

from __future__ import annotations

_SQL_92 = """
absolute action add all allocate alter any are as asc assertion at authorization avg begin bit bit_length by cascade
cascaded case cast catalog char character character_length char_length check close coalesce collate collation column
commit connect connection constraint constraints continue convert corresponding count create cross current
current_date current_time current_timestamp current_user cursor date date_add date_diff deallocate dec decimal declare
default deferrable deferred delete desc describe descriptor diagnostics disconnect distinct domain double drop else
end escape exception exec execute exists external extract fetch first float for foreign found from full get global go
goto grant group having identity immediate indicator initially inner input insensitive insert int integer interval
into isolation join key language last left level local lower match max min module names national natural nchar next no
nullif numeric octet_length of on only open option order outer output overlaps pad partial position precision prepare
preserve primary prior privileges procedure public read real references relative restrict revoke right rollback rows
schema scroll section select session session_user set size smallint some space sql sqlcode sqlerror sqlstate substring
sum system_user table temporary then time timestamp to transaction translate translation trim unique unknown update
upper usage user using value values varchar varying view when whenever where with work write zone
"""

_OWN = """
pivot unpivot limit tuple remove index conflict do nothing returning modified new old let bool boolean string symbol
clob blob struct list sexp bag
"""

KEYWORDS = frozenset(_SQL_92.split()) | frozenset(_OWN.split())
"""In small letters. Operators written as words and NULL, MISSING, TRUE and FALSE are not among them."""

WORD_OPERATORS = frozenset({"and", "or", "not", "in", "is", "between", "like", "union", "except", "intersect"})

CLAUSE_WORDS = frozenset({"as", "at", "by", "asc", "desc", "for"})
"""Keywords that the grammar takes for punctuation: out of place they are an unexpected term, not a keyword."""

_FUNCTIONS = """
exists count avg max min sum char_length character_length octet_length bit_length upper lower size nullif coalesce sexp
list bag
"""

_TYPES = """
missing null boolean bool smallint int int4 int8 integer float real double decimal dec numeric timestamp date time
character char varchar string symbol clob blob struct tuple list sexp bag
"""

FUNCTION_KEYWORDS = frozenset(_FUNCTIONS.split())
"""Keywords that are functions if a parenthesis follows."""

AGGREGATES = frozenset({"count", "avg", "max", "min", "sum"})

TYPE_NAMES = frozenset(_TYPES.split())
"""What may follow IS; DOUBLE and CHARACTER are also written DOUBLE PRECISION and CHARACTER VARYING."""

SELECT_PRECEDENCE = 6
"""Operators of lower precedence end a clause of SELECT."""
NOT_PRECEDENCE = 30

PRECEDENCES = {
    "union": 5,
    "except": 5,
    "intersect": 5,
    "or": 10,
    "and": 20,
    "=": 40,
    "<>": 40,
    "!=": 40,
    "is": 40,
    "in": 40,
    "<": 50,
    "<=": 50,
    ">": 50,
    ">=": 50,
    "between": 50,
    "like": 50,
    "+": 60,
    "-": 60,
    "||": 60,
    "*": 70,
    "/": 70,
    "%": 70,
}
"""Of infix operators; a higher number binds tighter. NOT before IN, BETWEEN and LIKE belongs to them."""

OPERATION_BY_OPERATOR = {
    "union": "Union",
    "except": "Except",
    "intersect": "Intersect",
    "or": "Or",
    "and": "And",
    "=": "Eq",
    "<>": "Ne",
    "!=": "Ne",
    "is": "IsType",
    "in": "InCollection",
    "<": "Lt",
    "<=": "Lte",
    ">": "Gt",
    ">=": "Gte",
    "between": "Between",
    "like": "Like",
    "+": "Plus",
    "-": "Minus",
    "||": "Concat",
    "*": "Times",
    "/": "Divide",
    "%": "Modulo",
}
"""The names of operations in PartiQL's syntax tree, which the service prints."""

assert PRECEDENCES.keys() == OPERATION_BY_OPERATOR.keys()
