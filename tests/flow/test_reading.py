"""Which payload fields a consumer depends on, and who breaks when one is dropped."""

import json
from typing import Any

import pytest

from collectors.records import Record, Schema
from dashboard.flow.answers import Question
from dashboard.flow.backwards import reading, seeing
from dashboard.flow.model.estate import Estate
from dashboard.flow.suppose import changes, what_if
from tests.flow.building import SOURCE, TYPE, Build, arn, bus, function, link, pipe, queue, rule, topic

BUS, BILL = bus(), function()
ASKED = Question(SOURCE, TYPE)


def pattern(**detail: Any) -> str:
    return json.dumps({"source": [SOURCE], "detail-type": [TYPE], "detail": detail})


def reads(estate: Estate) -> list[tuple[str, str, str]]:
    found = reading.readers(estate, ASKED).readers
    return [(e.spot.field, e.spot.where, e.breaks) for one in found for e in one.effects]


def breaks(estate: Estate, field: str) -> dict[str, str]:
    return {one.row.name: one.breaks for one in reading.dropped(estate, ASKED, field)[1]}


CONDITIONS = [
    ({"total": [{"numeric": [">", 9]}]}, "total", "yes"),
    ({"total": [1, {"exists": False}]}, "total", "changes"),
    ({"total": [{"exists": False}]}, "total", "changes"),
    ({"total": [{"anything-but": 1}]}, "total", "yes"),
    ({"lines": {"sku": ["a"]}}, "lines.sku", "yes"),
    ({"lines": {"sku": ["a"]}}, "lines", "yes"),
    ({"lines": {"sku": ["a"]}}, "lines.price", "unknown"),
    ({"$or": [{"total": [1]}, {"rush": [True]}]}, "total", "changes"),
    ({"total": [1]}, "other", "unknown"),
    ({"$or": [{"a": {"b": [1]}}, {"a": [5]}]}, "a.b", "changes"),
    ({"a": [{"exists": True}], "a.b": [{"exists": False}]}, "a.b", "changes"),
    ({"$or": [{"a": {"b": [1]}}, {"a": [5]}]}, "a", "yes"),
    ({"a": {"b": [1]}, "a.c": [2]}, "a.b", "yes"),
]


@pytest.mark.parametrize(("detail", "field", "expected"), CONDITIONS)
def test_what_a_rule_does_when_a_field_is_gone(build: Build, detail: Any, field: str, expected: str) -> None:
    estate = build(BUS, BILL, rule(BUS, "r", BILL.arn, pattern(**detail)))
    assert breaks(estate, f"detail.{field}") == {"bill": expected}


@pytest.mark.parametrize(("detail", "field", "expected"), CONDITIONS)
def test_what_if_a_field_is_removed_says_the_same(
    build: Build, detail: Any, field: str, expected: str
) -> None:
    estate = build(BUS, BILL, rule(BUS, "r", BILL.arn, pattern(**detail)))
    (effect,) = what_if.what_if(estate, ASKED, [changes.field("remove", f"detail.{field}")]).effects
    assert effect.effect == {"yes": "loses", "changes": "changes", "unknown": "stays"}[expected]


CLOSED = json.dumps(
    {
        "type": "object",
        "properties": {"a": {"type": "object", "properties": {"b": {}}}},
        "required": ["a"],
    }
)


def test_what_a_schema_settles_is_settled_without_the_field_too(build: Build) -> None:
    held = Schema(
        arn=arn("schemas", "schema/shop/one"),
        registry="shop",
        name="one",
        type="JSONSchemaDraft4",
        content=CLOSED,
        source=SOURCE,
        detail_type=TYPE,
        version_count=1,
    )
    either = {"$or": [{"a": {"b": [1]}}, {"a": [5]}]}
    estate = build(BUS, BILL, held, rule(BUS, "r", BILL.arn, pattern(**either)))
    assert breaks(estate, "detail.a.b") == {"bill": "yes"}
    (effect,) = what_if.what_if(estate, ASKED, [changes.field("remove", "detail.a.b")]).effects
    assert effect.effect == "loses"


def test_the_reason_names_the_place(build: Build) -> None:
    estate = build(BUS, BILL, rule(BUS, "large", BILL.arn, pattern(total=[1])))
    (one,) = reading.dropped(estate, ASKED, "detail.total")[1]
    assert one.says == ("Without detail.total the rule pattern of large can no longer match.",)


