"""What concrete events reach, hop by hop, in small tangled estates: no answer misses any of it, and none promises more."""

import json
import random
import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest

from collectors.records import Link, Record, Resource, Subscription
from dashboard.flow import patterns
from dashboard.flow.answers import Question
from dashboard.flow.who.consumers import consumers
from tests.flow.building import (
    Build,
    arn,
    bus,
    function,
    link,
    new_bus,
    pipe,
    queue,
    rule,
    subscriber,
    topic,
    trace,
)
from tests.flow.test_reverse import check_consumed
from tests.laws import TIMES

SEEDS = sorted({*range(32 * TIMES), 144})
"""In the last one only a later turn of a ring gets to a function."""
DEEPEST = 9
SOURCES, TYPES = ("com.a", "com.b"), ("X", "Y")
DETAILS: list[dict[str, Any]] = [
    {},
    {"k": 1},
    {"k": 2, "p": {"k": 1}},
    {"p": {"p": {"k": 1}}},
    {"q": {"detail": {"k": 1}}},
]
MADE = (
    '{"p": <$.X.detail>}',
    '{"detail": {"k": <$.X.detail.k>}}',
    '{"k": <$.X.detail.k>}',
    '{"p": <$.X>}',
    '{"q": 1}',
)
"""Templates of pipes; X is body or data."""
OF_RULE = ('{"detail": <$.detail>}', '{"k": <$.detail.k>, "source": <$.source>}', '{"p": <$.detail>}')
Reached = tuple[set[str], bool]


def tangle(seed: int) -> list[Record]:
    """Few of each, that lead to one another in any way; pipes write to buses, queues, topics and streams alike."""
    draw = random.Random(seed)
    buses, ends = [bus("b0"), bus("b1"), new_bus("n0")], [function(f"f{n}") for n in range(3)]
    flow = Resource(arn=arn("kinesis", "stream/flow"), kind="stream", name="flow")
    read: list[Resource] = [queue("q0"), queue("q1"), flow]
    news, tubes = topic(), [pipe(f"p{n}") for n in range(3)]
    places: list[Any] = [*buses, *read, news]
    found: list[Record] = [*buses, *ends, *read, news, *tubes]
    for n in range(7):
        on, to = draw.choice(buses), draw.choice([*places, *read, news])
        given = _given(draw.choice(OF_RULE)) if draw.random() < 0.4 and to not in buses else {}
        make = rule if on.kind == "classic" else subscriber
        found.append(make(on, f"r{n}", to.arn, pattern=_asks(draw, "detail", of_event=True), **given))
    for to in draw.sample([*read[:2], *ends], 3):
        takes = (_asks(draw, draw.choice(["detail", ""])),) if draw.random() < 0.6 else ()
        raw = to in read and draw.random() < 0.6
        found.append(link("sns-subscription", news, to, dialect="sns-body", filters=takes, raw_delivery=raw))
    for n, (inbox, end) in enumerate(zip(read, ends, strict=True)):
        found.append(_reads("event-source-mapping", "lambda", draw, inbox, end, f"m{n}", often=0.9))
    for n, tube in enumerate(tubes):
        inbox = draw.choice(read)
        to = draw.choice([*places, *read, inbox, inbox, news])  # often a ring of its own
        found.append(_reads("pipe-source", "pipes", draw, inbox, tube, f"p{n}", often=0.3))
        given = _given(draw.choice(MADE).replace("X", _text_of(inbox.arn))) if draw.random() < 0.8 else {}
        kind = {"source": draw.choice(SOURCES), "detail_type": draw.choice(TYPES)} if to in buses else {}
        found.append(link("pipe-target", tube, to, arn=tube.arn, **given, **kind))
    return [*found, *(trace(on, source, kind) for on in buses[:2] for source in SOURCES for kind in TYPES)]


def _given(template: str) -> dict[str, Any]:
    paths = re.findall("<([^>]*)>", template)
    return {"input_kind": "template", "input_template": template, "input_paths": paths}


def _asks(draw: random.Random, below: str, *, of_event: bool = False) -> str:
    path = draw.choice(["k", "k", "p.k", "p.p.k", "q.detail.k"])
    leaf = draw.choice([[1], [2], [{"exists": True}], [{"exists": False}]])
    found: dict[str, Any] = {"source": [draw.choice(SOURCES)]} if of_event and draw.random() < 0.5 else {}
    if not of_event or draw.random() < 0.6:
        found |= {".".join(filter(None, (below, path))): leaf}
    return json.dumps(found or {"source": [{"prefix": "com."}]})


def _reads(kind: str, dialect: str, draw: random.Random, *ends: Any, often: float) -> Link:
    """A reader of a queue or stream, `often` with a filter; `ends` are that, what reads it, and its name."""
    inbox, to, name = ends
    below = draw.choice(["", ".detail"])
    takes = (_asks(draw, _text_of(inbox.arn) + below),) if draw.random() < often else ()
    return link(kind, inbox, to, arn=arn("lambda", name), dialect=dialect, filters=takes)


