"""The sample estate's data holds what docs/sample-estate.md says it holds."""

import json
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pytest

from collectors.sample.estate import GONE, every
from collectors.sample.estate.events import EVENT_TYPES
from collectors.sample.estate.places import PLACES
from collectors.sample.estate.producing import PUTS
from collectors.sample.estate.shapes import (
    Bus,
    EventSourceMapping,
    Function,
    NewBus,
    Pipe,
    Queue,
    Rule,
    StateMachine,
    Subscriber,
    Topic,
)

DOCS = Path(__file__).parents[2] / "docs" / "sample-estate.md"
DATA = Path(__file__).parents[1] / "data"


@pytest.mark.parametrize(
    ("kind", "least"),
    [(Bus, 10), (NewBus, 2), (Rule, 72), (Subscriber, 8), (Queue, 40), (Function, 50), (StateMachine, 5)],
)
def test_the_estate_is_as_large_as_a_small_real_one(kind: type[Any], least: int) -> None:
    assert len(list(every(kind))) >= least


def test_there_are_forty_five_event_types_and_sixty_schemas() -> None:
    types = {(event.source, event.detail_type) for event in EVENT_TYPES}
    types |= {(put.source, put.detail_type) for put in PUTS}
    assert len(types) >= 45
    assert len(EVENT_TYPES) >= 60
    assert max(len(event.versions) for event in EVENT_TYPES) >= 3


def _patterns() -> str:
    rules = [rule.pattern for _, rule in every(Rule)]
    return json.dumps([*rules, *[dict(sub.filters) for _, sub in every(Subscriber)]])


@pytest.mark.parametrize(
    "operator",
    [
        "prefix",
        "suffix",
        "wildcard",
        "anything-but",
        "numeric",
        "exists",
        "equals-ignore-case",
        "cidr",
        "$or",
    ],
)
def test_every_operator_is_used_by_some_pattern(operator: str) -> None:
    assert f'"{operator}"' in _patterns()


def test_some_patterns_name_no_source_and_some_no_detail_type() -> None:
    patterns = [rule.pattern for _, rule in every(Rule) if rule.pattern]
    assert [p for p in patterns if "source" not in p]
    assert [p for p in patterns if "detail-type" not in p]


def test_a_rule_name_repeats_across_buses_but_never_on_one() -> None:
    names = Counter(rule.name for _, rule in every(Rule))
    on_bus = Counter((rule.at, rule.bus, rule.name) for _, rule in every(Rule))
    assert names["to-hub"] == 3
    assert names["to-analytics"] == 2
    assert set(on_bus.values()) == {1}


def _arns() -> set[str]:
    makers = {Queue: "queue", Function: "function", Topic: "topic", StateMachine: "state_machine", Bus: "bus"}
    return {
        getattr(thing.at, method)(thing.name) for kind, method in makers.items() for _, thing in every(kind)
    }


def _unversioned(arn: str) -> str:
    return ":".join(arn.split(":")[:7]) if ":function:" in arn else arn


def test_only_the_function_that_was_deleted_is_missing_among_targets_of_collected_kinds() -> None:
    kinds = (":sqs:", ":lambda:", ":sns:", ":states:")
    named = {_unversioned(target.arn) for _, rule in every(Rule) for target in rule.targets}
    missing = {arn for arn in named - _arns() if any(kind in arn for kind in kinds)}
    assert missing == set(GONE)


def test_every_dead_letter_queue_that_is_named_exists() -> None:
    there = _arns()
    for _, rule in every(Rule):
        assert {target.dead_letter for target in rule.targets} - {None} <= there, rule.name
    for _, queue in every(Queue):
        assert queue.dead_letter is None or queue.at.queue(queue.dead_letter) in there, queue.name


def test_two_buses_forward_the_same_event_to_each_other() -> None:
    forwards = defaultdict(set)
    for _, rule in every(Rule):
        for target in rule.targets:
            if ":event-bus/" in target.arn:
                forwards[rule.at.bus(rule.bus)].add(target.arn)
    loops = {(a, b) for a, targets in forwards.items() for b in targets if a in forwards.get(b, set())}
    assert {a.split(":")[3] for a, _ in loops} == {"eu-west-1", "us-east-1"}


def test_one_queue_with_a_rule_is_read_by_nobody() -> None:
    fed = {target.arn for _, rule in every(Rule) for target in rule.targets if ":sqs:" in target.arn}
    read = {mapping.source for _, mapping in every(EventSourceMapping)}
    read |= {pipe.source for _, pipe in every(Pipe)}
    assert {arn.rsplit(":", 1)[-1] for arn in fed - read} == {"order-amendments"}


def test_things_lie_in_the_six_places_and_in_no_other() -> None:
    kinds = (Bus, Rule, Queue, Function, Topic, StateMachine, Pipe, Subscriber)
    places = {thing.at for kind in kinds for _, thing in every(kind)}
    assert places <= set(PLACES)


@pytest.mark.parametrize("file", ["expected_consumers.json", "expected_producers.json"])
def test_the_truth_written_by_hand_names_only_event_types_of_the_estate(file: str) -> None:
    types = {(event.source, event.detail_type) for event in EVENT_TYPES}
    types |= {(put.source, put.detail_type) for put in PUTS}
    cases = json.loads((DATA / file).read_text())
    assert {(case["source"], case["detail_type"]) for case in cases} <= types


def test_the_docs_name_every_domain_and_every_rule_that_is_told_as_odd() -> None:
    text = DOCS.read_text()
    odd = [rule.name for _, rule in every(Rule) if rule.description]
    assert [name for name in odd if f"`{name}`" not in text] == []
    assert [domain.name for domain, _ in every(Bus) if domain.name not in text] == []


@pytest.mark.parametrize("name", ["risk-scoring", "price-cache", "legacy-updates"])
def test_rules_that_the_docs_tell_without_a_dead_letter_queue_have_none(name: str) -> None:
    assert [target.dead_letter for target in _rule(name).targets] == [None]


@pytest.mark.parametrize(
    ("name", "member"),
    [("print-labels", "Input"), ("courier-booking", "InputPath"), ("order-webhook", "InputTransformer")],
)
def test_rules_that_the_docs_tell_by_their_input_have_it(name: str, member: str) -> None:
    assert [member in target.extra for target in _rule(name).targets] == [True]


def _rule(name: str) -> Rule:
    [found] = [rule for _, rule in every(Rule) if rule.name == name]
    return found


def test_a_target_that_is_reached_by_a_role_has_one() -> None:
    without = [
        (rule.name, target.arn)
        for _, rule in every(Rule)
        for target in rule.targets
        if any(
            part in target.arn
            for part in (":kinesis:", ":firehose:", ":states:", ":ecs:", ":api-destination/")
        )
        and "RoleArn" not in target.extra
    ]
    assert without == []
