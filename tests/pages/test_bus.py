"""The page of a bus: its set-up in words, who puts, what comes, what listens, what it forwards."""

import json
from pathlib import Path

import pytest

from collectors.records import Bus, Link, Record, Resource
from tests.pages.conftest import Run, write
from tests.pages.estate import ACCOUNT, AUDIT, BILL, NOW, SHOP, arn, records, rule
from tests.pages.test_pages import rows, said
from tests.pages.test_resource import links

HUB = arn("events", "event-bus/hub")
ORG = {"StringEquals": {"events:source": ["com.shop", "com.till"]}}
POLICY = {
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"AWS": "222222222222"},
            "Action": "events:PutEvents",
            "Condition": ORG,
        },
        {"Effect": "Deny", "Principal": "*", "Action": ["events:PutRule", "events:Other"]},
    ]
}


def estate() -> list[Record]:
    """The bus shop with a policy, an archive, a discoverer, a rule to the bus hub and one that is off."""
    sold: dict[str, object] = {"source": ["com.shop"], "detail-type": ["Sold"]}
    own = Bus(
        arn=SHOP,
        name="shop",
        kind="classic",
        policy=json.dumps(POLICY),
        log_level="ERROR",
        dead_letter_arn=arn("sqs", "undelivered"),
    )
    kept = arn("events", "archive/all")
    return [
        own,
        *[one for one in records() if not isinstance(one, Bus)],
        Bus(arn=HUB, name="hub", kind="classic"),
        rule("to-hub", HUB, sold),
        rule("off", AUDIT, sold, state="DISABLED"),
        rule("on-hub", BILL, {"source": ["com.shop"]}, bus_arn=HUB),
        Resource(
            arn=kept,
            kind="archive",
            name="all",
            parent_arn=SHOP,
            retention_seconds=7 * 86_400,
            state="ENABLED",
        ),
        Link(kind="archive", from_arn=SHOP, to_arn=kept),
        Link(
            kind="discoverer",
            from_arn=SHOP,
            to_arn=arn("schemas", "registry/discovered-schemas"),
            state="STARTED",
        ),
    ]


@pytest.fixture
def run_bus(store: Path, run_bare: Run) -> Run:
    write(store, estate())
    return run_bare


def test_a_bus_says_in_a_sentence_what_it_carries(run_bus: Run) -> None:
    told = said(run_bus("resource", of=SHOP))
    dash = "\N{EN DASH}"
    assert f"shop (classic bus) has 1 event type {dash} 1 put here, 0 forwarded {dash}" in told
    assert "from 1 producer seen or declared, and 4 rules (1 switched off)." in told
    assert "It forwards to hub." in told


def test_the_set_up_is_told_in_words(run_bus: Run) -> None:
    told = said(run_bus("resource", of=SHOP))
    assert "Policy: Account 222222222222 may put events, when events:source is com.shop, com.till." in told
    assert "Policy: Anyone must not make rules, call events:Other." in told
    assert "Logs: It logs (errors only: what is delivered is not seen)." in told
    assert "Schema discovery: started, into the registry discovered-schemas." in told
    assert "Archive all keeps every event for 7 days." in told
    assert "Its own dead-letter queue: undelivered." in told


def test_who_puts_on_a_bus_stands_there_with_its_evidence(run_bus: Run) -> None:
    app = run_bus("resource", of=SHOP)
    told = dict(zip(rows(app, "Producer"), rows(app, "Evidence"), strict=True))
    assert told == {"till": "observed", "222222222222": "permitted"}


def test_the_event_types_of_a_bus_say_how_they_come_and_how_many_rules_take_them(run_bus: Run) -> None:
    app = run_bus("resource", of=SHOP)
    table = next(frame.value for frame in app.dataframe if "Taken always by" in frame.value.columns)
    (sold,) = table[table["Event type"] == "Sold"].to_dict("records")
    assert (sold["Comes"], sold["Taken always by"], sold["Depending on payload"]) == ("put here", 2, 1)
    app = run_bus("resource", of=HUB)
    table = next(frame.value for frame in app.dataframe if "Taken always by" in frame.value.columns)
    (sold,) = table[table["Event type"] == "Sold"].to_dict("records")
    assert (sold["Comes"], sold["Forwarded from"]) == ("forwarded", "shop")


def test_the_rules_of_a_bus_stand_in_words_with_targets_and_state(run_bus: Run) -> None:
    app = run_bus("resource", of=SHOP)
    table = next(frame.value for frame in app.dataframe if "Hands it to" in frame.value.columns)
    told = {row["Name"]: row for row in table.to_dict("records")}
    assert told["to-audit"]["Takes"] == "detail-type is Sold; detail.total > 100; source is com.shop"
    assert told["to-audit"]["Hands it to"] == "function audit"
    assert told["off"]["Health"] == "□ not active"


def test_forwards_are_told_in_both_directions(run_bus: Run) -> None:
    assert list(zip(rows(run_bus("resource", of=SHOP), "Direction"), ["hub"], strict=True)) == [
        ("from here to", "hub")
    ]
    assert rows(run_bus("resource", of=HUB), "Direction") == ["from here"]


def test_filters_narrow_the_tables_of_a_bus(run_bus: Run) -> None:
    told = said(run_bus("resource", of=SHOP, domain="control", bus="hub"))
    assert "0 of 4 rules shown. Filter: domain control, bus hub." in told
    assert "Does not apply here: bus hub." in told


def test_a_rule_is_selected_into_the_panel_and_leads_to_its_page(run_bus: Run) -> None:
    app = run_bus("resource", of=SHOP, sel=arn("events", "rule/shop/to-bill"))
    assert "Which events match, and who gets them?" in links(app)
    assert ACCOUNT in said(app)


def test_a_new_bus_without_anything_says_so(store: Path, run_bare: Run) -> None:
    lone = Bus(arn=arn("events", "event-bus/lone"), name="lone", kind="new", retention_days=3, created_at=NOW)
    write(store, [lone])
    told = said(run_bare("resource", of=lone.arn))
    assert "lone (new bus) has no event types" in told
    assert "Nothing listens on it, as far as was read." in told
    assert "Its events stay replayable for 3 days." in told
    assert "It forwards to no other bus" in told
