"""The Resource page: what a resource or team consumes and produces; and the fields read on an event type's page."""

from itertools import pairwise
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from collectors.records import Bus, Gap, Link, Metric, Resource, Tag
from tests.pages.conftest import Run, write
from tests.pages.estate import AUDIT, BILL, NOW, SHOP, arn, records, rule
from tests.pages.test_pages import rows, said

SOLD = {"source": "com.shop", "type": "Sold"}
DASH = "\N{EN DASH}"
INBOX = arn("sqs", "inbox")


def links(app: AppTest) -> list[str]:
    """What the page's links say, to other pages and to itself."""
    kinds = ("page_link", "button")
    return [str(element.proto.label).replace("\\", "") for element in app.main if element.type in kinds]


def test_a_function_says_what_it_consumes_and_on_what_conditions(run: Run) -> None:
    app = run("resource", of=AUDIT)
    assert f"audit (function) consumes 1 event type {DASH} depending on the payload {DASH} and" in said(app)
    assert rows(app, "Event type") == ["Sold"]
    assert rows(app, "Delivery") == ["depends on detail.total > 100"]
    assert rows(app, "Through") == ["rule"]


def test_a_queue_nobody_subscribes_gets_nothing_and_says_so(store: Path, run_bare: Run) -> None:
    write(store, [*records(), Resource(arn=INBOX, kind="queue", name="inbox")])
    told = said(run_bare("resource", of=INBOX))
    assert "inbox (queue) consumes no event types and produces no event types." in told
    assert "No known event type gets here" in told
    assert "A queue makes no event of its own" in told


def test_producers_show_what_they_were_seen_to_put(store: Path, run_bare: Run) -> None:
    till = Resource(
        arn=arn("lambda", "function:till"),
        kind="function",
        name="till",
        role_arn=f"arn:aws:iam::{SHOP.split(':')[4]}:role/till",
    )
    write(store, [*records(), till])
    app = run_bare("resource", of=till.arn)
    assert rows(app, "Evidence") == ["observed"]
    assert rows(app, "Events traced") == [7]


def test_gaps_that_may_hide_a_way_are_named(store: Path, run_bare: Run) -> None:
    denied = Gap(action="events:ListRules", status="denied", message="AWS said no.", at=NOW)
    write(store, [*records(), denied])
    app = run_bare("resource", of=BILL)
    assert any("may hide part of this answer" in one.label for one in app.expander)
    assert '{"Effect": "Allow", "Action": "events:ListRules", "Resource": "*"}' in said(app)


def test_what_may_bring_more_is_listed_apart(store: Path, run_bare: Run) -> None:
    write(store, [*records(), rule("all", BILL, {"source": [{"prefix": "com."}]})])
    app = run_bare("resource", of=BILL)
    assert "1 subscription may bring more types than are known" in [one.label for one in app.expander]
    assert rows(app, "Subscription") == ["all"]


def test_the_filters_narrow_and_the_page_says_what_they_hide(run: Run) -> None:
    app = run("resource", of=AUDIT, domain="control")
    assert "0 of 1 rows shown. Filter: domain control." in said(app)
    app.button(key="reset-consumes").click().run()
    assert rows(app, "Event type") == ["Sold"]


def test_without_a_resource_one_is_chosen(run: Run) -> None:
    app = run("resource")
    assert app.selectbox(key="choose-resource").options[:2] == [
        "audit · function · 111111111111 · eu-west-1",
        "bill · function · 111111111111 · eu-west-1",
    ]


def test_an_unknown_name_offers_the_nearest(run: Run) -> None:
    app = run("resource", of="function:bil")
    assert "Nothing in the snapshot is called “function:bil”." in said(app)
    assert "Did you mean bill?" in links(app)


def test_a_name_that_several_bear_lists_each(store: Path, run_bare: Run) -> None:
    write(store, [*records(), Bus(arn=arn("events", "event-bus/bill"), name="bill", kind="classic")])
    app = run_bare("resource", of="bill")
    assert "2 resources are called so." in said(app)
    assert links(app) == ["bill", "bill"]


def test_an_empty_snapshot_says_where_to_look(store: Path, run_bare: Run) -> None:
    write(store, [])
    assert "The snapshot holds no bus, queue, topic, function or stream." in said(run_bare("resource"))


def test_a_domain_says_who_depends_on_it(run: Run) -> None:
    app = run("resource", of="domain:selling")
    assert "selling has 2 resources and 1 event type of its own." in said(app)
    assert "1 event type of its own is consumed by others (control)." in said(app)
    assert rows(app, "Consumers there") == ["audit"]
    assert "It consumes no event of another." in said(app)


