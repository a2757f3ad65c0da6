"""The statements of Athena: the table over a trail's log files, and the one question that is asked of it.

Written in Athena's own dialect (Trino). The question reduces the records where they lie, by the rules of `put_events`: what comes
back is sums by the hour. Of a session only the role is left before anything is grouped, so no session name leaves Athena;
access keys, addresses and event bodies are never selected, and the table made by `create_table` has no columns for the first two.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

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
    return _QUESTION.format(
        table=f"{_name(table.database)}.{_name(table.name)}",
        partitions="\n    AND ".join(where),
        since=_text(f"{since:%Y-%m-%dT%H:%M:%SZ}"),
        until=_text(f"{until:%Y-%m-%dT%H:%M:%SZ}"),
        aws=_text(f"arn:{partition}:events:"),
    )


RESULT = (
    *("hour", "account", "region", "action", "identity_type", "identity_arn", "identity_account", "via"),
    *("bus_arn", "source", "detail_type", "events", "failed", "first_seen", "last_seen"),
    *("other_version", "no_record", "no_entries", "no_type", "untold"),
)
"""Columns of the answer. The last five count what was left out, or not told, as `put_events` does."""

_QUESTION = r"""
WITH records AS (
  SELECT
    eventid,
    eventtime,
    eventname,
    awsregion AS region,
    coalesce(NULLIF(recipientaccountid, ''), NULLIF(useridentity.accountid, '')) AS account,
    useridentity.type AS identity_type,
    NULLIF(useridentity.accountid, '') AS identity_account,
    NULLIF(useridentity.invokedby, '') AS via,
    coalesce(NULLIF(useridentity.sessioncontext.sessionissuer.arn, ''), NULLIF(useridentity.arn, '')) AS caller,
    coalesce(errorcode, '') <> '' AS refused,
    TRY_CAST(json_extract(requestparameters, '$.entries') AS ARRAY(JSON)) AS asked,
    TRY_CAST(json_extract(responseelements, '$.entries') AS ARRAY(JSON)) AS answers,
    TRY_CAST(json_extract_scalar(responseelements, '$.failedEntryCount') AS BIGINT) AS failed_count,
    coalesce(eventversion, '') <> '' AND substr(eventversion, 1, 2) <> '1.' AS is_other,
    regexp_like(coalesce(eventtime, ''), '^\d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\dZ$') AS is_dated,
    row_number() OVER (PARTITION BY eventid ORDER BY eventtime) AS copy
  FROM {table}
  WHERE {partitions}
    AND eventsource = 'events.amazonaws.com'
    AND eventname IN ('PutEvents', 'PutPartnerEvents')
),
calls AS (
  SELECT
    *,
    coalesce(cardinality(asked), 0) AS size,
    coalesce(cardinality(answers), 0) AS answered,
    NOT is_other AND coalesce(eventid, '') <> '' AND is_dated AND coalesce(region, '') <> ''
      AND account IS NOT NULL AS is_record,
    CASE
      WHEN regexp_like(caller, '^([^:]*:){{5}}assumed-role(/.*)?$') THEN concat(
        regexp_extract(caller, '^[^:]*:[^:]*:'), 'iam::',
        coalesce(regexp_extract(caller, '^([^:]*:){{4}}([^:]*):', 2), ''), ':role/',
        coalesce(regexp_extract(caller, '^([^:]*:){{5}}assumed-role/([^/]*)', 2), '')
      )
      WHEN regexp_like(caller, '^([^:]*:){{5}}(role|user|root)(/.*)?$') THEN caller
    END AS identity_arn
  FROM records
  WHERE (copy = 1 OR coalesce(eventid, '') = '')
    AND (NOT is_dated OR (eventtime >= {since} AND eventtime < {until}))
),
entries AS (
  SELECT
    calls.*,
    NULLIF(json_extract_scalar(element_at(asked, nth), '$.source'), '') AS source,
    NULLIF(json_extract_scalar(element_at(asked, nth), '$.detailType'), '') AS detail_type,
    NULLIF(json_extract_scalar(element_at(asked, nth), '$.eventBusName'), '') AS bus,
    CASE
      WHEN refused THEN TRUE
      WHEN failed_count = 0 THEN FALSE
      WHEN answered > 0 THEN
        answered = size AND coalesce(json_extract_scalar(element_at(answers, nth), '$.errorCode'), '') <> ''
      ELSE coalesce(failed_count, 0) = size
    END AS is_failed,
    nth
  FROM calls
  CROSS JOIN UNNEST(sequence(1, greatest(size, 1))) AS numbered (nth)
),
told AS (
  SELECT
    *,
    is_record AND size > 0 AND source IS NOT NULL AND detail_type IS NOT NULL AS is_told
  FROM entries
),
rows_of_entries AS (
  SELECT
    CASE WHEN is_told THEN substr(eventtime, 1, 13) END AS hour,
    CASE WHEN is_told THEN account END AS account,
    CASE WHEN is_told THEN region END AS region,
    CASE WHEN is_told THEN eventname END AS action,
    CASE WHEN is_told THEN identity_type END AS identity_type,
    CASE WHEN is_told THEN identity_arn END AS identity_arn,
    CASE WHEN is_told THEN identity_account END AS identity_account,
    CASE WHEN is_told THEN via END AS via,
    CASE
      WHEN NOT is_told THEN NULL
      WHEN eventname = 'PutPartnerEvents' THEN concat({aws}, region, '::event-source/', source)
      WHEN regexp_like(bus, '^arn:([^:]*:){{4}}') THEN bus
      ELSE concat({aws}, region, ':', account, ':event-bus/', coalesce(bus, 'default'))
    END AS bus_arn,
    CASE WHEN is_told THEN source END AS source,
    CASE WHEN is_told THEN detail_type END AS detail_type,
    CASE WHEN is_told THEN eventtime END AS seen,
    CASE WHEN is_told AND NOT is_failed THEN 1 ELSE 0 END AS accepted,
    CASE WHEN is_told AND is_failed THEN 1 ELSE 0 END AS rejected,
    CASE WHEN is_other AND nth = 1 THEN 1 ELSE 0 END AS other_version,
    CASE WHEN NOT is_record AND NOT is_other AND nth = 1 THEN 1 ELSE 0 END AS no_record,
    CASE WHEN is_record AND size = 0 THEN 1 ELSE 0 END AS no_entries,
    CASE WHEN is_record AND size > 0 AND NOT is_told THEN 1 ELSE 0 END AS no_type,
    CASE
      WHEN is_record AND size > 0 AND nth = 1 AND NOT refused AND coalesce(failed_count, -1) <> 0 AND (
        (answered > 0 AND answered <> size)
        OR (answered = 0 AND coalesce(failed_count, 0) NOT IN (0, size))
      ) THEN 1
      ELSE 0
    END AS untold
  FROM told
)
SELECT
  hour, account, region, action, identity_type, identity_arn, identity_account, via, bus_arn, source, detail_type,
  sum(accepted) AS events,
  sum(rejected) AS failed,
  min(seen) AS first_seen,
  max(seen) AS last_seen,
  sum(other_version) AS other_version,
  sum(no_record) AS no_record,
  sum(no_entries) AS no_entries,
  sum(no_type) AS no_type,
  sum(untold) AS untold
FROM rows_of_entries
GROUP BY hour, account, region, action, identity_type, identity_arn, identity_account, via, bus_arn, source, detail_type
"""


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
