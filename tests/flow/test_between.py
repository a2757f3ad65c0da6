"""Whether there is a path between two: never a no that may be yes."""

import json
from collections.abc import Iterable

import pytest

from collectors.errors import UsageError
from collectors.records import Record, Tag
from dashboard.flow.answers import Question
from dashboard.flow.backwards import between, named, teams
from dashboard.flow.backwards.between import Between
from dashboard.flow.model.estate import Estate
from dashboard.flow.model.known import known
from dashboard.flow.who.consumers import consumers
from tests.flow.building import (
    OTHER,
    SOURCE,
    TYPE,
    Build,
    arn,
    bus,
    function,
    gap,
    link,
    queue,
    rule,
    topic,
    trace,
)

LETS_IN = {
    "Effect": "Allow",
    "Principal": {"Service": ["events.amazonaws.com"]},
    "Action": ["lambda:InvokeFunction", "sqs:SendMessage"],
    "Resource": "*",
}
OPEN = {"policy": json.dumps({"Statement": [LETS_IN]})}
BUS, HUB, BILL = bus(), bus("hub"), function(**OPEN)
EVENT = f"{SOURCE}/{TYPE}"
ROLE = "arn:aws:iam::111111111111:role/shop"


def ask(estate: Estate, start: str, end: str) -> Between:
    (answer,) = between.ask(estate, start, end)
    return answer


def told(answer: Between) -> tuple[str, str | None, int]:
    return answer.answer, answer.delivery, answer.total


def ways(answer: Between) -> list[list[str]]:
    return [[hop.name for hop in route.path] for route in answer.routes]


def large(bus_: Record, target: Record) -> Record:
    pattern = f'{{"source": ["{SOURCE}"], "detail-type": ["{TYPE}"], "detail": {{"total": [{{"numeric": [">", 9]}}]}}}}'
    return rule(bus_, "large", target.arn, pattern)  # type: ignore[arg-type, attr-defined]


def test_an_event_gets_to_a_function_by_every_way_the_shortest_first(build: Build) -> None:
    estate = build(
        *(BUS, HUB, BILL, queue(**OPEN), rule(BUS, "direct", BILL.arn), rule(BUS, "queued", queue().arn)),
        *(
            rule(BUS, "on", HUB.arn),
            rule(HUB, "far", queue().arn),
            link("event-source-mapping", queue(), BILL),
        ),
    )
    answer = ask(estate, EVENT, "bill")
    assert told(answer) == ("yes", "always", 3)
    assert ways(answer) == [["bill"], ["inbox", "bill"], ["hub", "inbox", "bill"]]


def test_on_conditions_it_is_sometimes(build: Build) -> None:
    answer = ask(build(BUS, BILL, large(BUS, BILL)), EVENT, "bill")
    assert (told(answer), answer.routes[0].when) == (("yes", "sometimes", 1), ("detail.total > 9",))


def test_from_a_bus_it_depends_on_the_event(build: Build) -> None:
    estate = build(
        BUS, BILL, function("audit"), rule(BUS, "r", BILL.arn), rule(BUS, "all", function("audit").arn, "{}")
    )
    answer = ask(estate, "bus:orders", "bill")
    assert told(answer) == ("yes", "sometimes", 1)
    assert any(SOURCE in text for text in answer.routes[0].when)


def test_from_a_queue_to_who_reads_it(build: Build) -> None:
    estate = build(queue(), BILL, link("event-source-mapping", queue(), BILL))
    assert told(ask(estate, "inbox", "bill")) == ("yes", "always", 1)
    assert told(ask(estate, "bill", "inbox"))[0] == "unknown"


def test_from_a_producer_by_what_it_was_seen_to_put(build: Build) -> None:
    shop = function("shop", role_arn=ROLE)
    estate = build(BUS, shop, BILL, trace(BUS), rule(BUS, "r", BILL.arn))
    assert told(ask(estate, "shop", "bill")) == ("yes", "always", 1)
    assert ask(estate, "shop", "bill").routes[0].types == ((SOURCE, TYPE),)


def test_a_producer_that_was_seen_elsewhere_only_has_no_path(build: Build) -> None:
    shop = function("shop", role_arn=ROLE)
    estate = build(BUS, HUB, shop, BILL, trace(HUB), rule(BUS, "r", BILL.arn))
    assert told(ask(estate, "shop", "bill")) == ("no", None, 0)


