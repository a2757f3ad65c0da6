"""Try an event: what each subscription makes of it, why not, and where it would arrive."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.errors import UsageError
from dashboard.flow import patterns
from dashboard.flow.model.estate import Estate
from dashboard.flow.suppose import overlay, pasted
from dashboard.flow.suppose.changes import RuleChange
from dashboard.flow.suppose.trials import Trial, Tried
from dashboard.flow.suppose.trying import try_event
from tests.flow.building import (
    ACCOUNT,
    REGION,
    SOURCE,
    TYPE,
    Build,
    bus,
    estate_of,
    function,
    gap,
    link,
    new_bus,
    queue,
    rule,
    subscriber,
)
from tests.flow.patterns.pattern_strategies import patterns as generated
from tests.flow.patterns.pattern_strategies import values
from tests.laws import LAW

ORDERS = bus()
EVENT = {
    "source": SOURCE,
    "detail-type": TYPE,
    "detail": {"total": 42, "lines": [{"sku": "A", "n": 1}, {"sku": "B", "n": 2}]},
}


LETS = json.dumps(
    {
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "events.amazonaws.com"},
                "Action": "lambda:InvokeFunction",
                "Resource": "*",
            }
        ]
    }
)


def over(**detail: Any) -> str:
    return json.dumps({"source": [SOURCE], "detail-type": [TYPE], "detail": detail})


def asking(name: str, pattern: str | None = None, **more: Any) -> Any:
    return rule(ORDERS, name, function(name).arn, pattern, **more)


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Estate:
    """A bus with a rule for each result."""
    names = ("all", "off", "big", "far", "other", "scattered", "timed", "late", "deep")
    records = [
        *(
            ORDERS,
            queue(),
            *(function(name) for name in names if name != "all"),
            function("all", policy=LETS),
        ),
        asking("all"),
        asking("off", state="DISABLED"),
        asking("big", over(total=[{"numeric": [">", 100]}])),
        asking(
            "far", json.dumps({"source": ["x"], "detail-type": ["y"], "detail": {"total": [1], "z": [2]}})
        ),
        asking("other", json.dumps({"source": [SOURCE], "detail-type": ["Other"]})),
        asking("scattered", over(lines={"sku": ["A"], "n": [2]})),
        asking("timed", json.dumps({"source": [SOURCE], "time": [{"prefix": "2026-"}]})),
        asking("late", json.dumps({"source": ["x"], "time": [{"prefix": "2026-"}]})),
        asking("bad", '{"source": []}'),
        asking("clock", schedule="rate(1 day)").model_copy(update={"pattern": None}),
        rule(ORDERS, "queue", queue().arn),
        rule(ORDERS, "bare", None),
        link(
            *("event-source-mapping", queue(), function("deep")),
            dialect="lambda",
            filters=(json.dumps({"body": {"detail": {"total": [{"numeric": [">", 100]}]}}}),),
        ),
    ]
    return estate_of(tmp_path_factory.mktemp("trying"), records)


def the(trial: Trial, name: str) -> Tried:
    (found,) = [tried for tried in trial.tried if tried.name == name]
    return found


RESULTS = [
    ("all", "matches", "Every condition holds."),
    ("off", "matches", "Every condition holds."),
    ("bare", "matches", "Every condition holds. The rule has no target."),
    ("timed", "may match", "Depends on time begins with 2026-."),
    ("bad", "malformed", "Its pattern cannot be read, so nobody can tell. At $.source: expected"),
    ("big", "does not match", "detail.total > 100: no, the event has 42."),
    ("other", "does not match", f'detail-type is Other: no, the event has "{TYPE}".'),
    ("scattered", "does not match", "Each field is met, but not within one element of an array."),
    ("late", "does not match", f'source is x: no, the event has "{SOURCE}".'),
    ("clock", "does not match", "It has no event pattern: a schedule starts it, and no event."),
    (
        "far",
        "does not match",
        f'detail-type is y: no, the event has "{TYPE}". detail.total is 1: no, the event has 42. detail.z is 2: no, the event has no detail.z. And 1 more.',
    ),
    (
        "queue",
        "matches",
        "Every condition holds. It arrives at queue inbox, and nothing takes it on from there: “body.detail.total > 100” cannot hold: it is 42 (event source mapping to deep).",
    ),
]


@pytest.mark.parametrize(("name", "result", "reason"), RESULTS, ids=[row[0] for row in RESULTS])
def test_each_subscription_has_its_result_and_reason(
    estate: Estate, name: str, result: str, reason: str
) -> None:
    found = the(try_event(estate, EVENT), name)
    assert (found.result, found.reason[: len(reason)]) == (result, reason)


def test_matches_come_first_then_the_nearest_miss(estate: Estate) -> None:
    names = [tried.name for tried in try_event(estate, EVENT).tried]
    assert names == [
        "all",
        "bare",
        "queue",
        "off",
        "timed",
        "bad",
        "scattered",
        "big",
        "other",
        "late",
        "far",
        "clock",
    ]


def test_where_it_would_arrive_is_told_with_each_match(estate: Estate) -> None:
    trial = try_event(estate, EVENT)
    arrives = {tried.name: [(c.name, c.delivery, c.active) for c in tried.consumers] for tried in trial.tried}
    assert arrives["all"] == [("all", "always", True)]
    assert arrives["off"] == [("off", "always", False)]
    assert arrives["timed"] == [("timed", "sometimes", True)]
    assert arrives["queue"] == arrives["big"] == []


def test_counts_are_of_all_and_only_the_nearest_misses_are_told(estate: Estate) -> None:
    trial = try_event(estate, EVENT, most_misses=2)
    assert trial.counts == {"matches": 4, "may match": 1, "malformed": 1, "does not match": 6}
    assert [tried.name for tried in trial.tried][-2:] == ["scattered", "big"]


def test_the_sentence_says_all_of_it(estate: Estate) -> None:
    assert try_event(estate, EVENT).sentence == (
        "OrderPlaced (com.acme.orders) matches 4 of 12 subscriptions, 1 of them switched off, and would arrive at 1 consumer. "
        "A policy keeps it from 1 more. 1 may match: it depends on what the event leaves open. 1 cannot be told: the pattern cannot be read."
    )


def test_a_time_that_is_given_decides(estate: Estate) -> None:
    assert the(try_event(estate, {**EVENT, "time": "2026-01-01T00:00:00Z"}), "timed").result == "matches"
    late = the(try_event(estate, {**EVENT, "time": "1999-01-01T00:00:00Z"}), "timed")
    assert (late.result, late.fields[0].path) == ("does not match", "time")


def test_fields_tell_the_condition_and_what_the_event_has(estate: Estate) -> None:
    field = the(try_event(estate, EVENT), "big").fields[0]
    assert (field.path, field.condition, field.had, field.matched) == (
        "detail.total",
        "detail.total > 100",
        "42",
        False,
    )


def test_each_bus_where_it_enters_is_asked_and_one_can_be_chosen(build: Build) -> None:
    other = bus("other")
    built = build(
        ORDERS, other, function(), rule(ORDERS, "a", function().arn), rule(other, "b", function().arn)
    )
    assert [tried.name for tried in try_event(built, EVENT).tried] == ["a", "b"]
    assert [tried.name for tried in try_event(built, EVENT, "other").tried] == ["b"]
    with pytest.raises(UsageError, match="The nearest: orders"):
        try_event(built, EVENT, "order")


def test_what_a_forwarded_event_reaches_stands_with_the_rule_that_forwards(build: Build) -> None:
    hub = bus("hub")
    built = build(ORDERS, hub, function(), rule(ORDERS, "to-hub", hub.arn), rule(hub, "last", function().arn))
    (found,) = try_event(built, EVENT, ORDERS.arn).tried
    assert [[hop.name for hop in row.path] for row in found.consumers] == [["hub", "bill"]]


def test_a_subscriber_with_a_filter_on_metadata_may_match(build: Build) -> None:
    fresh = new_bus()
    built = build(
        fresh, function(), subscriber(fresh, "meta", function().arn, metadata_pattern='{"tenant": ["a"]}')
    )
    found = the(try_event(built, EVENT), "meta")
    assert (found.result, found.reason) == ("may match", "Depends on the publisher's metadata: tenant is a.")


def test_a_subscriber_whose_filters_were_not_readable_may_match(build: Build) -> None:
    fresh = new_bus()
    built = build(fresh, function(), subscriber(fresh, "shut", function().arn, filters_hidden=True))
    found = the(try_event(built, EVENT), "shut")
    assert (found.result, found.reason) == (
        "may match",
        "Its filters could not be read: it may take anything.",
    )


def test_long_values_are_cut(estate: Estate) -> None:
    event = {**EVENT, "detail": {"total": ["x" * 5000] * 50}}
    found = the(try_event(estate, event), "big")
    assert len(found.reason) < 3000
    assert found.reason.endswith("and 16 more.")
    assert len(the(try_event(estate, {**EVENT, "detail": {"total": "x" * 5000}}), "queue").reason) < 1000


def test_a_subscriber_that_asks_for_another_type_says_so(build: Build) -> None:
    fresh = new_bus()
    built = build(
        fresh,
        function(),
        subscriber(fresh, "sys", function().arn, system_pattern='{"aws:DetailType": ["Other"]}'),
    )
    assert (
        the(try_event(built, EVENT), "sys").reason == f'aws:DetailType is Other: no, the event has "{TYPE}".'
    )


def test_gaps_that_touch_the_answer_make_it_incomplete(build: Build) -> None:
    built = build(ORDERS, gaps={(ACCOUNT, REGION, "rules"): [gap()]})
    trial = try_event(built, EVENT, "orders")
    assert (trial.complete, [g.message for g in trial.gaps]) == (False, ["AWS said no."])
    assert trial.sentence == "No subscription listens where OrderPlaced (com.acme.orders) enters."


# the verdict is the matcher's


@pytest.fixture(scope="module")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Estate:
    return estate_of(
        tmp_path_factory.mktemp("laws"), [ORDERS, function(), rule(ORDERS, "any", function().arn)]
    )


WHOLE = {"version": "0", "id": "i", "time": "t", "account": ACCOUNT, "region": REGION, "resources": []}


@LAW
@given(generated(), st.dictionaries(st.sampled_from(["a", "b", "c"]), values(2), max_size=3))
def test_a_whole_event_matches_exactly_as_the_pattern_says(blank: Estate, detail: Any, payload: Any) -> None:
    text = json.dumps({"source": [SOURCE], "detail": detail})
    built = overlay.changed(blank, [RuleChange("pattern", rule(ORDERS, "any", None).arn, text)])
    event = {**WHOLE, "source": SOURCE, "detail-type": TYPE, "detail": payload}
    (found,) = try_event(built, event, "orders").tried
    assert (found.result == "matches") == patterns.parse(text).matches(event)
    assert found.result != "may match"
    assert found.reason


# what is pasted

BAD = [
    ("", "The event is not JSON: it is empty."),
    (
        '{"source": "a",}',
        "The event is not JSON: line 1, column 16: a field's name in double quotes is missing, or a comma is one too many.",
    ),
    (
        '{\n "source": "a"\n "b": 1}',
        "The event is not JSON: line 3, column 2: a comma or a closing bracket is missing.",
    ),
    ('{"a": }', "The event is not JSON: line 1, column 7: a value is missing."),
    (
        '{"a": "\n"}',
        "The event is not JSON: line 1, column 8: a line break, tab or other control character stands inside a text.",
    ),
    ('{"a": 1} x', "The event is not JSON: line 1, column 10: something follows after the end of the event."),
    ('{"a": NaN}', "The event is not JSON: NaN is no JSON value."),
    ("[1]", "The event is not a JSON object: it has to begin with { and end with }."),
    ('{"source": "a"}', 'The event needs "detail-type", a text; it has none.'),
    ('{"source": 5, "detail-type": "b"}', 'The event needs "source", a text; it has something else there.'),
    ('{"source": "a", "detail-type": "b", "detail": "x"}', 'The event\'s "detail" has to be a JSON object.'),
    (
        '{"source": "a", "source": "b"}',
        'The event has "source" twice at its top level, which no event of EventBridge has.',
    ),
    (
        '{"Source": "a", "DetailType": "b", "Detail": "{"}',
        'The text in the entry\'s "Detail" is not JSON: line 1, column 2: ',
    ),
    ("[" * 5000, "The event is not JSON: the text is nested too deeply."),
]


@pytest.mark.parametrize(("text", "says"), BAD, ids=range(len(BAD)))
def test_what_is_no_event_is_one_sentence_that_says_where(text: str, says: str) -> None:
    with pytest.raises(UsageError) as error:
        pasted.read(text)
    assert str(error.value).startswith(says)
    assert str(error.value).count("\n") == 0


def test_repeated_keys_and_long_numbers_are_kept(build: Build) -> None:
    built = build(
        ORDERS,
        function("a"),
        function("b"),
        asking("a", over(id=[12345678901234567])),
        asking("b", over(id=[7])),
    )
    text = (
        f'{{"source": "{SOURCE}", "detail-type": "{TYPE}", "detail": {{"id": 12345678901234568, "id": 7}}}}'
    )
    assert {t.name: t.result for t in try_event(built, pasted.read(text)).tried} == {
        "a": "does not match",
        "b": "matches",
    }


def test_an_entry_of_put_events_is_read_as_the_event_it_becomes() -> None:
    entry = {
        "Source": "a",
        "DetailType": "b",
        "Detail": '{"x": 1}',
        "EventBusName": "orders",
        "Resources": ["r"],
    }
    assert pasted.read(json.dumps(entry)) == {
        "source": "a",
        "detail-type": "b",
        "resources": ["r"],
        "detail": {"x": 1},
    }


def test_nothing_of_the_event_is_kept(tmp_path: Path) -> None:
    built = estate_of(tmp_path, [ORDERS, function(), rule(ORDERS, "a", function().arn)])
    before = set(tmp_path.rglob("*"))
    try_event(built, {**EVENT, "detail": {"secret": "hunter2"}})
    assert "hunter2" not in repr(built.memory)
    assert set(tmp_path.rglob("*")) == before
