"""What could be seen, what is off, and the configuration that turns it on."""

import json
import re
import shlex
from itertools import pairwise
from typing import Any

import botocore.session
import pytest
from botocore.validate import ParamValidator

from collectors.records import Trail
from collectors.settings import Settings
from dashboard.flow.answers import Question
from dashboard.flow.who import sight, turning_on
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
    gap,
    new_bus,
    queue,
    subscriber,
    trace,
)

BUS = bus()
ALSO = (*COLLECTORS, "trails")
OURS = turning_on.OURS
MANAGEMENT = turning_on.MANAGEMENT


def trail(name: str = "main", **more: Any) -> Trail:
    arn = f"arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/{name}"
    values = {"home_region": REGION, "is_logging": True, "selectors_read": True, "puts": "all"}
    return Trail(arn=arn, name=name, **(values | more))


STATES = [
    ([trail()], "on"),
    ([trail(puts="none")], "off"),
    ([trail(puts="some")], "partly"),
    ([trail(puts=None, selectors_read=False)], "unknown"),
    ([trail(is_logging=False)], "off"),
    ([trail(is_logging=None)], "unknown"),
    ([trail(puts="none"), trail("second")], "on"),
    ([trail(home_region="us-east-1")], "off"),
    ([trail(home_region="us-east-1", is_multi_region=True)], "on"),
    ([], "off"),
]


@pytest.mark.parametrize(("trails", "expected"), STATES)
def test_whether_a_place_is_logged(build: Build, trails: list[Trail], expected: str) -> None:
    (one,) = sight.trail_sight(build(BUS, *trails, read=ALSO))
    assert (one.account, one.region, one.state) == (ACCOUNT, REGION, expected)


def test_trails_that_were_never_read_are_unknown_and_not_off(build: Build) -> None:
    (one,) = sight.trail_sight(build(BUS))
    assert one.state == "unknown"


def test_where_the_settings_name_log_files_the_trails_decide_nothing(build: Build) -> None:
    settings = Settings(trails=("s3://logs",))
    (one,) = sight.trail_sight(build(BUS, trail(puts="none"), read=ALSO, settings=settings))
    assert (one.state, "s3://logs" in one.why) == ("unknown", True)


LEVELS = [(None, "off"), ("OFF", "off"), ("ERROR", "partly"), ("INFO", "on"), ("TRACE", "on")]


@pytest.mark.parametrize(("level", "expected"), LEVELS)
def test_whether_a_bus_logs(build: Build, level: str | None, expected: str) -> None:
    (one,) = sight.log_sight(build(bus(log_level=level)))
    assert one.state == expected


def test_a_bus_that_could_not_be_described_is_unknown(build: Build) -> None:
    denied = {(ACCOUNT, REGION, "buses"): [gap(action="events:DescribeEventBus", subject=BUS.arn)]}
    (one,) = sight.log_sight(build(BUS, gaps=denied))
    assert one.state == "unknown"


@pytest.mark.parametrize(
    ("levels", "expected"),
    [((), "off"), (("OFF", None), "off"), (("INFO", "OFF"), "partly"), (("INFO",), "on")],
)
def test_a_new_bus_logs_by_its_subscribers(build: Build, levels: tuple[Any, ...], expected: str) -> None:
    subs = [subscriber(new_bus(), f"s{n}", queue().arn, log_level=level) for n, level in enumerate(levels)]
    (one,) = sight.log_sight(build(new_bus(), *subs))
    assert one.state == expected


SEEN = {ACCOUNT: "s3://logs/AWSLogs/"}


def test_an_answer_says_whose_calls_are_logged_and_were_not_read_where_they_are(build: Build) -> None:
    estate = build(BUS, trail(bucket="else"), read=ALSO, seen=SEEN)
    (note,) = (one for one in producers(estate, Question(SOURCE, TYPE)).notes if "Identity" not in one)
    assert note == (
        f"Not observed, or not all of it: what is put from {ACCOUNT} {REGION}. "
        "Trails log it, and what was read is not known to be what they write."
    )


def test_an_answer_says_what_was_not_observed_because_it_is_off(build: Build) -> None:
    off, on = (
        producers(
            build(bus(log_level=level), trail(puts=puts, bucket="logs"), read=ALSO, seen=SEEN),
            Question(SOURCE, TYPE, "orders"),
        ).notes
        for level, puts in (("OFF", "none"), ("INFO", "all"))
    )
    assert [note.split(":")[0] for note in off if "Identity" not in note] == [
        "Not observed",
        "Logs are off on orders",
    ]
    assert [note for note in on if "Identity" not in note] == []