def test_a_function_never_seen_to_put_cannot_be_ruled_out(build: Build) -> None:
    answer = ask(build(BUS, function("shop"), BILL, rule(BUS, "r", BILL.arn)), "shop", "bill")
    assert answer.answer == "unknown"
    assert answer.reasons == ("What shop puts on a bus was not seen: no trace tells.",)


def test_a_topic_hands_on_what_others_publish_with_attributes(build: Build) -> None:
    policy = {"dialect": "sns-attributes", "filters": ('{"kind": ["gift"]}',)}
    subscription = link("sns-subscription", topic(), queue(), arn=arn("sns", "news:1"), **policy)
    lets_in = json.dumps({"Statement": [LETS_IN | {"Principal": {"Service": "sns.amazonaws.com"}}]})
    estate = build(topic(), queue(policy=lets_in), subscription)
    assert told(ask(estate, "news", "inbox")) == ("yes", "sometimes", 1)


def test_what_others_publish_may_carry_attributes_in_the_envelope(build: Build) -> None:
    asks = ('{"body": {"MessageAttributes": {"x": {"Value": ["1"]}}}}',)
    mapping = link("event-source-mapping", queue(), BILL, dialect="lambda", filters=asks)
    lets_in = json.dumps({"Statement": [LETS_IN | {"Principal": {"Service": "sns.amazonaws.com"}}]})
    estate = build(topic(), queue(policy=lets_in), BILL, link("sns-subscription", topic(), queue()), mapping)
    assert told(ask(estate, "news", "bill")) == ("yes", "sometimes", 1)


def test_results_of_a_function_lead_on_from_it(build: Build) -> None:
    results = link("async-destination", BILL, queue(), condition="OnSuccess", role_arn=ROLE)
    estate = build(
        BILL, queue(), results, function("mail"), link("event-source-mapping", queue(), function("mail"))
    )
    assert ways(ask(estate, "bill", "mail")) == [["inbox", "mail"]]


def test_a_domain_without_traces_cannot_be_ruled_out(build: Build) -> None:
    tags = [Tag(arn=BILL.arn, key="domain", value="billing"), Tag(arn=BUS.arn, key="domain", value="selling")]
    known_type = rule(BUS, "r", function("audit").arn)
    untraced = build(BUS, BILL, function("audit"), known_type, *tags)
    answer = ask(untraced, "selling", "billing")
    assert answer.reasons == (
        "No traces were collected: its resources may put events that nothing tells of.",
    )
    traced = build(BUS, BILL, function("audit"), known_type, trace(BUS), *tags)
    assert ask(traced, "selling", "billing").answer == "no"


def test_a_trail_that_was_not_readable_cannot_be_ruled_out(build: Build) -> None:
    shop = function("shop", role_arn=ROLE)
    denied = {("111111111111", "eu-west-1", "traces"): [gap(action="s3:GetObject")]}
    estate = build(BUS, HUB, shop, BILL, trace(HUB), rule(BUS, "r", BILL.arn), gaps=denied)
    assert ask(estate, "shop", "bill").answer == "unknown"


def test_a_way_that_is_switched_off_is_no_and_says_why(build: Build) -> None:
    answer = ask(build(BUS, BILL, rule(BUS, "r", BILL.arn, state="DISABLED")), EVENT, "bill")
    assert (told(answer), answer.reasons) == (("no", None, 1), ("Rule r is disabled.",))


def test_a_way_that_a_policy_refuses_is_no_and_says_why(build: Build) -> None:
    answer = ask(build(BUS, function(), rule(BUS, "r", BILL.arn)), EVENT, "bill")
    assert told(answer) == ("no", None, 1)
    assert answer.reasons == ("The function bill has no policy that lets rule r in.",)


def test_a_gap_on_the_way_cannot_be_ruled_out(build: Build) -> None:
    denied = {("111111111111", "eu-west-1", "rules"): [gap(action="events:ListRules")]}
    estate = build(BUS, BILL, function("audit"), rule(BUS, "r", BILL.arn), gaps=denied)
    answer = ask(estate, EVENT, "audit")
    assert (answer.answer, [note.action for note in answer.gaps]) == ("unknown", ["events:ListRules"])


