"""What a text in a question may mean, and what is answered of several meanings. The sample estate's answers are followed by hand."""

from typing import Any

import pytest

from collectors.records import Resource, Tag
from dashboard.flow.answers import Failing
from dashboard.flow.backwards import between, depending, faults, meanings, teams
from dashboard.flow.backwards.between import Between
from dashboard.flow.backwards.named import Named
from dashboard.flow.health import failing
from tests.flow.building import OTHER, SOURCE, TYPE, Build, bus, function, queue, rule

HERE, THERE = bus("orders"), bus("orders", OTHER)
SAME = queue("orders")
BILL = function()


def small(build: Build) -> Any:
    domain = Tag(arn=HERE.arn, key="domain", value="orders")
    kinds = (HERE, THERE, SAME, BILL, rule(HERE, "r", BILL.arn), domain)
    return build(*kinds, accounts=("111111111111", OTHER))


def told(found: tuple[Named, ...]) -> list[tuple[str, str | None]]:
    return [(one.kind, one.account) for one in found]


@pytest.mark.parametrize("text", ["orders", "ORDERS", "the orders"])
def test_a_name_means_all_that_bear_it_in_any_case_and_the_domain_first(build: Build, text: str) -> None:
    every = [("domain", None), ("bus", "111111111111"), ("bus", OTHER), ("queue", "111111111111")]
    assert told(meanings.meanings(small(build), text)) == every


@pytest.mark.parametrize("text", ["queue:orders", "Queue:Orders", "queue orders", "the orders queue"])
def test_a_kind_narrows(build: Build, text: str) -> None:
    assert told(meanings.meanings(small(build), text)) == [("queue", "111111111111")]


def test_an_arn_means_itself_and_an_event_type_is_found_by_its_name(build: Build) -> None:
    estate = small(build)
    assert [one.arn for one in meanings.meanings(estate, THERE.arn)] == [THERE.arn]
    assert [one.event for one in meanings.meanings(estate, TYPE.lower())] == [(SOURCE, TYPE)]


def test_what_is_spelled_so_comes_first(build: Build) -> None:
    estate = build(BILL, Resource(arn=function("BILL").arn, kind="function", name="BILL"))
    assert [one.name for one in meanings.meanings(estate, "BILL")] == ["BILL", "bill"]
    assert [one.name for one in meanings.meanings(estate, "bill")] == ["bill", "BILL"]


def test_where_nothing_is_called_so_the_near_and_the_like_are_likely(build: Build) -> None:
    estate = small(build)
    assert [one.name for one in meanings.likely(estate, "OrderPlac")] == [TYPE]
    assert meanings.likely(estate, "zzzzzzzz") == ()


def _answers(**by_end: str) -> Any:
    def ask(start: Named, end: Named) -> Between:
        answer: Any = by_end[end.name]
        return Between(start, end, answer, None, (), 0, (), ())

    return ask


def ends(*names: str) -> tuple[Named, ...]:
    return tuple(Named("resource", "queue", name, name) for name in names)


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({"a": "no", "b": "yes"}, "yes"),
        ({"a": "no", "b": "unknown"}, "unknown"),
        ({"a": "unknown", "b": "no"}, "unknown"),
        ({"a": "no", "b": "no"}, "no"),
    ],
)
def test_it_is_no_only_when_it_is_no_of_all_meanings(answers: dict[str, str], expected: str) -> None:
    found = meanings.between(ends("x"), ends(*answers), _answers(**answers))
    assert found is not None
    assert (found.found.answer, found.pairs) == (expected, 2)


def test_it_is_not_no_where_there_are_more_meanings_than_were_asked() -> None:
    many = [f"q{number}" for number in range(meanings.MOST_PAIRS + 3)]
    found = meanings.between(ends("x"), ends(*many), _answers(**dict.fromkeys(many, "no")))
    assert found is not None
    assert found.found.answer == "unknown"
    assert found.found.reasons == ("3 more pairs of what is called so were not asked.",)


