"""What a query of Athena or Logs Insights answers – sums by the hour of reduced identities – as HOURLY rows.

The reduced identity is judged by `principal_of`, as whole ones of log files are: each rule of who a principal is stands there alone.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from collectors.evidence import state
from collectors.evidence.reading import HOURLY, SEEN
from collectors.principals import Principal, principal_of
from collectors.scope import Scope

HOUR = timedelta(hours=1)
_MOST = 1 << 50
"""Entries of an hour: no account puts as many."""


def hourly(rows: Iterable[Mapping[str, Any]], evidence: str) -> tuple[pa.Table, int]:
    """HOURLY of an answer's rows, those without any entry left out; and how many rows cannot be read.

    A row has hour (2026-11-25T10), account, region, action, identity_type, identity_arn, identity_account, via, bus_arn, source,
    detail_type, events, failed, first_seen and last_seen (2026-11-25T10:00:00Z).
    """
    columns: dict[str, list[Any]] = {name: [] for name in HOURLY.names}
    who = cache(_principal)
    odd = 0
    for row in rows:
        try:
            given = _hour_of(row, evidence, who)
        except (ValueError, TypeError, OverflowError):
            odd += 1
            continue
        for column, value in zip(columns.values(), given, strict=False):
            column.append(value)
    return pa.table(columns, schema=HOURLY), odd


def _hour_of(row: Mapping[str, Any], evidence: str, who: Callable[..., Principal]) -> tuple[Any, ...]:
    """A row's values; none where it has no entry. Raises ValueError, TypeError or OverflowError for what is no such row."""
    events, failed = int(row["events"] or 0), int(row["failed"] or 0)
    if not events + failed:
        return ()
    if not (0 <= events < _MOST and 0 <= failed < _MOST):
        raise ValueError("no number of entries")
    principal = who(row["identity_type"], row["identity_arn"], row["identity_account"], row["via"])
    return (
        *(_time(f"{row['hour']}:00:00Z"), row["account"], row["region"]),
        *(principal.name, principal.kind, principal.account, principal.via, row["action"]),
        *(row["bus_arn"], row["source"], row["detail_type"], evidence, events, failed),
        *(_time(row["first_seen"]), _time(row["last_seen"])),
    )


def _principal(kind: str | None, arn: str | None, account: str | None, via: str | None) -> Principal:
    return principal_of({"type": kind, "arn": arn, "accountId": account, "invokedBy": via})


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def of_scope(table: pa.Table, scope: Scope) -> pa.Table:
    """The rows of the scope's account and region; in the run's first scope also those that belong to none."""
    aws = scope.run.aws
    account, region = table["account"], table["region"]
    mine = pc.and_(pc.equal(account, scope.account), pc.equal(region, scope.region))
    if scope.is_first:
        inside = pc.and_(
            pc.is_in(account, pa.array(aws.accounts, pa.string())),
            pc.is_in(region, pa.array(aws.regions, pa.string())),
        )
        mine = pc.or_(mine, pc.invert(inside))
    return table.filter(mine)


def window(scope: Scope, kind: str, evidence: str) -> tuple[datetime, datetime]:
    """From which hour until before which to ask, for all scopes of the run.

    From where the last run left off, less the days that a record may be late; never less than the hours that metrics go back.
    """
    settings, now = scope.settings, _hour(datetime.now(UTC))
    first = now - timedelta(hours=settings.metric_hours)
    read = [_hour(at) - timedelta(days=settings.late_days) for at in _read_until(scope, kind, evidence)]
    oldest = now - timedelta(days=settings.trace_days)
    return max(oldest, min([first, *read])), now + HOUR


def _hour(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def _read_until(scope: Scope, kind: str, evidence: str) -> list[datetime]:
    """Up to when the scopes of the last run were read, those that were."""
    table = state.seen(scope, everywhere=True)
    same = pc.and_(pc.equal(table["kind"], kind), pc.equal(table["evidence"], evidence))
    return [at for at in table.filter(same)["at"].to_pylist() if at]


def seen(kind: str, evidence: str, at: datetime) -> pa.Table:
    """What is remembered: up to when was read."""
    row = dict.fromkeys(SEEN.names) | {"kind": kind, "evidence": evidence, "at": at, "count": 0}
    return pa.Table.from_pylist([row], schema=SEEN)
