"""Generated patterns, events and partial trees, over few names and values so that they meet often."""

from typing import Any

from hypothesis import strategies as st

from dashboard.flow.patterns import (
    UNKNOWN,
    UNKNOWN_NUMBER,
    UNKNOWN_STRING,
    Items,
    Maybe,
    Obj,
    OneOf,
)

NAMES = st.sampled_from(["a", "b", "c", "detail"])
STRINGS = st.sampled_from(["", "a", "ab", "B", "10.0.0.1", "::1", "0:0::1", "true"])
NUMBERS = st.sampled_from([0, 1, 2, 2.0, 300, 0.5, 12345678901234567, 12345678901234568])
SCALARS = st.one_of(STRINGS, NUMBERS, st.sampled_from([True, False, None]))


def values(depth: int = 3) -> st.SearchStrategy[Any]:
    """JSON values with objects and arrays inside each other."""
    if depth == 0:
        return SCALARS
    inner = values(depth - 1)
    return st.one_of(SCALARS, st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=3))


EVENTS = st.dictionaries(NAMES, values(2), max_size=3)

_TEXT_OPERATORS = st.sampled_from(["prefix", "suffix", "equals-ignore-case", "wildcard"])
_WILD = st.sampled_from(["*", "a*", "*b", "a*b", "ab"])
_NONEMPTY = st.sampled_from(["a", "b", "ab", "B"])


def _text_operator(name: str) -> st.SearchStrategy[Any]:
    return st.builds(lambda text: {name: text}, _WILD if name == "wildcard" else STRINGS)


def _inner(name: str) -> st.SearchStrategy[Any]:
    text = _WILD if name == "wildcard" else _NONEMPTY
    return st.builds(
        lambda argument: {"anything-but": {name: argument}},
        st.one_of(text, st.lists(text, min_size=1, max_size=2)),
    )


CONDITIONS = st.one_of(
    SCALARS,
    st.booleans().map(lambda flag: {"exists": flag}),
    _TEXT_OPERATORS.flatmap(_text_operator),
    _TEXT_OPERATORS.flatmap(_inner),
    st.one_of(
        STRINGS, NUMBERS, st.lists(STRINGS, min_size=1, max_size=2), st.lists(NUMBERS, min_size=1, max_size=2)
    ).map(lambda argument: {"anything-but": argument}),
    st.sampled_from([["=", 1], [">", 0], ["<=", 2], [">=", 0.5, "<", 300]]).map(
        lambda argument: {"numeric": argument}
    ),
    st.sampled_from(["10.0.0.0/8", "::/64"]).map(lambda argument: {"cidr": argument}),
)
LEAVES = st.lists(CONDITIONS, min_size=1, max_size=2)


def patterns(depth: int = 2, *, with_or: bool = True) -> st.SearchStrategy[Any]:
    """Valid patterns; at most one $or, at the top, and in it one more."""
    node = LEAVES if depth == 0 else st.one_of(LEAVES, patterns(depth - 1, with_or=False))
    plain = st.dictionaries(NAMES, node, min_size=1, max_size=3)
    if not with_or or depth == 0:
        return plain
    branch = st.dictionaries(NAMES, st.one_of(node, patterns(depth - 1)), min_size=1, max_size=2)
    choice = st.lists(branch, min_size=2, max_size=2)
    return st.one_of(plain, plain, st.builds(lambda one, other: {**one, "$or": other}, plain, choice))


def trees(depth: int = 3) -> st.SearchStrategy[Any]:
    """Partial trees of every kind."""
    leaf = st.one_of(
        SCALARS,
        st.sampled_from([UNKNOWN, UNKNOWN_STRING, UNKNOWN_NUMBER]),
        st.lists(SCALARS, min_size=1, max_size=3).map(lambda options: OneOf(tuple(options))),
    )
    if depth == 0:
        return leaf
    inner = trees(depth - 1)
    fields = st.dictionaries(NAMES, st.one_of(inner, inner.map(Maybe)), max_size=3)
    return st.one_of(
        leaf,
        st.builds(lambda known, flag: Obj(known, open=flag), fields, st.booleans()),
        st.lists(inner, max_size=3),
        inner.map(Items),
        st.lists(inner, min_size=1, max_size=2).map(lambda options: OneOf(tuple(options))),
    )


ROOTS = st.builds(
    lambda known, flag: Obj(known, open=flag),
    st.dictionaries(NAMES, st.one_of(trees(2), trees(1).map(Maybe)), max_size=3),
    st.booleans(),
)

_ABSENT = object()


def complete(tree: Any, draw: Any) -> Any:  # noqa: PLR0911 - one return for each kind of tree
    """One completion of a tree, its choices drawn; _ABSENT where a field is left out."""
    if tree is UNKNOWN:
        return draw(st.one_of(st.just(_ABSENT), values(2)))
    if tree is UNKNOWN_STRING:
        return draw(STRINGS)
    if tree is UNKNOWN_NUMBER:
        return draw(NUMBERS)
    if isinstance(tree, OneOf):
        return complete(draw(st.sampled_from(tree.options)), draw)
    if isinstance(tree, Maybe):
        return complete(tree.tree, draw) if draw(st.booleans()) else _ABSENT
    if isinstance(tree, Items):
        return _present(complete(tree.tree, draw) for _ in range(draw(st.integers(0, 2))))
    if isinstance(tree, list):
        return [_some(element, draw) for element in tree]
    if isinstance(tree, Obj | dict):
        known = tree.known if isinstance(tree, Obj) else tree
        found = {key: complete(value, draw) for key, value in known.items()}
        if isinstance(tree, Obj) and tree.open:
            extra = draw(st.dictionaries(NAMES, values(2), max_size=2))
            found = {**{key: value for key, value in extra.items() if key not in known}, **found}
        return {key: value for key, value in found.items() if value is not _ABSENT}
    return tree


def _present(found: Any) -> list[Any]:
    return [value for value in found if value is not _ABSENT]


def _some(element: Any, draw: Any) -> Any:
    value = complete(element, draw)
    return draw(values(1)) if value is _ABSENT else value
