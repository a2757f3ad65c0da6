"""The policy in docs/ allows exactly what the collectors ask of AWS: nothing missing, nothing to spare."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from collectors import log_queries
from collectors.functions import _with_filters
from collectors.sample.server import Server
from tests.collectors.test_athena import READER, make_table

DOCS = Path(__file__).parents[2] / "docs"
NEEDS_NO_POLICY = {"sts:GetCallerIdentity", "sts:AssumeRole"}
"""Whose credentials these are may always be asked; who may assume the role is said by the role itself."""

BY_ATHENA = {
    *("glue:GetDatabase", "glue:GetPartitions", "glue:GetTable"),
    *("s3:GetBucketLocation", "s3:PutObject"),
}
"""What Athena does with the rights of whoever asks it: looks at the table, writes the answer. No call of Headwater's."""
READS = ("Get", "List", "Describe", "Lookup", "StartQuery", "StopQuery")


def actions(statements: list[Any]) -> list[str]:
    """All actions of some statements; the template wraps one in a condition."""
    plain = [one if isinstance(one, dict) else one[1] for one in statements]
    return [action for statement in plain for action in statement["Action"]]


def policy() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((DOCS / "iam-policy.json").read_text())
    return found


def template() -> dict[str, Any]:
    class Loader(yaml.SafeLoader):
        """YAML with CloudFormation's short functions, each read as its argument."""

    def argument(loader: Any, _: str, node: Any) -> Any:
        if isinstance(node, yaml.SequenceNode):
            return loader.construct_sequence(node, deep=True)
        return loader.construct_scalar(node)

    Loader.add_multi_constructor("!", argument)
    loaded: dict[str, Any] = yaml.load((DOCS / "cross-account-role.yaml").read_text(), Loader)  # noqa: S506 - a safe loader
    return loaded


def called(calls: Any) -> set[str]:
    """Actions of the calls that the server counted."""
    return {row["action"] for row in calls} - NEEDS_NO_POLICY


@pytest.fixture
def rarely_asked(aws: Server, client: Callable[..., Any], collect: Callable[..., Any]) -> set[str]:
    """Actions that only an odd estate needs: a replay, encrypted filters, tags that GetResources does not know."""
    events = client("events")
    bus = events.describe_event_bus(Name="default")["Arn"]
    archive = events.create_archive(ArchiveName="all", EventSourceArn=bus)["ArchiveArn"]
    now = datetime.now(UTC)
    events.start_replay(
        ReplayName="again",
        EventSourceArn=archive,
        EventStartTime=now - timedelta(hours=1),
        EventEndTime=now,
        Destination={"Arn": bus},
    )
    client("eventbridgev2").create_event_bus(Name="orders", Tags={"domain": "orders"})
    aws.misbehave({"service": "resourcegroupstaggingapi", "empty": ["ResourceTagMappingList"]})
    aws.control("DELETE", "calls")
    (archives,) = collect("archives")
    collect("tags")
    encrypted = {"UUID": "00000000-0000-0000-0000-000000000000", "KMSKeyArn": "arn:aws:kms:::key/1"}
    assert _with_filters(archives.scope, encrypted) == {}
    log_queries._stop(archives.scope, "none")
    return called(aws.calls()["calls"])


@pytest.fixture
def asked_of_athena(aws: Server, client: Callable[..., Any], collect: Callable[..., Any]) -> set[str]:
    """Actions where trail_reader is athena, and a question scans too much."""
    client("s3").create_bucket(
        Bucket="logs", CreateBucketConfiguration={"LocationConstraint": client("s3").meta.region_name}
    )
    make_table(client)
    scans = {"state": "RUNNING", "scanned": 10**15}
    aws.control("DELETE", "calls")
    (found,) = collect("traces", **READER)
    assert found.scope.gaps == []
    aws.misbehave({"service": "athena", "operation": "GetQueryExecution", "query": scans})
    collect("traces", **READER)
    return {action for action in called(aws.calls()["calls"]) if action.startswith("athena:")}


def test_the_policy_allows_what_is_asked_and_nothing_else(
    collected: Any, rarely_asked: set[str], asked_of_athena: set[str]
) -> None:
    allowed = set(actions(policy()["Statement"])) - BY_ATHENA
    asked = called(collected.calls) | rarely_asked | asked_of_athena
    assert (sorted(asked - allowed), sorted(allowed - asked)) == ([], [])


def test_the_template_grants_the_same() -> None:
    (of_role,) = template()["Resources"]["Role"]["Properties"]["Policies"]
    assert sorted(actions(of_role["PolicyDocument"]["Statement"])) == sorted(actions(policy()["Statement"]))


def test_every_action_is_spelled_out_once_and_reads() -> None:
    found = actions(policy()["Statement"])
    assert len(found) == len(set(found))
    assert [
        action for action in found if not action.partition(":")[2].startswith(READS) or "*" in action
    ] == ["s3:PutObject"]
    (writes,) = (one for one in policy()["Statement"] if "s3:PutObject" in one["Action"])
    assert [one for one in writes["Resource"] if "YOUR-ATHENA-BUCKET" not in one] == []


def test_only_the_named_principal_may_assume_the_role() -> None:
    (trust,) = template()["Resources"]["Role"]["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert (trust["Action"], trust["Principal"]) == ("sts:AssumeRole", {"AWS": "CollectorPrincipalArn"})
