"""What was not followed is said wherever it matters: of a resource, a team and a path as of an event type."""

import json
from itertools import pairwise

import pytest

from collectors.records import Bus, Record, Tag
from dashboard.flow import reversed_documents
from dashboard.flow.backwards import between, named, reverse, teams
from dashboard.flow.model.estate import Estate
from dashboard.flow.walk.paths import MAX_HOPS, TOO_MUCH
from tests.flow.building import (
    ACCOUNT,
    OTHER,
    SOURCE,
    THIRD,
    TYPE,
    Build,
    arn,
    ask,
    bus,
    function,
    link,
    new_bus,
    pipe,
    queue,
    rule,
    subscriber,
    trace,
)

OPEN = json.dumps({"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]})
BUS, BILL, EVENT = bus("orders", policy=OPEN), function(policy=OPEN), f"{SOURCE}/{TYPE}"
ANY = '{"source": [{"prefix": "com."}]}'


def of_resource(estate: Estate, name: str = "bill") -> tuple[bool, list[str], list[str]]:
    """Whether what `resource` says is complete, its notes, and the gaps' messages."""
    found = reversed_documents.of_resources(estate, name, named.resources(estate, name))
    return found["complete"], found["notes"], [one["message"] for one in found["gaps"]]


def of_team(estate: Estate) -> tuple[bool, list[str]]:
    found = reversed_documents.of_team(estate, teams.team(estate, "domain", "billing"))
    return found["complete"], found["notes"]


def path(estate: Estate, start: str, end: str) -> tuple[str, tuple[str, ...]]:
    (found,) = between.ask(estate, start, end)
    return found.answer, found.reasons


def in_a_chain(length: int) -> list[Record]:
    buses = [bus(f"b{at:02}", policy=OPEN) for at in range(length)]
    forwards = [rule(a, f"to-{b.name}", b.arn, ANY) for a, b in pairwise(buses)]
    return [*buses, BILL, trace(buses[0]), *forwards, rule(buses[-1], "last", BILL.arn, ANY)]


def in_two_turns() -> list[Record]:
    """A pipe makes another event of unknown type, and another pipe one of that: the second is not followed."""
    made = [("first", '{"a": "<$.body.detail.n>"}'), ("second", '{"b": "<$.body.detail.a>"}')]
    found: list[Record] = [BUS, BILL, trace(BUS)]
    for name, template in made:
        into, tube = queue(name, policy=OPEN), pipe(f"{name}-pipe")
        found += [into, tube, link("pipe-source", into, tube)]
        found.append(link("pipe-target", tube, BUS, input_kind="template", input_template=template))
    found.append(rule(BUS, "r", queue("first").arn))
    found.append(rule(BUS, "s", queue("second").arn, '{"detail": {"a": [{"exists": true}]}}'))
    last = '{"detail": {"b": [{"exists": true}], "a": [{"exists": false}]}}'
    return [*found, rule(BUS, "third", BILL.arn, last)]


CUT = [(in_a_chain(MAX_HOPS + 3), TOO_MUCH), (in_two_turns(), "was not followed")]


@pytest.mark.parametrize(("records", "says"), CUT)
def test_a_walk_that_was_cut_leaves_a_resource_and_a_team_incomplete_and_says_why(
    build: Build, records: list[Record], says: str
) -> None:
    estate = build(*records, Tag(arn=BILL.arn, key="domain", value="billing"))
    assert not ask(estate).complete
    complete, notes, gaps = of_resource(estate)
    assert (complete, gaps) == (False, [])
    assert any(says in note for note in notes)
    complete, notes = of_team(estate)
    assert (complete, any(says in note for note in notes)) == (False, True)


def test_a_chain_that_is_walked_to_its_end_leaves_nothing_out(build: Build) -> None:
    estate = build(*in_a_chain(5), Tag(arn=BILL.arn, key="domain", value="billing"))
    assert of_resource(estate) == (True, [], [])
    assert of_team(estate) == (True, [])


def test_a_new_event_that_comes_back_only_to_the_same_ends_leaves_nothing_out(build: Build) -> None:
    inbox, tube = queue(policy=OPEN), pipe()
    made = link("pipe-target", tube, BUS, source="com.new", detail_type="New")
    records = [BUS, BILL, inbox, tube, trace(BUS), link("pipe-source", inbox, tube), made]
    estate = build(*records, rule(BUS, "in", inbox.arn, ANY), rule(BUS, "out", BILL.arn, ANY))
    assert ask(estate).complete
    assert of_resource(estate) == (True, [], [])


def granted(principal: object, **condition: object) -> str:
    statement = {"Effect": "Allow", "Principal": principal, "Action": "*", "Resource": "*"}
    return json.dumps({"Statement": [statement | condition]})


SERVICE = {"Service": "events.amazonaws.com"}
OWN = {"Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT}}}
FAR = arn("events", "event-bus/far", OTHER)
RETURNS = [
    (arn("events", "event-bus/far", region="us-east-1"), bus("orders"), function(), True),
    (FAR, bus("orders"), function(), False),
    (FAR, bus("orders", policy=granted({"AWS": OTHER})), function(), True),
    (FAR, bus("orders", policy=granted({"AWS": THIRD})), function(), True),  # it may go on there
    (FAR, bus("orders", policy=granted({"AWS": ACCOUNT})), function(), False),
    (FAR, bus("orders", policy=OPEN), function(), True),
    (FAR, bus("orders"), function(policy=granted(SERVICE)), True),
    (FAR, bus("orders"), function(policy=granted(SERVICE, **OWN)), False),
]


@pytest.mark.parametrize(("far", "on", "end", "incomplete"), RETURNS)
def test_what_is_forwarded_to_where_nobody_looked_may_come_back_where_policies_let_it(
    build: Build,
    far: str,
    on: Bus,
    end: Record,
    incomplete: bool,  # noqa: FBT001 - a case
) -> None:
    estate = build(on, end, trace(on), rule(on, "r", end.arn), rule(on, "away", far))  # type: ignore[attr-defined]
    complete, _, gaps = of_resource(estate)
    assert complete is not incomplete
    assert all("which was not collected" in message for message in gaps)


def test_a_rule_that_delivers_to_a_function_elsewhere_hides_no_way_back(build: Build) -> None:
    elsewhere = rule(BUS, "r", arn("lambda", "function:far", OTHER))
    assert of_resource(build(BUS, BILL, trace(BUS), elsewhere)) == (True, [], [])


def test_a_no_says_that_events_are_not_forwarded_to_a_third_account(build: Build) -> None:
    buses = [bus(f"b{at}", account, policy=OPEN) for at, account in enumerate((ACCOUNT, OTHER, THIRD), 1)]
    far = function("far", THIRD, policy=OPEN)
    forwards = [rule(a, "on", b.arn, ANY) for a, b in pairwise(buses)]
    records = [*buses, far, trace(buses[0]), *forwards, rule(buses[2], "end", far.arn, ANY)]
    estate = build(*records, accounts=(ACCOUNT, OTHER, THIRD))
    says = "EventBridge does not forward to a third account: b1 → b2 → b3."
    assert path(estate, EVENT, "far") == ("no", (says,))
    assert of_resource(estate, "far")[1] == [says]


DEAD, FIX = queue("dead", policy=OPEN), function("fix", policy=OPEN)
FAILURES = [
    ([rule(BUS, "r", BILL.arn, dead_letter_arn=DEAD.arn)], "function bill"),
    ([rule(BUS, "r", queue().arn), queue(dead_letter_arn=DEAD.arn)], "queue inbox"),
    ([rule(BUS, "r", queue().arn), queue(), link("redrive", queue(), DEAD)], "queue inbox"),
]


@pytest.mark.parametrize(("records", "failing"), FAILURES)
def test_a_no_says_that_only_failures_get_there(build: Build, records: list[Record], failing: str) -> None:
    reader = link("event-source-mapping", DEAD, FIX)
    estate = build(BUS, BILL, DEAD, FIX, trace(BUS), reader, *records)
    says = f"Only what fails at {failing} gets there: through its dead-letter queue dead."
    assert path(estate, EVENT, "fix") == path(estate, EVENT, "dead") == ("no", (says,))
    assert reverse.consumed(estate, [FIX.arn]) == ()


def test_a_new_bus_takes_bare_payloads_so_that_a_filter_may_read_any_field_of_them(build: Build) -> None:
    fresh = new_bus()
    estate = build(fresh, BUS, BILL, subscriber(fresh, "s", BILL.arn, pattern='{"k": [1]}'))
    (found,) = between.ask(estate, "fresh", "bill")
    assert (found.answer, found.delivery, found.routes[0].when) == ("yes", "sometimes", ("k is 1",))
    assert found.reasons == (
        "What PutRawEvents puts on bus fresh has no envelope: filters see the bare payload.",
    )
    assert [one.family for one in reverse.open_ways(estate, [BILL.arn])] == ["any source; any detail type"]


def test_a_classic_bus_takes_events_with_an_envelope_only(build: Build) -> None:
    estate = build(BUS, BILL, rule(BUS, "r", BILL.arn, '{"k": [1]}'))
    assert path(estate, "orders", "bill")[0] == "no"
