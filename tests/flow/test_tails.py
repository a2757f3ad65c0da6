"""What comes after a step is walked once an estate: a question is answered as if each had been walked by itself."""

from typing import Any

import pytest

from collectors.records import Record
from dashboard.flow.model import trees
from dashboard.flow.model.estate import Estate
from dashboard.flow.walk import paths
from dashboard.flow.walk.paths import Walk
from tests.flow.building import SOURCE, TYPE, Build, ask, bus, function, link, pipe, queue, rule, topic
from tests.flow.test_again import ANY, tangled

BUS, NEWEST, INBOX, BILL, PAY = bus(), topic("newest"), queue(), function(), function("pay")


class Stepping(Walk):
    """A walk to which each step is told: it takes nothing from what was found before."""


def found(estate: Estate, walk: Walk, tree: Any, *buses: str) -> tuple[Any, ...]:
    for on in buses or sorted(estate.buses):
        paths.walk(estate, on, tree, walk)
    return walk.paths, list(walk.notes), walk.touched, walk.kept, walk.steps, walk.cut, walk.again


def chained() -> list[Record]:
    """What leads on where no event decides it, from buses, and behind a pipe whose enrichment comes again at the end."""
    ends, queues, tube = [function("f0"), function("f1")], [queue("k0"), queue("k1")], pipe("tubing")
    ways = [(bus("b0"), bus("b1")), (bus("b1"), NEWEST), (bus("b0"), queues[0]), (bus("b1"), INBOX)]
    return [
        *(*queues, NEWEST, tube, INBOX),
        *(rule(on, f"chain{n}", to.arn, ANY) for n, (on, to) in enumerate(ways)),
        *(link("sns-subscription", NEWEST, to) for to in (*queues, ends[1])),
        *(link("event-source-mapping", queues[n], end) for n, end in enumerate(ends)),
        link("pipe-source", INBOX, tube),
        link("pipe-enrichment", tube, ends[0]),
        *(link("pipe-target", tube, to, input_kind="constant") for to in (queues[0], NEWEST)),
    ]


@pytest.mark.parametrize("limits", [(24, 50_000), (3, 50_000), (24, 7)])
@pytest.mark.parametrize("seed", range(20))
def test_a_walk_finds_the_same_with_and_without_what_was_found_before(
    build: Build, monkeypatch: pytest.MonkeyPatch, seed: int, limits: tuple[int, int]
) -> None:
    estate = build(*tangled(seed), *chained())
    kinds = (trees.of_type(SOURCE, TYPE), trees.any_event(), trees.of_type("com.new", "New"))
    found(estate, Walk(estate), kinds[0])
    monkeypatch.setattr(paths, "MAX_HOPS", limits[0])
    monkeypatch.setattr(paths, "MAX_STEPS", limits[1])
    for tree in kinds:
        for on in sorted(estate.buses):
            assert found(estate, Walk(estate), tree, on) == found(estate, Stepping(estate), tree, on)


def test_what_a_filter_after_the_step_lets_through_is_asked_for_each_type(build: Build) -> None:
    filters = ('{"body": {"detail-type": ["OrderPaid"]}}',)
    reader = link("event-source-mapping", INBOX, PAY, dialect="lambda", filters=filters)
    records = [rule(BUS, "r", INBOX.arn, '{"source": [{"prefix": ""}]}'), reader]
    estate = build(BUS, INBOX, BILL, PAY, *records, link("event-source-mapping", INBOX, BILL))
    ends = []
    for kind in (TYPE, "OrderPaid", TYPE):
        walk = paths.walk(estate, BUS.arn, trees.of_type(SOURCE, kind))
        ends.append(sorted(path.hops[-1].name for path in walk.paths))
    assert ends == [["bill"], ["bill", "pay"], ["bill"]]


def test_the_same_end_by_two_carriers_says_what_each_has_to_say(build: Build) -> None:
    """A function's results go on only where it is called asynchronously."""
    results = link("async-destination", BILL, queue("outbox"), condition="OnSuccess")
    filters = (f'{{"body": {{"source": ["{SOURCE}"]}}}}',)
    reader = link("event-source-mapping", INBOX, BILL, dialect="lambda", filters=filters)
    rules = [rule(BUS, "one", BILL.arn), rule(BUS, "two", INBOX.arn)]
    answer = ask(build(BUS, INBOX, BILL, queue("outbox"), results, reader, *rules))
    assert {len(row.path): row.note for row in answer.consumers} == {
        1: "Its results go on as new events or messages: success to queue outbox.",
        2: None,
    }
