"""What happened in the estate of late: the trail and its log files, the event history, metrics, and a denial.

Log files go to S3 through the API. What a client of AWS cannot write – metrics of AWS's own namespaces, the event
history, a denial – goes through the local AWS's control endpoint.
"""

import json
import urllib.request
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from collectors.evidence.athena_sql import create_table
from collectors.sample.estate.calls import Client, Made
from collectors.sample.estate.changes import history
from collectors.sample.estate.metrics import metrics
from collectors.sample.estate.place import Place
from collectors.sample.estate.places import ACCOUNTS, CORE_EU, OPS_US, REGIONS
from collectors.sample.estate.producing import PUTS, Put
from collectors.sample.estate.trail import BUCKET, log_files

TRAIL, QUIET_TRAIL = "acme-events", "audit"
LOG_GROUP = "acme-cloudtrail"
# One account that denies one call: the schemas of its second region cannot be listed.
DENIALS: tuple[Mapping[str, Any], ...] = (
    {
        "account": OPS_US.account,
        "region": OPS_US.region,
        "service": "schemas",
        "operation": "ListSchemas",
        "deny": True,
    },
)
_SELECTORS = (
    {
        "Name": "Who puts events",
        "FieldSelectors": [
            {"Field": "eventCategory", "Equals": ["Data"]},
            {"Field": "resources.type", "Equals": ["AWS::Events::EventBus"]},
        ],
    },
    {
        "Name": "Management events",
        "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}],
    },
)


def make_trail(client: Client) -> None:
    """The trail of every account and region, with data events of event buses turned on. It delivers to a log group, too."""
    api = client("cloudtrail")
    client("logs").create_log_group(logGroupName=LOG_GROUP)
    group = f"arn:aws:logs:{CORE_EU.region}:{CORE_EU.account}:log-group:{LOG_GROUP}:*"
    api.create_trail(
        Name=TRAIL,
        S3BucketName=BUCKET,
        IsMultiRegionTrail=True,
        IsOrganizationTrail=True,
        CloudWatchLogsLogGroupArn=group,
        CloudWatchLogsRoleArn=CORE_EU.role("cloudtrail-to-logs"),
    )
    api.put_event_selectors(TrailName=TRAIL, AdvancedEventSelectors=list(_SELECTORS))
    api.start_logging(Name=TRAIL)


def make_quiet_trail(client: Client) -> None:
    """A trail of one account and region that keeps management events only: it sees nobody put an event."""
    client("cloudtrail").create_trail(Name=QUIET_TRAIL, S3BucketName=BUCKET, S3KeyPrefix="audit")
    management = {"ReadWriteType": "All", "IncludeManagementEvents": True, "DataResources": []}
    client("cloudtrail").put_event_selectors(TrailName=QUIET_TRAIL, EventSelectors=[management])
    client("cloudtrail").start_logging(Name=QUIET_TRAIL)


def make_log_files(client: Client, made: Made, now: datetime, puts: tuple[Put, ...] = PUTS) -> None:
    """A day of log files in the trail's bucket."""
    for key, body in log_files(now, made.real, puts):
        client("s3").put_object(Bucket=BUCKET, Key=key, Body=body)


def make_athena(client: Client, now: datetime) -> None:
    """Athena's table over the trail's log files, by the documented statement, and a place for answers."""
    api = client("athena")
    to = {"ResultConfigurationUpdates": {"OutputLocation": f"s3://{BUCKET}/athena/"}}
    api.update_work_group(WorkGroup="primary", ConfigurationUpdates=to)
    since = (now - timedelta(days=30)).date()
    made = create_table("headwater", "cloudtrail", f"s3://{BUCKET}/AWSLogs/", ACCOUNTS, REGIONS, since)
    for statement in ("CREATE DATABASE IF NOT EXISTS `headwater`", made):
        api.start_query_execution(QueryString=statement)


def make_metrics(endpoint_url: str, described: Iterable[tuple[Place, dict[str, Any]]] | None = None) -> None:
    """A day of metrics, in one post a place; those of the sample estate unless others are given."""
    by_place: dict[Place, list[dict[str, Any]]] = defaultdict(list)
    for place, series in metrics() if described is None else described:
        by_place[place].append(series)
    for place, rows in by_place.items():
        control(endpoint_url, "metrics", _of(place) | {"series": rows})


def make_changes(endpoint_url: str, now: datetime) -> None:
    """The event history."""
    by_place: dict[Place, list[dict[str, Any]]] = defaultdict(list)
    for place, record in history(now):
        by_place[place].append(record)
    for place, rows in by_place.items():
        control(endpoint_url, "cloudtrail", _of(place) | {"records": rows})


def make_denials(endpoint_url: str) -> None:
    """The calls that the estate's accounts refuse."""
    for rule in DENIALS:
        control(endpoint_url, "misbehave", rule)


def _of(place: Place) -> dict[str, Any]:
    return {"account": place.account, "region": place.region}


def control(endpoint_url: str, what: str, body: Mapping[str, Any]) -> None:
    """Tell the local AWS something that no client of AWS can. Raises HTTPError when it does not take it."""
    request = urllib.request.Request(  # noqa: S310 - the address is the local AWS's own
        f"{endpoint_url}/_headwater/{what}",
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - as above
        answer.read()
