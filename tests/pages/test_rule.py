"""The page of a rule or subscriber: its pattern, what matches, its targets; and the same in a terminal."""

import json
from pathlib import Path

import pytest

from collectors.records import Bus, Resource, Schema
from tests.pages.conftest import Run, write
from tests.pages.estate import AUDIT, BILL, SHOP, arn, records, rule
from tests.pages.test_pages import rows, said
from tests.pages.test_resource import links

TO_AUDIT = arn("events", "rule/shop/to-audit")


def test_a_rule_says_in_a_sentence_what_it_takes_and_where_it_goes(run: Run) -> None:
    told = said(run("resource", of=TO_AUDIT))
    dash = "\N{EN DASH}"
    assert (
        f"to-audit (rule on bus shop) takes 1 event type {dash} depending on the payload {dash} and hands it to function audit."
        in told
    )


def test_the_pattern_stands_in_words_and_as_aws_holds_it(run: Run) -> None:
    told = said(run("resource", of=TO_AUDIT))
    assert "· detail-type is Sold\n· detail.total > 100\n· source is com.shop" in told
    assert '"numeric": [' in told


def test_each_type_that_matches_says_always_or_on_what_it_depends(run: Run) -> None:
    app = run("resource", of=TO_AUDIT)
    assert rows(app, "Event type") == ["Sold"]
    assert rows(app, "Taken") == ["◐ depends on detail.total > 100"]
    assert rows(app, "Comes") == ["put here"]


def test_a_type_that_its_schema_rules_out_is_told_as_never(store: Path, run_bare: Run) -> None:
    shape = {"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": False}
    sold = next(one for one in records() if isinstance(one, Schema) and one.name == "Sold")
    closed = sold.model_copy(update={"content": json.dumps(shape)})
    write(
        store, [closed if one is sold or getattr(one, "arn", None) == sold.arn else one for one in records()]
    )
    app = run_bare("resource", of=TO_AUDIT)
    assert rows(app, "Taken") == ["○ never, by its schema"]
    assert "takes no event types, and would hand what it takes to function audit." in said(app)
    assert "1 event type more would match by name, and never can by its schema." in said(app)


def test_targets_say_what_they_get_and_what_becomes_of_failures(store: Path, run_bare: Run) -> None:
    queue = arn("sqs", "lost")
    more = rule(
        "narrow",
        BILL,
        {"source": ["com.shop"]},
        retry_attempts=3,
        max_age_seconds=600,
        dead_letter_arn=queue,
        input_kind="path",
        input_paths=("$.detail.total",),
        role_arn=arn("iam", "role/deliver"),
    )
    write(store, [*records(), more, Resource(arn=queue, kind="queue", name="lost")])
    app = run_bare("resource", of="rule:narrow")
    assert rows(app, "Gets") == ["a part of the event: $.detail.total"]
    assert (rows(app, "Retries"), rows(app, "For at most")) == ([3], ["10 min"])
    assert (rows(app, "Undelivered"), rows(app, "Role")) == (["dead-letter queue lost"], ["deliver"])


def test_a_rule_can_be_tried_and_leads_to_its_bus(run: Run) -> None:
    assert {"Try an event against it", "Bus shop"} <= set(links(run("resource", of=TO_AUDIT)))


def test_a_name_that_several_rules_bear_lists_each(store: Path, run_bare: Run) -> None:
    other = Bus(arn=arn("events", "event-bus/other"), name="other", kind="classic")
    twin = rule(
        "to-bill", AUDIT, {"source": ["x"]}, bus_arn=other.arn, arn=arn("events", "rule/other/to-bill")
    )
    write(store, [*records(), other, twin])
    assert "2 resources are called so." in said(run_bare("resource", of="to-bill"))


def test_a_rule_that_is_off_or_runs_by_schedule_says_so(store: Path, run_bare: Run) -> None:
    nightly = rule("nightly", BILL, {}, state="DISABLED", schedule="rate(1 day)").model_copy(
        update={"pattern": None}
    )
    write(store, [*records(), nightly])
    told = said(run_bare("resource", of="rule:nightly"))
    assert "Rule nightly is disabled." in told
    assert "Takes no events: it runs by schedule rate(1 day)." in told
    assert "No event type that is known to come to its bus matches." in told


def test_a_subscriber_has_a_page_too(store: Path, run_bare: Run) -> None:
    new = Bus(arn=arn("events", "event-bus/new"), name="new", kind="new")
    own = rule(
        "sub",
        BILL,
        {"source": ["com.shop"]},
        kind="subscriber",
        state="RUNNING",
        bus_arn=new.arn,
        filters_hidden=True,
    )
    write(store, [*records(), new, own.model_copy(update={"pattern": None})])
    told = said(run_bare("resource", of="subscriber:sub"))
    assert "sub (subscriber on bus new)" in told
    assert "Its filter could not be read." in told


@pytest.mark.parametrize("domain", ["selling", "control"])
def test_filters_narrow_what_matches(run: Run, domain: str) -> None:
    told = said(run("resource", of=TO_AUDIT, domain=domain, kind="function"))
    assert ("0 of 1 event types shown" in told) == (domain == "control")
    assert "Does not apply here: kind function." in told


def test_the_pictures_edges_carry_the_rule(run: Run) -> None:
    app = run("resource", of=TO_AUDIT, sel=SHOP)
    assert "Back to the rule" in links(app)