def test_two_domains_are_asked_before_all_others() -> None:
    both = (Named("resource", "bus", "a", "a"), Named("domain", "domain", "a"))
    found = meanings.between(both, both, _answers(a="unknown"))
    assert found is not None
    assert [found.found.start.kind, found.found.end.kind] == [
        "bus",
        "domain",
    ]  # a domain to itself is no question
    others = (*ends("z"), Named("domain", "domain", "z"))
    found = meanings.between(both, others, _answers(z="yes"))
    assert found is not None
    assert [found.found.start.kind, found.found.end.kind] == ["domain", "domain"]


def test_from_orders_to_fulfilment_there_is_a_path_whatever_is_meant(sample_estate: Any) -> None:
    starts, fulfilment = (meanings.meanings(sample_estate, text) for text in ("Orders", "fulfilment"))
    assert [one.kind for one in starts] == ["domain", "bus", "bus"]
    found = meanings.between(starts, fulfilment, lambda a, b: between.between(sample_estate, a, b))
    assert found is not None
    assert (found.found.answer, found.found.start.kind, found.found.end.kind) == ("yes", "domain", "domain")


def test_a_field_is_found_without_detail_and_in_any_case(sample_estate: Any) -> None:
    for text in ("customerId", "CUSTOMERID", "detail.customerId", "$.detail.customerId"):
        assert meanings.fields_called(sample_estate, text)[0] == "detail.customerId"
    assert meanings.fields_called(sample_estate, "nosuchfield") == ()
    assert meanings.fields_called(sample_estate, "") == ()


def fails(found: tuple[Failing, ...]) -> list[str]:
    return [one.name for one in found]


# collectors/sample/estate/orders.py: the queue's reader is slow; the rule that refunds points at a function that is gone
FAULTS = {
    "shipping-notices": ["shipping-notices"],
    "Order-Cancelled-Refund": ["order-cancelled-refund"],
    "OrderCancelled": ["order-cancelled-refund"],
    "refund-calculator-old": ["order-cancelled-refund"],
    "ParcelShipped": ["shipping-notices"],
    "OrderPlaced": [],
}


@pytest.mark.parametrize("text", FAULTS)
def test_faults_touch_what_stands_on_their_way(sample_estate: Any, text: str) -> None:
    every = failing.failings(sample_estate).failing
    meant = meanings.meanings(sample_estate, text) or meanings.rules(sample_estate, text)
    assert fails(faults.touching(sample_estate, every, meant[0])) == FAULTS[text]


def test_faults_of_a_domain_are_those_of_its_owner_too(sample_estate: Any) -> None:
    every = failing.failings(sample_estate).failing
    of = [
        fails(faults.touching(sample_estate, every, Named("domain", "domain", "orders"))),
        fails(faults.touching(sample_estate, every, Named("owner", "owner", "mia.keller@acme.example"))),
    ]
    assert of[0] == of[1] == ["order-cancelled-refund", "order-amendments"]


def test_who_depends_on_a_domain_and_on_whom_it_depends(sample_estate: Any) -> None:
    team = teams.team(sample_estate, "domain", "fulfilment")
    assert depending.takes(team).startswith(
        "fulfilment consumes 2 event types of others: CustomerAddressChanged (customers); OrderPlaced (orders)."
    )
    orders = teams.team(sample_estate, "domain", "orders")
    assert depending.takes(orders).startswith(
        "orders consumes 1 event type of others: PaymentAuthorised (payments)."
    )
    assert depending.gives(orders).startswith(
        "2 domains depend on orders, by 7 event types: fulfilment (OrderPlaced); platform ("
    )


def test_a_team_without_others_says_so(build: Build) -> None:
    estate = small(build)
    team = teams.team(estate, "domain", "orders")
    assert depending.takes(team).startswith("orders consumes no event type of another.")
    assert (
        "No other domain depends on orders, by 1 event type: consumers of no domain (OrderPlaced)."
        in depending.gives(team)
    )
