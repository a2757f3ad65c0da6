"""PutEvents records by Logs Insights, where a trail delivers to a log group of CloudWatch Logs: two queries for each group and range.

`TOTALS` counts entries by the hour. It cannot tell which entries of a call were rejected (`unnest` keeps no positions, so answers do
not meet their entries), nor leave out a record that was delivered twice (nothing may follow `dedup`). So `SINGLES` gives the calls of
which that matters one by one, and they are counted here by the rules of log files. Records of an unknown version, and calls that name
no entries, are not counted and not told.
cloudtrail:DescribeTrails; logs:StartQuery, GetQueryResults, StopQuery.
"""

import contextvars
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import product
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from collectors import log_queries
from collectors.errors import RefusedError
from collectors.evidence import sums
from collectors.evidence.counting import counted
from collectors.evidence.insights_text import SINGLES, TOTALS, text_of
from collectors.evidence.reading import HOURLY, Reading
from collectors.evidence.shared import Shared
from collectors.evidence.trails import logs_put_events
from collectors.log_queries import START, Row, run_query
from collectors.scope import Scope
from collectors.unread import rows_of

SIDE_BY_SIDE = 5
"""Queries at a time: an account and region may have thirty, and others ask too."""
LATE = timedelta(hours=1)
"""How long after the call its record may reach the log group, and still be found when its hour is asked about alone."""
Range = tuple[datetime, datetime]


@dataclass
class Answer:
    """What the log groups told all scopes of the run: of each group (evidence) the ranges that were read, and their rows."""

    reader: Scope
    """Holds the gaps."""
    groups: dict[str, list[tuple[Range, pa.Table]]] = field(default_factory=dict)
    until: dict[str, datetime] = field(default_factory=dict)
    """Up to when each was read."""
    without: set[tuple[str, str]] = field(default_factory=set)
    """Accounts and regions of which trails log PutEvents, and none delivers to a log group."""


def read(scope: Scope) -> Iterator[Reading]:
    """What the log groups tell of this scope. Each hour that was read stands for what was known of it before."""
    shared: Shared[Answer] = scope.run.once("traces by Logs Insights", Shared)
    answer = shared.get(lambda: _ask(scope))
    for gap in answer.reader.gaps:
        if scope.is_first or gap.status != "partial":
            scope.gaps.append(gap)
            scope.lose(*([rows_of("traces")] if gap.status != "partial" else ()))
    readings = [
        Reading(sums.of_scope(rows, scope), span, evidence)
        for evidence, parts in answer.groups.items()
        for span, rows in parts
    ]
    readings = _of_one_group(scope, readings)
    place = scope.account, scope.region
    if readings and place in answer.without and not any(len(one.rows) for one in readings):
        told = "No trail of this account and region delivers to CloudWatch Logs, though one logs PutEvents: its calls were not read."
        scope.gap("partial", "cloudtrail:DescribeTrails", "NoLogGroup", told)
    if readings:
        seen = [sums.seen("insights", evidence, at) for evidence, at in answer.until.items()]
        yield from readings[:-1]
        yield readings[-1]._replace(seen=pa.concat_tables(seen))


def _of_one_group(scope: Scope, readings: list[Reading]) -> list[Reading]:
    """Where several groups hold calls of this account and region, those of the one that holds most: they would count twice."""
    held: Counter[str] = Counter()
    for one in readings:
        held[one.evidence or ""] += sum(pc.sum(one.rows[name]).as_py() or 0 for name in ("events", "failed"))
    chosen, *others = [evidence for evidence, entries in held.most_common() if entries] or [""]
    if not others:
        return readings
    told = f"{len(others) + 1} log groups hold calls of this account and region; only {chosen} was taken, the same call would count twice. Name one with trail_log_group."
    scope.gap("partial", START, "SeveralGroups", told, chosen)
    nothing = HOURLY.empty_table()
    return [one._replace(rows=nothing) if one.evidence in others else one for one in readings]


def _ask(scope: Scope) -> Answer:
    reader = Scope(scope.run, scope.account, scope.region, scope.collector)
    answer = Answer(reader)
    groups = _groups(scope, answer)
    if not groups and not reader.gaps:
        told = "No trail of these accounts delivers to CloudWatch Logs: name the log group with trail_log_group, or choose another trail_reader."
        reader.gap("failed", "cloudtrail:DescribeTrails", "NoLogGroup", told)
    for evidence, owner in groups.items():
        owner.tally = scope.tally
        since, until = sums.window(scope, "insights", evidence)
        group = _Group(owner, reader, evidence)
        found = group.read(since, until)
        if found:
            answer.groups[evidence] = found
            answer.until[evidence] = min([until, *group.refused])
    return answer


