"""What flows through things, or along the paths of an event type, over a range: the series, and the paths stage by stage."""

from collections.abc import Iterable, Sequence

from dashboard.flow.answers import Against, Consumers, FlowSeries, GapNote, Question, Throughput
from dashboard.flow.health.path import path_health
from dashboard.flow.model import completeness, ranges
from dashboard.flow.model.estate import Estate
from dashboard.flow.who.consumers import consumers

SOURCE = "CloudWatch"


def of_event(estate: Estate, asked: Question, name: str = ranges.DEFAULT) -> Throughput:
    """Throughput and health along every path of an event type. Raises UsageError for a bus that nothing knows."""
    answer = consumers(estate, asked)
    arns = _on_the_way(answer)
    gaps = tuple(dict.fromkeys((*answer.gaps, *_gaps(estate, arns))))
    return Throughput(
        asked=f"{asked.source} {asked.detail_type}",
        event=asked,
        snapshot=answer.snapshot,
        known=answer.known,
        complete=answer.complete and not gaps,
        gaps=gaps,
        range=name,
        source=SOURCE,
        series=_series(estate, arns, name),
        paths=tuple(path_health(estate, row) for row in answer.consumers),
        nearest=answer.nearest,
    )


def counted_under(arn: str) -> str:
    """What CloudWatch counts this thing under: itself; a schedule's group, since it counts no single schedule."""
    head, found, path = arn.partition(":schedule/")
    return f"{head}:schedule-group/{path.partition('/')[0]}" if found and ":scheduler:" in head else arn


def of_things(estate: Estate, asked: str, arns: Sequence[str], name: str = ranges.DEFAULT) -> Throughput:
    """Throughput of these things, of schedules that of their groups."""
    gaps = _gaps(estate, arns)
    return Throughput(
        asked=asked,
        event=None,
        snapshot=estate.snapshot.id,
        known=True,
        complete=not gaps,
        gaps=gaps,
        range=name,
        source=SOURCE,
        series=_series(estate, list(dict.fromkeys(map(counted_under, arns))), name),
        paths=(),
    )


def _on_the_way(answer: Consumers) -> list[str]:
    """Subscriptions, and what they lead to, each once, in the order of the rows."""
    found: dict[str, None] = {}
    for row in answer.consumers:
        found.update(
            dict.fromkeys((row.subscription, *(arn for hop in row.path for arn in (hop.by, hop.arn) if arn)))
        )
    return list(found)


def _gaps(estate: Estate, arns: Iterable[str]) -> tuple[GapNote, ...]:
    """What of the metrics could not be read where these things are."""
    places = {(estate.account_of(arn) or "", estate.region_of(arn) or "") for arn in arns}
    told = [gap for gap in estate.gaps if gap.collector == "metrics" and (gap.account, gap.region) in places]
    scopes = [(*place, "metrics") for place in sorted(places)]
    return tuple(dict.fromkeys((*told, *completeness.never_read(estate, scopes, told))))


def _series(estate: Estate, arns: Sequence[str], name: str) -> tuple[FlowSeries, ...]:
    hours = ranges.RANGES[name]
    frame = estate.snapshot.metrics_of(list(arns))
    earlier = {
        against: {(line.arn, line.metric, line.statistic): line for line in ranges.before(frame, hours, back)}
        for against, back in ranges.COMPARED.items()
    }
    order = {arn: at for at, arn in enumerate(arns)}
    lines = sorted(
        ranges.lines(frame, hours), key=lambda line: (order[line.arn], line.metric, line.statistic)
    )
    return tuple(
        _flow(
            estate, line, *(found.get((line.arn, line.metric, line.statistic)) for found in earlier.values())
        )
        for line in lines
    )


def _flow(
    estate: Estate, line: ranges.Line, yesterday: ranges.Line | None, last_week: ranges.Line | None
) -> FlowSeries:
    length = (line.until - line.since).total_seconds() / 3600
    return FlowSeries(
        arn=line.arn,
        kind=estate.kind_of(line.arn),
        name=estate.name_of(line.arn),
        namespace=line.namespace,
        metric=line.metric,
        statistic=line.statistic,
        period_seconds=line.period,
        since=line.since,
        until=line.until,
        total=line.total,
        an_hour=None if line.total is None else line.total / length,
        highest=line.highest,
        last=line.values[-1] if line.values else None,
        yesterday=_against(yesterday),
        last_week=_against(last_week),
        times=line.times,
        values=line.values,
    )


def _against(line: ranges.Line | None) -> Against | None:
    return None if line is None else Against(line.total, line.highest, line.known)
