"""The Producer page, and the ways that lead to it."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from collectors.records import (
    Gap,
    Grant,
    Link,
    PrincipalRole,
    Record,
    Resource,
    ScopeRun,
    Subscription,
    Tag,
    Trace,
)
from tests.pages.conftest import Run, write
from tests.pages.estate import ACCOUNT, BILL, NOW, SHOP, arn, records
from tests.pages.test_pages import rows, said
from tests.pages.test_resource import links
from tests.pages.test_sight import write as write_read

TILL = f"arn:aws:iam::{ACCOUNT}:role/till"
SOLD = {"source": "com.shop", "type": "Sold"}


def hourly(principal: str = TILL, **more: object) -> Trace:
    hours = tuple(NOW - timedelta(hours=n) for n in (5, 2))
    values = {"hours": hours, "events_by_hour": (4, 3), "failed_by_hour": (0, 1), "events": 7, "failed": 1}
    values |= {
        "first_seen": hours[0],
        "last_seen": hours[1],
        "principal_kind": "role",
        "evidence": "a folder",
    }
    values |= {"bus_arn": SHOP, "source": "com.shop", "detail_type": "Sold", "principal_account": ACCOUNT}
    return Trace.model_validate(values | {"principal": principal} | more)


def estate(*more: Record) -> list[Record]:
    return [*(row for row in records() if not isinstance(row, Trace)), hourly(), *more]


def test_a_role_says_what_it_sends_on_which_bus_how_much_and_who_gets_it(store: Path, run_bare: Run) -> None:
    write(
        store, estate(PrincipalRole(arn=TILL, name="till", trusted=("token.actions.githubusercontent.com",)))
    )
    app = run_bare("producer", of=TILL)
    told = said(app)
    assert (
        "till (CI role (GitHub Actions)) was seen to send 1 event type. 2 consumers get some of it." in told
    )
    assert "Counts are of 2026-11-25 07:00 UTC" in told
    assert [rows(app, name) for name in ("Event type", "Bus", "Events traced", "Rejected", "Consumers")] == [
        ["Sold"],
        ["shop"],
        [7],
        [1],
        [2],
    ]
    assert rows(app, "Consumer") == ["audit", "bill"]


def test_a_role_of_one_function_is_that_function(store: Path, run_bare: Run) -> None:
    write(
        store,
        estate(Resource(arn=arn("lambda", "function:desk"), kind="function", name="desk", role_arn=TILL)),
    )
    assert "desk (function) was seen to send 1 event type." in said(run_bare("producer", of=TILL))


def test_all_that_share_a_role_are_named(store: Path, run_bare: Run) -> None:
    both = [
        Resource(arn=arn("lambda", f"function:{name}"), kind="function", name=name, role_arn=TILL)
        for name in ("desk", "kiosk")
    ]
    write(store, estate(*both))
    app = run_bare("producer", of=both[0].arn)
    assert "Its role is shared: some of it another may have sent." in said(app)
    assert {"function desk", "function kiosk"} <= set(links(app))
    assert rows(app, "Remark") == ["Its role is shared: it may be another that sends it."]


def test_what_is_declared_and_what_is_permitted_stand_apart(store: Path, run_bare: Run) -> None:
    pipe = Resource(arn=arn("pipes", "pipe/tube"), kind="pipe", name="tube", role_arn=f"{TILL}-2")
    link = Link(kind="pipe-target", from_arn=pipe.arn, to_arn=SHOP, source="com.shop", detail_type="Lost")
    grant = Grant(
        principal=f"{TILL}-2",
        principal_kind="role",
        kind="permissions",
        policy="own",
        effect="Allow",
        actions=("events:*",),
        resources=("*",),
    )
    write(store, estate(pipe, link, grant))
    app = run_bare("producer", of=pipe.arn)
    assert "tube (pipe) is declared to send 1." in said(app)
    assert rows(app, "Evidence") == ["declared"]
    assert "1 event type it may send besides, and was not seen to" in [box.label for box in app.expander]
    assert "No call of it was traced" in said(app)


def test_that_nobody_gets_it_is_said_only_where_rules_were_read(store: Path, run_bare: Run) -> None:
    kept = [row for row in estate() if not isinstance(row, Subscription | Gap | ScopeRun)]
    read = ("buses", "sources", "subscribers")
    write_read(store, kept, "rules", *read)
    assert "Nobody: no active rule or subscriber leads what it sends to a consumer." in said(
        run_bare("producer", of=TILL)
    )
    write_read(store, kept, *read)
    told = said(run_bare("producer", of=TILL))
    assert f"Nobody that is known: rules of {ACCOUNT} eu-west-1 could not be read, or not all of it." in told
    assert "Nobody: no" not in told


def test_filters_hide_rows_and_say_so(store: Path, run_bare: Run) -> None:
    write(store, estate())
    app = run_bare("producer", of=TILL, domain="control")
    assert rows(app, "Consumer") == ["audit"]
    assert "1 of 2 consumers shown. Filter: domain control." in said(app)


def test_without_one_all_are_listed_most_first(store: Path, run_bare: Run) -> None:
    busy = hourly(f"{TILL}-2", events=70)
    write(store, estate(busy, Tag(arn=TILL, key="domain", value="selling")))
    app = run_bare("producer")
    assert rows(app, "Producer") == ["till-2", "till"]
    assert rows(app, "Events traced") == [70, 7]
    assert rows(run_bare("producer", domain="selling"), "Producer") == ["till"]


@pytest.mark.parametrize("of", ["<b>nobody</b>", "arn:aws:iam::111111111111:role/nobody"])
def test_one_that_nobody_knows_is_said_and_all_are_listed(run: Run, of: str) -> None:
    app = run("producer", of=of)
    assert "was seen or is declared to send events" in said(app)
    assert rows(app, "Producer") == ["till"]


def test_it_is_reached_from_the_event_type_and_from_the_search(run: Run) -> None:
    app = run("event", **SOLD, sel=TILL)
    assert "What does it send, and who gets it?" in links(app)
    assert "till" in links(run("ask", q="till"))


def test_a_resource_that_sends_leads_to_it(store: Path, run_bare: Run) -> None:
    write(
        store,
        estate(Resource(arn=arn("lambda", "function:desk"), kind="function", name="desk", role_arn=TILL)),
    )
    assert "How much it sends, and who gets it" in links(
        run_bare("resource", of=arn("lambda", "function:desk"))
    )
    assert "How much it sends, and who gets it" not in links(run_bare("resource", of=BILL))


def test_the_event_type_says_as_whom_people_know_its_producers_and_of_when_the_counts_are(
    store: Path, run_bare: Run
) -> None:
    write(store, estate(PrincipalRole(arn=TILL, name="till", trusted=("gitlab.com",))))
    app = run_bare("event", **SOLD)
    assert rows(app, "Known as") == ["CI role (GitLab)"]
    assert "Counts are of 2026-11-25 07:00 UTC to" in said(app)
    assert "Identity policies were not read" in said(app)


def test_an_hour_of_which_nothing_is_known_is_a_gap_and_not_none(store: Path, run_bare: Run) -> None:
    """Another of the same account and region was seen in one hour between: only then is it known that it put nothing."""
    between, long_ago = NOW - timedelta(hours=3), NOW - timedelta(days=200)
    other = {"events_by_hour": (1, 1), "failed_by_hour": (0, 0), "first_seen": long_ago, "last_seen": NOW}
    write(store, estate(hourly(f"{TILL}-2", hours=(long_ago, between), **other)))
    app = run_bare("producer", of=TILL)
    spec = json.loads(app.get("plotly_chart")[0].proto.spec)
    drawn = [
        (at[:13], count)
        for at, count in zip(spec["data"][0]["x"], spec["data"][0]["y"], strict=True)
        if count is not None
    ]
    assert drawn == [
        (long_ago.isoformat()[:13], 0),
        ("2026-11-25T07", 4),
        ("2026-11-25T09", 0),
        ("2026-11-25T10", 3),
    ]
    assert "A gap is an hour in which no call from its account and region was found" in said(app)
