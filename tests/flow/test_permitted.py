"""Who may put events, whether or not they do: by the bus's policy, and by policies of their own."""

import json
from typing import Any

import pytest

from collectors.records import Grant
from dashboard.flow.answers import Producer, Question
from dashboard.flow.backwards import making
from dashboard.flow.who.permitted import permitted
from dashboard.flow.who.producers import producers
from tests.flow.building import (
    ACCOUNT,
    COLLECTORS,
    OTHER,
    REGION,
    SOURCE,
    TYPE,
    Build,
    bus,
    function,
    gap,
    trace,
)

PUT = "events:PutEvents"
BUS = bus()
ROLE = f"arn:aws:iam::{ACCOUNT}:role/shop"
FAR = f"arn:aws:iam::{OTHER}:role/far"


def ask(estate: Any, source: str = SOURCE) -> list[Producer]:
    answer = producers(estate, Question(source, TYPE, "orders"))
    return [row for row in answer.producers if row.evidence == "permitted"]


def names(estate: Any) -> list[str]:
    return [row.principal or "" for row in ask(estate)]


def allow(principal: Any, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": principal, "Action": PUT, "Resource": BUS.arn} | more


def deny(principal: Any, **more: Any) -> dict[str, Any]:
    return allow(principal, **more) | {"Effect": "Deny"}


def with_policy(*statements: dict[str, Any]) -> Any:
    return bus(policy=json.dumps({"Version": "2012-10-17", "Statement": list(statements)}))


ORG = {"StringEquals": {"aws:PrincipalOrgID": "o-acme"}}
POLICIES = [
    ([allow({"AWS": OTHER})], [OTHER]),
    ([allow({"AWS": OTHER}, Action="events:Put*")], [OTHER]),
    ([allow({"AWS": OTHER}, Action="events:PutRule")], []),
    ([allow({"AWS": OTHER}, Resource="arn:aws:events:eu-west-1:111111111111:event-bus/else")], []),
    ([allow({"AWS": OTHER}, Resource="arn:aws:events:*:*:event-bus/*")], [OTHER]),
    ([allow({"AWS": OTHER}), deny({"AWS": OTHER})], []),
    ([allow({"AWS": FAR}), deny({"AWS": FAR})], []),
    ([allow({"AWS": FAR}), deny("*")], []),
    ([allow({"AWS": OTHER}), deny({"AWS": FAR})], [OTHER]),
    ([allow({"AWS": OTHER}), deny("*", Condition={"StringEquals": {"events:source": "com.else"}})], [OTHER]),
    ([allow({"AWS": OTHER}), deny("*", Condition={"StringEquals": {"events:source": SOURCE}})], []),
    ([allow({"AWS": OTHER}, Condition={"StringLike": {"events:source": "com.acme.*"}})], [OTHER]),
    ([allow({"AWS": OTHER}, Condition={"StringNotEquals": {"events:source": SOURCE}})], []),
    ([allow({"AWS": FAR}, Condition={"ArnLike": {"aws:PrincipalArn": "*role/near"}})], []),
    ([allow({"Service": "events.amazonaws.com"})], ["events.amazonaws.com"]),
    ([allow("*", Condition=ORG)], ["*"]),
    ([{"Effect": "Allow", "NotPrincipal": {"AWS": OTHER}, "Action": PUT, "Resource": "*"}], ["*"]),
]


@pytest.mark.parametrize(("statements", "expected"), POLICIES)
def test_whom_the_policy_of_the_bus_lets_in(build: Build, statements: list[Any], expected: list[str]) -> None:
    assert names(build(with_policy(*statements))) == expected


TAGGED = {"StringEquals": {"aws:PrincipalTag/team": "x"}}


def test_each_bus_has_a_row_by_its_least_conditioned_statement_the_freest_first(build: Build) -> None:
    some, free = allow({"AWS": OTHER}, Resource="*", Condition=TAGGED), allow({"AWS": OTHER}, Resource="*")
    both = bus("b-bus", policy=json.dumps({"Statement": [some, free]}))
    estate = build(bus("a-bus", policy=json.dumps({"Statement": [some]})), both)
    buses = sorted(estate.buses)
    rows = permitted(estate, Question(SOURCE, TYPE), buses)
    assert [(row.principal, row.bus, row.note) for row in rows] == [
        (OTHER, both.arn, None),
        (OTHER, buses[0], "On conditions: aws:PrincipalTag/team."),
    ]


def test_a_policy_of_its_own_is_told_of_each_bus_that_no_policy_of_a_bus_lets_it_on(build: Build) -> None:
    near = bus("near", policy=json.dumps({"Statement": [allow({"AWS": ROLE}, Resource="*")]}))
    estate = build(
        near, bus("far"), grant(resources=("*",)), *(trace(bus(n), principal=FAR) for n in ("near", "far"))
    )
    rows = [one for one in producers(estate, Question(SOURCE, TYPE)).producers if one.evidence == "permitted"]
    assert sorted(one.read or "" for one in rows) == [
        "its identity policies: statement 1 of policy own",
        "policy of bus near",
    ]


def test_what_cannot_be_decided_is_told_and_not_dropped(build: Build) -> None:
    (row,) = ask(
        build(
            with_policy(
                allow("*", Condition=ORG), deny("*", Condition={"Bool": {"aws:SecureTransport": "false"}})
            )
        )
    )
    assert row.known_as == "anyone in organization o-acme"
    assert row.note == (
        "On conditions: aws:PrincipalOrgID o-acme. "
        "A statement of the policy that denies may keep it out: that cannot be decided here."
    )


def test_not_principal_says_whom_it_leaves_out(build: Build) -> None:
    (row,) = ask(build(with_policy({"Effect": "Allow", "NotPrincipal": {"AWS": OTHER}, "Action": PUT})))
    assert (row.name, row.known_as) == ("anyone", f"anyone but {OTHER}")


def grant(principal: str = ROLE, **more: Any) -> Grant:
    values: dict[str, Any] = {"principal": principal, "principal_kind": "role", "kind": "permissions"}
    values |= {"policy": "own", "effect": "Allow", "actions": (PUT,), "resources": (BUS.arn,)}
    return Grant(**(values | more))


def condition(value: Any, key: str = "events:source", operator: str = "StringEquals") -> dict[str, str]:
    return {"conditions": json.dumps({operator: {key: value}})}


MINE = "aws:PrincipalArn"
BOUND = f"arn:aws:iam::{ACCOUNT}:policy/bound"
GRANTS = [
    ([grant()], True),
    ([grant(resources=("*",), actions=("*",))], True),
    ([grant(resources=("arn:aws:events:*:*:event-bus/ord*",))], True),
    ([grant(resources=("arn:aws:events:*:*:event-bus/else",))], False),
    ([grant(actions=(), not_actions=("s3:*",))], True),
    ([grant(resources=(), not_resources=(BUS.arn,))], False),
    ([grant(resources=(), not_resources=("arn:aws:s3:::*",))], True),
    ([grant(), grant(effect="Deny", policy="guard")], False),
    ([grant(), grant(effect="Deny", policy="guard", resources=("arn:aws:events:*:*:event-bus/x",))], True),
    ([grant(**condition(SOURCE))], True),
    ([grant(**condition("com.else"))], False),
    ([grant(**condition(TYPE, "events:detail-type"))], True),
    ([grant(), grant(effect="Deny", policy="guard", **condition("com.else"))], True),
    ([grant(), grant(effect="Deny", policy="guard", **condition(SOURCE))], False),
    ([grant(**condition(ACCOUNT, "aws:PrincipalAccount"))], True),
    ([grant(**condition(OTHER, "aws:PrincipalAccount"))], False),
    ([grant(), grant(effect="Deny", policy="guard", **condition(ROLE, MINE, "ArnNotLike"))], True),
    ([grant(), grant(effect="Deny", policy="guard", **condition(FAR, MINE, "ArnNotLike"))], False),
    ([grant(), grant(effect="Deny", policy="guard", **condition(ROLE, MINE, "ArnLike"))], False),
    ([grant(boundary=BOUND), grant(kind="boundary", policy=BOUND, boundary=BOUND)], True),
    ([grant(boundary=BOUND), grant(kind="boundary", policy=BOUND, boundary=BOUND, effect="none")], False),
]


@pytest.mark.parametrize(("rows", "expected"), GRANTS)
def test_who_may_by_a_policy_of_its_own(build: Build, rows: list[Grant], expected: bool) -> None:  # noqa: FBT001 - a verdict
    assert names(build(BUS, *rows)) == ([ROLE] if expected else [])


OPEN = [
    [grant(**condition([], "aws:SourceVpc"))],
    [grant(), grant(effect="Deny", policy="guard", **condition([], "aws:SourceVpc"))],
    [grant(**condition([], "aws:PrincipalAccount"))],
    [grant(), grant(effect="Deny", policy="guard", **condition([], MINE, "ArnNotLike"))],
    [grant(), grant(effect="Deny", policy="guard", **condition([], MINE, "ArnLike"))],
    [grant(policy="gone", effect="unread", actions=(), resources=())],
    [
        grant(boundary=BOUND),
        grant(kind="boundary", policy=BOUND, boundary=BOUND, effect="unread", actions=(), resources=()),
    ],
]


@pytest.mark.parametrize("rows", OPEN)
def test_where_it_cannot_be_decided_the_row_says_so(build: Build, rows: list[Grant]) -> None:
    (row,) = ask(build(BUS, *rows))
    assert (row.note or "").startswith("Whether it may cannot be decided here")


def test_the_policy_of_the_bus_may_deny_what_an_identity_policy_allows(build: Build) -> None:
    assert names(build(with_policy(deny("*")), grant())) == []


CROSS = [([], []), ([allow({"AWS": OTHER})], [OTHER, FAR]), ([allow({"AWS": FAR})], [FAR])]


@pytest.mark.parametrize(("statements", "expected"), CROSS)
def test_another_accounts_role_needs_the_policy_of_the_bus_too(
    build: Build, statements: list[Any], expected: list[str]
) -> None:
    on = with_policy(*statements) if statements else BUS
    assert sorted(names(build(on, grant(FAR)))) == sorted(expected)


def test_a_role_of_one_function_is_told_as_the_function_once_and_the_reverse_agrees(build: Build) -> None:
    shop = function("checkout", role_arn=ROLE)
    estate = build(
        BUS, shop, grant(), trace(BUS, detail_type="OrderPaid", principal="arn:aws:iam::1:role/else")
    )
    rows = producers(estate, Question(SOURCE, "OrderPaid")).producers
    assert [(r.evidence, r.kind, r.name) for r in rows] == [
        ("observed", "role", "else"),
        ("permitted", "function", "checkout"),
    ]
    made = making.produced(estate, [shop.arn], permitted=True)
    assert [(one.detail_type, one.row) for one in made] == [("OrderPaid", rows[1])]


def test_who_was_seen_is_not_also_permitted(build: Build) -> None:
    assert [
        r.evidence for r in producers(build(BUS, trace(BUS), grant()), Question(SOURCE, TYPE)).producers
    ] == ["observed"]


NOT_READ = "Identity policies were not read"


def test_that_identity_policies_were_not_read_is_a_note_and_no_gap(build: Build) -> None:
    without, read = (
        producers(build(BUS, trace(BUS), read=names_), Question(SOURCE, TYPE))
        for names_ in (COLLECTORS, (*COLLECTORS, "permitted"))
    )
    assert any(note.startswith(NOT_READ) for note in without.notes)
    assert not any(note.startswith(NOT_READ) for note in read.notes)
    assert (without.complete, read.complete) == (True, True)


def test_that_they_were_denied_is_a_gap(build: Build) -> None:
    denied = {(ACCOUNT, REGION, "permitted"): [gap(action="iam:GetAccountAuthorizationDetails")]}
    answer = producers(build(BUS, trace(BUS), gaps=denied), Question(SOURCE, TYPE))
    assert (answer.complete, [note.collector for note in answer.gaps]) == (False, ["permitted"])


def test_what_a_shared_role_may_put_stands_with_each_that_runs_as_it_as_shared(build: Build) -> None:
    both = [function(name, role_arn=ROLE) for name in "ab"]
    estate = build(BUS, *both, grant(), trace(BUS, principal=FAR))
    (one,) = making.produced(estate, [both[0].arn], permitted=True)
    assert (one.shared, one.row.arn, one.row.evidence) == (True, ROLE, "permitted")
