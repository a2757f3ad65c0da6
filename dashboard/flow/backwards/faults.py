"""Which faults touch a domain, an owner, a bus, a resource or the way of an event type."""

from collections.abc import Sequence

from dashboard.flow.answers import Failing, Question
from dashboard.flow.backwards.named import Named
from dashboard.flow.health import failing, judging, routes
from dashboard.flow.model.estate import Estate
from dashboard.flow.who.consumers import consumers


def touching(estate: Estate, faults: Sequence[Failing], one: Named) -> tuple[Failing, ...]:
    """Those of the faults that are its own, or on a way through it or to it, in their order."""
    if one.sort == "domain":
        return tuple(fault for fault in faults if one.name in failing.domains_of(estate, fault))
    if one.sort == "owner":
        return tuple(fault for fault in faults if one.name in _owners(estate, fault))
    on_it = _way(estate, one)
    return tuple(
        fault
        for fault in faults
        if on_it & ({trouble.arn for trouble in fault.troubles} | {fault.arn})
        or (one.arn is not None and one.arn in _through(fault))
    )


def _owners(estate: Estate, fault: Failing) -> set[str | None]:
    """Its own, and those of the buses and ends of its paths."""
    ends = [way.path[-1].arn for way in fault.paths]
    buses = [way.bus for way in fault.paths if way.bus]
    return {fault.owner, *(estate.owner_of(arn) for arn in (*ends, *buses))}


def _through(fault: Failing) -> set[str | None]:
    return {arn for way in fault.paths for arn in (way.bus, *(step.arn for step in way.path))}


def _way(estate: Estate, one: Named) -> set[str]:
    """What stands on its ways: of a type the stages to its consumers, of a bus its subscriptions and their targets."""
    if one.event:
        rows = consumers(estate, Question(*one.event)).consumers
        return {arn for row in rows for arn in judging.stages(estate, row)}
    if one.arn in estate.buses:
        subs = estate.subscriptions_of(one.arn or "")
        return {arn for sub in subs for arn in (sub.arn, sub.target) if arn}
    ways, _ = routes.through(estate, one.arn or "")
    return {one.arn or "", *(step.arn for way in ways for step in way.path)}