def words(estate: Any, number: int = 0) -> list[str]:
    (one,) = sight.trail_sight(estate)
    return shlex.split((turning_on.of_trail(estate, one) or "").splitlines()[number])


def valid(service: str, operation: str, params: dict[str, Any]) -> None:
    shape = botocore.session.get_session().get_service_model(service).operation_model(operation).input_shape
    report = ParamValidator().validate(params, shape)
    assert not report.has_errors(), report.generate_report()


BASIC = {
    "EventSelectors": [
        {
            "ReadWriteType": "WriteOnly",
            "IncludeManagementEvents": True,
            "ExcludeManagementEventSources": ["kms.amazonaws.com"],
            "DataResources": [
                {"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::lake/"]},
                {"Type": "AWS::Lambda::Function", "Values": ["arn:aws:lambda"]},
            ],
        }
    ]
}
READ_ONLY = {"Field": "readOnly", "Equals": ["false"]}
DATA = {"Field": "eventCategory", "Equals": ["Data"]}
CONVERTED = [
    [
        {"Field": "eventCategory", "Equals": ["Management"]},
        READ_ONLY,
        {"Field": "eventSource", "NotEquals": ["kms.amazonaws.com"]},
    ],
    [
        DATA,
        {"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
        {"Field": "resources.ARN", "StartsWith": ["arn:aws:s3:::lake/"]},
        READ_ONLY,
    ],
    [DATA, {"Field": "resources.type", "Equals": ["AWS::Lambda::Function"]}, READ_ONLY],
]
SELECTORS = [
    ({}, [MANAGEMENT["FieldSelectors"]]),
    ({"AdvancedEventSelectors": [MANAGEMENT]}, [MANAGEMENT["FieldSelectors"]]),
    (BASIC, CONVERTED),
    (
        {"EventSelectors": [{"ReadWriteType": "All", "IncludeManagementEvents": False, "DataResources": []}]},
        [],
    ),
    ({"AdvancedEventSelectors": [], "EventSelectors": []}, []),
]


@pytest.mark.parametrize(("has", "kept"), SELECTORS)
def test_the_command_keeps_the_selectors_that_the_trail_has(build: Build, has: Any, kept: list[Any]) -> None:
    estate = build(BUS, trail(puts="none", selectors=json.dumps(has)), read=ALSO)
    found = words(estate)
    assert found[:3] == ["aws", "cloudtrail", "put-event-selectors"]
    assert found[found.index("--trail-name") + 1] == trail().arn
    chosen = json.loads(found[found.index("--advanced-event-selectors") + 1])
    assert [one["FieldSelectors"] for one in chosen] == [*kept, OURS["FieldSelectors"]]
    valid("cloudtrail", "PutEventSelectors", {"TrailName": "main", "AdvancedEventSelectors": chosen})


def test_a_trail_that_is_switched_off_is_switched_on(build: Build) -> None:
    assert words(build(BUS, trail(is_logging=False), read=ALSO))[:3] == ["aws", "cloudtrail", "start-logging"]


def test_where_there_is_no_trail_one_is_made(build: Build) -> None:
    estate = build(BUS, read=ALSO)
    assert [words(estate, number)[2] for number in range(3)] == [
        "create-trail",
        "put-event-selectors",
        "start-logging",
    ]


@pytest.mark.parametrize("known", [[trail()], [trail(puts=None, selectors_read=False)]])
def test_nothing_is_proposed_where_it_is_on_or_where_selectors_would_be_lost(
    build: Build, known: list[Trail]
) -> None:
    estate = build(BUS, *known, read=ALSO)
    assert turning_on.of_trail(estate, sight.trail_sight(estate)[0]) is None


def test_a_bus_is_told_to_log_and_where_to_keeping_what_it_has(build: Build) -> None:
    estate = build(bus(description="All 'orders'", dead_letter_arn=queue().arn))
    lines = [
        shlex.split(line)
        for line in (turning_on.of_log(estate, sight.log_sight(estate)[0]) or "").splitlines()
    ]
    assert [line[2] for line in lines] == [
        *("update-event-bus", "create-log-group", "put-delivery-destination"),
        *("put-delivery-source", "create-delivery") * 2,
    ]
    assert lines[0][5:] == [
        *("--name", "orders", "--description", "All 'orders'", "--dead-letter-config", f"Arn={queue().arn}"),
        *("--log-config", "Level=INFO,IncludeDetail=NONE"),
    ]
    sources = [line[line.index("--log-type") + 1] for line in lines if line[2] == "put-delivery-source"]
    assert sources == ["ERROR_LOGS", "INFO_LOGS"]
    valid(
        "events",
        "UpdateEventBus",
        {"Name": "orders", "LogConfig": {"Level": "INFO", "IncludeDetail": "NONE"}},
    )
    for line in lines[3:]:
        given = dict(zip(line[5::2], line[6::2], strict=True))
        if line[2] == "put-delivery-source":
            names = {"--name": "name", "--resource-arn": "resourceArn", "--log-type": "logType"}
            valid("logs", "PutDeliverySource", {names[key]: value for key, value in given.items()})
        else:
            names = {
                "--delivery-source-name": "deliverySourceName",
                "--delivery-destination-arn": "deliveryDestinationArn",
            }
            valid("logs", "CreateDelivery", {names[key]: value for key, value in given.items()})


@pytest.mark.parametrize(("detail", "kept"), [(None, "NONE"), ("NONE", "NONE"), ("FULL", "FULL")])
def test_what_a_bus_logs_of_the_details_stays_as_it_is(build: Build, detail: str | None, kept: str) -> None:
    estate = build(bus(log_level="ERROR", log_detail=detail))
    found = turning_on.of_log(estate, sight.log_sight(estate)[0]) or ""
    assert f"--log-config Level=INFO,IncludeDetail={kept}\n" in found


def test_deliveries_of_buses_with_like_names_have_names_of_their_own(build: Build) -> None:
    names = ["x" * 45 + "1", "x" * 45 + "2", "a.b", "a/b", "a-b", "x" * 40]
    estate = build(*(bus(name) for name in names))
    made = {
        word
        for one in sight.log_sight(estate)
        for line in (turning_on.of_log(estate, one) or "").splitlines()
        for before, word in pairwise(shlex.split(line))
        if before in ("--name", "--delivery-source-name") and "put-deliver" in line
    }
    assert len(made) == 3 * len(names)
    assert all(re.fullmatch(r"[\w-]{1,60}", name, re.ASCII) for name in made)


def test_subscribers_of_a_new_bus_are_told_to_log(build: Build) -> None:
    estate = build(new_bus(), subscriber(new_bus(), "quiet", queue().arn))
    found = shlex.split(turning_on.of_log(estate, sight.log_sight(estate)[0]) or "")
    assert found[2] == "update-subscriber"
    valid(
        "eventbridgev2",
        "UpdateSubscriber",
        {"SubscriberArn": found[6], "LogConfiguration": {"Level": "INFO"}},
    )


@pytest.mark.parametrize("payload", ["FULL", "ON_ERROR_ONLY"])
def test_what_a_subscriber_logs_of_payloads_stays_as_it_is(build: Build, payload: str) -> None:
    sub = subscriber(new_bus(), "quiet", queue().arn, log_level="ERROR", log_payload=payload)
    estate = build(new_bus(), sub)
    found = shlex.split(turning_on.of_log(estate, sight.log_sight(estate)[0]) or "")
    assert found[-1] == f"Level=INFO,IncludePayload={payload}"
    valid(
        "eventbridgev2",
        "UpdateSubscriber",
        {"SubscriberArn": found[6], "LogConfiguration": {"Level": "INFO", "IncludePayload": payload}},
    )


LATER = [
    (trail(is_logging=False, bucket="trail"), "s3://trail/AWSLogs/", "off", "Trail main is switched off."),
    (
        trail(puts="none", bucket="trail", prefix="a"),
        "s3://trail/a/AWSLogs/",
        "off",
        "Trail main does not log",
    ),
    (
        trail(is_logging=False, log_group="arn:x:g:*"),
        "insights:arn:x:g",
        "off",
        "Trail main is switched off.",
    ),
    (
        trail(is_logging=False, bucket="trail"),
        "s3://other/AWSLogs/",
        "unknown",
        "Trail main is switched off.",
    ),
    (trail(puts=None, selectors_read=False), "s3://other/AWSLogs/", "unknown", "Whether trail main logs"),
]


@pytest.mark.parametrize(("known", "where", "expected", "why"), LATER)
def test_what_was_seen_never_tells_that_a_trail_is_on_now(
    build: Build, known: Trail, where: str, expected: str, why: str
) -> None:
    estate = build(BUS, known, trace(BUS, evidence=where), read=ALSO)
    (one,) = sight.trail_sight(estate)
    assert (one.state, one.why.startswith(why)) == (expected, True)
    assert ("whether it still does, cannot be seen" in one.why) == ("other" in where)
    assert bool(turning_on.of_trail(estate, one)) == (expected == "off")


def test_a_trail_that_was_read_by_an_earlier_run_only_is_not_known_to_be_on(build: Build) -> None:
    estate = build(BUS, trail(), read=ALSO)
    estate.scopes[ACCOUNT, REGION, "trails"] = {
        **estate.scopes[ACCOUNT, REGION, "trails"],
        "status": "denied",
    }
    (one,) = sight.trail_sight(estate)
    assert one.state == "unknown"


@pytest.mark.parametrize("known", [[], [trail(puts="none")]])
def test_where_trails_were_denied_now_they_are_not_off(build: Build, known: list[Trail]) -> None:
    estate = build(BUS, *known, read=ALSO)
    estate.scopes[ACCOUNT, REGION, "trails"] = {
        **estate.scopes[ACCOUNT, REGION, "trails"],
        "status": "denied",
    }
    (one,) = sight.trail_sight(estate)
    assert (one.state, turning_on.of_trail(estate, one)) == ("unknown", None)


def test_a_listing_that_was_refused_leaves_it_unknown_whether_there_is_a_trail(build: Build) -> None:
    denied = {(ACCOUNT, REGION, "trails"): [gap(action="cloudtrail:DescribeTrails")]}
    (one,) = sight.trail_sight(build(BUS, read=ALSO, gaps=denied))
    assert (one.state, one.why) == ("unknown", f"The trails of this account were not read in {REGION}.")


def test_on_partly_off_and_not_known_are_counted_apart() -> None:
    states: list[sight.State] = ["unknown", "on", "partly", "off", "on"]
    rows = [sight.TrailSight(ACCOUNT, REGION, state, "") for state in states]
    assert sight.counted(rows) == "2 on, 1 partly on, 1 off, 1 not known"
    assert sight.counted([]) == "none"


def test_subscribers_that_were_denied_are_not_off(build: Build) -> None:
    denied = {(ACCOUNT, REGION, "subscribers"): [gap(action="events:ListSubscribers")]}
    (one,) = sight.log_sight(build(new_bus(), gaps=denied))
    assert one.state == "unknown"


@pytest.mark.parametrize(("more", "expected"), [({}, "on"), ({"is_logging": False}, "off")])
def test_a_trail_of_the_organization_tells_of_the_accounts_whose_calls_it_holds(
    build: Build, more: dict[str, Any], expected: str
) -> None:
    far = f"arn:aws:cloudtrail:{REGION}:{OTHER}:trail/all"
    whole = trail(is_organization=True, is_multi_region=True, bucket="trail", **more)
    whole = whole.model_copy(update={"arn": far})
    held = trace(BUS, evidence="s3://trail/AWSLogs/")
    sights = sight.trail_sight(build(BUS, whole, held, read=ALSO, accounts=(ACCOUNT, OTHER)))
    assert [(one.account, one.state, one.by) for one in sights] == [
        (ACCOUNT, expected, far),
        (OTHER, expected, far),
    ]


HOSTILE = ["$(reboot)", "`id`", "a'; reboot #", 'a" b', "a && b", "! ~ * \\ %", "é"]


@pytest.mark.parametrize("text", HOSTILE)
def test_texts_of_the_estate_are_one_word_of_the_command(build: Build, text: str) -> None:
    estate = build(bus(description=text))
    command = turning_on.of_log(estate, sight.log_sight(estate)[0]) or ""
    first = shlex.split(command.splitlines()[0])
    assert first[first.index("--description") + 1] == text


UNSAFE = [
    *(("a\nreboot", "U+000A"), ("a\x1b[2K", "U+001B"), ("\u202etxt", "U+202E"), ("a\u2028b", "U+2028")),
    *(("file:///etc/passwd", "an address"), ("FILEB://x", "an address"), ("https://x", "an address")),
    *(("--no-verify-ssl", "an option"), ("-x", "an option"), (" --x", "an option")),
]


@pytest.mark.parametrize(("text", "why"), UNSAFE)
def test_what_a_shell_or_the_cli_would_take_for_something_else_refuses_the_command(
    build: Build, text: str, why: str
) -> None:
    estate = build(bus(description=text))
    found = turning_on.of_log(estate, sight.log_sight(estate)[0]) or ""
    assert found.startswith(turning_on.REFUSED)
    assert why in found
    assert len(found.splitlines()) == 1
