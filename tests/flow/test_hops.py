"""What an event becomes on its way: buses, topics, queues, streams and pipes."""

import json
from typing import Any

import pytest

from collectors.records import Record, Resource
from dashboard.flow.answers import Question
from dashboard.flow.walk import paths
from dashboard.flow.walk.found import MOST_TOLD
from dashboard.flow.who.consumers import consumers
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
    only,
    pipe,
    queue,
    rule,
    subscriber,
    told,
    topic,
)

ASKED = Question(SOURCE, TYPE)
BUS, BILL = bus(), function()


def test_a_forwarded_event_keeps_its_type_and_is_told_once_by_its_longest_path(build: Build) -> None:
    next_bus = bus("next")
    estate = build(BUS, next_bus, BILL, rule(BUS, "forward", next_bus.arn), rule(next_bus, "r", BILL.arn))
    row = only(ask(estate))
    assert (row.bus, [hop.kind for hop in row.path]) == (BUS.arn, ["bus", "function"])


def test_a_direct_way_stays_where_forwarding_is_off(build: Build) -> None:
    next_bus = bus("next")
    off = rule(BUS, "forward", next_bus.arn, state="DISABLED")
    answer = ask(build(BUS, next_bus, BILL, off, rule(next_bus, "r", BILL.arn)))
    assert sorted((row.bus, row.active) for row in answer.consumers) == [
        (next_bus.arn, True),
        (BUS.arn, False),
    ]


@pytest.mark.parametrize(
    ("forwarded", "expected"),
    [
        ({"detail-type": [TYPE]}, [("orders", "always", ())]),
        (
            {"detail-type": [TYPE], "detail": {"x": [1]}},
            [("next", "always", ()), ("orders", "sometimes", ("detail.x is 1",))],
        ),
    ],
)
def test_a_direct_way_stays_where_forwarding_asks_for_more(
    build: Build, forwarded: dict[str, Any], expected: list[tuple[str, str, tuple[str, ...]]]
) -> None:
    next_bus = bus("next")
    on = rule(BUS, "forward", next_bus.arn, json.dumps({"source": [SOURCE], **forwarded}))
    taken = rule(next_bus, "r", BILL.arn, json.dumps({"source": [SOURCE], "detail-type": [TYPE]}))
    answer = ask(build(BUS, next_bus, BILL, on, taken))
    assert sorted((row.bus.rsplit("/")[-1], row.delivery, row.when) for row in answer.consumers) == expected


def test_a_partner_s_events_enter_on_its_bus_and_not_on_the_default_one(build: Build) -> None:
    name = "aws.partner/zendesk.com/acme/support"
    partner, default = bus(name, partner_source=name), bus("default")
    wide = rule(default, "wide", function("auditor").arn, '{"source": [{"prefix": "aws."}]}')
    taken = rule(partner, "r", BILL.arn, json.dumps({"source": [name]}))
    estate = build(partner, default, BILL, taken, wide)
    answer = consumers(estate, Question(name, "Ticket Created"))
    assert (answer.buses, [row.arn for row in answer.consumers]) == ((partner.arn,), [BILL.arn])


def test_the_account_and_region_of_a_forwarded_event_stay_the_original_ones(build: Build) -> None:
    far = bus("far", OTHER)
    picky = rule(far, "r", function("f", OTHER).arn, json.dumps({"account": [ACCOUNT]}))
    estate = build(
        BUS, far, function("f", OTHER), rule(BUS, "forward", far.arn), picky, accounts=(ACCOUNT, OTHER)
    )
    event = {"source": SOURCE, "detail-type": TYPE, "detail": {}}
    assert told(ask(estate, BUS.arn, event)) == [("f", "always", True)]


def test_no_event_goes_on_to_a_third_account(build: Build) -> None:
    second, third = bus("second", OTHER), bus("third", THIRD)
    rules = [
        rule(BUS, "a", second.arn),
        rule(second, "b", third.arn),
        rule(third, "c", function("f", THIRD).arn),
    ]
    estate = build(BUS, second, third, function("f", THIRD), *rules, accounts=(ACCOUNT, OTHER, THIRD))
    answer = ask(estate, BUS.arn)
    assert (answer.consumers, answer.notes) == (
        (),
        ("EventBridge does not forward to a third account: orders → second → third.",),
    )


