"""Random syntax trees."""

from __future__ import annotations

from hypothesis import strategies as st

from slipring.partiql.syntax import Node

_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
_names = st.one_of(_text, st.sampled_from(["a", "select", "WHERE", "inner"])).map(lambda text: Node("Id", text))
_numbers = st.one_of(
    st.integers(-99, 99).map(str), st.sampled_from(["1.5", ".5", "5.", "1e5", "1E-3", "-2.5e+7", "0"])
).map(lambda text: Node("Number", text))
_leaves = st.one_of(
    _names,
    _text.map(lambda text: Node("String", text)),
    _numbers,
    st.sampled_from(
        [
            Node("Bool", "true"),
            Node("Bool", "false"),
            Node("Null", "null"),
            Node("Missing", "missing"),
            Node("Parameter"),
        ]
    ),
)
_BINARY = [
    "Eq",
    "Ne",
    "Lt",
    "Lte",
    "Gt",
    "Gte",
    "Plus",
    "Minus",
    "Concat",
    "Times",
    "Divide",
    "Modulo",
    "Like",
    "Union",
]


def _composites(parts: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    lists = st.lists(parts, max_size=3)
    several = st.lists(parts, min_size=2, max_size=3)
    members = st.lists(st.tuples(parts, parts).map(lambda pair: Node("Member", "", pair)), max_size=2)
    collections = st.one_of(_node(["List", "Bag"], lists), _node(["Struct"], members))
    tests = st.tuples(st.sampled_from(["NULL", "MISSING", "INT4", "STRING", "DOUBLE"]), parts)
    return st.one_of(
        collections,
        _node(_BINARY, st.tuples(parts, parts)),
        _node(["And", "Or"], several),
        _node(["Not"], st.tuples(parts)),
        _node(["Neg", "Pos"], st.tuples(parts.filter(lambda node: node.kind != "Number"))),
        _node(["Between"], st.tuples(parts, parts, parts)),
        _node(["InCollection"], st.tuples(parts, st.one_of(collections, _names))),
        tests.map(lambda pair: Node("IsType", pair[0], (pair[1],))),
        lists.map(lambda arguments: Node("Call", "size", tuple(arguments))),
        paths(parts),
    )


def _node(kinds: list[str], children: st.SearchStrategy[object]) -> st.SearchStrategy[Node]:
    return st.builds(lambda kind, parts: Node(kind, "", tuple(parts)), st.sampled_from(kinds), children)


def paths(indexes: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    steps = st.one_of(_names, indexes.map(lambda node: Node("Index", "", (node,))))
    return st.builds(
        lambda root, rest: Node("Path", "", (root, *rest)), _names, st.lists(steps, min_size=1, max_size=3)
    )


expressions = st.recursive(_leaves, _composites, max_leaves=12)
_simple_paths = st.one_of(_names, paths(_numbers.filter(lambda node: node.text.isdigit())))
_where = expressions.map(lambda node: Node("Where", "", (node,)))
_order = st.lists(
    st.builds(lambda key, way: Node("SortSpec", way, (key,)), expressions, st.sampled_from(["ASC", "DESC"])),
    min_size=1,
    max_size=2,
).map(lambda specs: Node("OrderBy", "", tuple(specs)))
_returned = st.sampled_from(["ALL OLD *", "MODIFIED OLD *", "ALL NEW *", "MODIFIED NEW *"])
_returning = _returned.map(lambda text: Node("Returning", "", (Node("Returned", text),)))


def _maybe(part: st.SearchStrategy[Node]) -> st.SearchStrategy[list[Node]]:
    return st.one_of(st.just([]), part.map(lambda node: [node]))


_projections = st.one_of(
    st.just(Node("ProjectAll")),
    st.lists(expressions.filter(lambda node: node.kind != "Union"), min_size=1, max_size=3).map(
        lambda items: Node("ProjectList", "", tuple(items))
    ),
)
_selects = st.builds(
    lambda items, source, where, order: Node("Select", "", (items, source, *where, *order)),
    _projections,
    _simple_paths,
    _maybe(expressions.filter(lambda node: node.kind != "Union").map(lambda node: Node("Where", "", (node,)))),
    _maybe(_order),
)
_assignments = st.tuples(_simple_paths, expressions).map(lambda pair: Node("Assignment", "", pair))
_actions = st.one_of(
    st.lists(_assignments, min_size=1, max_size=2).map(lambda parts: Node("Set", "", tuple(parts))),
    _simple_paths.map(lambda path: Node("Remove", "", (path,))),
)
_updates = st.builds(
    lambda table, actions, where, returning: Node("Dml", "", (table, *actions, *where, *returning)),
    _simple_paths,
    st.lists(_actions, min_size=1, max_size=3),
    _maybe(_where),
    _maybe(_returning),
)
_deletes = st.builds(
    lambda table, where, returning: Node("Dml", "", (table, Node("Delete"), *where, *returning)),
    _simple_paths,
    _maybe(_where),
    _maybe(_returning),
)
_inserts = st.builds(
    lambda table, value: Node("Dml", "", (Node("InsertValue", "", (table, value)),)), _simple_paths, expressions
)

statements = st.one_of(_selects, _updates, _deletes, _inserts)
