"""Who put which events: log files in a bucket or a folder, people's names left out, and what damaged files become."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from collectors.evidence.put_events import parse
from collectors.principals import principal_of
from collectors.records import Change
from collectors.sample.server import Server
from tests.collectors.logged import ACCOUNT, BUS, NOW, OTHER, REGION, ROLE, Call, packed, put, session, traces


def test_the_accounts_own_trail_is_read_where_it_lies(trail: Call, collect: Call) -> None:
    trail("a", packed(put("1"), put("2")))
    trail("b", packed(put("2"), {"eventSource": "sqs.amazonaws.com", "eventName": "SendMessage"}))
    trail("c", packed(put("3")), account=OTHER)
    (outcome,) = collect("traces")
    (row,) = traces(outcome)
    assert (row.principal, row.principal_kind, row.principal_account) == (ROLE, "role", ACCOUNT)
    assert (row.bus_arn, row.source, row.detail_type) == (f"{BUS}default", "com.acme.shop", "Sold")
    assert (row.events, row.failed, row.evidence) == (2, 0, "s3://logs/all/AWSLogs/")
    assert (row.hours, row.first_seen) == ((NOW.replace(minute=0),), NOW)
    assert "ann@" not in repr(traces(outcome))
    assert outcome.status == "ok"


def test_a_trail_that_logs_no_put_events_is_not_read(trail: Call, client: Call, collect: Call) -> None:
    trail("a", packed(put("1")))
    other = [{"Field": "resources.type", "Equals": ["AWS::S3::Object"]}]
    client("cloudtrail").put_event_selectors(
        TrailName="trail", AdvancedEventSelectors=[{"FieldSelectors": other}]
    )
    (outcome,) = collect("traces")
    assert (outcome.rows, outcome.scope.gaps) == ([], [])


def test_all_pages_of_a_bucket_are_read(aws: Server, trail: Call, collect: Call) -> None:
    for number in range(4):
        trail(f"f{number}", packed(put(str(number))))
    aws.misbehave({"service": "s3", "operation": "ListObjectsV2", "one_item_pages": True})
    (outcome,) = collect("traces")
    assert [row.events for row in traces(outcome)] == [4]


def test_a_damaged_file_is_named_and_costs_no_other(trail: Call, collect: Call) -> None:
    trail("good", packed(put("1")))
    bad = trail("cut", packed(put("2"))[:-20])
    (outcome,) = collect("traces")
    assert [row.events for row in traces(outcome)] == [1]
    assert [(gap.action, gap.status, gap.subject) for gap in outcome.scope.gaps] == [(bad, "partial", bad)]


def test_a_denied_bucket_is_a_gap_that_names_it(aws: Server, trail: Call, collect: Call) -> None:
    trail("a", packed(put("1")))
    aws.misbehave({"service": "s3", "operation": "ListObjectsV2", "deny": True})
    (outcome,) = collect("traces")
    assert outcome.status == "denied"
    assert {gap.subject.startswith("s3://logs/all/AWSLogs/") for gap in outcome.scope.gaps} == {True}


def test_named_folders_are_read_once_and_each_scope_takes_its_own(tmp_path: Path, collect: Call) -> None:
    deep = tmp_path / "any" / "layout"
    deep.mkdir(parents=True)
    old = put("1", eventTime="2026-05-01T10:30:00Z")
    (deep / "a.json").write_bytes(json.dumps({"Records": [old, put("2", recipientAccountId=OTHER)]}).encode())
    (deep / "b.json.gz").write_bytes(packed(old, put("3", recipientAccountId="999999999999")))
    (deep / "notes.txt").write_text("no log")
    (deep / "c.json").write_text('{"other": 1}')
    outcomes = collect("traces", (ACCOUNT, OTHER), trails=(str(tmp_path),))
    found = [
        (o.scope.account, row.principal_account, row.bus_arn.split(":")[4], row.events, row.evidence)
        for o in outcomes
        for row in traces(o)
    ]
    where = str(tmp_path)
    assert sorted(found) == [
        (ACCOUNT, ACCOUNT, ACCOUNT, 1, where),
        (ACCOUNT, ACCOUNT, "999999999999", 1, where),
        (OTHER, ACCOUNT, OTHER, 1, where),
    ]
    gaps = [(o.scope.account, gap.subject) for o in outcomes for gap in o.scope.gaps]
    assert gaps == [(ACCOUNT, str(deep / "c.json"))]


def test_a_folder_that_is_not_there_is_a_gap(tmp_path: Path, collect: Call) -> None:
    (outcome,) = collect("traces", trails=(str(tmp_path / "gone"),))
    assert [(gap.status, gap.error) for gap in outcome.scope.gaps] == [("failed", "NotFound")]


def test_a_named_prefix_is_read_in_any_layout(client: Call, collect: Call) -> None:
    s3 = client("s3")
    s3.create_bucket(Bucket="logs", CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_object(Bucket="logs", Key="mine/x/y.json", Body=json.dumps({"Records": [put("1")]}).encode())
    s3.put_object(Bucket="logs", Key="other/z.json.gz", Body=packed(put("2")))
    (outcome,) = collect("traces", trails=("s3://logs/mine",))
    assert [(row.events, row.evidence) for row in traces(outcome)] == [(1, "s3://logs/mine")]


FAILED = {"errorCode": "InternalFailure"}
A, B = {"source": "s", "detailType": "a"}, {"source": "s", "detailType": "b"}
NO_ANSWER = {"responseElements": None}


@pytest.mark.parametrize(
    ("record", "expected", "problems"),
    [
        (put("1", A, A), [("a", 2, 0)], 0),
        (
            put("1", A, B, responseElements={"failedEntryCount": 1, "entries": [{"eventId": "x"}, FAILED]}),
            [("a", 1, 0), ("b", 0, 1)],
            0,
        ),
        (put("1", A, B, errorCode="AccessDenied", **NO_ANSWER), [("a", 0, 1), ("b", 0, 1)], 0),
        (put("1", A, **NO_ANSWER), [("a", 1, 0)], 0),
        (put("1", A, B, responseElements={"failedEntryCount": 2}), [("a", 0, 1), ("b", 0, 1)], 0),
        (put("1", A, B, responseElements={"failedEntryCount": 1}), [("a", 1, 0), ("b", 1, 0)], 1),
        (put("1", A, **NO_ANSWER, eventTime="0001-01-01T00:00:00+23:59"), [], 1),
        (put("1", A, eventTime="9999-01-01T00:00:00Z"), [], 1),
        (put("1", A, eventTime=f"{NOW + timedelta(days=2):%Y-%m-%dT%H:%M:%SZ}"), [], 1),
        (put("1", requestParameters=None), [], 1),
        (put("1", requestParameters={"entries": []}), [], 1),
        (put("1", {"source": "s"}, A), [("a", 1, 0)], 1),
        (put("1", A, eventTime="yesterday"), [], 1),
        (put("1", A, eventID=None), [], 1),
        ("text", [], 1),
        ({"eventName": "PutRule", "eventSource": "events.amazonaws.com"}, [], 0),
    ],
)
def test_accepted_and_rejected_entries_of_a_record(record: Any, expected: object, problems: int) -> None:
    parsed = parse([packed(record)], "aws")
    kinds = zip(parsed.of_call, parsed.group, parsed.accepted, parsed.failed, strict=True)
    found = [
        (parsed.groups[group].detail_type, accepted, failed)
        for call, group, accepted, failed in kinds
        if call in parsed.call
    ]
    assert (found, sum(one.times for one in parsed.problems)) == (expected, problems)


@pytest.mark.parametrize(
    ("name", "arn"),
    [
        (None, f"{BUS}default"),
        ("orders", f"{BUS}orders"),
        ("aws.partner/a/b", f"{BUS}aws.partner/a/b"),
        (f"arn:aws:events:us-east-1:{OTHER}:event-bus/x", f"arn:aws:events:us-east-1:{OTHER}:event-bus/x"),
    ],
)
def test_the_bus_of_an_entry(name: str | None, arn: str) -> None:
    entry: Any = A | {"eventBusName": name}
    assert [one.bus_arn for one in parse([packed(put("1", entry))], "aws").groups] == [arn]


SSO = f"arn:aws:iam::{ACCOUNT}:role/aws-reserved/sso.amazonaws.com/{REGION}/AWSReservedSSO_Admin_0a1b"


@pytest.mark.parametrize(
    ("identity", "name", "kind", "via"),
    [
        (session(ROLE), ROLE, "role", None),
        (session(ROLE) | {"invokedBy": "pipes.amazonaws.com"}, ROLE, "role", "pipes.amazonaws.com"),
        (session(SSO), SSO, "person", None),
        (
            session(ROLE) | {"sessionContext": None},
            f"arn:aws:iam::{ACCOUNT}:role/shop",
            "role",
            None,
        ),
        (
            {"type": "IAMUser", "arn": f"arn:aws:iam::{ACCOUNT}:user/ci"},
            f"arn:aws:iam::{ACCOUNT}:user/ci",
            "user",
            None,
        ),
        (
            {"type": "Root", "arn": f"arn:aws:iam::{ACCOUNT}:root"},
            f"arn:aws:iam::{ACCOUNT}:root",
            "account",
            None,
        ),
        (
            {"type": "AWSService", "invokedBy": "scheduler.amazonaws.com"},
            "scheduler.amazonaws.com",
            "service",
            "scheduler.amazonaws.com",
        ),
        ({"type": "AWSAccount", "accountId": OTHER, "principalId": "AROA:ann"}, OTHER, "account", None),
        (
            {"type": "FederatedUser", "arn": f"arn:aws:sts::{ACCOUNT}:federated-user/ann"},
            "unknown",
            "unknown",
            None,
        ),
        (
            {"type": "IdentityCenterUser", "onBehalfOf": {"userId": "ann"}},
            "IAM Identity Center",
            "person",
            None,
        ),
        (None, "unknown", "unknown", None),
    ],
)
def test_who_called_without_the_names_of_people(identity: Any, name: str, kind: str, via: str | None) -> None:
    told = principal_of(identity)
    assert (told.name, told.kind, told.via) == (name, kind, via)
    assert "ann" not in repr(told)


def changed(identifier: str, name: str, *, read_only: bool = False) -> dict[str, Any]:
    return {
        "eventID": identifier,
        "eventTime": f"{NOW:%Y-%m-%dT%H:%M:%SZ}",
        "eventSource": "events.amazonaws.com",
        "eventName": name,
        "readOnly": read_only,
        "userIdentity": session(SSO),
        "requestParameters": {"name": "audit", "eventPattern": '{"detail": {"k": ["s3cr3t"]}}'},
        "managementEvent": True,
    }


def history(aws: Server, *records: dict[str, Any]) -> None:
    aws.control("POST", "cloudtrail", {"account": ACCOUNT, "region": REGION, "records": list(records)})


def test_writes_of_the_wiring_are_told_without_people_and_parameters(aws: Server, collect: Call) -> None:
    refused = changed("2", "DeleteRule") | {"errorCode": "AccessDenied"}
    history(aws, changed("1", "PutRule"), refused, changed("3", "ListRules", read_only=True))
    (outcome,) = collect("traces")
    found = sorted((row.id, row.action, row.principal, row.resource, row.error) for row in outcome.rows)
    assert found == [("1", "PutRule", SSO, "audit", None), ("2", "DeleteRule", SSO, "audit", "AccessDenied")]
    assert "s3cr3t" not in repr(outcome.rows)
    assert "ann@" not in repr(outcome.rows)


def test_reads_do_not_drown_the_writes(aws: Server, collect: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("collectors.changes.MOST", 3)
    monkeypatch.setattr("collectors.changes.WRITES", ("PutRule", "PutTargets"))
    reads = [changed(f"r{number}", "ListTargetsByRule", read_only=True) for number in range(6)]
    history(aws, changed("1", "PutRule"), *reads)
    (outcome,) = collect("traces")
    assert [row.action for row in outcome.rows if isinstance(row, Change)] == ["PutRule"]
    assert outcome.scope.gaps == []


def test_a_denied_event_history_costs_no_trace(aws: Server, trail: Call, collect: Call) -> None:
    trail("a", packed(put("1")))
    aws.misbehave({"operation": "LookupEvents", "deny": True})
    (outcome,) = collect("traces")
    assert (outcome.status, [row.events for row in traces(outcome)]) == ("partial", [1])
    assert [gap.action for gap in outcome.scope.gaps] == ["cloudtrail:LookupEvents"]


@pytest.mark.parametrize("effect", ["nulls", "drop"])
def test_an_event_without_record_stays_with_an_unknown_principal(
    aws: Server, collect: Call, effect: str
) -> None:
    history(aws, changed("1", "PutRule"))
    aws.misbehave({"operation": "LookupEvents", effect: ["CloudTrailEvent", "Resources"]})
    (outcome,) = collect("traces")
    assert [(row.action, row.principal, row.resource) for row in outcome.rows] == [
        ("PutRule", "unknown", None)
    ]