def test_a_gap_that_hides_no_way_leaves_a_no(build: Build) -> None:
    denied = {("111111111111", "eu-west-1", "tags"): [gap(action="tag:GetResources")]}
    estate = build(BUS, BILL, function("audit"), rule(BUS, "r", BILL.arn), gaps=denied)
    assert ask(estate, EVENT, "audit").answer == "no"


def test_an_account_on_the_way_that_was_not_collected_cannot_be_ruled_out(build: Build) -> None:
    far = arn("events", "event-bus/far", OTHER)
    estate = build(BUS, BILL, rule(BUS, "r", far), function("audit"))
    assert ask(estate, EVENT, "audit").answer == "unknown"


def test_an_end_that_was_not_collected_cannot_be_ruled_out(build: Build) -> None:
    far = function("far", OTHER)
    estate = build(
        BUS, HUB, BILL, queue(), rule(BUS, "r", queue().arn), rule(HUB, "f", far.arn, '{"source": ["x"]}')
    )
    assert ask(estate, EVENT, far.arn).answer == "unknown"


def test_between_domains_by_their_types_and_things(build: Build) -> None:
    tags = [Tag(arn=BILL.arn, key="domain", value="billing"), Tag(arn=BUS.arn, key="domain", value="selling")]
    estate = build(BUS, BILL, rule(BUS, "r", BILL.arn), trace(BUS), *tags)
    assert told(ask(estate, "selling", "billing")) == ("yes", "always", 1)


def test_a_name_that_two_things_bear_is_answered_for_each(build: Build) -> None:
    twin = function("bill", OTHER)
    estate = build(BUS, BILL, twin, rule(BUS, "r", BILL.arn), accounts=("111111111111", OTHER))
    answers = {one.end.account: one.answer for one in between.ask(estate, EVENT, "bill")}
    assert answers == {"111111111111": "yes", OTHER: "no"}


def test_a_kind_before_the_name_narrows(build: Build) -> None:
    tags = [Tag(arn=BILL.arn, key="domain", value="bill")]
    estate = build(BUS, BILL, topic("bill"), rule(BUS, "r", BILL.arn), *tags)
    assert {one.kind for one in named.find(estate, "bill")} == {"function", "topic", "domain"}
    assert [one.kind for one in named.find(estate, "topic:bill")] == ["topic"]


@pytest.mark.parametrize(("start", "end"), [("bil", "bill"), (EVENT, "bil"), (EVENT, EVENT)])
def test_what_nothing_is_called_names_the_nearest(build: Build, start: str, end: str) -> None:
    estate = build(BUS, BILL, rule(BUS, "r", BILL.arn))
    with pytest.raises(UsageError, match=r"bill|ends in a resource"):
        between.ask(estate, start, end)


def test_a_rule_is_told_by_where_it_leads(build: Build) -> None:
    estate = build(BUS, BILL, rule(BUS, "billing", BILL.arn))
    with pytest.raises(UsageError, match="function:bill"):
        named.find(estate, "billing")


def working(rows: Iterable[object]) -> bool:
    return any(row.active and row.deliverable != "no" for row in rows)  # type: ignore[attr-defined]


def test_on_the_sample_estate_a_path_is_where_a_consumer_is(sample_estate: Estate) -> None:
    estate = sample_estate
    ends = [
        named.resource(estate, arn) for arn in sorted(estate.resources) if estate.kind_of(arn) == "function"
    ]
    for key in sorted(known(estate))[:12]:
        start = named.Named("event", "event", key[1], event=key)
        rows = consumers(estate, Question(*key)).consumers
        for end in ends:
            answer = between.between(estate, start, end)
            assert (answer.answer == "yes") == working(row for row in rows if row.arn == end.arn), (key, end)


def test_on_the_sample_estate_domains_are_joined_where_contracts_are(sample_estate: Estate) -> None:
    estate = sample_estate
    for name in ("analytics", "notifications", "payments"):
        mine = teams.team(estate, "domain", name)
        for other in ("orders", "customers", "fulfilment"):
            (answer,) = between.ask(estate, f"domain:{other}", f"domain:{name}")
            rows = [row.row for row in mine.consumed if row.domain == other]
            assert (answer.answer == "yes") == working(rows), (other, name)