def _groups(scope: Scope, answer: Answer) -> dict[str, Scope]:
    """Evidence of each log group → where it is asked; where none is, that is noted in the answer."""
    given, aws = scope.settings.trail_log_group, scope.run.aws
    if given and not given.startswith("arn:"):
        given = f"arn:{aws.partition}:logs:{aws.regions[0]}:{aws.home_account}:log-group:{given}"
    arns = [given] if given else []
    # a trail of one region is told in that region only
    for account, region in () if given else product(aws.accounts, aws.regions):
        owner = Scope(scope.run, account, region, scope.collector)
        asked = partial(owner.call, "cloudtrail", "describe_trails", "trailList")
        trails = (answer.reader.attempt(asked, f"{account} {region}") or {}).get("trailList") or ()
        named = [one["CloudWatchLogsLogGroupArn"] for one in trails if one.get("CloudWatchLogsLogGroupArn")]
        arns += named
        if not named and any(_logs_put_events(owner, one) for one in trails):
            answer.without.add((account, region))
    found: dict[str, Scope] = {}
    for arn in arns:
        parts = arn.removesuffix(":*").split(":", 6)
        if len(parts) == 7:
            found[f"insights:{':'.join(parts)}"] = Scope(scope.run, parts[4], parts[3], scope.collector)
    return found


def _logs_put_events(owner: Scope, trail: dict[str, Any]) -> bool:
    key = f"selectors of {trail.get('TrailARN')}"
    return bool(trail.get("TrailARN")) and owner.run.once(key, partial(logs_put_events, owner, trail))


@dataclass
class _Group:
    """One log group being read. Gaps are told to `reader`."""

    owner: Scope
    reader: Scope
    evidence: str
    refused: list[datetime] = field(default_factory=list)
    """Where ranges begin that AWS refused to tell: the next run asks from there again."""

    def read(self, since: datetime, until: datetime) -> list[tuple[Range, pa.Table]]:
        """The ranges that could be read, each with its rows. One of which there is too much is halved, down to an hour."""
        todo: list[Range] = [(since, until)]
        found: list[tuple[Range, pa.Table]] = []
        problems: Counter[str] = Counter()
        with ThreadPoolExecutor(SIDE_BY_SIDE, thread_name_prefix="headwater-insights") as pool:
            while todo:
                asked = [
                    (one, pool.submit(contextvars.copy_context().run, partial(self._ask, *one)))
                    for one in todo
                ]
                todo = []
                for span, future in asked:
                    try:
                        answers = future.result()
                    except RefusedError as error:
                        self.reader.refuse(error, self.evidence)
                        self.refused.append(span[0])
                        continue
                    if answers is None:
                        todo += self._halves(*span)
                        continue
                    rows, told = counted(*answers, self.evidence, self.owner.run.aws.partition)
                    found.append((span, rows))
                    problems += told
        for reason, count in problems.items():
            told_of = f"{count} {reason}; in {self.evidence}."
            self.reader.gap("partial", self.evidence, "UnexpectedShape", told_of, self.evidence)
        return found

    def _ask(self, since: datetime, until: datetime) -> tuple[Sequence[Row], Sequence[Row]] | None:
        """Totals and singles of a range; None when there is more than a query gives.

        Singles first: a record that comes again meanwhile is then counted too often for once, and never too seldom.
        """
        answers = []
        for query in (SINGLES, TOTALS):
            group = self.evidence.removeprefix("insights:")
            rows = run_query(self.owner, [group], text_of(query, since, until), since, until + LATE)
            if len(rows) >= log_queries.MOST_ROWS:
                return None
            answers.append(rows)
        return answers[1], answers[0]

    def _halves(self, since: datetime, until: datetime) -> list[Range]:
        hours = round((until - since) / sums.HOUR)
        if hours <= 1:
            told = f"{self.evidence} gives more than {log_queries.MOST_ROWS:,} rows of the hour from {since:%Y-%m-%d %H:%M} UTC: it was not read. Read this trail with trail_reader = athena."
            self.reader.gap("failed", START, "TooMany", told, self.evidence)
            return []
        middle = since + (hours // 2) * sums.HOUR
        return [(since, middle), (middle, until)]
