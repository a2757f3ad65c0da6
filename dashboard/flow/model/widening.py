"""Two trees taken as one: what both have stays, what differs is not known. So turns of a ring come to an end."""

from typing import Any

from dashboard.flow.model.matching import UNKNOWN, Json, Obj


def widened(tree: Any, other: Any) -> Any:
    """A tree that stands for all that either does; the first one itself where it does so already."""
    if tree is other or tree is UNKNOWN:
        return tree
    if isinstance(tree, Json) and isinstance(other, Json):
        inside = widened(tree.tree, other.tree)
        return tree if inside is tree.tree else Json(inside)
    if isinstance(tree, Obj | dict) and isinstance(other, Obj | dict):
        return _object(tree, other)
    if isinstance(tree, list) and isinstance(other, list) and len(tree) == len(other):
        items = [widened(*pair) for pair in zip(tree, other, strict=True)]
        return tree if all(new is old for new, old in zip(items, tree, strict=True)) else items
    # true and 1 are equal in Python, and differ in JSON
    return tree if type(tree) is type(other) and tree == other else UNKNOWN


def _object(tree: Any, other: Any) -> Any:
    (known, is_open), (others, may_have_more) = _fields(tree), _fields(other)
    inside = {name: widened(value, others[name]) for name, value in known.items() if name in others}
    dropped = known.keys() - inside.keys()
    # what an open object does not know has no dot in its name
    if any("." in name for name in dropped | (others.keys() - inside.keys())):
        return UNKNOWN
    grows = not is_open and (may_have_more or len(others) > len(inside))
    if not dropped and not grows and all(inside[name] is known[name] for name in known):
        return tree
    return Obj(inside, open=is_open or grows or bool(dropped))


def _fields(tree: Any) -> tuple[dict[str, Any], bool]:
    return (tree, False) if isinstance(tree, dict) else (tree.known, tree.open)
