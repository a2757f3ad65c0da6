"""python -m collectors.evidence.athena_table: prints the statement that makes Athena's table of a trail, filled in.

Without LOCATION the trails of the account that log PutEvents tell where their log files lie; nothing is made, the statement is for
the person to run. Of several trails each gets a table, and stderr says that Headwater asks one of them alone.
Exit codes: 0 printed, 1 AWS refused to tell, 2 bad usage.
"""

import argparse
import sys
import threading
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from collectors import settings as settings_module
from collectors.aws import Aws
from collectors.errors import HeadwaterError, UsageError
from collectors.evidence.athena_sql import create_table
from collectors.evidence.trails import logs_put_events
from collectors.scope import Run, Scope


def main(argv: Sequence[str] | None = None) -> int:
    """The command. Statements go to stdout, all else to stderr."""
    parser = argparse.ArgumentParser(
        "python -m collectors.evidence.athena_table", description=__doc__.splitlines()[0]
    )
    parser.add_argument(
        "location", nargs="?", help="s3://BUCKET/[PREFIX/]AWSLogs/[o-…/]; default: what the trails tell"
    )
    parser.add_argument(
        "--accounts", help="account ids, separated by commas (default: those of the settings)"
    )
    parser.add_argument("--regions", help="regions, separated by commas (default: those of the settings)")
    parser.add_argument(
        "--since", type=date.fromisoformat, help="first day of the log files (default: 90 days ago)"
    )
    asked = parser.parse_args(argv)
    try:
        given = settings_module.read(accounts=asked.accounts, regions=asked.regions)
        since = asked.since or (datetime.now(UTC) - timedelta(days=90)).date()
        sys.stdout.write(";\n\n".join(_statements(given, asked.location, since)) + ";\n")
    except UsageError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except HeadwaterError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _statements(given: settings_module.Settings, location: str | None, since: date) -> list[str]:
    accounts, regions, found = given.accounts, given.regions, [location] if location else []
    if not (location and accounts and regions):
        aws = Aws(given, threading.Event())
        accounts, regions = aws.accounts, aws.regions
        run = Run(aws, given, threading.Event())
        scopes = [Scope(run, aws.home_account, region, "traces") for region in aws.regions]
        found = found or _locations(scopes)
    if not found:
        raise UsageError(
            "No trail of this account logs PutEvents (Coverage has the command that turns it on), or it writes no log files: "
            "name where they lie, s3://BUCKET/…/AWSLogs/."
        )
    names = {given.athena_table + (f"_{n}" if n else ""): one for n, one in enumerate(found)}
    try:
        database = f"CREATE DATABASE IF NOT EXISTS `{given.athena_database}`"
        tables = [
            create_table(given.athena_database, name, one, accounts, regions, since)
            for name, one in names.items()
        ]
    except ValueError as error:
        raise UsageError(f"{error}.") from error
    if len(names) > 1:
        sys.stderr.write(_several(names, given.athena_table))
    return [database, *tables]


def _several(names: Mapping[str, str], asked: str) -> str:
    told = "".join(f"  {name}: {location}\n" for name, location in names.items())
    return (
        f"{len(names)} trails may log PutEvents. Headwater asks one table, that of the setting athena_table (now {asked}):\n"
        f"{told}Let athena_table name the one whose trail logs the accounts of your settings, or gather the trails in one bucket.\n"
    )


def _locations(scopes: Iterable[Scope]) -> list[str]:
    """Where the trails write that log PutEvents, or whose selectors may not be read. Raises HeadwaterError."""
    trails: dict[str, tuple[Scope, dict[str, Any]]] = {}
    for scope in scopes:
        for one in scope.call("cloudtrail", "describe_trails", needs="trailList")["trailList"]:
            trails[one["TrailARN"]] = (scope, one)
    wanted = (
        (scope, one)
        for scope, one in trails.values()
        if one.get("S3BucketName") and logs_put_events(scope, one)
    )
    return list(dict.fromkeys(_location(scope, one) for scope, one in wanted))


def _location(scope: Scope, trail: dict[str, Any]) -> str:
    """An organization's trail puts its id between AWSLogs/ and the account."""
    bucket, prefix = trail["S3BucketName"], (trail.get("S3KeyPrefix") or "").strip("/")
    base = f"{prefix}/AWSLogs/" if prefix else "AWSLogs/"
    if trail.get("IsOrganizationTrail"):
        found = scope.pages(
            "s3", "list_objects_v2", "CommonPrefixes", Bucket=bucket, Prefix=base, Delimiter="/"
        )
        below = (one.get("Prefix") or "" for one in found)
        base = next((one for one in below if one.removeprefix(base).startswith("o-")), base)
    return f"s3://{bucket}/{base}"


if __name__ == "__main__":
    sys.exit(main())
