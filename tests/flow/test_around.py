"""What stands around a resource: the sentence, the picture, and the sentences that ask about it."""

import json

from collectors.records import Record, Tag
from dashboard.flow import documents, reversed_documents
from dashboard.flow.backwards import around, making, named, reverse, teams
from dashboard.flow.model.estate import Estate
from dashboard.flow.who.graph import Neighbourhood
from tests.flow.building import OTHER, SOURCE, TYPE, Build, bus, function, link, queue, rule, topic, trace

BUS, BILL = bus(), function()
DASH = "\N{EN DASH}"


def says(estate: Estate, record: Record) -> str:
    arn: str = record.arn  # type: ignore[attr-defined]
    got, made = reverse.consumed(estate, [arn]), making.produced(estate, [arn])
    return around.sentence(named.resource(estate, arn), got, made)


def large(name: str, target: Record, detail_type: str) -> Record:
    pattern = f'{{"source": ["{SOURCE}"], "detail-type": ["{detail_type}"], "detail": {{"total": [1]}}}}'
    return rule(BUS, name, target.arn, pattern)  # type: ignore[attr-defined]


def test_the_sentence_counts_what_is_certain_and_what_depends(build: Build) -> None:
    estate = build(BUS, BILL, rule(BUS, "r", BILL.arn), large("l", BILL, "OrderPaid"))
    split = f"{DASH} 1 always, 1 depending on the payload {DASH}"
    assert (
        says(estate, BILL) == f"bill (function) consumes 2 event types {split} and produces no event types."
    )


def test_what_is_switched_off_is_told_apart(build: Build) -> None:
    estate = build(BUS, BILL, rule(BUS, "r", BILL.arn, state="DISABLED"))
    assert says(estate, BILL).endswith("1 more would come if what is switched off were on.")


def test_what_goes_no_further_is_said(build: Build) -> None:
    estate = build(BUS, topic(), rule(BUS, "r", topic().arn))
    told = f"news (topic) gets 1 event type {DASH} always {DASH} and produces no event types. They go no further."
    assert says(estate, topic()) == told


def test_a_bus_may_hold_types_that_nobody_takes(build: Build) -> None:
    estate = build(BUS, BILL, rule(BUS, "r", BILL.arn), trace(BUS, detail_type="Lost"))
    assert says(estate, BUS).endswith("1 more arrives, and goes no further.")


def test_a_team_says_whom_it_depends_on(build: Build) -> None:
    mail = function("mail", OTHER)
    tags = [
        Tag(arn=BILL.arn, key="domain", value="billing"),
        Tag(arn=mail.arn, key="domain", value="mailing"),
    ]
    shop = function("shop", role_arn="arn:aws:iam::111111111111:role/shop")
    tags.append(Tag(arn=shop.arn, key="domain", value="billing"))
    estate = build(
        BUS, BILL, shop, mail, rule(BUS, "m", mail.arn), trace(BUS), *tags, accounts=("111111111111", OTHER)
    )
    told = around.of_team(teams.team(estate, "domain", "mailing"))
    assert told == (
        "mailing has 1 resource and no event types of its own. It consumes 1 event type of others (billing); "
        "no event types of its own are consumed by others."
    )


def picture(estate: Estate, arn: str, limit: int = 28) -> Neighbourhood:
    return around.neighbours(
        estate, arn, reverse.consumed(estate, [arn]), making.produced(estate, [arn]), limit
    )


def test_the_picture_has_what_comes_left_and_what_it_leads_to_right(build: Build) -> None:
    estate = build(
        BUS, BILL, queue(), rule(BUS, "r", queue().arn), link("event-source-mapping", queue(), BILL)
    )
    drawn = picture(estate, queue().arn)
    columns = dict(zip(drawn.nodes["label"], drawn.nodes["column"], strict=True))
    assert columns == {TYPE: -2, "orders": -1, "inbox": 0, "bill": 1}
    edges = list(zip(drawn.edges["source"], drawn.edges["target"], drawn.edges["via"], strict=True))
    assert (BUS.arn, queue().arn, "rule") in edges
    assert (queue().arn, BILL.arn, "event-source-mapping") in edges
    assert (drawn.shown, drawn.total) == (2, 2)


def test_more_than_can_be_drawn_is_counted(build: Build) -> None:
    rules = [large(f"r{i}", BILL, f"Type{i}") for i in range(30)]
    drawn = picture(build(BUS, BILL, *rules), BILL.arn, 10)
    assert (drawn.shown, drawn.total) == (5, 30)


def test_the_document_of_a_team_is_json_and_its_rows_have_every_column(build: Build) -> None:
    tags = [Tag(arn=BILL.arn, key="domain", value="billing")]
    estate = build(BUS, BILL, rule(BUS, "r", BILL.arn), trace(BUS), *tags)
    document = reversed_documents.of_team(estate, teams.team(estate, "domain", "billing"))
    assert json.loads(json.dumps(document))["team"]["members"][0]["name"] == "bill"
    assert {key: row["detail_type"] for key in ("flows", "contracts") for row in document[key]} == {
        "flows": TYPE,
        "contracts": TYPE,
    }
    assert documents.to_csv("flows", document["flows"]).startswith("name,direction,source")


def around_the_bus(build: Build, *more: Record) -> dict[str, dict[str, object]]:
    picture = around.neighbours(build(BUS, *more), BUS.arn, (), ())
    return {str(row["id"]): row for row in picture.nodes.to_dict("records")}


def test_a_target_that_is_missing_is_marked_so_beside_its_bus(build: Build) -> None:
    other = function("other")
    node = around_the_bus(build, other, rule(BUS, "r", BILL.arn), rule(BUS, "s", other.arn))
    assert (node[BILL.arn]["active"], node[BILL.arn]["kind"]) == (False, "function")
    assert "does not exist" in str(node[BILL.arn]["says"])
    assert node[other.arn]["active"]


def test_what_only_a_disabled_rule_leads_to_is_not_active_beside_its_bus(build: Build) -> None:
    off = rule(BUS, "r", BILL.arn, state="DISABLED")
    assert not around_the_bus(build, BILL, off)[BILL.arn]["active"]
    assert around_the_bus(build, BILL, off, rule(BUS, "s", BILL.arn))[BILL.arn]["active"]
