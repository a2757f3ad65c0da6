"""A new event may pass a bus where the one that it came of had passed; only the same event again is a loop."""

import json
import random
from typing import Any

import pytest

from collectors.records import Record, Resource
from dashboard.flow.answers import Question
from dashboard.flow.backwards import between, reverse
from dashboard.flow.model.estate import Estate
from dashboard.flow.suppose import what_if
from dashboard.flow.suppose.changes import field
from dashboard.flow.walk import paths
from tests.flow.building import (
    SOURCE,
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
    told,
    topic,
    trace,
)
from tests.flow.test_reverse import check_consumed

OPEN = json.dumps({"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]})
BUS, TUBE = bus(policy=OPEN), pipe("tube")
BILL, INBOX = function(policy=OPEN), queue("inbox", policy=OPEN)
STREAM = Resource(arn=arn("kinesis", "stream/flow"), kind="stream", name="flow")
NEW = '{"source": ["com.new"], "detail-type": ["New"]}'
ANY = '{"source": [{"prefix": ""}]}'
MADE = {"source": "com.new", "detail_type": "New"}


def turning(first: str | None = None, **put: Any) -> list[Record]:
    """A bus whose events a pipe puts back on it, as what `put` says; bill listens for what is new."""
    return [
        *(BUS, BILL, INBOX, TUBE, rule(BUS, "in", INBOX.arn, first), link("pipe-source", INBOX, TUBE)),
        *(link("pipe-target", TUBE, BUS, **put), rule(BUS, "out", BILL.arn, NEW)),
    ]


def path(estate: Estate, start: str = f"{SOURCE}/{TYPE}", end: str = "bill") -> str:
    (found,) = between.ask(estate, start, end)
    return found.answer


def test_what_a_pipe_makes_and_puts_on_the_same_bus_is_followed(build: Build) -> None:
    estate = build(*turning(**MADE))
    answer = ask(estate)
    assert (told(answer), answer.complete, answer.notes) == ([("bill", "always", True)], True, ())
    assert [hop.name for hop in answer.consumers[0].path] == ["inbox", "tube", "orders", "bill"]
    assert (path(estate), path(estate, "inbox")) == ("yes", "yes")
    check_consumed(estate)


def test_a_loop_of_new_events_ends_after_one_turn_and_is_reported(build: Build) -> None:
    estate = build(*turning(ANY, **MADE))
    answer = ask(estate)
    assert (told(answer), answer.complete) == ([("bill", "always", True)], True)
    assert answer.notes == ("Loop cut: orders → orders → orders.",)
    check_consumed(estate)


def test_who_gets_both_the_event_and_what_comes_of_it_is_told_of_both(build: Build) -> None:
    estate = build(*turning(**MADE), rule(BUS, "all", BILL.arn, ANY))
    assert sorted(len(row.path) for row in ask(estate).consumers) == [1, 4, 4]
    check_consumed(estate)


def test_two_new_kinds_each_pass_the_bus_once(build: Build) -> None:
    second, tubing = queue("second"), pipe("tubing")
    third = '{"source": ["com.third"]}'
    records = [
        *(second, tubing, function("end"), rule(BUS, "on", second.arn, NEW)),
        *(link("pipe-source", second, tubing), rule(BUS, "end", function("end").arn, third)),
        link("pipe-target", tubing, BUS, source="com.third", detail_type="Third"),
    ]
    estate = build(*turning(**MADE), *records)
    assert told(ask(estate)) == [("bill", "always", True), ("end", "always", True)]
    check_consumed(estate)


@pytest.mark.parametrize("put", [{}, {"source": "com.new"}])
def test_a_loop_of_events_of_unknown_type_leaves_the_answer_incomplete(
    build: Build, put: dict[str, Any]
) -> None:
    far, apart = function("far", policy=OPEN), bus("apart")
    estate = build(*turning(ANY, **put), trace(BUS), far, apart, rule(apart, "f", far.arn, NEW))
    answer = ask(estate, BUS.arn)
    assert (told(answer), answer.complete) == ([("bill", "sometimes", True)], False)
    assert any("where that goes was not followed" in note for note in answer.notes)
    assert path(estate) == "yes"
    # what passes the inbox may be anything from the start: nothing new comes of it when it comes there again
    assert (path(estate, end="far"), path(estate, "inbox", "far")) == ("unknown", "no")
    check_consumed(estate)


def test_a_new_event_of_the_same_type_that_only_its_payload_takes_further_leaves_the_answer_incomplete(
    build: Build,
) -> None:
    record = f'{{"source": ["{SOURCE}"], "detail": {{"eventSource": ["aws:sqs"]}}}}'
    plain = f'{{"source": ["{SOURCE}"], "detail": {{"total": [1]}}}}'
    same = turning(plain, source=SOURCE, detail_type=TYPE)
    event = {"source": SOURCE, "detail-type": TYPE, "detail": {"total": 1}}
    onward = build(*same, function("far"), rule(BUS, "record", function("far").arn, record))
    answer = ask(onward, BUS.arn, event)
    assert (told(answer), answer.complete) == ([], False)
    assert ask(build(*same), BUS.arn, event).complete


def test_what_a_transformer_makes_passes_the_bus_again(build: Build) -> None:
    fresh, end = new_bus(), function("end", policy=OPEN)
    template = {"input_kind": "template", "input_template": '{"source": <$.detail.from>, "detail-type": "…"}'}
    records = [
        *(
            fresh,
            end,
            subscriber(fresh, "turn", fresh.arn, pattern=f'{{"source": ["{SOURCE}"]}}', **template),
        ),
        subscriber(fresh, "out", end.arn, pattern=NEW),
    ]
    estate = build(*records)
    answer = ask(estate, fresh.arn)
    assert told(answer) == [("end", "sometimes", True)]
    traced = build(*records, trace(fresh))
    assert path(traced, end="end") == "yes"
    check_consumed(traced)


def test_an_enrichment_that_the_new_event_passes_again_is_a_hop_both_times(build: Build) -> None:
    more = function("more")
    estate = build(*turning(ANY, **MADE), more, link("pipe-enrichment", TUBE, more))
    rows = [one.row for one in reverse.consumed(estate, [more.arn], ends=True)]
    assert {len(row.path) for row in rows} >= {3}
    check_consumed(estate)


STEP = {
    "input_kind": "template",
    "input_template": '{"step": <$.body.detail>}',
    "input_paths": ["$.body.detail"],
}
EVENT = {"source": SOURCE, "detail-type": TYPE, "detail": {"n": 1}}


def rings() -> dict[str, list[Record]]:
    """Pipes that write a message of their own to what leads back to them; bill takes what is in that message alone."""
    news, second, flow, own = topic(policy=OPEN), queue("second", policy=OPEN), STREAM, pipe("tubing")
    reads = '{"body": {"step": {"n": [{"exists": true}]}}}'
    mapping: dict[str, Any] = {
        "arn": arn("lambda", "event-source-mapping:m"),
        "dialect": "lambda",
        "filters": (reads,),
    }
    of_stream = mapping | {"filters": (reads.replace("body", "data"),)}
    policy: dict[str, Any] = {"dialect": "sns-body", "filters": ('{"step": {"n": [{"exists": true}]}}',)}
    begun = [BUS, BILL, INBOX, TUBE, trace(BUS)]
    to_tube = [rule(BUS, "in", INBOX.arn), link("pipe-source", INBOX, TUBE)]
    raw = link("sns-subscription", news, INBOX, raw_delivery=True)
    records = STEP | {"input_template": '{"step": <$.data.detail>}'}
    return {
        "its own queue": [
            *(*begun, *to_tube, link("pipe-target", TUBE, INBOX, **STEP)),
            link("event-source-mapping", INBOX, BILL, **mapping),
        ],
        "the topic before its queue": [
            *(*begun, news, raw, rule(BUS, "in", news.arn), link("pipe-source", INBOX, TUBE)),
            *(link("pipe-target", TUBE, news, **STEP), link("sns-subscription", news, BILL, **policy)),
        ],
        "a stream that a second pipe reads": [
            *(*begun, flow, own, rule(BUS, "in", flow.arn), link("pipe-source", flow, own)),
            *(
                link("pipe-target", own, flow, **records),
                link("event-source-mapping", flow, BILL, **of_stream),
            ),
        ],
        "a queue of which another pipe writes to its own": [
            *(*begun, second, own, *to_tube, link("pipe-target", TUBE, second, **STEP)),
            *(
                link("pipe-source", second, own),
                link("pipe-target", own, INBOX, input_kind="path", input_paths=["$.body"]),
            ),
            link("event-source-mapping", INBOX, BILL, **mapping),
        ],
    }


@pytest.mark.parametrize("ring", rings())
def test_a_message_that_a_pipe_makes_is_followed_where_another_had_passed(build: Build, ring: str) -> None:
    estate = build(*rings()[ring])
    answer = ask(estate)
    assert {(row.name, row.active) for row in answer.consumers} == {("bill", True)}
    assert {row.delivery for row in ask(estate, BUS.arn, EVENT).consumers} == {"always"}
    refused = {row.deliverable for row in answer.consumers} == {"no"}  # to a stream a rule needs a role
    assert path(estate) == ("no" if refused else "yes")
    assert {row.role for row in reverse.consumed(estate, [BILL.arn])} == {"consumes"}
    changed = what_if.what_if(estate, Question(SOURCE, TYPE), [field("remove", "detail.n")])
    assert {(one.name, one.effect) for one in changed.effects} == {("bill", "loses")}
    check_consumed(estate)


@pytest.mark.parametrize("turns", [3, 4, 9, None])
def test_a_later_turn_that_only_its_payload_takes_further_leaves_the_answer_incomplete(
    build: Build, turns: int | None
) -> None:
    far, nested = function("far"), "detail" + ".prev" * (turns or 0) + ".n"
    put = {"input_kind": "template", "input_template": '{"prev": <$.body.detail>}', **MADE}
    listens = [rule(BUS, "far", far.arn, f'{{"source": ["com.new"], "{nested}": [{{"exists": true}}]}}')]
    estate = build(*turning(ANY, **put), far, *(listens if turns else ()))
    answer = ask(estate, BUS.arn, EVENT)
    assert (told(answer), answer.complete) == ([("bill", "always", True)], turns is None)
    assert any("gets a new com.new/New again" in note for note in answer.notes) == (turns is not None)


def test_many_pipes_that_put_events_back_end_the_walk(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "MAX_STEPS", 500)
    records: list[Record] = []
    for n in range(6):
        inbox, tube = queue(f"q{n}"), pipe(f"p{n}")
        put = link("pipe-target", tube, BUS, source=f"com.s{n}", detail_type="T")
        records += [inbox, tube, rule(BUS, f"r{n}", inbox.arn, ANY), link("pipe-source", inbox, tube), put]
    answer = ask(build(BUS, *records), BUS.arn)
    assert not answer.complete


def tangled(seed: int) -> list[Record]:
    """Few buses, queues and pipes that lead to one another in any way, with filters, enrichments and transformers."""
    draw = random.Random(seed)
    sources = ("com.new", "com.old", SOURCE)
    buses = [bus("b0"), bus("b1"), new_bus("n0"), new_bus("n1")]
    queues, ends, news = [queue(f"q{n}") for n in range(3)], [function(f"f{n}") for n in range(3)], topic()
    found: list[Record] = [*buses, *queues, *ends, news, link("sns-subscription", news, draw.choice(queues))]
    for n, inbox in enumerate(queues):
        tube, put = pipe(f"p{n}"), {"source": draw.choice(sources), "detail_type": draw.choice(["New", TYPE])}
        onward = draw.choice([*buses, *buses, *queues, news])
        found += [tube, link("pipe-source", inbox, tube)]
        found.append(link("pipe-target", tube, onward, **(put if draw.random() < 0.7 else {})))
        found += [link("pipe-enrichment", tube, draw.choice(ends))] if draw.random() < 0.3 else []
    arns = [*(one.arn for one in buses), *(one.arn for one in (*queues, *ends, *ends, news))]
    for n in range(9):
        on, end = draw.choice(buses), draw.choice(arns)
        exact = json.dumps({"source": [draw.choice(sources)], "detail-type": [draw.choice(["New", TYPE])]})
        takes = draw.choice([ANY, exact, exact, '{"detail": {"eventSource": ["aws:sqs"]}}'])
        made = {"input_kind": "template", "input_template": '{"source": "…", "detail-type": <$.detail-type>}'}
        if on.kind == "classic":
            found.append(rule(on, f"r{n}", end, takes))
        else:
            found.append(subscriber(on, f"s{n}", end, pattern=takes, **(made if draw.random() < 0.5 else {})))
    return [*found, *(trace(on, draw.choice(sources)) for on in buses if draw.random() < 0.4)]


@pytest.mark.parametrize("seed", range(40))
def test_tangled_estates_are_the_same_both_ways(build: Build, seed: int) -> None:
    check_consumed(build(*tangled(seed)))
