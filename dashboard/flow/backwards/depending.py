"""On whom a domain or owner depends, and who depends on it, in a sentence each."""

from collections import defaultdict

from dashboard.flow.backwards.teams import Contract, Direction, Team
from dashboard.flow.model.known import Key

MOST_TYPES = 8


def takes(team: Team) -> str:
    """What it consumes of others: "fulfilment consumes 2 event types of others: OrderPlaced and … (orders)."."""
    others = _by_other(team, "takes")
    if not others:
        return f"{team.name} consumes no event type of another.{_unread(team)}"
    types = _types(others)
    told = "; ".join(f"{_names(keys)} ({other or 'of no ' + team.sort})" for other, keys in others.items())
    return f"{team.name} consumes {_count(types)} of others: {told}.{_unread(team)}"


def gives(team: Team) -> str:
    """Who consumes its events: "2 others depend on orders: fulfilment (OrderPlaced), payments (…)."."""
    others = _by_other(team, "gives")
    if not others:
        return f"Nobody else consumes an event type of {team.name}.{_unread(team)}"
    named = [other for other in others if other]
    told = "; ".join(
        f"{other or 'consumers of no ' + team.sort} ({_names(keys)})" for other, keys in others.items()
    )
    who = f"{len(named)} {team.sort}{'' if len(named) == 1 else 's'}" if named else "No other " + team.sort
    verb = "depends" if len(named) <= 1 else "depend"
    return f"{who} {verb} on {team.name}, by {_count(_types(others))}: {told}.{_unread(team)}"


def _by_other(team: Team, direction: Direction) -> dict[str | None, list[Key]]:
    """Other domain or owner → the event types between them that flow now; those of none last."""
    found: dict[str | None, list[Key]] = defaultdict(list)
    for one in sorted((c for c in team.contracts if _flows(c, direction)), key=lambda c: c.other or "~"):
        found[one.other].append((one.source, one.detail_type))
    return dict(found)


def _flows(one: Contract, direction: Direction) -> bool:
    return one.direction == direction and one.active


def _types(others: dict[str | None, list[Key]]) -> set[Key]:
    return {key for keys in others.values() for key in keys}


def _names(keys: list[Key]) -> str:
    names = list(dict.fromkeys(name for _, name in keys))
    more = f" and {len(names) - MOST_TYPES} more" if len(names) > MOST_TYPES else ""
    return ", ".join(names[:MOST_TYPES]) + more


def _count(types: set[Key]) -> str:
    return f"{len(types)} event type{'' if len(types) == 1 else 's'}"


def _unread(team: Team) -> str:
    return " Not all could be read." if team.gaps else ""
