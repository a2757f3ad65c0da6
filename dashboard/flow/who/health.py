"""How things do: rates, failures, backlog and age from CloudWatch, and the first broken stage of a path in a sentence.

Judged on the last 3 hours of the window that was collected: a rule or subscriber fails when an invocation was lost for
good or dead-lettered; a function, topic or pipe when at least 5% of its calls failed; a queue when its oldest message is
older than 15 minutes, a dead-letter queue when it holds anything.
"""

from collections.abc import Iterable, Mapping

from dashboard.flow.answers import Consumer, Consumers, Health, HealthState, Producers
from dashboard.flow.model import metrics
from dashboard.flow.model.estate import Estate
from dashboard.flow.model.metrics import Figures, Series

SHARE = 0.05
OLD_SECONDS = 900
_DASH = "\N{EN DASH}"


def health(estate: Estate, arns: Iterable[str]) -> dict[str, Health]:
    """Health of each of these things."""
    if "metrics" not in estate.memory:
        estate.memory["metrics"] = metrics.by_arn(estate.snapshot.metric_batches())
    series: dict[str, list[Series]] = estate.memory["metrics"]
    return {arn: _judge(estate, arn, metrics.figures(series.get(arn, ()))) for arn in dict.fromkeys(arns)}


def _judge(estate: Estate, arn: str, found: Figures) -> Health:
    state, says = _state(estate, arn, found)
    return Health(
        arn=arn,
        state=state,
        says=says,
        rate_3h=found.rate_3h,
        rate_24h=found.rate_24h,
        failed_3h=found.failed_3h,
        failed_24h=found.failed_24h,
        backlog=found.backlog,
        age_seconds=found.age,
        dead_lettered=found.backlog if is_dead_letter(estate, arn) else found.dead_3h,
        window_end=found.end,
    )


def is_dead_letter(estate: Estate, arn: str) -> bool:
    """Whether anything names it as its dead-letter queue."""
    if "dead-letters" not in estate.memory:
        subs = {sub.row["dead_letter_arn"] for sub in estate.subscriptions}
        resources = {row["dead_letter_arn"] for row in estate.resources.values()}
        estate.memory["dead-letters"] = (
            subs | resources | {row["dead_letter_arn"] for row in estate.buses.values()}
        )
    return arn in estate.memory["dead-letters"]


def _state(estate: Estate, arn: str, found: Figures) -> tuple[HealthState, str]:
    name, kind = estate.name_of(arn), estate.kind_of(arn)
    if found.end is None:
        return "unknown", f"No metrics were collected for {kind} {name}."
    trouble = (
        _queue_trouble(estate, arn, name, found) if kind == "queue" else _call_trouble(kind, name, found)
    )
    if trouble:
        return "failing", trouble
    if found.rate_24h is None and found.backlog is None:
        return "unknown", f"CloudWatch has no points for {kind} {name} in the window."
    if not found.rate_24h:
        return "idle", f"{kind.capitalize()} {name} had no traffic in the last 24 hours."
    return (
        "ok",
        f"{kind.capitalize()} {name} had {_number(found.rate_3h)} an hour in the last 3 hours, and no trouble.",
    )


def _queue_trouble(estate: Estate, arn: str, name: str, found: Figures) -> str | None:
    if is_dead_letter(estate, arn):
        held = found.backlog or 0
        return f"Dead-letter queue {name} holds {_number(held)} messages." if held > 0 else None
    if (found.age or 0) > OLD_SECONDS:
        minutes = (found.age or 0) / 60
        return f"Queue {name} holds {_number(found.backlog)} messages, the oldest for {_number(minutes)} minutes."
    return None


def _call_trouble(kind: str, name: str, found: Figures) -> str | None:
    failed, dead = found.failed_3h or 0, found.dead_3h or 0
    if kind in ("rule", "subscriber"):
        if failed > 0:
            return f"{kind.capitalize()} {name} lost {_number(failed)} invocations in the last 3 hours."
        return (
            f"{kind.capitalize()} {name} dead-lettered {_number(dead)} events in the last 3 hours."
            if dead > 0
            else None
        )
    calls = round((found.rate_3h or 0) * 3)
    if failed > 0 and failed >= SHARE * calls:
        return f"{kind.capitalize()} {name} had {_number(failed)} failures in the last 3 hours."
    return None


def _number(value: float | None) -> str:
    if value is None:
        return "an unknown number of"
    return f"{value:,.0f}" if value >= 10 or value == int(value) else f"{value:.1f}"


def stages(estate: Estate, row: Consumer) -> list[str]:
    """ARNs of the path's stages in order: what carries, what it reaches, and the dead-letter queue of each."""
    found: list[str] = []
    for hop in row.path:
        if hop.by in estate.rules:
            found.append(hop.by or "")
            found += [
                sub.row["dead_letter_arn"] for sub in estate.rules[hop.by or ""] if sub.row["dead_letter_arn"]
            ]
        found.append(hop.arn)
        dead = (estate.row_of(hop.arn) or {}).get("dead_letter_arn")
        found += [dead] if dead else []
    return list(dict.fromkeys(found))


def broken(estate: Estate, row: Consumer, known: Mapping[str, Health] | None = None) -> str | None:
    """The first broken stage of the path in a sentence; null when none is seen to be."""
    if not row.active or row.deliverable == "no":
        return row.why
    order = stages(estate, row)
    found = known if known is not None and all(arn in known for arn in order) else health(estate, order)
    return next((found[arn].says for arn in order if found[arn].state == "failing"), None)


def sentence(answer: Consumers, made: Producers, found: Mapping[str, Health]) -> str:
    """The answer before the picture, e.g. "OrderPlaced (com.acme.orders) is produced by 1 service and consumed by 7 – …"."""
    rows = [row for row in answer.consumers if row.active]
    always = {row.arn for row in rows if row.delivery == "always"}
    sometimes = {row.arn for row in rows} - always
    domains = {row.domain for row in rows if row.domain}
    # a rule that forwards is evidence for its bus, but nobody's idea of a service that produces
    seen = {
        row.arn for row in made.producers if row.evidence in ("observed", "declared") and row.kind != "rule"
    }
    text = f"{answer.event.detail_type} ({answer.event.source}) is produced by {_count(len(seen), 'service')}"
    text += f" and consumed by {len(always | sometimes) or 'nobody'}"
    if rows:
        text += f" {_DASH} {len(always)} always, {len(sometimes)} depending on the payload {_DASH}"
        text += f" in {_count(len(domains), 'domain')}" if domains else " in no named domain"
    refused = {row.arn for row in rows} - {row.arn for row in rows if row.deliverable != "no"}
    failing = {row.arn for row in rows if row.arn in found and found[row.arn].state == "failing"}
    text += "."
    if refused:
        text += f" {_count(len(refused), 'consumer')} cannot be delivered to."
    if failing:
        text += f" {_count(len(failing), 'consumer')} {'is' if len(failing) == 1 else 'are'} failing."
    return text if answer.complete else f"{text} Not all could be read."


def _count(number: int, word: str) -> str:
    return f"{number or 'no'} {word}{'' if number == 1 else 's'}"
