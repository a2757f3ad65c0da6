"""The command that prints the statement of Athena's table, and the document that shows it."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from collectors.evidence.athena_sql import create_table
from collectors.evidence.athena_table import main
from collectors.sample.server import Server
from tests.clock import meanwhile
from tests.commanding import Done, called

DOCUMENT = Path(__file__).parents[2] / "docs" / "athena.md"
ACCOUNTS, REGION = ("111111111111", "222222222222"), "eu-west-1"
SINCE = "2026-06-01"


def statement(location: str, since: date) -> str:
    return create_table("headwater", "cloudtrail", location, ACCOUNTS, (REGION,), since)


def test_the_documented_statement_is_the_one_that_is_printed() -> None:
    made = statement("s3://acme-cloudtrail-logs/AWSLogs/", date.fromisoformat(SINCE))
    assert f"```sql\n{made}\n```" in DOCUMENT.read_text()


def ask(*words: str, **environment: str) -> Done:
    return called(main, *words, environment=environment)


def test_it_is_filled_in_without_asking_aws_where_all_is_named() -> None:
    words = ("--accounts", ",".join(ACCOUNTS), "--regions", REGION, "--since", SINCE)
    done = ask("s3://acme/AWSLogs/", *words)
    made = statement("s3://acme/AWSLogs/", date.fromisoformat(SINCE))
    assert (done.returncode, done.stdout) == (
        0,
        f"CREATE DATABASE IF NOT EXISTS `headwater`;\n\n{made};\n",
    )


LOGS_EVENTS = [
    {
        "FieldSelectors": [
            {"Field": "eventCategory", "Equals": ["Data"]},
            {"Field": "resources.type", "Equals": ["AWS::Events::EventBus"]},
        ]
    }
]


def made_bucket(client: Callable[..., Any], name: str) -> None:
    client("s3").create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})


def made_trail(client: Callable[..., Any], name: str, bucket: str = "logs", **more: Any) -> None:
    cloudtrail = client("cloudtrail")
    cloudtrail.create_trail(Name=name, S3BucketName=bucket, **more)
    cloudtrail.put_event_selectors(TrailName=name, AdvancedEventSelectors=LOGS_EVENTS)


@pytest.mark.parametrize("root", ["all/AWSLogs/", "all/AWSLogs/o-1/"])
def test_it_is_filled_in_by_the_trails_of_the_account(
    aws: Server, client: Callable[..., Any], root: str
) -> None:
    made_bucket(client, "logs")
    client("s3").put_object(Bucket="logs", Key=f"{root}111111111111/CloudTrail/x.json.gz", Body=b"")
    made_trail(client, "trail", S3KeyPrefix="all", IsOrganizationTrail="o-1" in root)
    with meanwhile() as moments:
        done = ask("--accounts", ",".join(ACCOUNTS), "--regions", REGION, **aws.environment)
    assert (done.returncode, done.stderr) == (0, "")
    made = [statement(f"s3://logs/{root}", (at - timedelta(days=90)).date()) for at in moments]
    assert any(one in done.stdout for one in made)


@pytest.mark.parametrize(
    ("words", "environment", "code", "says"),
    [
        ((), {}, 2, "No trail of this account logs PutEvents"),
        (("s3://acme/AWSLogs/",), {"HEADWATER_ATHENA_TABLE": "a`b"}, 2, "no name of a database or table"),
        (("s3://acme/AWSLogs/",), {"HEADWATER_ACCOUNTS": "x"}, 2, "accounts"),
    ],
)
def test_what_cannot_be_filled_in_is_said(
    aws: Server, words: tuple[str, ...], environment: dict[str, str], code: int, says: str
) -> None:
    done = ask(*words, **aws.environment | {"HEADWATER_REGIONS": REGION} | environment)
    assert (done.returncode, done.stdout, says in done.stderr) == (code, "", True)


def test_a_trail_that_logs_no_putevents_gets_no_table(aws: Server, client: Callable[..., Any]) -> None:
    for bucket in ("mgmt", "events"):
        made_bucket(client, bucket)
    client("cloudtrail").create_trail(Name="aaa", S3BucketName="mgmt")
    made_trail(client, "bbb", "events")
    done = ask("--accounts", ",".join(ACCOUNTS), "--regions", REGION, **aws.environment)
    assert (done.returncode, done.stderr, "s3://mgmt" in done.stdout) == (0, "", False)
    assert done.stdout.count("CREATE EXTERNAL TABLE") == 1
    assert "`headwater`.`cloudtrail` (" in done.stdout
    assert "LOCATION 's3://events/AWSLogs/'" in done.stdout


def test_of_several_trails_that_do_it_is_said_which_table_is_asked(
    aws: Server, client: Callable[..., Any]
) -> None:
    for name in ("one", "two"):
        made_bucket(client, name)
        made_trail(client, name, name)
    done = ask("--accounts", ",".join(ACCOUNTS), "--regions", REGION, **aws.environment)
    assert done.stdout.count("CREATE EXTERNAL TABLE") == 2
    assert "the setting athena_table (now cloudtrail)" in done.stderr
    assert "  cloudtrail: s3://one/AWSLogs/\n  cloudtrail_1: s3://two/AWSLogs/\n" in done.stderr


def test_denied_trails_are_one_sentence(aws: Server) -> None:
    aws.misbehave({"service": "cloudtrail", "deny": True})
    done = ask(**aws.environment | {"HEADWATER_REGIONS": REGION})
    assert (done.returncode, done.stdout, "DescribeTrails" in done.stderr) == (1, "", True)
    assert "Traceback" not in done.stderr
