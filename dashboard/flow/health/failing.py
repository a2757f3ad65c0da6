"""Everything that fails in the estate: troubles that belong together as one, the first broken stage named, worst first."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from dashboard.flow.answers import Failing, FailingPath, Failings, Trouble
from dashboard.flow.health import routes
from dashboard.flow.health.judging import troubles_of
from dashboard.flow.health.states import is_old
from dashboard.flow.health.things import dead_letters, is_dead_letter, measured, thing
from dashboard.flow.model import completeness, trees
from dashboard.flow.model.estate import Estate
from dashboard.flow.model.matching import ALWAYS
from dashboard.flow.walk import paths
from dashboard.flow.walk.paths import Walk

_ORDER = ("matched", "invoked", "delivered", "failed", "retried", "read", "handled", "dead-lettered")
"""In a path: the rule, then the queue and its reader; where the dead letters lie comes last."""
READS = ("event-source-mapping", "pipe-source")
LOOKED_AT = ("queue", "function", "topic", "pipe")
COLLECTORS = ("metrics", "rules", "subscribers", "queues", "functions", "topics", "pipes")

Troubles = dict[str, tuple[Trouble, ...]]


def failings(estate: Estate, domain: str | None = None) -> Failings:
    """What fails, by the metrics of the snapshot; with a domain what is its own or on a way to one of its things."""
    if "failings" not in estate.memory:
        estate.memory["failings"] = _failings(estate)
    found: Failings = estate.memory["failings"]
    if domain is None:
        return found
    mine = tuple(one for one in found.failing if domain in domains_of(estate, one))
    return replace(found, failing=mine)


def domains_of(estate: Estate, one: Failing) -> set[str | None]:
    """The domains that a failing thing touches: its own, those of its buses, and of what its paths end in."""
    ends = [path.path[-1].arn for path in one.paths]
    buses = [path.bus for path in one.paths if path.bus]
    return {one.domain, *(estate.domain_of(arn) for arn in (*ends, *buses))}


def _failings(estate: Estate) -> Failings:
    arns = [*estate.rules, *(arn for arn, row in estate.resources.items() if row["kind"] in LOOKED_AT)]
    series = measured(estate)
    known = set(series.arns())
    looked = [arn for arn in arns if arn in known]
    troubles = troubles_of(estate, looked)
    gaps = tuple(gap for gap in estate.gaps if gap.collector in COLLECTORS)
    scopes = [(*place, "metrics") for place in sorted(estate.places)]
    gaps += tuple(completeness.never_read(estate, scopes, gaps))
    return Failings(
        snapshot=estate.snapshot.id,
        complete=not gaps,
        gaps=gaps,
        window_end=series.end,
        looked_at=len(looked),
        unknown=len(arns) - len(looked),
        failing=tuple(sorted((_failing(estate, group) for group in _groups(estate, troubles)), key=_worst)),
        old=sum(is_old(thing(estate, arn)) for arn in looked),
    )


def _worst(one: Failing) -> tuple[float, float, float, str]:
    """What is gone, or never came; then what failed, and may be tried again or lies somewhere; then what only waits."""
    return -(one.lost + one.missing), -(one.dead_lettered + one.failed), -one.waiting, one.arn


def _groups(estate: Estate, troubles: Troubles) -> Iterable[tuple[Trouble, ...]]:
    """A queue and its readers fail as one; dead letters belong to whose they are, where that is in trouble itself."""
    dead = {arn for arn in troubles if is_dead_letter(estate, arn)}
    together = _joined(estate, {arn: found for arn, found in troubles.items() if arn not in dead})
    explained: dict[str, list[str]] = {}
    for queue in sorted(dead):
        for owner in _owners(estate, queue):
            if owner in together:
                explained.setdefault(together[owner], []).append(queue)
    groups: dict[str, list[str]] = {}
    for arn, first in together.items():
        groups.setdefault(first, []).append(arn)
    for first, members in groups.items():
        queues = [queue for queue in explained.get(first, ()) if queue not in members]
        yield tuple(trouble for arn in dict.fromkeys((*members, *queues)) for trouble in troubles[arn])
    told = {queue for queues in explained.values() for queue in queues}
    for queue in sorted(dead - told):
        yield troubles[queue]


def _joined(estate: Estate, troubles: Troubles) -> dict[str, str]:
    """Thing in trouble → the one that stands for its group."""
    first = {arn: arn for arn in troubles}

    def root(arn: str) -> str:
        while first[arn] != arn:
            arn = first[arn]
        return arn

    for arn in sorted(troubles):
        for link in estate.links_from(arn, *READS):
            if link["to_arn"] in first:
                first[root(link["to_arn"])] = root(arn)
    return {arn: root(arn) for arn in sorted(troubles)}


def _owners(estate: Estate, queue: str) -> list[str]:
    """Whose dead letters lie in the queue, and who reads for them: a function that fails fills its queue's."""
    owners = list(dead_letters(estate).get(queue, ()))
    readers = [link["to_arn"] for owner in owners for link in estate.links_from(owner, *READS)]
    return list(dict.fromkeys((*owners, *readers)))