def test_a_contract_names_its_schema_and_whose_it_is_what_flows_and_how_it_does(
    store: Path, run_bare: Run
) -> None:
    (measured,) = [one for one in records() if isinstance(one, Metric)]
    audited = measured.model_copy(update={"arn": arn("events", "rule/shop/to-audit")})
    write(store, [*records(), audited])
    app = run_bare("resource", of="domain:selling")
    (schema, whose) = rows(app, "Schema"), rows(app, "Schema is of")
    assert (schema, whose) == (["Sold version 1"], ["selling"])
    assert rows(app, "Put an hour") == [7.0]
    assert rows(app, "Carried an hour, 3 h") == [pytest.approx(30)]
    assert "Put an hour: events seen put from 2026-11-25 12:00 UTC" in said(app)


def test_the_types_of_a_domain_say_who_takes_them(run: Run) -> None:
    assert rows(run("resource", of="domain:selling"), "Taken by") == ["control"]


def test_filters_narrow_the_resources_of_a_domain(run: Run) -> None:
    told = said(run("resource", of="domain:selling", region="eu-west-1", owner="(none)", bus="shop"))
    assert "1 of 2 resources shown." in told
    assert "Does not apply here: bus shop." in told


def test_an_owner_is_a_team_too(run: Run) -> None:
    app = run("resource", of="owner:team-money")
    assert "team-money has 1 resource" in said(app)
    assert rows(app, "Name") == ["bill"]


def test_a_path_is_answered_where_another_end_is_chosen(run: Run) -> None:
    app = run("resource", of=BILL, **{"with": SHOP, "way": "to here"})
    assert "function bill has no policy" in said(app)
    assert rows(app, "Path") == ["function bill"]
    assert rows(app, "Works") == ["no"]


def test_an_end_that_nothing_knows_is_dropped_with_a_note(run: Run) -> None:
    assert "with “nowhere” in the link is not known here" in said(
        run("resource", of=BILL, **{"with": "nowhere"})
    )


def test_fields_read_are_listed_and_what_breaks_without_one(run: Run) -> None:
    app = run("event", **SOLD, view="Payload", without="total")
    assert rows(app, "Read by") == ["rule pattern of to-audit"]
    assert (
        "Without detail.total: 1 of 2 consumers break for certain, of 1 it is not visible, 0 are not affected."
        in said(app)
    )
    told = dict(zip(rows(app, "Without it"), rows(app, "Why"), strict=True))
    assert told["✖ breaks"] == "Without detail.total the rule pattern of to-audit can no longer match."
    assert told["■ not visible"] == "unknown: the function's own code"


def test_a_field_can_be_picked_from_the_schema(run: Run) -> None:
    app = run("event", **SOLD, view="Payload")
    assert "detail.lines.sku" in app.selectbox(key="drop-field").options
    app.selectbox(key="drop-field").select("detail.channel").run()
    assert "Without detail.channel: 0 of 2 consumers break for certain" in said(app)


def test_without_consumers_nothing_is_read(run: Run) -> None:
    assert "Nobody consumes it, so nobody reads its fields." in said(
        run("event", source="com.shop", type="Lost", view="Payload")
    )


def test_results_and_the_panel_lead_to_the_resource(run: Run) -> None:
    assert "bill" in links(run("ask", q="bill"))
    panel = run("event", **SOLD, sel=BILL)
    assert "What does it consume and produce?" in links(panel)


@pytest.mark.parametrize("name", ["<b>x</b>", "[x](http://a.example)", "=1+1", "x" * 300])
def test_hostile_names_are_text(store: Path, run_bare: Run, name: str) -> None:
    odd = Resource(arn=arn("sqs", "odd"), kind="queue", name=name)
    more = [odd, rule("odd", odd.arn, {"source": ["com.shop"]}), Tag(arn=odd.arn, key="domain", value=name)]
    write(store, [*records(), *more, Link(kind="event-source-mapping", from_arn=odd.arn, to_arn=AUDIT)])
    for of in (odd.arn, f"domain:{name[:390]}", AUDIT):
        app = run_bare("resource", of=of)
        assert said(app)
        assert not any(name in str(element.value) for element in app.markdown)


def test_asking_about_a_resource_answers_in_a_sentence(run: Run) -> None:
    app = run("ask", q="what does audit consume?")
    assert "audit (function) consumes 1 event type" in said(app)
    assert "All about audit" in links(app)


def test_what_was_not_followed_to_a_resource_or_team_is_said(store: Path, run_bare: Run) -> None:
    """More buses in a chain than a walk follows."""
    hops = [SHOP, *(arn("events", f"event-bus/b{at:02}") for at in range(27))]
    buses = [Bus(arn=hop, name=hop.rpartition("/")[2], kind="classic") for hop in hops[1:]]
    far = Resource(arn=arn("lambda", "function:far"), kind="function", name="far")
    sold: dict[str, object] = {"source": ["com.shop"]}
    ends = pairwise([*hops, far.arn])
    forwards = [rule(f"to-{at}", end, sold, bus_arn=hop) for at, (hop, end) in enumerate(ends)]
    write(store, [*records(), *buses, far, Tag(arn=far.arn, key="domain", value="distant"), *forwards])
    for one in (far.arn, "domain:distant"):
        assert "24 hops: the rest is left out." in said(run_bare("resource", of=one))