def _text_of(place: str) -> str:
    return "data" if ":kinesis:" in place else "body"


class Simulated:
    """Where one event goes in the estate of these records, done as AWS does it: with whole documents, one by one."""

    def __init__(self, records: list[Record]) -> None:
        self.subscriptions, self.links = defaultdict[str, list[Any]](list), defaultdict[str, list[Any]](list)
        for one in records:
            if isinstance(one, Subscription):
                self.subscriptions[one.bus_arn].append(one)
            elif isinstance(one, Link):
                self.links[one.from_arn].append(one)

    def reached(self, at: str, event: dict[str, Any]) -> Reached:
        """Names of the functions that get the event or what comes of it, and whether that is all that is certain."""
        pending: list[tuple[str, Any, int]] = [(at, event, 0)]
        seen, found, exact = set(), set(), True
        while pending:
            place, document, depth = pending.pop()
            key = (place, json.dumps(document, sort_keys=True))
            if key in seen:
                continue
            seen.add(key)
            if ":function:" in place:
                found.add(place.rpartition(":")[2])
            elif depth == DEEPEST:
                exact = False
            else:
                steps = list(self._on(place, document))
                exact = exact and all(after is not _NOTHING for _, after in steps)
                pending += [(to, after, depth + 1) for to, after in steps if after is not _NOTHING]
        return found, exact

    def _on(self, place: str, document: Any) -> Iterator[tuple[str, Any]]:
        for one in self.subscriptions[place]:
            if patterns.parse(one.pattern).matches(document):
                yield one.target_arn, _filled(one, document)
        record = document
        if ":sqs:" in place or ":kinesis:" in place:
            record = {_text_of(place): json.dumps(document)}
        for one in self.links[place]:
            if one.filters and not isinstance(record, dict):
                yield one.to_arn, _NOTHING  # what a policy makes of a message that is no object is not told
            elif not one.filters or any(
                patterns.parse(f, dialect=one.dialect).matches(record) for f in one.filters
            ):
                yield one.to_arn, self._carried(one, document, record)

    @staticmethod
    def _carried(one: Link, document: Any, record: Any) -> Any:
        if one.kind == "sns-subscription":
            envelope = {"Type": "Notification", "TopicArn": one.from_arn, "Message": json.dumps(document)}
            return document if one.raw_delivery else envelope
        if one.kind == "pipe-source":
            return record
        made = _filled(one, document)
        if one.kind != "pipe-target" or made is _NOTHING or one.source is None:
            return made
        return {"source": one.source, "detail-type": one.detail_type, "detail": made}


_NOTHING = object()
"""What comes of a path that selects nothing, which AWS does not tell of everywhere."""


def _filled(one: Any, document: Any) -> Any:
    if one.input_template is None:
        return document
    values = {path: _selected(document, path) for path in one.input_paths}
    if _NOTHING in values.values():
        return _NOTHING
    return json.loads(re.sub("<([^>]*)>", lambda found: json.dumps(values[found[1]]), one.input_template))


def _selected(document: Any, path: str) -> Any:
    for step in path.removeprefix("$.").split("."):
        inside = json.loads(document) if isinstance(document, str) else document
        if not isinstance(inside, dict) or step not in inside:
            return _NOTHING
        document = inside[step]
    return json.loads(document) if isinstance(document, str) and document.startswith("{") else document


@pytest.mark.parametrize("seed", SEEDS)
def test_an_answer_tells_all_that_events_reach_and_promises_no_more(build: Build, seed: int) -> None:
    records = tangle(seed)
    estate, simulated = build(*records), Simulated(records)
    for on in sorted(estate.buses):
        for at, detail in enumerate(DETAILS):
            event: dict[str, Any] = {
                "source": SOURCES[at % 2],
                "detail-type": TYPES[at // 2 % 2],
                "detail": detail,
            }
            asked = Question(event["source"], event["detail-type"], on)
            reached, exact = simulated.reached(on, event)
            for answer in (consumers(estate, asked, event), consumers(estate, asked)):
                told = {row.name: row.delivery for row in answer.consumers if row.kind == "function"}
                sure = {row.name for row in answer.consumers if row.delivery == "always"} & {"f0", "f1", "f2"}
                assert reached <= told.keys() or not answer.complete, (event, answer.notes)
                assert sure <= reached or not exact, event


@pytest.mark.parametrize("seed", SEEDS[::4])
def test_tangles_are_the_same_both_ways(build: Build, seed: int) -> None:
    check_consumed(build(*tangle(seed)))


def test_most_answers_about_tangles_are_complete(build: Build) -> None:
    whole = [
        consumers(estate, Question(source, "X", on)).complete
        for seed in range(20)
        for estate in [build(*tangle(seed))]
        for on in estate.buses
        for source in SOURCES
    ]
    assert sum(whole) > 0.8 * len(whole)