def _failing(estate: Estate, troubles: Sequence[Trouble]) -> Failing:
    ordered = sorted(troubles, key=lambda one: _ORDER.index(one.stage))
    broken = ordered[0]
    ways, count = _paths(estate, broken.arn)
    begun = [one.since for one in ordered if one.since]
    return Failing(
        arn=broken.arn,
        kind=broken.kind,
        name=broken.name,
        account=estate.account_of(broken.arn),
        region=estate.region_of(broken.arn),
        domain=estate.domain_of(broken.arn),
        owner=estate.owner_of(broken.arn),
        stage=broken.stage,
        says=broken.says,
        since=broken.since or (min(begun) if begun and not broken.always else None),
        always=broken.always,
        lost=sum(one.lost for one in ordered),
        dead_lettered=_dead_lettered(estate, ordered),
        waiting=sum(one.waiting for one in ordered),
        age_seconds=max((one.age_seconds for one in ordered if one.age_seconds is not None), default=None),
        why=None if broken.stage == "matched" else _why(estate, broken.arn),
        troubles=tuple(ordered),
        paths=ways,
        path_count=count,
        failed=sum(one.failed for one in ordered),
        missing=sum(one.missing for one in ordered),
    )


def _dead_lettered(estate: Estate, troubles: Sequence[Trouble]) -> float:
    """What they sent to a queue for dead letters; where that is not counted, by how much the queue grew."""
    counted = [one.dead_lettered for one in troubles if not is_dead_letter(estate, one.arn)]
    grown = [one.dead_lettered for one in troubles if is_dead_letter(estate, one.arn)]
    return sum(counted) or max(grown, default=0.0)


def _paths(estate: Estate, arn: str) -> tuple[tuple[FailingPath, ...], int]:
    """The paths through it; of a dead-letter queue those through what it belongs to."""
    if not is_dead_letter(estate, arn):
        return routes.through(estate, arn)
    owned = [routes.through(estate, owner) for owner in dead_letters(estate)[arn]]
    ways = tuple(dict.fromkeys(path for found, _ in owned for path in found))
    return ways[: routes.MOST], max(sum(count for _, count in owned), len(ways))


def _why(estate: Estate, arn: str) -> str | None:
    """What the wiring tells of a rule's targets: that one is missing, or that a policy refuses it."""
    for sub in estate.rules.get(arn, ()):
        if sub.target and estate.kind_of(sub.target) != "bus":
            walked = Walk(estate)
            paths.through(walked, sub, ALWAYS, trees.of_type("", ""))
            first = next((path.hops[0] for path in walked.paths), None)
            if first is not None and first.why and (not first.active or first.deliverable == "no"):
                return first.why
    return None
