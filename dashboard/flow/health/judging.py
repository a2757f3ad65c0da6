"""How things do: rates, failures, backlog and age, and for what is in trouble the sentence with its beginning.

Judged on the last 3 hours of the window that was collected (flow/health/symptoms); what is not known is unknown (states).
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from dashboard.flow.answers import Consumer, Health, Trouble
from dashboard.flow.health import lines, symptoms
from dashboard.flow.health.beginning import Since
from dashboard.flow.health.states import is_old, state_of
from dashboard.flow.health.symptom import Symptom
from dashboard.flow.health.things import (
    Thing,
    dead_letters,
    events,
    is_dead_letter,
    is_whole,
    learn,
    measured,
    thing,
)
from dashboard.flow.model import metrics
from dashboard.flow.model.estate import Estate

SENT = ("InvocationsSentToDlq", "OnFailureDestinationDelivered")
"""What counts the dead letters of a rule and of a subscriber."""
COUNTED = ("rule", "subscriber")


def health(estate: Estate, arns: Iterable[str]) -> dict[str, Health]:
    """Health of each of these things. Judged once."""
    known: dict[str, Health] = estate.memory.setdefault("health", {})
    wanted = list(dict.fromkeys(arns))
    new = [arn for arn in wanted if arn not in known]
    troubles = troubles_of(estate, new) if new else {}
    for arn in new:
        known[arn] = _judge(thing(estate, arn), troubles.get(arn, ()))
    return {arn: known[arn] for arn in wanted}


def troubles_of(estate: Estate, arns: Iterable[str]) -> dict[str, tuple[Trouble, ...]]:
    """ARN → its troubles, each with its beginning; those without any are left out. Judged once.

    Of an estate of tens of thousands of things only those that seem to be in trouble are kept at hand.
    """
    known: dict[str, tuple[Trouble, ...]] = estate.memory.setdefault("troubles", {})
    wanted = list(dict.fromkeys(arns))
    suspects: list[tuple[Thing, list[Symptom]]] = []
    new = [arn for arn in wanted if arn not in known]
    learn(estate, [arn for arn in new if symptoms.is_odd(thing(estate, arn))])
    for arn in new:
        one = thing(estate, arn)
        told = list(symptoms.symptoms(one))
        known[arn] = ()
        suspects += [(one, told)] if told else []
    read = lines.read(estate, [one.arn for one, _ in suspects])
    for one, told in suspects:
        borne_out = [symptom for symptom in told if symptom.holds is None or symptom.holds(read)]
        begun = [(symptom, symptom.began(read)) for symptom in borne_out]
        known[one.arn] = tuple(
            _trouble(one, symptom, since)
            for symptom, since in begun
            if symptom.sure or (since is not None and since.at is not None)
        )
    return {arn: known[arn] for arn in wanted if known[arn]}


def _trouble(one: Thing, symptom: Symptom, since: Since | None) -> Trouble:
    end = max((row.end for row in one.series.values()), default=None)
    says = f"{_dated(one, symptom.says, end)}{since.says(measured(one.estate).end) if since else ''}."
    return Trouble(
        arn=one.arn,
        kind=one.kind,
        name=one.name,
        stage=symptom.stage,
        says=f"{says} {symptom.more}".rstrip(),
        since=since.at if since else None,
        always=since is not None and since.at is None,
        lost=max(symptom.lost, 0.0),
        dead_lettered=symptom.dead_lettered,
        waiting=symptom.waiting,
        age_seconds=symptom.age_seconds,
        failed=symptom.failed,
        missing=symptom.missing,
    )


def _dated(one: Thing, says: str, end: datetime | None) -> str:
    """Of metrics that could not be read again the time that they tell of, where the rest of the estate is further on."""
    if end is None or not is_old(one):
        return says
    at = f"{end.astimezone(UTC):%d %b %H:%M} UTC"
    found = re.sub(r"in the last (\d+) hours", rf"in the \1 hours before {at}", says)
    return found if found != says else f"{says} at {at}, where its metrics end"


def _judge(one: Thing, troubles: tuple[Trouble, ...]) -> Health:
    found = metrics.figures(one.series.values(), whole=is_whole(one.estate, one.arn))
    told = state_of(one, found, troubles)
    return Health(
        arn=one.arn,
        state=told.state,
        says=told.says,
        rate_3h=found.rate_3h,
        rate_24h=found.rate_24h,
        failed_3h=found.failed_3h,
        failed_24h=found.failed_24h,
        backlog=found.backlog,
        age_seconds=found.age,
        dead_lettered=found.backlog if is_dead_letter(one.estate, one.arn) else found.dead_3h,
        window_end=found.end,
        since=next((trouble.since for trouble in troubles if trouble.since), None),
    )


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
    """The first broken stage of the path in a sentence; null when none is seen to be. Where dead letters lie comes last."""
    if not row.active or row.deliverable == "no":
        return row.why
    order = stages(estate, row)
    found = known if known is not None and all(arn in known for arn in order) else health(estate, order)
    dead = [arn for arn in order if is_dead_letter(estate, arn)]
    way = [arn for arn in order if arn not in dead]
    filled = [arn for arn in dead if _fills(estate, way, arn)]
    return next((found[arn].says for arn in (*way, *filled) if found[arn].state == "failing"), None)


def unclear(estate: Estate, row: Consumer) -> str | None:
    """What is in trouble beside the path and may be of it: a dead-letter queue that it shares, and that grows by letters that nobody counts."""
    if not row.active or row.deliverable == "no":
        return None
    order = stages(estate, row)
    dead = [arn for arn in order if is_dead_letter(estate, arn)]
    way = [arn for arn in order if arn not in dead]
    return next((told for arn in dead if (told := _may_fill(estate, way, arn))), None)


def _may_fill(estate: Estate, way: Sequence[str], queue: str) -> str | None:
    """Of a queue and a function nothing counts the dead letters: theirs are those that no rule or subscriber put there, by half or more."""
    grown = max((trouble.dead_lettered for trouble in troubles_of(estate, [queue]).get(queue, ())), default=0)
    if not grown:
        return None
    owners = dead_letters(estate).get(queue, ())
    mine = [arn for arn in way if arn in owners]
    others = len(owners) - len(mine)
    is_uncounted = any(estate.kind_of(arn) not in COUNTED for arn in mine)
    if not others or not is_uncounted or grown <= 2 * _counted(estate, queue):
        return None
    says = f"Dead-letter queue {estate.name_of(queue)} grew by {events(grown, 'message')} in 24 hours"
    return f"{says}; it is shared with {events(others, 'other')}, whose they are is not known."


def _counted(estate: Estate, queue: str) -> float:
    """How many letters rules and subscribers count that they put there within 24 hours. Added up once: a queue may be that of thousands."""
    known: dict[str, float] = estate.memory.setdefault("counted-letters", {})
    if queue not in known:
        known[queue] = sum(_letters(estate, arn) for arn in dead_letters(estate).get(queue, ()))
    return known[queue]


def _letters(estate: Estate, arn: str) -> float:
    """How many dead letters a rule or subscriber counts within 24 hours. Added up once."""
    known: dict[str, float] = estate.memory.setdefault("letters", {})
    if arn not in known:
        known[arn] = thing(estate, arn).count(*SENT, hours=24)
    return known[arn]


def _fills(estate: Estate, way: Sequence[str], queue: str) -> bool:
    """Whether the dead letters in a queue are of this way: nobody else's, or one of its stages put some there within a day."""
    owners = dead_letters(estate).get(queue, ())
    mine = [arn for arn in way if arn in owners]
    return len(mine) == len(owners) or any(_letters(estate, arn) > 0 for arn in mine)