def test_what_a_functions_code_reads_is_not_guessed(build: Build) -> None:
    estate = build(BUS, BILL, rule(BUS, "r", BILL.arn))
    (one,) = reading.readers(estate, ASKED).readers
    assert (one.effects, one.given, one.code) == ((), ("",), "unknown: the function's own code")


def test_an_input_path_selects_nothing_without_its_field(build: Build) -> None:
    inner: dict[str, Any] = {"input_kind": "path", "input_paths": ("$.detail.order",)}
    estate = build(BUS, BILL, rule(BUS, "r", BILL.arn, **inner))
    assert reads(estate) == [("detail.order", "input path", "yes")]
    assert breaks(estate, "detail.order") == {"bill": "yes"}
    assert breaks(estate, "detail.order.id") == {"bill": "unknown"}
    assert breaks(estate, "detail.total") == {"bill": "no"}


def test_a_transformer_gets_an_empty_value_and_passes_on_nothing_else(build: Build) -> None:
    made: dict[str, Any] = {
        "input_kind": "template",
        "input_paths": ("$.detail.id", "$.detail.lines[0].sku"),
        "input_template": '{"id": <id>, "sku": <sku>}',
    }
    estate = build(BUS, BILL, rule(BUS, "r", BILL.arn, **made))
    assert reads(estate) == [
        ("detail.id", "input transformer", "yes"),
        ("detail.lines.sku", "input transformer", "yes"),
    ]
    assert breaks(estate, "detail.total") == {"bill": "no"}
    (one,) = reading.dropped(estate, ASKED, "detail.id")[1]
    assert one.says == ("Without detail.id the input transformer of r gets an empty value.",)


def test_a_template_that_holds_the_whole_event_gives_all_of_it(build: Build) -> None:
    made: dict[str, Any] = {"input_kind": "template", "input_template": '{"event": <aws.events.event.json>}'}
    assert breaks(build(BUS, BILL, rule(BUS, "r", BILL.arn, **made)), "detail.total") == {"bill": "unknown"}


def test_a_constant_gives_nothing(build: Build) -> None:
    estate = build(BUS, BILL, rule(BUS, "r", BILL.arn, input_kind="constant", input_template="{}"))
    (one,) = reading.readers(estate, ASKED).readers
    assert (one.given, one.code) == ((), None)
    assert breaks(estate, "detail.total") == {"bill": "no"}


def mapped(text: str, *before: Record) -> list[Record]:
    mapping = link(
        "event-source-mapping", queue(), BILL, arn=arn("lambda", "esm:1"), dialect="lambda", filters=(text,)
    )
    return [BUS, BILL, queue(), *before, mapping]


def test_a_mapping_filter_reads_the_body_that_is_the_event(build: Build) -> None:
    text = '{"body": {"detail": {"total": [1]}}}'
    estate = build(*mapped(text, rule(BUS, "r", queue().arn)))
    assert reads(estate) == [("detail.total", "mapping filter", "yes")]


def test_a_mapping_filter_after_an_input_path_reads_below_it(build: Build) -> None:
    inner: dict[str, Any] = {"input_kind": "path", "input_paths": ("$.detail",)}
    estate = build(*mapped('{"body": {"total": [1]}}', rule(BUS, "r", queue().arn, **inner)))
    assert reads(estate) == [("detail", "input path", "yes"), ("detail.total", "mapping filter", "yes")]


def test_a_mapping_filter_on_the_record_itself_reads_no_payload(build: Build) -> None:
    text = '{"eventSourceARN": [{"prefix": "arn"}]}'
    assert reads(build(*mapped(text, rule(BUS, "r", queue().arn)))) == []


def test_an_sns_policy_on_the_body_reads_the_event_and_raw_delivery_goes_on(build: Build) -> None:
    raw = {"raw_delivery": True, "dialect": "sns-body", "filters": ('{"detail": {"total": [1]}}',)}
    subscription = link("sns-subscription", topic(), queue(), arn=arn("sns", "news:1"), **raw)
    before = (topic(), subscription, rule(BUS, "r", topic().arn))
    estate = build(*mapped('{"body": {"detail": {"sku": ["a"]}}}', *before))
    assert reads(estate) == [
        ("detail.total", "SNS filter policy", "yes"),
        ("detail.sku", "mapping filter", "yes"),
    ]


