"""The statements of Athena: the table over a trail's log files, and the one question that is asked of it.

Written in Athena's own dialect (Trino). The question reduces the records where they lie, by the rules of `put_events`: what comes
back is sums by the hour. Of a session only the role is left before anything is grouped, so no session name leaves Athena;
access keys, addresses and event bodies are never selected, and the table made by `create_table` has no columns for the first two.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from collectors.evidence.athena_question import QUESTION

COLUMNS: Mapping[str, str] = {
    "useridentity": (
        "struct<type:string,arn:string,accountid:string,invokedby:string,"
        "sessioncontext:struct<sessionissuer:struct<type:string,arn:string,accountid:string>>>"
    ),
    "eventversion": "string",
    "eventtime": "string",
    "eventsource": "string",
    "eventname": "string",
    "awsregion": "string",
    "errorcode": "string",
    "requestparameters": "string",
    "responseelements": "string",
    "eventid": "string",
    "recipientaccountid": "string",
}
"""Columns that the question needs, each with its type; a table of AWS's own documents has them, among others."""

DAY_FORMATS = {"yyyy/MM/dd": "%Y/%m/%d", "yyyy-MM-dd": "%Y-%m-%d", "yyyyMMdd": "%Y%m%d"}
"""How a partition of a day may be written: partition projection's spelling, and Python's."""
ACCOUNT_KEYS = ("account", "accountid", "account_id")
REGION_KEYS = ("region", "awsregion", "aws_region", "region_name")


class Table(NamedTuple):
    """A table of CloudTrail records. day_key is the partition of the day, written in day_format (Python's)."""

    database: str
    name: str
    day_key: str
    day_format: str
    account_key: str | None = None
    region_key: str | None = None


def table_of(database: str, metadata: Mapping[str, Any]) -> Table:
    """The table that athena:GetTableMetadata describes.

    Raises ValueError that says what it lacks: a column, or a partition by day, without which each question reads everything.
    """
    types = {one["Name"].lower(): (one.get("Type") or "").lower() for one in metadata.get("Columns") or ()}
    lacking = [name for name, kind in COLUMNS.items() if not types.get(name, "").startswith(kind[:6])]
    if lacking:
        raise ValueError(f"it has no columns {', '.join(lacking)} of the types that Headwater reads")
    keys = [one["Name"].lower() for one in metadata.get("PartitionKeys") or ()]
    parameters = {k.lower(): v for k, v in (metadata.get("Parameters") or {}).items()}
    for key in keys:
        written = parameters.get(f"projection.{key}.format", "yyyy/MM/dd")
        dated = parameters.get(f"projection.{key}.type") == "date" or key == "day"
        if dated and written in DAY_FORMATS:
            account = next((one for one in ACCOUNT_KEYS if one in keys), None)
            region = next((one for one in REGION_KEYS if one in keys), None)
            return Table(database, metadata["Name"], key, DAY_FORMATS[written], account, region)
    raise ValueError("it has no partition by day, so that each question would read every log file there is")


def not_projected(
    table: Table, metadata: Mapping[str, Any], wanted: Mapping[str, Sequence[str]]
) -> list[str]:
    """Accounts and regions that are wanted, but are not among the values that the table's partitions are projected to."""
    parameters = {k.lower(): v for k, v in (metadata.get("Parameters") or {}).items()}
    missing: list[str] = []
    for key, values in (
        (table.account_key, wanted["accounts"]),
        (table.region_key, wanted["regions"]),
    ):
        if key and parameters.get(f"projection.{key}.type") == "enum":
            there = {one.strip() for one in parameters.get(f"projection.{key}.values", "").split(",")}
            missing += [one for one in values if one not in there]
    return missing


def create_table(
    database: str,
    name: str,
    location: str,
    accounts: Sequence[str],
    regions: Sequence[str],
    since: date,
) -> str:
    """The statement that makes the table over `location` (s3://BUCKET/[PREFIX/]AWSLogs/[o-…/]): one partition a day, account and region.

    The partitions are projected: none is ever added by hand, and none is read that the question does not name.
    """
    root = location.rstrip("/") + "/"
    columns = ",\n".join(f"  {column} {kind}" for column, kind in COLUMNS.items())
    return _CREATE.format(
        table=f"`{_plain(database)}`.`{_plain(name)}`",
        columns=columns,
        location=_text(root),
        accounts=_text(",".join(accounts)),
        regions=_text(",".join(regions)),
        since=_text(f"{since:%Y/%m/%d},NOW"),
        template=_text(f"{root}${{account}}/CloudTrail/${{region}}/${{day}}/"),
    )


_CREATE = """\
CREATE EXTERNAL TABLE IF NOT EXISTS {table} (
{columns}
)
PARTITIONED BY (account string, region string, day string)
ROW FORMAT SERDE 'org.apache.hive.hcatalog.data.JsonSerDe'
STORED AS INPUTFORMAT 'com.amazon.emr.cloudtrail.CloudTrailInputFormat'
OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'
LOCATION {location}
TBLPROPERTIES (
  'projection.enabled' = 'true',
  'projection.account.type' = 'enum',
  'projection.account.values' = {accounts},
  'projection.region.type' = 'enum',
  'projection.region.values' = {regions},
  'projection.day.type' = 'date',
  'projection.day.format' = 'yyyy/MM/dd',
  'projection.day.interval' = '1',
  'projection.day.interval.unit' = 'DAYS',
  'projection.day.range' = {since},
  'storage.location.template' = {template}
)"""


def question(
    table: Table,
    since: datetime,
    until: datetime,
    accounts: Sequence[str],
    regions: Sequence[str],
    partition: str,
) -> str:
    """Sums of all calls from `since` until before `until` (UTC), as rows of RESULT. Reads the partitions of those days only.

    CloudTrail files a record under the day it delivers it: a record of shortly before midnight lies a day later.
    """
    last = until.date() + timedelta(days=1)
    where = [f"{_name(table.day_key)} BETWEEN {_day(table, since.date())} AND {_day(table, last)}"]
    for key, values in ((table.account_key, accounts), (table.region_key, regions)):
        if key:
            where.append(f"{_name(key)} IN ({', '.join(_text(one) for one in values)})")
    return QUESTION.format(
        table=f"{_name(table.database)}.{_name(table.name)}",
        partitions="\n    AND ".join(where),
        since=_text(f"{since:%Y-%m-%dT%H:%M:%SZ}"),
        until=_text(f"{until:%Y-%m-%dT%H:%M:%SZ}"),
        aws=_text(f"arn:{partition}:events:"),
    )


def _day(table: Table, day: date) -> str:
    return _text(day.strftime(table.day_format))


def _text(value: str) -> str:
    """A literal."""
    return "'" + value.replace("'", "''") + "'"


def _name(value: str) -> str:
    """A quoted name of a question."""
    return '"' + value.replace('"', '""') + '"'


def _plain(value: str) -> str:
    """A name as a statement of Hive's takes it. Raises ValueError for one that Athena would not."""
    if not re.fullmatch(r"[A-Za-z0-9_]+", value):
        raise ValueError(f"{value!r} is no name of a database or table: letters, digits and underscores")
    return value
