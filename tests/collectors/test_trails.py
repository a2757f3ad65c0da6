"""Trails over HTTP: whether they run, and what of PutEvents their selectors take."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from collectors.sample.server import Server
from collectors.trails import puts_of

Call = Callable[..., Any]
ARN = "arn:aws:cloudtrail:eu-west-1:111111111111:trail/"


def field(name: str, **test: list[str]) -> dict[str, Any]:
    return {"Field": name, **test}


BUS = field("resources.type", Equals=["AWS::Events::EventBus"])
DATA = field("eventCategory", Equals=["Data"])
MANAGEMENT = {"Name": "m", "FieldSelectors": [field("eventCategory", Equals=["Management"])]}


def advanced(*fields: dict[str, Any]) -> dict[str, Any]:
    return {"Name": "puts", "FieldSelectors": list(fields)}


@pytest.fixture
def trails(client: Call) -> None:
    """One with the selector, one without, which is off."""
    client("s3").create_bucket(Bucket="logs", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    api = client("cloudtrail")
    for name in ("with", "without"):
        api.create_trail(Name=name, S3BucketName="logs", S3KeyPrefix="a/b", IsMultiRegionTrail=name == "with")
    api.put_event_selectors(TrailName="with", AdvancedEventSelectors=[MANAGEMENT, advanced(DATA, BUS)])
    api.start_logging(Name="with")


def told(outcome: Any) -> list[tuple[Any, ...]]:
    return [(r.name, r.is_multi_region, r.is_logging, r.selectors_read, r.puts) for r in outcome.rows]


@pytest.mark.usefixtures("trails")
def test_a_trail_says_whether_it_runs_and_takes_putevents(collect: Call) -> None:
    (outcome,) = collect("trails")
    assert told(outcome) == [("with", True, True, True, "all"), ("without", False, False, True, "none")]
    first = outcome.rows[0]
    assert (first.arn, first.home_region, first.bucket, first.prefix) == (
        f"{ARN}with",
        "eu-west-1",
        "logs",
        "a/b",
    )
    assert json.loads(first.selectors) == {"AdvancedEventSelectors": [MANAGEMENT, advanced(DATA, BUS)]}


@pytest.mark.usefixtures("trails")
def test_a_trail_of_all_regions_is_told_once_in_its_home(collect: Call) -> None:
    outcomes = collect("trails", regions=("us-east-1", "eu-west-1"))
    assert [[row.name for row in outcome.rows] for outcome in outcomes] == [[], ["with", "without"]]


@pytest.mark.usefixtures("trails")
def test_a_trail_whose_home_is_not_collected_is_told_in_the_first_region(collect: Call) -> None:
    (outcome,) = collect("trails", regions=("us-east-1",))
    assert [row.name for row in outcome.rows] == ["with"]


@pytest.mark.usefixtures("trails")
def test_selectors_that_may_not_be_read_are_a_gap_and_not_none(aws: Server, collect: Call) -> None:
    aws.misbehave({"operation": "GetEventSelectors", "contains": "without", "deny": True})
    (outcome,) = collect("trails")
    assert told(outcome)[1] == ("without", False, False, False, None)
    assert [(gap.action, gap.subject) for gap in outcome.scope.gaps] == [
        ("cloudtrail:GetEventSelectors", f"{ARN}without")
    ]


@pytest.mark.usefixtures("trails")
def test_whether_it_runs_stays_unknown_when_that_is_denied(aws: Server, collect: Call) -> None:
    aws.misbehave({"operation": "GetTrailStatus", "deny": True})
    (outcome,) = collect("trails")
    assert [row[2] for row in told(outcome)] == [None, None]
    assert {gap.action for gap in outcome.scope.gaps} == {"cloudtrail:GetTrailStatus"}


@pytest.mark.usefixtures("trails")
def test_a_trail_that_logs_nothing_is_told_from_one_whose_selectors_are_not_told(collect: Call) -> None:
    (outcome,) = collect("trails")
    kept = json.loads(outcome.rows[1].selectors)
    assert kept
    assert not any(kept.values())


SELECTORS = [
    ([advanced(DATA, BUS)], "all"),
    ([MANAGEMENT], "none"),
    ([], "none"),
    ([advanced(DATA, field("resources.type", Equals=["AWS::S3::Object"]))], "none"),
    ([advanced(DATA, BUS, field("readOnly", Equals=["true"]))], "none"),
    ([advanced(DATA, BUS, field("readOnly", Equals=["false"]))], "all"),
    ([advanced(DATA, BUS, field("eventName", Equals=["PutEvents"]))], "all"),
    ([advanced(DATA, BUS, field("eventName", NotEquals=["PutEvents"]))], "none"),
    ([advanced(DATA, BUS, field("eventName", StartsWith=["Put"]))], "all"),
    ([advanced(DATA, BUS, field("eventName", NotStartsWith=["Put"]))], "none"),
    ([advanced(DATA, BUS, field("eventName", EndsWith=["Partner"]))], "none"),
    ([advanced(DATA, BUS, field("resources.ARN", StartsWith=["arn:aws:events:eu-west-1:1:"]))], "some"),
    ([advanced(DATA, BUS, field("resources.ARN", Equals=["x"])), advanced(DATA, BUS)], "all"),
    ([advanced(DATA, BUS, field("somethingNew", Equals=["x"]))], "some"),
    ([{"Name": "odd"}], "none"),
]


@pytest.mark.parametrize(("selectors", "expected"), SELECTORS)
def test_how_much_of_putevents_advanced_selectors_take(selectors: list[Any], expected: str) -> None:
    assert puts_of({"AdvancedEventSelectors": selectors}) == expected


@pytest.mark.parametrize(
    ("kind", "reads", "expected"),
    [
        ("AWS::Events::EventBus", "All", "all"),
        ("AWS::Events::EventBus", "ReadOnly", "none"),
        ("AWS::S3::Object", "All", "none"),
    ],
)
def test_how_much_basic_selectors_take(kind: str, reads: str, expected: str) -> None:
    assert (
        puts_of({"EventSelectors": [{"ReadWriteType": reads, "DataResources": [{"Type": kind}]}]}) == expected
    )
