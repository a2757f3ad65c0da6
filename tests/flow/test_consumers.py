"""Who is a consumer, how sure that is, and whether it gets it now."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from collectors.records import Record, Resource, Schema, SchemaVersion
from dashboard.flow.answers import Question
from dashboard.flow.who.counting import count
from tests.flow.building import (
    ACCOUNT,
    OTHER,
    REGION,
    SOURCE,
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


PATTERNS = [
    ({"source": [SOURCE]}, "always", ()),
    ({"detail-type": [TYPE]}, "always", ()),
    ({"source": [{"prefix": "com.acme."}]}, "always", ()),
    ({"source": [{"prefix": "com.other."}]}, None, ()),
    ({"source": [{"anything-but": [SOURCE]}]}, None, ()),
    (
        {"source": [SOURCE], "detail": {"total": [{"numeric": [">", 100]}]}},
        "sometimes",
        ("detail.total > 100",),
    ),
    ({"account": [ACCOUNT]}, "sometimes", (f'account is "{ACCOUNT}"',)),
    ({"region": [REGION]}, "sometimes", (f"region is {REGION}",)),
    ({"source": ["com.other"], "detail": {"total": [1]}}, None, ()),
    ({"$or": [{"source": [SOURCE]}, {"detail-type": ["Nothing"]}]}, "always", ()),
]


@pytest.mark.parametrize(("pattern", "delivery", "when"), PATTERNS)
def test_a_type_is_delivered_always_sometimes_or_never(
    build: Build, pattern: Any, delivery: str | None, when: tuple[str, ...]
) -> None:
    answer = ask(build(BUS, BILL, rule(BUS, "r", BILL.arn, json.dumps(pattern))), BUS.name)
    assert [(row.delivery, row.when) for row in answer.consumers] == ([(delivery, when)] if delivery else [])


def schema(properties: Any, **more: Any) -> Schema:
    """A closed schema of the type that all these estates speak of; every field is required."""
    shape = {
        "type": "object",
        "properties": properties,
        "required": [*properties],
        "additionalProperties": False,
    }
    values = {"registry": "acme", "name": "o", "type": "JSONSchemaDraft4", "version_count": 1} | more
    where = arn("schemas", f"schema/{values['registry']}/{values['name']}")
    return Schema(arn=where, source=SOURCE, detail_type=TYPE, content=json.dumps(shape), **values)


COSTLY = json.dumps(
    {"source": [SOURCE], "detail": {"total": [{"numeric": [">", 100]}], "name": [{"exists": True}]}}
)
TEXT, OPEN = {"type": "string"}, {"type": "number"}
SURE = {"type": "number", "minimum": 101}


def test_what_a_schema_lets_never_happen_is_no_consumer_but_stands_apart_with_the_reason(
    build: Build,
) -> None:
    answer = ask(build(BUS, BILL, schema({"name": TEXT}), rule(BUS, "r", BILL.arn, COSTLY)), "orders")
    assert (answer.consumers, answer.count) == ((), 0)
    (row,) = answer.excluded
    assert (row.arn, row.name, row.subscription, row.bus) == (
        BILL.arn,
        "bill",
        arn("events", "rule/orders/r"),
        BUS.arn,
    )
    assert row.why == "Never by its schema o: detail.total > 100 cannot hold: there is no such field."


LEFT = [
    ({"name": TEXT, "total": OPEN}, "sometimes", ("detail.total > 100",), "detail.name is present"),
    ({"name": TEXT, "total": SURE}, "always", (), "detail.name is present, detail.total > 100"),
]


@pytest.mark.parametrize(("properties", "delivery", "when", "dropped"), LEFT)
def test_a_condition_that_by_the_schema_always_holds_is_dropped_and_said(
    build: Build, properties: Any, delivery: str, when: tuple[str, ...], dropped: str
) -> None:
    estate = build(BUS, BILL, schema(properties), rule(BUS, "r", BILL.arn, COSTLY))
    row = only(ask(estate, "orders"))
    assert (row.delivery, row.when, row.note) == (
        delivery,
        when,
        f"By its schema o it always holds: {dropped}.",
    )
    assert count(estate, Question(SOURCE, TYPE)) == 1


def test_a_schema_settles_filters_further_on_as_well(build: Build) -> None:
    inbox, pay = queue(), function("pay")
    never, ever = (json.dumps({"body": {"detail": {"name": [v]}}}) for v in (5, {"exists": True}))
    estate = build(
        *(BUS, BILL, pay, inbox, schema({"name": TEXT}), rule(BUS, "r", inbox.arn)),
        link("event-source-mapping", inbox, BILL, dialect="lambda", filters=(never,)),
        link("event-source-mapping", inbox, pay, dialect="lambda", filters=(ever,)),
    )
    answer = ask(estate)
    assert told(answer) == [("pay", "always", True)]
    assert [(row.name, row.why) for row in answer.excluded] == [
        ("bill", "Never by its schema o: body.detail.name is 5.")
    ]
    assert count(estate, Question(SOURCE, TYPE)) == answer.count == 1


DISAGREE = [
    [schema({"name": TEXT}), schema({"name": TEXT, "total": OPEN}, registry="other")],
    [schema({"name": TEXT}), schema({"name": TEXT, "total": OPEN}, name="p")],
]


@pytest.mark.parametrize("schemas", DISAGREE)
def test_schemas_that_do_not_agree_settle_only_what_both_do(build: Build, schemas: list[Schema]) -> None:
    answer = ask(build(BUS, BILL, *schemas, rule(BUS, "r", BILL.arn, COSTLY)), "orders")
    assert (only(answer).when, answer.excluded) == (("detail.total > 100",), ())


def test_a_schema_that_could_not_be_read_may_disagree_so_nothing_is_settled_and_it_is_told(
    build: Build,
) -> None:
    unread = schema({}, name="p").model_copy(update={"content": None})
    estate = build(BUS, BILL, schema({"name": TEXT}), unread, rule(BUS, "r", BILL.arn, COSTLY))
    answer = ask(estate, "orders")
    assert (only(answer).delivery, answer.excluded) == ("sometimes", ())
    assert only(answer).note == (
        "By its schema o (another, p, could not be read) the rule's condition can never hold."
    )
    assert count(estate, Question(SOURCE, TYPE)) == 1


def test_schemas_that_agree_settle_together(build: Build) -> None:
    schemas = [schema({"name": TEXT}), schema({"name": TEXT, "more": OPEN}, registry="other", name="p")]
    answer = ask(build(BUS, BILL, *schemas, rule(BUS, "r", BILL.arn, COSTLY)), "orders")
    assert [row.schema for row in answer.excluded] == ["o and p"]


EARLIER = [
    ({"name": TEXT}, "the rule's condition can never hold."),
    ({"name": TEXT, "total": SURE}, "the rule's condition always holds."),
    ({"name": TEXT, "total": OPEN}, None),
]


@pytest.mark.parametrize(("properties", "says"), EARLIER)
def test_a_schema_with_earlier_versions_says_and_settles_nothing(
    build: Build, properties: Any, says: str | None
) -> None:
    latest = schema(properties, version_count=3)
    row = only(ask(build(BUS, BILL, latest, rule(BUS, "r", BILL.arn, COSTLY)), "orders"))
    assert (row.delivery, len(row.when)) == ("sometimes", 2)
    assert row.note == (says and f"By its schema o (the latest of 3 versions) {says}")


VERSIONS = [
    ([{"name": TEXT}, {"name": TEXT, "more": OPEN}], [], ["o"]),
    ([{"name": TEXT}, {"name": TEXT, "total": OPEN}], [("detail.total > 100",)], []),
    ([{"name": TEXT}], [("detail.name is present", "detail.total > 100")], []),
]


@pytest.mark.parametrize(("earlier", "when", "excluded"), VERSIONS)
def test_versions_that_were_all_read_settle_what_they_agree_on(
    build: Build, earlier: list[Any], when: list[tuple[str, ...]], excluded: list[str]
) -> None:
    latest = schema({"name": TEXT}, version_count=3)
    versions = [
        SchemaVersion(
            schema_arn=latest.arn, version=str(n), type="JSONSchemaDraft4", content=schema(one).content
        )
        for n, one in enumerate(earlier, 1)
    ]
    answer = ask(build(BUS, BILL, latest, *versions, rule(BUS, "r", BILL.arn, COSTLY)), "orders")
    assert ([row.when for row in answer.consumers], [row.schema for row in answer.excluded]) == (
        when,
        excluded,
    )


def test_a_concrete_event_is_matched_whatever_its_schema_says(build: Build) -> None:
    estate = build(BUS, BILL, schema({"name": TEXT}), rule(BUS, "r", BILL.arn, COSTLY))
    event = {"source": SOURCE, "detail-type": TYPE, "detail": {"total": 500, "name": "x"}}
    answer = ask(estate, "orders", event)
    assert (told(answer), answer.excluded) == ([("bill", "always", True)], ())


def test_a_malformed_pattern_may_match_and_hides_no_other_rule(build: Build) -> None:
    pay = function("pay")
    answer = ask(
        build(BUS, BILL, pay, rule(BUS, "bad", BILL.arn, '{"source": "x"}'), rule(BUS, "good", pay.arn))
    )
    assert told(answer) == [("bill", "sometimes", True), ("pay", "always", True)]
    assert "cannot be read" in answer.consumers[0].when[0]


def test_a_scheduled_rule_matches_no_event(build: Build) -> None:
    scheduled = rule(BUS, "nightly", BILL.arn).model_copy(update={"pattern": None, "schedule": "rate(1 day)"})
    assert ask(build(BUS, BILL, scheduled), BUS.name).consumers == ()


def test_a_subscriber_whose_filters_could_not_be_read_may_get_it(build: Build) -> None:
    fresh = new_bus()
    estate = build(fresh, BILL, subscriber(fresh, "s", BILL.arn, filters_hidden=True))
    row = only(ask(estate))
    assert (row.name, row.delivery, row.when) == ("bill", "sometimes", ("its filters could not be read",))


def test_a_rule_of_which_aws_told_no_pattern_may_get_it(build: Build) -> None:
    odd = rule(BUS, "odd", BILL.arn).model_copy(update={"pattern": None, "filters_hidden": True})
    row = only(ask(build(BUS, BILL, odd), BUS.name))
    assert (row.delivery, row.when) == ("sometimes", ("its filters could not be read",))


def test_a_subscriber_without_filter_gets_everything(build: Build) -> None:
    fresh = new_bus()
    assert told(ask(build(fresh, BILL, subscriber(fresh, "all", BILL.arn)), "fresh")) == [
        ("bill", "always", True)
    ]


SYSTEM = [(SOURCE, "always"), ("com.other", None)]


@pytest.mark.parametrize(("source", "delivery"), SYSTEM)
def test_a_subscribers_filters_are_anded_over_their_scopes(
    build: Build, source: str, delivery: str | None
) -> None:
    fresh = new_bus()
    filters = {
        "pattern": json.dumps({"detail-type": [TYPE]}),
        "system_pattern": json.dumps({"aws:Source": [source]}),
    }
    answer = ask(build(fresh, BILL, subscriber(fresh, "some", BILL.arn, **filters)), "fresh")
    assert [row.delivery for row in answer.consumers] == ([delivery] if delivery else [])


INACTIVE = [
    (lambda: [rule(BUS, "r", BILL.arn, state="DISABLED"), BILL], "Rule r is disabled."),
    (
        lambda: [rule(BUS, "r", arn("lambda", "function:gone"))],
        "The function gone does not exist: target missing.",
    ),
    (
        lambda: [
            rule(BUS, "r", queue().arn),
            queue(),
            BILL,
            link("event-source-mapping", queue(), BILL, active=False, state="Disabled"),
        ],
        "The event source mapping to bill is disabled.",
    ),
    (
        lambda: [
            rule(BUS, "r", topic().arn),
            topic(),
            queue(),
            link("sns-subscription", topic(), queue(), active=False, state="PendingConfirmation"),
        ],
        "The sns-subscription to inbox is not confirmed.",
    ),
    (
        lambda: [
            rule(BUS, "r", queue().arn),
            queue(),
            BILL,
            pipe(state="STOPPED"),
            link("pipe-source", queue(), pipe(), active=False, state="STOPPED"),
            link("pipe-target", pipe(), BILL),
        ],
        "The pipe to tube is stopped.",
    ),
]


@pytest.mark.parametrize(("records", "why"), INACTIVE)
def test_a_path_through_something_off_is_shown_and_not_active(
    build: Build, records: Callable[[], list[Record]], why: str
) -> None:
    answer = ask(build(BUS, *records()))
    row = only(answer)
    assert (row.active, row.why, answer.count) == (False, why.replace("sns-subscription", "subscription"), 0)


def test_an_idle_function_is_called_all_the_same(build: Build) -> None:
    row = only(ask(build(BUS, function(state="Inactive"), rule(BUS, "r", BILL.arn))))
    assert (row.active, "idle" in (row.note or "")) == (True, True)


STOPPED = [
    ({"state": "STOPPED"}, "Subscriber s is stopped."),
    ({"revoked": True}, "Subscriber s is revoked by the bus's owner."),
]


@pytest.mark.parametrize(("state", "why"), STOPPED)
def test_a_stopped_or_revoked_subscriber_is_not_active(build: Build, state: dict[str, Any], why: str) -> None:
    fresh = new_bus()
    row = only(ask(build(fresh, BILL, subscriber(fresh, "s", BILL.arn, **state)), "fresh"))
    assert (row.active, row.why) == (False, why)


def test_a_target_is_missing_only_where_its_scope_was_read(build: Build) -> None:
    estate = build(BUS, rule(BUS, "r", arn("lambda", "function:gone")), read=("buses", "rules"))
    answer = ask(estate)
    row = only(answer)
    assert (row.active, row.deliverable, answer.complete) == (True, "unknown", False)
    assert "could not be looked up" in (row.why or "")


def test_an_account_that_was_not_collected_ends_the_path_and_makes_the_answer_incomplete(
    build: Build,
) -> None:
    far = arn("sqs", "far", OTHER)
    answer = ask(build(BUS, rule(BUS, "r", far)))
    row = only(answer)
    assert (row.arn, row.kind, row.active, row.deliverable) == (far, "queue", True, "unknown")
    assert (answer.complete, [g.account for g in answer.gaps]) == (False, [OTHER])


def test_a_queue_that_somebody_reads_is_a_hop_and_one_that_nobody_reads_a_consumer(build: Build) -> None:
    read = build(BUS, queue(), BILL, rule(BUS, "r", queue().arn), link("event-source-mapping", queue(), BILL))
    assert [(h.kind, h.via) for h in only(ask(read)).path] == [
        ("queue", "rule"),
        ("function", "event-source-mapping"),
    ]


def test_a_queue_that_nobody_reads_is_reported_as_such(build: Build) -> None:
    row = only(ask(build(BUS, queue(), rule(BUS, "r", queue().arn))))
    assert (row.kind, row.note) == ("queue", "Nothing collected reads this queue.")


def test_a_bus_on_which_nothing_matches_is_no_consumer(build: Build) -> None:
    assert ask(build(BUS, bus("next"), rule(BUS, "r", bus("next").arn))).consumers == ()


def test_a_bus_outside_what_was_collected_is_a_consumer(build: Build) -> None:
    row = only(ask(build(BUS, rule(BUS, "r", bus("far", OTHER).arn))))
    assert (row.kind, row.note) == ("bus", "The bus lies outside what was collected.")


def test_a_topic_outside_what_was_collected_is_a_consumer_and_one_without_subscriptions_is_not(
    build: Build,
) -> None:
    assert ask(build(BUS, topic(), rule(BUS, "r", topic().arn))).consumers == ()


def test_archives_replays_and_dead_letter_queues_are_no_consumers(build: Build) -> None:
    archive = Resource(arn=arn("events", "archive/all"), kind="archive", name="all", parent_arn=BUS.arn)
    managed = rule(BUS, "Events-Archive-all", f"arn:aws:events:{REGION}:::", '{"source":[{"prefix":""}]}')
    dead = queue("dead")
    estate = build(
        BUS,
        BILL,
        archive,
        dead,
        managed,
        link("archive", BUS, archive),
        rule(BUS, "r", BILL.arn, dead_letter_arn=dead.arn),
    )
    assert told(ask(estate)) == [("bill", "always", True)]


def test_a_function_stays_the_consumer_though_it_has_destinations(build: Build) -> None:
    estate = build(BUS, BILL, queue(), rule(BUS, "r", BILL.arn), link("async-destination", BILL, queue()))
    assert [row.name for row in ask(estate).consumers] == ["bill"]


def test_aliases_and_versions_are_the_same_function(build: Build) -> None:
    assert only(ask(build(BUS, BILL, rule(BUS, "r", f"{BILL.arn}:live")))).arn == BILL.arn


def test_a_function_used_by_two_rules_is_two_rows_and_one_consumer(build: Build) -> None:
    answer = ask(build(BUS, BILL, rule(BUS, "one", BILL.arn), rule(BUS, "two", BILL.arn)))
    assert (len(answer.consumers), answer.count) == (2, 1)


def test_an_archive_keeps_what_its_pattern_lets_in_and_is_told_beside_the_consumers(build: Build) -> None:
    far = bus("next")
    kept = [
        (BUS, "all", None, True),
        (far, "some", json.dumps({"source": [SOURCE], "detail": {"a": [1]}}), False),
        (BUS, "others", json.dumps({"source": ["com.other"]}), True),
    ]
    records: list[Record] = [BUS, far, BILL, rule(BUS, "to", far.arn), rule(far, "r", BILL.arn)]
    for on, name, pattern, active in kept:
        archive = Resource(arn=arn("events", f"archive/{name}"), kind="archive", name=name, pattern=pattern)
        records += [archive, link("archive", on, archive, active=active)]
    answer = ask(build(*records), BUS.arn)
    assert [(k.name, k.bus, k.delivery, k.when, k.active) for k in answer.kept] == [
        ("all", BUS.arn, "always", (), True),
        ("some", far.arn, "sometimes", ("detail.a is 1",), False),
    ]
    assert [row.name for row in answer.consumers] == ["bill"]


def test_a_replay_puts_kept_events_back_and_is_no_consumer(build: Build) -> None:
    archive = Resource(arn=arn("events", "archive/all"), kind="archive", name="all")
    replay = link("replay", archive, BUS, arn=arn("events", "replay/again"))
    estate = build(BUS, BILL, archive, link("archive", BUS, archive), replay, rule(BUS, "r", BILL.arn))
    assert told(ask(estate)) == [("bill", "always", True)]


def test_the_dead_letter_queue_of_each_step_is_told_and_consumes_nothing(build: Build) -> None:
    inbox, dead, deader = queue(), queue("dead"), queue("deader")
    estate = build(
        *(BUS, inbox, dead, deader, BILL, rule(BUS, "r", inbox.arn, dead_letter_arn=dead.arn)),
        link("event-source-mapping", inbox, BILL, dead_letter_arn=deader.arn),
        link("redrive", inbox, dead),
    )
    row = only(ask(estate))
    assert [hop.dead_letter for hop in row.path] == [dead.arn, deader.arn]


def test_what_a_reader_fails_to_handle_goes_to_the_dead_letter_queue_of_the_queue_it_reads(
    build: Build,
) -> None:
    inbox, dead = queue(dead_letter_arn=queue("dead").arn), queue("dead")
    estate = build(
        BUS, inbox, dead, BILL, rule(BUS, "r", inbox.arn), link("event-source-mapping", inbox, BILL)
    )
    assert [hop.dead_letter for hop in only(ask(estate)).path] == [None, dead.arn]


def test_a_functions_dead_letter_queue_is_said_where_it_is_invoked_asynchronously(build: Build) -> None:
    bill, dead = function(dead_letter_arn=queue("dead").arn), queue("dead")
    row = only(ask(build(BUS, bill, dead, rule(BUS, "r", bill.arn))))
    assert row.note == "What it fails to handle goes to queue dead."


def test_two_targets_of_a_rule_with_one_end_keep_their_own_dead_letter_queues(build: Build) -> None:
    targets = [
        rule(BUS, "r", BILL.arn, target_id=n, dead_letter_arn=queue(f"dead{n}").arn) for n in ("1", "2")
    ]
    answer = ask(build(BUS, BILL, *targets))
    found = {hop.dead_letter for row in answer.consumers for hop in row.path}
    assert found == {queue("dead1").arn, queue("dead2").arn}


RUNS = [
    ("ecs", "cluster/prod", "task", "task-definition/nightly:3", "Runs nightly:3; of the event"),
    ("batch", "job-queue/high", "job-queue", "job-definition/sum:1", "Runs sum:1."),
]


@pytest.mark.parametrize(("service", "end", "kind", "definition", "says"), RUNS)
def test_what_is_run_on_a_cluster_or_queue_is_named(
    build: Build, service: str, end: str, kind: str, definition: str, says: str
) -> None:
    runs = arn(service, definition)
    row = only(ask(build(BUS, rule(BUS, "r", arn(service, end), runs=runs))))
    assert (row.kind, row.path[0].runs, row.arn) == (kind, runs, arn(service, end))
    assert (row.note or "").startswith(says)


def test_a_functions_destinations_are_said_where_it_is_invoked_asynchronously(build: Build) -> None:
    inbox, outbox = queue(), queue("outbox")
    ends = link("async-destination", BILL, outbox, condition="OnFailure")
    direct = only(ask(build(BUS, BILL, outbox, ends, rule(BUS, "r", BILL.arn))))
    assert direct.note == "Its results go on as new events or messages: failure to queue outbox."
    polled = build(
        BUS, BILL, inbox, outbox, ends, rule(BUS, "r", inbox.arn), link("event-source-mapping", inbox, BILL)
    )
    assert only(ask(polled)).note is None


NOWHERE = ["arn:aws:events:::aws-sdk:dynamodb:putItem", "arn:aws:ssm:eu-west-1::document/AWS-RunShellScript"]


@pytest.mark.parametrize("end", NOWHERE)
def test_what_lies_in_no_account_is_no_gap_and_stands_where_the_bus_is(build: Build, end: str) -> None:
    answer = ask(build(BUS, rule(BUS, "r", end)))
    row = only(answer)
    assert (row.account, row.region, row.active, answer.complete) == (ACCOUNT, REGION, True, True)


OFF = [
    (
        lambda: [link("pipe-target", pipe(), BILL, active=False, state="STOPPED")],
        "The pipe to bill is stopped.",
    ),
    (
        lambda: [link("pipe-target", pipe(), arn("kinesis", "stream/flow"))],
        "The stream flow does not exist: target missing.",
    ),
]


@pytest.mark.parametrize(("links", "why"), OFF)
def test_what_is_off_behind_a_pipe_is_told(build: Build, links: Callable[[], list[Record]], why: str) -> None:
    inbox = queue()
    records = [
        BUS,
        inbox,
        pipe(),
        BILL,
        rule(BUS, "r", inbox.arn),
        link("pipe-source", inbox, pipe()),
        *links(),
    ]
    row = only(ask(build(*records)))
    assert (row.active, row.why) == (False, why)


def test_an_api_destination_without_an_authorised_connection_gets_nothing(build: Build) -> None:
    connection = Resource(
        arn=arn("events", "connection/erp/1"), kind="connection", name="erp", state="DEAUTHORIZED"
    )
    end = Resource(
        arn=arn("events", "api-destination/erp/1"),
        kind="api-destination",
        name="erp",
        parent_arn=connection.arn,
    )
    row = only(ask(build(BUS, connection, end, rule(BUS, "r", end.arn))))
    assert (row.active, row.why) == (False, "The connection erp of the api-destination erp is deauthorized.")


def test_a_subscriber_of_another_account_is_followed_there(build: Build) -> None:
    fresh, end = new_bus(), function("f", OTHER)
    theirs = subscriber(fresh, "s", end.arn)
    theirs = theirs.model_copy(update={"arn": arn("events", "subscriber/s/x1", OTHER)})
    estate = build(fresh, end, theirs, accounts=(ACCOUNT, OTHER))
    row = only(ask(estate, "fresh"))
    assert (row.arn, row.account, row.subscription) == (end.arn, OTHER, theirs.arn)
