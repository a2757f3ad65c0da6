"""Many patterns asked together give the answers of each one asked alone."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.flow.model import matching, trees
from dashboard.flow.patterns import PatternError, Ruleset, Shared, parse
from dashboard.flow.patterns.partial import event_tree
from tests.flow.patterns.pattern_strategies import CONDITIONS, LEAVES, ROOTS, patterns, values
from tests.laws import LAW

VERDICTS = Path(__file__).parents[2] / "data" / "reference-verdicts.jsonl"
TEXTS = st.sampled_from(["", "a", "ab", "B", "10.0.0.1", "::1", "0:0::1", "aab"])
HEADS = st.fixed_dictionaries(
    {}, optional={key: st.lists(CONDITIONS, min_size=1, max_size=3) for key in ("source", "detail-type")}
)
_HEADED = st.builds(lambda head, rest: {**head, **rest}, HEADS, patterns(1))
_CHOOSING = st.builds(
    lambda head, one, other: {**head, "$or": [one, other]},
    HEADS,
    st.dictionaries(st.sampled_from(["source", "detail-type", "a"]), LEAVES, min_size=1, max_size=2),
    st.dictionaries(st.sampled_from(["source", "detail-type", "b"]), LEAVES, min_size=1, max_size=2),
)
RULES = st.lists(st.one_of(_HEADED, _CHOOSING, HEADS.filter(bool)), min_size=1, max_size=4)
PAYLOAD = st.dictionaries(st.sampled_from(["a", "b", "c", "detail"]), values(2), max_size=3)


def _event(source: Any, detail_type: Any, payload: dict[str, Any]) -> dict[str, Any]:
    return {"source": source, "detail-type": detail_type, **payload}


@LAW
@given(RULES, TEXTS, TEXTS, PAYLOAD)
def test_a_ruleset_finds_exactly_the_patterns_that_match(
    rules: list[Any], source: str, detail_type: str, payload: dict[str, Any]
) -> None:
    event, found = _event(source, detail_type, payload), [parse(json.dumps(rule)) for rule in rules]
    expected = tuple(at for at, pattern in enumerate(found) if pattern.matches(event))
    assert Ruleset(found).matching(event) == expected
    assert Ruleset(found).matching(json.dumps(event)) == expected


@LAW
@given(RULES, st.one_of(values(1)), st.one_of(TEXTS, values(1)), PAYLOAD)
def test_so_it_does_for_events_whose_source_or_detail_type_is_no_text(
    rules: list[Any], source: Any, detail_type: Any, payload: dict[str, Any]
) -> None:
    event, found = _event(source, detail_type, payload), [parse(json.dumps(rule)) for rule in rules]
    assert Ruleset(found).matching(event) == tuple(
        at for at, pattern in enumerate(found) if pattern.matches(event)
    )


@LAW
@given(RULES, TEXTS, TEXTS)
def test_of_a_type_it_leaves_out_only_what_can_never_match(
    rules: list[Any], source: str, detail_type: str
) -> None:
    found = [parse(json.dumps(rule)) for rule in rules]
    tree = event_tree(source, detail_type)
    possible = {at for at, pattern in enumerate(found) if pattern.decide(tree).delivery != "never"}
    assert possible <= set(Ruleset(found).of_type(source, detail_type))


@LAW
@given(RULES, st.lists(st.tuples(TEXTS, TEXTS), min_size=2, max_size=4))
def test_a_filter_that_has_decided_other_types_decides_this_one_as_if_it_were_the_first(
    rules: list[Any], types: list[tuple[str, str]]
) -> None:
    for rule in rules:
        asked = matching.Parser()(json.dumps(rule), "data")
        for source, detail_type in types:
            fresh = parse(json.dumps(rule)).decide(event_tree(source, detail_type))
            verdict = asked.decide(trees.of_type(source, detail_type))
            assert (verdict.delivery, verdict.when) == (fresh.delivery, fresh.when)


@LAW
@given(
    st.dictionaries(st.sampled_from(["source", "detail-type", "detail"]), LEAVES, min_size=1), TEXTS, TEXTS
)
def test_so_does_a_filter_on_what_is_put_around_an_event(rule: Any, source: str, detail_type: str) -> None:
    asked = matching.Parser()(json.dumps({"body": rule}), "pipes")
    for key in ((source, detail_type), ("a", "B"), (detail_type, source)):
        verdict = asked.decide(trees.queue_record("arn:q", trees.of_type(*key)))
        plain = trees.queue_record("arn:q", event_tree(*key))
        fresh = matching.Parser()(json.dumps({"body": rule}), "pipes").decide(plain)
        assert verdict == fresh


@LAW
@given(RULES, ROOTS)
def test_a_shared_tree_gives_every_pattern_the_answer_of_a_fresh_one(rules: list[Any], tree: Any) -> None:
    shared = Shared(tree.known, open=tree.open)
    for pattern in (parse(json.dumps(rule)) for rule in rules):
        assert pattern.decide(shared) == pattern.decide(tree)


def test_the_reference_s_patterns_together_give_the_reference_s_verdicts() -> None:
    rows = [json.loads(line) for line in VERDICTS.read_text(encoding="utf-8").splitlines()]
    rows = [row for row in rows if row["match"] in (True, False)][::10]
    ruleset = Ruleset([parse(json.dumps(row["pattern"])) for row in rows])
    wrong = [
        row
        for at, row in enumerate(rows)
        if (at in ruleset.matching(json.dumps(row["event"]))) != row["match"]
    ]
    assert wrong == []


def test_a_value_that_many_rules_ask_for_leads_to_its_rules_alone() -> None:
    rules = [
        f'{{"source": ["s"], "detail-type": ["t"], "detail": {{"tenant": ["{number}"], "n": [1, {number}]}}}}'
        for number in range(500)
    ]
    ruleset = Ruleset([parse(rule) for rule in rules])
    assert ruleset.matching(_event("s", "t", {"detail": {"tenant": "77", "n": 77}})) == (77,)
    assert ruleset.matching(_event("s", "t", {"detail": {"tenant": ["3", "7"], "n": 1}})) == (3, 7)
    assert ruleset.matching(_event("s", "u", {"detail": {"tenant": "77", "n": 1}})) == ()


def test_types_beyond_the_kept_plans_are_answered_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dashboard.flow.patterns.ruleset.MOST_PLANS", 2)
    names = [f"t{number}" for number in range(6)]
    ruleset = Ruleset([parse(json.dumps({"detail-type": list(pair)})) for pair in pairwise(names)])
    for _ in range(2):
        assert [ruleset.of_type("s", name) for name in names] == [(0,), (0, 1), (1, 2), (2, 3), (3, 4), (4,)]


def test_a_ruleset_refuses_patterns_over_records() -> None:
    with pytest.raises(ValueError, match="patterns over events"):
        Ruleset([parse('{"body": {"a": [1]}}', dialect="lambda")])


def test_a_field_below_a_nameless_one_counts_as_the_event_s_own() -> None:
    event = {"source": "a", "detail-type": "t", "": {"source": "b"}}
    pattern = parse('{"source": ["b"]}')
    assert pattern.matches(event)
    assert Ruleset([pattern]).matching(event) == (0,)


def test_a_malformed_pattern_is_an_error_before_it_comes_into_a_ruleset() -> None:
    with pytest.raises(PatternError):
        parse('{"source": "a"}')