def test_attributes_are_no_payload(build: Build) -> None:
    policy = {"dialect": "sns-attributes", "filters": ('{"total": [{"exists": false}]}',)}
    subscription = link("sns-subscription", topic(), BILL, arn=arn("sns", "news:1"), **policy)
    assert reads(build(BUS, BILL, topic(), subscription, rule(BUS, "r", topic().arn))) == []


def test_a_pipe_reads_with_its_filter_and_its_template(build: Build) -> None:
    tube, made = (
        pipe(),
        {"input_kind": "template", "input_paths": ("$.body.detail.id",), "input_template": "{}"},
    )
    estate = build(
        *(BUS, BILL, queue(), tube, rule(BUS, "r", queue().arn)),
        link(
            "pipe-source",
            queue(),
            tube,
            arn=tube.arn,
            dialect="pipes",
            filters=('{"body": {"detail": {"rush": [true]}}}',),
        ),
        link("pipe-target", tube, BILL, arn=tube.arn, **made),
    )
    assert reads(estate) == [("detail.rush", "pipe filter", "yes"), ("detail.id", "input transformer", "yes")]
    assert breaks(estate, "detail.total") == {"bill": "no"}


def test_after_an_enrichment_nothing_is_known(build: Build) -> None:
    tube, enrich = pipe(), function("enrich")
    estate = build(
        *(BUS, BILL, queue(), tube, enrich, rule(BUS, "r", queue().arn)),
        link("pipe-source", queue(), tube, arn=tube.arn),
        link("pipe-enrichment", tube, enrich, arn=tube.arn),
        link("pipe-target", tube, BILL, arn=tube.arn),
    )
    given = {one.row.name: one.given for one in reading.readers(estate, ASKED).readers}
    assert given == {"enrich": ("",), "bill": None}


def test_what_breaks_comes_first(build: Build) -> None:
    audit = function("audit")
    estate = build(
        BUS, BILL, audit, rule(BUS, "all", audit.arn), rule(BUS, "r", BILL.arn, pattern(total=[1]))
    )
    answer, rows = reading.dropped(estate, ASKED, "total")
    assert [(one.row.name, one.breaks) for one in rows] == [("bill", "yes"), ("audit", "unknown")]
    assert len(reading.breaking(rows)) == 1
    assert reading.known_fields(estate, answer) == ("detail.total",)


NAMES = [
    ("total", "detail.total"),
    ("$.detail.total", "detail.total"),
    ("detail", "detail"),
    ("$.detail['a'].b[2]", "detail.a.b"),
]


@pytest.mark.parametrize(("typed", "field"), NAMES)
def test_a_field_may_be_typed_in_several_ways(typed: str, field: str) -> None:
    assert reading.named(typed) == field


def test_a_field_that_begins_like_another_is_another() -> None:
    assert seeing.holds("detail.order", "detail.order.id")
    assert not seeing.holds("detail.order", "detail.orderId")


def test_two_targets_of_a_rule_that_lead_to_one_function_give_what_both_give(build: Build) -> None:
    one: dict[str, Any] = {"input_kind": "path", "input_paths": ("$.detail.id",)}
    two: dict[str, Any] = {"input_kind": "path", "input_paths": ("$.detail.total",), "target_id": "2"}
    estate = build(BUS, BILL, rule(BUS, "r", BILL.arn, **one), rule(BUS, "r", BILL.arn, **two))
    assert breaks(estate, "detail.total") == breaks(estate, "detail.id") == {"bill": "yes"}
    assert breaks(estate, "detail.other") == {"bill": "no"}


def test_a_filter_that_could_not_be_read_may_read_anything(build: Build) -> None:
    gives_nothing: dict[str, Any] = {"input_kind": "constant", "input_template": "{}"}
    hidden = link("event-source-mapping", queue(), BILL, arn=arn("lambda", "esm:1"), filters_hidden=True)
    estate = build(BUS, BILL, queue(), rule(BUS, "r", queue().arn, **gives_nothing), hidden)
    (one,) = reading.dropped(estate, ASKED, "detail.total")[1]
    assert (one.breaks, one.says) == (
        "unknown",
        ("unknown: the mapping filter of inbox → bill could not be read",),
    )