OPEN = json.dumps({"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]})
DENIED = OPEN.replace("Allow", "Deny")
FRESH = new_bus().model_copy(update={"policy": OPEN})
INBOX = queue(policy=OPEN)
PUTS = {"input_kind": "template", "input_template": '{"source": "…", "detail-type": "…"}'}


def chained(first: Any, second: Any, third: Any, **how: Any) -> list[Record]:
    """Three buses that forward all they get, one to the next, and a function on the last that lets everyone in."""
    end = function("end", policy=OPEN)
    found: list[Record] = [first, second, third, end, rule(first, "on", second.arn)]
    if second.kind == "classic":
        found.append(rule(second, "on", third.arn, **how))
    else:
        found.append(subscriber(second, "on", third.arn, **how))
    return [*found, rule(third, "end", end.arn, '{"source": [{"prefix": ""}]}')]


FIRST, SECOND, LAST = (bus(name, policy=OPEN) for name in ("first", "second", "last"))
IN_OTHER, LAST_IN_OTHER = bus("second", OTHER, policy=OPEN), bus("last", OTHER, policy=OPEN)
TUBE = pipe("tube")
ONTO_THIRD: dict[str, tuple[list[Record], str, str]] = {
    "one account": (chained(FIRST, SECOND, LAST), "unknown", "on to a third one"),
    "from another account": (chained(FIRST, IN_OTHER, LAST_IN_OTHER), "unknown", "on to a third one"),
    "refused": (chained(FIRST, SECOND, bus("last", policy=DENIED)), "no", "policy"),
    "through a new bus, by a rule at the end": (
        [
            *chained(FIRST, FRESH, SECOND),
            rule(SECOND, "more", LAST.arn),
            LAST,
            rule(LAST, "far", function("end").arn),
        ],
        "unknown",
        "on to a third one",
    ),
    "a new event of a pipe": (
        [
            *(FIRST, SECOND, LAST, INBOX, TUBE, function("end", policy=OPEN), rule(FIRST, "on", INBOX.arn)),
            *(
                link("pipe-source", INBOX, TUBE),
                link("pipe-target", TUBE, SECOND, source=SOURCE, detail_type=TYPE),
            ),
            *(rule(SECOND, "on", LAST.arn), rule(LAST, "end", function("end").arn)),
        ],
        "yes",
        "",
    ),
}


@pytest.mark.parametrize("way", ONTO_THIRD)
def test_whether_a_rule_forwards_to_a_third_bus_is_not_certain(build: Build, way: str) -> None:
    records, deliverable, why = ONTO_THIRD[way]
    rows = ask(build(*records, accounts=(ACCOUNT, OTHER)), FIRST.arn).consumers
    row = max(rows, key=lambda one: len(one.path))
    assert (row.name, row.active, row.deliverable) == ("end", True, deliverable)
    assert why in (row.why or "")


def test_whether_a_new_bus_gets_what_came_of_an_event_that_passed_it_is_not_certain(build: Build) -> None:
    end = function("end", policy=OPEN)
    turn = subscriber(FRESH, "turn", FRESH.arn, pattern=f'{{"source": ["{SOURCE}"]}}', **PUTS)
    rows = ask(build(FRESH, end, turn, subscriber(FRESH, "out", end.arn)), FRESH.arn).consumers
    (row,) = [one for one in rows if len(one.path) == 2]
    assert (row.deliverable, "a loop" in (row.why or "")) == ("unknown", True)


def test_a_loop_is_cut_and_reported(build: Build) -> None:
    other = bus("other")
    estate = build(
        BUS, other, BILL, rule(BUS, "to", other.arn), rule(other, "back", BUS.arn), rule(other, "r", BILL.arn)
    )
    answer = ask(estate, BUS.arn)
    assert told(answer) == [("bill", "always", True)]
    assert answer.notes == ("Loop cut: orders → other → orders.",)


def meshed(size: int) -> list[Record]:
    """Buses that all forward to all; bill listens on the last, and one function of its own on each."""
    mesh = [bus(f"b{n}") for n in range(size)]
    own = [function(f"f{n}") for n in range(size)]
    rules = [rule(a, f"to-{b.name}", b.arn) for a in mesh for b in mesh if a is not b]
    rules += [rule(on, "zone", end.arn) for on, end in zip(mesh, own, strict=True)]
    return [*mesh, *own, BILL, *rules, rule(mesh[-1], "end", BILL.arn)]


@pytest.mark.parametrize(("limit", "most"), [("MAX_STEPS", 100), ("MAX_LOOPS", 30)])
def test_buses_that_all_forward_to_all_end_the_walk_and_make_the_answer_incomplete(
    build: Build, monkeypatch: pytest.MonkeyPatch, limit: str, most: int
) -> None:
    estate = build(*meshed(6))
    whole = ask(estate, "b0")
    monkeypatch.setattr(paths, limit, most)
    answer = ask(estate, "b0")
    assert (answer.complete, any("the rest is left out" in note for note in answer.notes)) == (False, True)
    # what was come to on the way is told all the same
    assert {row.name for row in answer.consumers} == {"bill", *(f"f{n}" for n in range(6))}
    assert len(answer.consumers) < len(whole.consumers)


def test_of_many_loops_the_first_are_told_and_how_many_more(build: Build) -> None:
    answer = ask(build(*meshed(6)), "b0")
    assert answer.complete
    assert len([note for note in answer.notes if " → " in note]) == MOST_TOLD
    assert answer.notes[-1] == "Loop cut: 1,285 more times."


SNS = [
    ("sns-body", {"detail": {"total": [{"numeric": [">", 9]}]}}, "sometimes"),
    ("sns-body", {"source": [SOURCE]}, "always"),
    ("sns-body", {"source": ["com.other"]}, None),
    ("sns-attributes", {"kind": ["a"]}, None),  # EventBridge sends no message attributes
    ("sns-attributes", {"kind": [{"exists": False}]}, "always"),
]


@pytest.mark.parametrize(("dialect", "policy", "delivery"), SNS)
def test_sns_filter_policies_decide_in_both_scopes(
    build: Build, dialect: str, policy: Any, delivery: str | None
) -> None:
    news = topic()
    via = link("sns-subscription", news, BILL, dialect=dialect, filters=(json.dumps(policy),))
    answer = ask(build(BUS, news, BILL, rule(BUS, "r", news.arn), via))
    assert [row.delivery for row in answer.consumers] == ([delivery] if delivery else [])


ABSENT, THERE = {"a": [{"exists": False}]}, {"x": [{"exists": True}]}
NO_OBJECTS = [
    # what the rule publishes, the policy on the body, and the answer
    ({"input_kind": "path", "input_paths": ("$.source",)}, ABSENT, "sometimes"),
    ({"input_kind": "path", "input_paths": ("$.source",)}, THERE, "sometimes"),
    ({"input_kind": "path", "input_paths": ("$.resources",)}, ABSENT, "sometimes"),
    ({"input_kind": "template", "input_template": "<$.source>"}, ABSENT, "sometimes"),
    ({"input_kind": "template", "input_template": '[…, {"x": <$.source>}]'}, THERE, "sometimes"),
    ({"input_kind": "template", "input_template": '[…, {"x": <$.source>}]'}, {"y": ["a"]}, "sometimes"),
    ({"input_kind": "path", "input_paths": ("$.detail",)}, ABSENT, "sometimes"),
    ({"input_kind": "template", "input_template": '{"x": <$.source>}'}, ABSENT, "always"),
    ({"input_kind": "template", "input_template": '{"x": <$.source>}'}, {"y": ["a"]}, None),
    ({"input_kind": "path", "input_paths": ("$.source",)}, {}, "always"),
]


@pytest.mark.parametrize(("shape", "policy", "delivery"), NO_OBJECTS)
def test_over_a_message_that_is_no_object_nothing_is_certain_of_a_policy_on_the_body(
    build: Build, shape: Any, policy: Any, delivery: str | None
) -> None:
    news = topic()
    via = link("sns-subscription", news, BILL, dialect="sns-body", filters=(json.dumps(policy),))
    rows = ask(build(BUS, news, BILL, rule(BUS, "r", news.arn, **shape), via)).consumers
    assert [row.delivery for row in rows] == ([delivery] if delivery else [])


def test_that_a_message_is_no_object_is_the_reason_told(build: Build) -> None:
    news = topic()
    via = link("sns-subscription", news, BILL, dialect="sns-body", filters=(json.dumps(ABSENT),))
    source = rule(BUS, "r", news.arn, input_kind="path", input_paths=("$.source",))
    (told_why,) = only(ask(build(BUS, news, BILL, source, via))).when
    assert told_why.startswith("the message may be no JSON object")


RAW = [
    (True, {"body": {"source": [SOURCE]}}, "always"),
    (False, {"body": {"source": [SOURCE]}}, None),
    (False, {"body": {"Type": ["Notification"]}}, "always"),
    (True, {"body": {"source": ["com.other"]}}, None),
]


@pytest.mark.parametrize(("raw", "criteria", "delivery"), RAW)
def test_snss_envelope_hides_the_event_from_a_mapping_unless_delivery_is_raw(
    build: Build,
    raw: bool,  # noqa: FBT001 - a case
    criteria: Any,
    delivery: str | None,
) -> None:
    news, inbox = topic(), queue()
    estate = build(
        *(BUS, news, inbox, BILL, rule(BUS, "r", news.arn)),
        link("sns-subscription", news, inbox, raw_delivery=raw),
        link("event-source-mapping", inbox, BILL, dialect="lambda", filters=(json.dumps(criteria),)),
    )
    assert [row.delivery for row in ask(estate).consumers] == ([delivery] if delivery else [])


STREAM, TABLE = arn("kinesis", "stream/s"), arn("dynamodb", "table/t")
RECORDS = [
    (queue().arn, {"data": {"source": [SOURCE]}}, None),
    (queue().arn, {"data": [{"exists": False}]}, "always"),
    (queue().arn, {"messageAttributes": {"kind": {"stringValue": ["x"]}}}, "sometimes"),
    (STREAM, {"body": {"source": [SOURCE]}}, None),
    (STREAM, {"data": {"source": [SOURCE]}}, "always"),
    (STREAM, {"partitionKey": ["1"]}, "sometimes"),
    (TABLE, {"body": {"source": [SOURCE]}}, None),
    (TABLE, {"dynamodb": {"Keys": {"id": {"S": ["1"]}}}}, "sometimes"),
]


@pytest.mark.parametrize(("at", "criteria", "delivery"), RECORDS)
@pytest.mark.parametrize("dialect", ["lambda", "pipes"])
def test_a_filter_takes_nothing_by_a_field_that_no_record_of_the_kind_has(
    build: Build, at: str, criteria: Any, delivery: str | None, dialect: str
) -> None:
    filters = (json.dumps(criteria),)
    reader = BILL if dialect == "lambda" else pipe()
    via = "event-source-mapping" if dialect == "lambda" else "pipe-source"
    stream = Resource(arn=STREAM, kind="stream", name="s")
    records = [BUS, queue(), stream, pipe(), BILL, rule(BUS, "r", at), link("pipe-target", pipe(), BILL)]
    answer = ask(build(*records, link(via, at, reader, dialect=dialect, filters=filters)))
    assert [row.delivery for row in answer.consumers] == ([delivery] if delivery else [])


def test_filter_criteria_are_ored_and_hidden_ones_leave_it_open(build: Build) -> None:
    inbox = queue()
    ored = tuple(json.dumps({"body": {"source": [s]}}) for s in ("com.other", SOURCE))
    mapping = link("event-source-mapping", inbox, BILL, dialect="lambda", filters=ored)
    hidden = link("event-source-mapping", inbox, function("pay"), filters_hidden=True)
    answer = ask(build(BUS, inbox, BILL, function("pay"), rule(BUS, "r", inbox.arn), mapping, hidden))
    assert told(answer) == [("bill", "always", True), ("pay", "sometimes", True)]
    assert answer.consumers[1].when == ("the filter criteria could not be read",)


def test_a_pipe_filters_enriches_and_ends_in_its_target(build: Build) -> None:
    inbox, tube, enrich = queue(), pipe(), function("enrich")
    estate = build(
        *(BUS, inbox, tube, enrich, BILL, rule(BUS, "r", inbox.arn)),
        link(
            "pipe-source",
            inbox,
            tube,
            dialect="pipes",
            filters=(json.dumps({"body": {"detail": {"total": [1]}}}),),
        ),
        link("pipe-enrichment", tube, enrich),
        link("pipe-target", tube, BILL),
    )
    answer = ask(estate)
    assert told(answer) == [("bill", "sometimes", True), ("enrich", "sometimes", True)]
    assert [hop.via for hop in answer.consumers[0].path] == [
        "rule",
        "pipe-source",
        "pipe-enrichment",
        "pipe-target",
    ]


def test_a_pipe_onto_a_bus_puts_an_event_with_its_own_source(build: Build) -> None:
    inbox, tube, other, stranger = queue(), pipe(), bus("other"), function("stranger")
    estate = build(
        *(BUS, inbox, tube, other, BILL, stranger, rule(BUS, "r", inbox.arn)),
        link("pipe-source", inbox, tube),
        link("pipe-target", tube, other, source="com.acme.piped", detail_type="Piped"),
        rule(other, "piped", BILL.arn, json.dumps({"source": ["com.acme.piped"]})),
        rule(other, "orders", stranger.arn),
    )
    assert [row.name for row in ask(estate, "orders").consumers] == ["bill"]


def test_a_stream_is_read_by_mappings_on_its_data(build: Build) -> None:
    flow = Resource(arn=arn("kinesis", "stream/flow"), kind="stream", name="flow")
    yes, no = ({"data": {"source": [s]}} for s in (SOURCE, "com.other"))
    estate = build(
        *(BUS, flow, BILL, function("pay"), rule(BUS, "r", flow.arn)),
        link("event-source-mapping", flow, BILL, dialect="lambda", filters=(json.dumps(yes),)),
        link("event-source-mapping", flow, function("pay"), dialect="lambda", filters=(json.dumps(no),)),
    )
    assert told(ask(estate)) == [("bill", "always", True)]


INPUTS = [
    ("event", (), "always"),
    ("path", ("$.detail",), "sometimes"),
    ("constant", (), "sometimes"),
    ("template", ("$.detail.id",), "sometimes"),
]


@pytest.mark.parametrize(("kind", "paths", "delivery"), INPUTS)
def test_an_input_that_drops_the_event_leaves_later_filters_open(
    build: Build, kind: str, paths: tuple[str, ...], delivery: str
) -> None:
    inbox = queue()
    criteria = json.dumps({"body": {"source": [SOURCE]}})
    estate = build(
        *(BUS, inbox, BILL, rule(BUS, "r", inbox.arn, input_kind=kind, input_paths=paths)),
        link("event-source-mapping", inbox, BILL, dialect="lambda", filters=(criteria,)),
    )
    assert only(ask(estate)).delivery == delivery


def test_an_event_source_feeds_a_new_bus_from_a_classic_one(build: Build) -> None:
    fresh = new_bus()
    estate = build(BUS, fresh, BILL, link("event-source", BUS, fresh), subscriber(fresh, "s", BILL.arn))
    assert [hop.via for hop in only(ask(estate, "orders")).path] == ["event-source", "subscriber"]


ATTRIBUTES = [((), None), (("kind",), "sometimes"), (("other",), None)]


@pytest.mark.parametrize(("sent", "delivery"), ATTRIBUTES)
def test_only_a_subscriber_sends_message_attributes_and_only_those_it_names(
    build: Build, sent: tuple[str, ...], delivery: str | None
) -> None:
    fresh, news = new_bus(), topic()
    policy = link("sns-subscription", news, BILL, dialect="sns-attributes", filters=('{"kind": ["a"]}',))
    estate = build(fresh, news, BILL, subscriber(fresh, "s", news.arn, attributes=sent), policy)
    assert [row.delivery for row in ask(estate, "fresh").consumers] == ([delivery] if delivery else [])


IN_ENVELOPE = [
    # names that are sent, what a mapping asks of the message in its queue, and the answer
    (("x",), {"MessageAttributes": {"x": {"Value": ["1"]}}}, "sometimes"),
    (("x",), {"MessageAttributes": {"x": {"Value": [{"exists": False}]}}}, "sometimes"),
    (("x",), {"Type": ["Notification"]}, "always"),
    ((), {"MessageAttributes": {"x": {"Value": ["1"]}}}, None),
    ((), {"MessageAttributes": {"x": {"Value": [{"exists": False}]}}}, "always"),
]


@pytest.mark.parametrize(("sent", "asks", "delivery"), IN_ENVELOPE)
def test_message_attributes_that_are_sent_stand_in_the_envelope(
    build: Build, sent: tuple[str, ...], asks: Any, delivery: str | None
) -> None:
    fresh, news, inbox = new_bus(), topic(), queue()
    criteria = {"dialect": "lambda", "filters": (json.dumps({"body": asks}),)}
    records = [
        *(fresh, news, inbox, BILL, link("sns-subscription", news, inbox)),
        subscriber(fresh, "s", news.arn, attributes=sent),
        link("event-source-mapping", inbox, BILL, **criteria),
    ]
    estate = build(*records)
    assert [row.delivery for row in ask(estate, "fresh").consumers] == ([delivery] if delivery else [])


def test_the_answer_with_message_attributes_is_not_taken_for_the_one_without(build: Build) -> None:
    fresh, news, inbox = new_bus(), topic(), queue()
    asks = json.dumps({"body": {"MessageAttributes": {"x": {"Value": ["1"]}}}})
    records = [
        *(fresh, BUS, news, inbox, BILL, link("sns-subscription", news, inbox)),
        *(subscriber(fresh, "s", news.arn, attributes=("x",)), rule(BUS, "r", news.arn)),
        link("event-source-mapping", inbox, BILL, dialect="lambda", filters=(asks,)),
    ]
    for order in (("fresh", "orders"), ("orders", "fresh")):
        estate = build(*records)
        found = {name: [row.delivery for row in ask(estate, name).consumers] for name in order}
        assert found == {"fresh": ["sometimes"], "orders": []}


PROTOCOLS = [
    ("https://example.com/hook", "http"),
    ("email:…@example.com", "email"),
    ("sms:…", "sms"),
    (arn("sns", "endpoint/GCM/shop/1"), "push"),
    (arn("firehose", "deliverystream/lake"), "delivery-stream"),
    (BILL.arn, "function"),
]


@pytest.mark.parametrize(("end", "kind"), PROTOCOLS)
@pytest.mark.parametrize("raw", [True, False])
def test_a_topic_leads_to_an_end_of_every_protocol(
    build: Build,
    end: str,
    kind: str,
    raw: bool,  # noqa: FBT001 - a case
) -> None:
    news = topic()
    estate = build(
        BUS, news, BILL, rule(BUS, "r", news.arn), link("sns-subscription", news, end, raw_delivery=raw)
    )
    row = only(ask(estate))
    assert (row.kind, row.arn, [hop.kind for hop in row.path]) == (kind, end, ["topic", kind])


TEMPLATES = [
    # what the rule makes of the event, what a later filter asks of it, and the answer
    ('{"source": <$.source>, "type": <$.detail-type>}', {"body": {"source": [SOURCE]}}, "always"),
    ('{"source": "<$.source>"}', {"body": {"source": [SOURCE]}}, "always"),
    ('{"source": <$.source>}', {"body": {"source": ["com.other"]}}, None),
    ('{"id": <$.detail.id>, "kind": "…"}', {"body": {"source": [SOURCE]}}, None),
    ('{"id": <$.detail.id>, "kind": "…"}', {"body": {"kind": ["a"]}}, "sometimes"),
    ('{"id": <$.detail.id>, "n": …}', {"body": {"n": ["a"]}}, None),
    ('{"id": <$.detail.id>, "n": …}', {"body": {"n": [5]}}, "sometimes"),
    ('{"id": <$.detail.id>}', {"body": {"id": [{"exists": True}]}}, "sometimes"),
    ('{"all": <aws.events.event.json>}', {"body": {"all": {"source": [SOURCE]}}}, "always"),
    ('{"by": <aws.events.rule-name>}', {"body": {"by": ["r"]}}, "sometimes"),
    ('["…", <$.source>]', {"body": {"source": [SOURCE]}}, "sometimes"),
    ("Order <$.detail.id> …", {"body": {"source": [SOURCE]}}, "sometimes"),
    ('"…<$.detail.id>"', {"body": {"source": [SOURCE]}}, "sometimes"),
    (None, {"body": {"source": [SOURCE]}}, "sometimes"),
    ("<$.detail>", {"body": {"source": [SOURCE]}}, "sometimes"),
]


@pytest.mark.parametrize(("shape", "criteria", "delivery"), TEMPLATES)
def test_a_template_flows_on_as_far_as_its_shape_tells(
    build: Build, shape: str | None, criteria: Any, delivery: str | None
) -> None:
    inbox = queue()
    estate = build(
        *(BUS, inbox, BILL, rule(BUS, "r", inbox.arn, input_kind="template", input_template=shape)),
        link("event-source-mapping", inbox, BILL, dialect="lambda", filters=(json.dumps(criteria),)),
    )
    assert [row.delivery for row in ask(estate).consumers] == ([delivery] if delivery else [])


SAYS = [
    ({}, None),
    ({"input_kind": "constant", "input_template": '{"a": "…"}'}, "The rule's input is a constant"),
    ({"input_kind": "path", "input_paths": ("$.detail",)}, "The rule's input is a part of the event."),
    (
        {"input_kind": "template", "input_template": '{"id": <$.detail.id>}'},
        "filled from the event: source and detail type do not flow on.",
    ),
    (
        {"input_kind": "template", "input_template": '{"source": <$.source>}'},
        "filled from the event: detail type does not flow on.",
    ),
    (
        {
            "input_kind": "template",
            "input_template": '{"source": <$.source>, "detail-type": <$.detail-type>}',
        },
        "The rule's input is a template filled from the event.",
    ),
]


@pytest.mark.parametrize(("more", "says"), SAYS)
def test_an_input_that_drops_source_or_detail_type_is_said_on_the_first_and_on_later_buses(
    build: Build, more: dict[str, Any], says: str | None
) -> None:
    far = bus("next")
    records = [BUS, far, BILL, rule(BUS, "to", far.arn), rule(far, "r", BILL.arn, **more)]
    note = only(ask(build(*records), BUS.arn)).note
    assert (says or "") in (note or "")
    assert (note is None) == (says is None)


def test_a_subscribers_metadata_or_expression_is_said_and_leaves_later_filters_open(build: Build) -> None:
    fresh, inbox = new_bus(), queue()
    criteria = json.dumps({"body": {"source": [SOURCE]}})
    for kind, says in (
        ("jsonata", "computed from the event"),
        ("with-metadata", "with its metadata around it"),
    ):
        estate = build(
            *(fresh, inbox, BILL, subscriber(fresh, "s", inbox.arn, input_kind=kind)),
            link("event-source-mapping", inbox, BILL, dialect="lambda", filters=(criteria,)),
        )
        row = only(ask(estate, "fresh"))
        assert (row.delivery, says in (row.note or "")) == ("sometimes", True)


def test_what_a_subscriber_computes_for_another_bus_may_be_another_type_there(build: Build) -> None:
    fresh, far = new_bus(), new_bus("far")
    sends = subscriber(fresh, "s", far.arn, input_kind="jsonata")
    picky = subscriber(far, "t", BILL.arn, pattern='{"source": ["com.other"]}')
    assert told(ask(build(fresh, far, BILL, sends, picky), "fresh")) == [("bill", "sometimes", True)]


PIPED = [
    # the pipe's template, and whether the mapping behind it lets it through
    ("<$.body>", "always"),
    ('{"source": <$.body.source>}', "always"),
    ('{"id": <$.body.detail.id>}', None),
    ('{"source": "…"}', "sometimes"),
]


@pytest.mark.parametrize(("shape", "delivery"), PIPED)
def test_a_pipes_template_looks_into_the_body(build: Build, shape: str, delivery: str | None) -> None:
    inbox, tube, outbox = queue(), pipe(), queue("outbox")
    criteria = json.dumps({"body": {"source": [SOURCE]}})
    target = link("pipe-target", tube, outbox, input_kind="template", input_template=shape)
    estate = build(
        *(BUS, inbox, tube, outbox, BILL, rule(BUS, "r", inbox.arn)),
        *(link("pipe-source", inbox, tube), target),
        link("event-source-mapping", outbox, BILL, dialect="lambda", filters=(criteria,)),
    )
    rows = ask(estate).consumers
    assert [row.delivery for row in rows] == ([delivery] if delivery else [])
    assert all("The pipe's input is a template" in (row.note or "") for row in rows)


def test_dynamodb_and_kinesis_streams_are_read_by_pipes_too(build: Build) -> None:
    flow, tube = Resource(arn=arn("kinesis", "stream/flow"), kind="stream", name="flow"), pipe()
    picky = json.dumps({"data": {"detail": {"total": [1]}}})
    estate = build(
        *(BUS, flow, tube, BILL, rule(BUS, "r", flow.arn)),
        link("pipe-source", flow, tube, dialect="pipes", filters=(picky,)),
        link("pipe-target", tube, BILL),
    )
    assert only(ask(estate)).when == ("data.detail.total is 1",)


def test_what_writes_to_a_table_is_not_told_but_its_stream_is_followed(build: Build) -> None:
    table = Resource(arn=arn("dynamodb", "table/orders"), kind="table", name="orders")
    inbox, tube, picky = queue(), pipe(), '{"dynamodb": {"NewImage": {"id": {"S": ["x"]}}}}'
    mapping = link(
        "event-source-mapping", f"{table.arn}/stream/2026", BILL, dialect="lambda", filters=(picky,)
    )
    estate = build(
        *(BUS, inbox, tube, table, BILL, rule(BUS, "r", inbox.arn), mapping),
        *(link("pipe-source", inbox, tube), link("pipe-target", tube, table)),
    )
    assert told(ask(estate)) == [("bill", "sometimes", True)]


def test_a_pipe_puts_an_event_of_its_own_which_may_cross_into_another_account(build: Build) -> None:
    far, inbox, tube, onward = bus("far", OTHER), queue("inbox", OTHER), pipe(), bus("onward", THIRD)
    tube = tube.model_copy(update={"arn": arn("pipes", "pipe/tube", OTHER)})
    second = bus("second", OTHER)
    records = [
        *(BUS, far, inbox, tube, second, onward, function("f", THIRD), rule(BUS, "to", far.arn)),
        rule(far, "q", inbox.arn),
        link("pipe-source", inbox, tube),
        link("pipe-target", tube, second, source=SOURCE, detail_type=TYPE),
        rule(second, "on", onward.arn),
        rule(onward, "end", function("f", THIRD).arn),
    ]
    answer = ask(build(*records, accounts=(ACCOUNT, OTHER, THIRD)), BUS.arn)
    assert (told(answer), answer.notes) == ([("f", "always", True)], ())


def test_an_event_that_comes_back_to_its_own_account_is_shown(build: Build) -> None:
    far, home = bus("far", OTHER), bus("home")
    records = [
        BUS,
        far,
        home,
        BILL,
        rule(BUS, "a", far.arn),
        rule(far, "b", home.arn),
        rule(home, "c", BILL.arn),
    ]
    assert told(ask(build(*records, accounts=(ACCOUNT, OTHER)), BUS.arn)) == [("bill", "always", True)]


def test_a_bus_in_another_region_is_followed_and_keeps_the_first_region_in_the_event(build: Build) -> None:
    far = bus("far").model_copy(update={"arn": arn("events", "event-bus/far", region="us-east-1")})
    end = Resource(arn=arn("lambda", "function:f", region="us-east-1"), kind="function", name="f")
    there = rule(far, "r", end.arn, json.dumps({"region": ["eu-west-1"]}))
    there = there.model_copy(update={"arn": arn("events", "rule/far/r", region="us-east-1")})
    estate = build(BUS, far, end, rule(BUS, "to", far.arn), there)
    event = {"source": SOURCE, "detail-type": TYPE, "detail": {}}
    assert [(row.name, row.delivery) for row in ask(estate, BUS.arn, event).consumers] == [("f", "always")]


def test_a_loop_through_a_queue_and_a_pipe_is_cut(build: Build) -> None:
    inbox, tube = queue(), pipe()
    estate = build(
        *(BUS, inbox, tube, BILL, rule(BUS, "r", inbox.arn), rule(BUS, "end", BILL.arn)),
        link("pipe-source", inbox, tube),
        link("pipe-target", tube, BUS, source=SOURCE, detail_type=TYPE),
    )
    answer = ask(estate)
    assert told(answer) == [("bill", "always", True)]
    assert answer.notes == ("Loop cut: orders → orders.",)


def test_a_rule_that_forwards_to_its_own_bus_is_a_loop(build: Build) -> None:
    answer = ask(build(BUS, BILL, rule(BUS, "self", BUS.arn), rule(BUS, "r", BILL.arn)))
    assert (told(answer), len(answer.notes)) == ([("bill", "always", True)], 1)


def test_a_global_endpoint_behind_a_bus_hands_the_event_on(build: Build) -> None:
    end = Resource(arn=arn("events", "endpoint/e"), kind="endpoint", name="e")
    far = bus("far")
    estate = build(
        BUS, far, end, BILL, link("endpoint", end, far), rule(far, "r", BILL.arn), rule(BUS, "e", end.arn)
    )
    assert [hop.kind for hop in only(ask(estate, BUS.arn)).path] == ["endpoint", "bus", "function"]


def test_a_partner_source_flows_into_a_new_bus_through_its_event_source(build: Build) -> None:
    fresh = new_bus()
    source = Resource(arn=arn("events", "event-sourcev2/hook/1"), kind="event-source", name="hook")
    links = [
        link("event-source", BUS, source),
        link("event-source", source, fresh, active=False, state="Revoked"),
    ]
    row = only(ask(build(BUS, fresh, source, BILL, *links, subscriber(fresh, "s", BILL.arn)), "orders"))
    assert ([hop.kind for hop in row.path], row.active) == (["event-source", "bus", "function"], False)
    assert row.why == "The event source to fresh is revoked."


SERVICE = [("Object Created", ["always"]), ("Object Deleted", [])]


@pytest.mark.parametrize(("detail_type", "deliveries"), SERVICE)
def test_an_aws_services_events_flow_on_from_the_default_bus(
    build: Build, detail_type: str, deliveries: list[str]
) -> None:
    default, fresh = bus("default"), new_bus()
    source = Resource(arn=arn("events", "event-sourcev2/objects/1"), kind="event-source", name="objects")
    picky = json.dumps({"source": ["aws.s3"], "detail-type": ["Object Created"]})
    estate = build(
        *(default, fresh, source, BILL, subscriber(fresh, "s", BILL.arn)),
        link("event-source", default, source, source="aws.s3", filters=(picky,)),
        link("event-source", source, fresh, source="aws.s3"),
    )
    answer = consumers(estate, Question("aws.s3", detail_type, default.arn))
    assert [row.delivery for row in answer.consumers] == deliveries


def test_a_kafka_cluster_that_a_subscriber_writes_to_is_read_by_mappings(build: Build) -> None:
    fresh, cluster = new_bus(), arn("kafka", "cluster/c/1-2")
    records = [fresh, BILL, subscriber(fresh, "s", cluster)]
    row = only(ask(build(*records), "fresh"))
    assert (row.kind, row.active, row.note) == (
        "kafka-cluster",
        True,
        "Nothing collected reads this kafka-cluster.",
    )
    picky = '{"value": {"a": [1]}}'
    mapping = link("event-source-mapping", cluster, BILL, dialect="lambda", filters=(picky,))
    assert told(ask(build(*records, mapping), "fresh")) == [("bill", "sometimes", True)]
