"""Laws of the language, over generated patterns and events."""

import json
from itertools import product
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.flow.patterns import parse, prepare
from tests.flow.patterns.pattern_strategies import EVENTS, LEAVES, ROOTS, complete, patterns
from tests.laws import LAW, TIMES


def reorder(node: Any, seed: int) -> Any:
    """The same pattern with keys and alternatives in another order; $or stays last, since a later leaf replaces."""
    if isinstance(node, dict):
        keys = [key for key in node if key != "$or"]
        keys = keys[seed % (len(keys) or 1) :] + keys[: seed % (len(keys) or 1)]
        return {key: reorder(node[key], seed) for key in [*keys, *(["$or"] if "$or" in node else [])]}
    return node[::-1]


@LAW
@given(patterns(with_or=False), EVENTS, st.integers(0, 5))
def test_the_order_of_keys_and_of_alternatives_does_not_matter(pattern: Any, event: Any, seed: int) -> None:
    assert parse(reorder(pattern, seed)).matches(event) == parse(pattern).matches(event)


@LAW
@given(patterns(), EVENTS)
def test_text_and_parsed_objects_give_the_same_answer(pattern: Any, event: Any) -> None:
    expected = parse(pattern).matches(event)
    assert parse(json.dumps(pattern)).matches(json.dumps(event)) is expected
    assert parse(pattern).matches(prepare(event)) is expected


@LAW
@given(patterns(2, with_or=False), patterns(2, with_or=False), patterns(2, with_or=False), EVENTS)
def test_or_is_the_union_of_its_branches(common: Any, one: Any, other: Any, event: Any) -> None:
    # the branches come last and replace leaves of the same path, so each is merged over the common part
    either = parse(json.dumps({"$or": [one, other]})).matches(event)
    assert either == (parse(one).matches(event) or parse(other).matches(event))
    both = f'{json.dumps(common)[:-1]}, "$or": {json.dumps([one, other])}}}'
    apart = [f"{json.dumps(common)[:-1]}, {json.dumps(branch)[1:]}" for branch in (one, other)]
    assert parse(both).matches(event) == any(parse(text).matches(event) for text in apart)


@LAW
@given(st.sampled_from(["a", "b", "detail"]), LEAVES, LEAVES, EVENTS)
def test_one_more_alternative_never_loses_a_match(field: str, leaf: Any, more: Any, event: Any) -> None:
    if parse({field: leaf}).matches(event):
        assert parse({field: leaf + more}).matches(event)


def pattern_of(event: Any) -> Any:
    """The pattern that asks for every value of an event in which no array holds objects or arrays."""
    if isinstance(event, dict):
        found = {key: pattern_of(value) for key, value in event.items()}
        return {key: value for key, value in found.items() if value}
    scalars = (
        [item for item in event if not isinstance(item, dict | list)] if isinstance(event, list) else [event]
    )
    return scalars if not isinstance(event, list) or len(scalars) == len(event) else []


@LAW
@given(EVENTS)
def test_a_pattern_built_from_an_event_matches_it(event: Any) -> None:
    pattern = pattern_of(event)
    if pattern:
        assert parse(pattern).matches(event)


def rows(
    node: Any, path: str, place: tuple[Any, ...], where: tuple[Any, ...] = ()
) -> list[tuple[str, Any, Any]]:
    """Every scalar with its path and the array elements it stands in, written anew for the oracle below."""
    if isinstance(node, dict):
        return [
            row
            for key, value in node.items()
            for row in rows(value, f"{path}.{key}".strip("."), place, (*where, key))
        ]
    if isinstance(node, list):
        found = []
        for index, item in enumerate(node):
            inside = (*place, (where, index)) if isinstance(item, dict | list) else place
            found += rows(item, path, inside, (*where, index))
        return found
    return [(path, node, place)]


@LAW
@given(
    st.dictionaries(
        st.sampled_from(["a.b", "a.c", "a.detail.b"]),
        st.sampled_from([["a"], [1], [None], ["a", 1]]),
        min_size=2,
    ),
    EVENTS,
)
def test_fields_match_together_only_within_the_same_elements(
    wanted: dict[str, list[Any]], event: Any
) -> None:
    found = rows(event, "", ())
    choices = [
        [place for path, value, place in found if path == name and any(same(value, one) for one in leaf)]
        for name, leaf in wanted.items()
    ]
    expected = any(agree(places) for places in product(*choices))
    assert parse(wanted).matches(event) == expected


def same(value: Any, wanted: Any) -> bool:
    return (type(value) is type(wanted) and value == wanted) or (type(value) is float and value == wanted)


def agree(places: tuple[Any, ...]) -> bool:
    chosen: dict[Any, int] = {}
    return all(chosen.setdefault(array, index) == index for place in places for array, index in place)


@settings(LAW, max_examples=75 * TIMES)
@given(patterns(), ROOTS, st.data())
def test_no_completion_contradicts_what_was_decided(pattern: Any, tree: Any, data: Any) -> None:
    ready = parse(pattern)
    decision = ready.decide(tree)
    event = complete(tree, data.draw)
    matched = ready.matches(event)
    assert not (decision.delivery == "never" and matched)
    assert not (decision.delivery == "always" and not matched)
    assert bool(decision.when) == (decision.delivery == "sometimes")


@LAW
@given(patterns(), EVENTS)
def test_over_a_known_event_deciding_is_matching(pattern: Any, event: Any) -> None:
    ready = parse(pattern)
    assert ready.decide(event).delivery == ("always" if ready.matches(event) else "never")


@LAW
@given(patterns(), EVENTS)
def test_an_explanation_agrees_with_the_match(pattern: Any, event: Any) -> None:
    ready = parse(pattern)
    explanation = ready.explain(event)
    assert explanation.matched == ready.matches(event)
    nearest = [field for field in explanation.fields if field.alternative == 0]
    assert explanation.matched == (all(field.ok for field in nearest) and not explanation.scattered)
