"""The documents of `resource`, `path` and `reads`: their keys are a contract (docs/cli.md)."""

from collections.abc import Iterable, Sequence
from typing import Any

from dashboard.flow import rule_documents
from dashboard.flow.answers import Consumers, GapNote
from dashboard.flow.backwards import making, reverse, rules
from dashboard.flow.backwards.between import Between, Route
from dashboard.flow.backwards.making import Produced
from dashboard.flow.backwards.named import Named
from dashboard.flow.backwards.reading import Dropped, Reader
from dashboard.flow.backwards.reverse import Consumed
from dashboard.flow.backwards.seeing import Spot
from dashboard.flow.backwards.teams import Team
from dashboard.flow.documents import Document, plain
from dashboard.flow.model import completeness
from dashboard.flow.model.estate import Estate

_BLANK: Document = dict.fromkeys(
    (
        *("resource", "name", "kind", "direction", "source", "detail_type", "event_domain", "event_owner"),
        *("delivery", "when", "active", "deliverable", "why", "note", "bus", "subscription", "path"),
        *("evidence", "principal", "events", "failed", "first_seen", "last_seen", "read"),
    )
)
"""A row of `flows`: what arrives and what is made have the same keys, null where one has no such fact."""


def of_resources(estate: Estate, asked: str, resources: Sequence[Named]) -> Document:
    """The document of `resource` for resources: each with its own rows."""
    flows, counted, all_ = [], [], []
    for one in resources:
        arn = one.arn or ""
        got, made = reverse.reached(estate, [arn]), making.produced(estate, [arn], permitted=True)
        flows += [_consumed(row) for row in got.rows] + [_produced(one, row) for row in made]
        counted.append(_resource(estate, one, got.rows, made))
        all_.append(got)
    told = reverse.together(all_)
    arns = [one.arn for one in resources if one.arn]
    gaps = reverse.gaps_before(estate, arns)
    return {
        **_head(estate, asked, gaps, told.left_out),
        "notes": list(told.notes),
        "resources": counted,
        "team": None,
        "flows": flows,
        "open": plain(reverse.open_ways(estate, arns)),
        "contracts": [],
        "rules": [
            rule_documents.rule(estate, arn)
            for one in resources
            for arn in rule_documents.listening(estate, one.arn or "")
        ],
    }


def of_rules(estate: Estate, asked: str, arns: Sequence[str]) -> Document:
    """The document of `resource` for rules and subscribers: a row for each event type that one takes."""
    answers = [rules.rule(estate, arn) for arn in arns]
    gaps = tuple(dict.fromkeys(gap for one in answers for gap in one.gaps))
    return {
        **_head(estate, asked, gaps, ()),
        "notes": [],
        "resources": [rule_documents.counted(estate, one) for one in answers],
        "team": None,
        "flows": [
            _BLANK | rule_documents.taken(one, match)
            for one in answers
            for match in one.matches
            if match.takes != "never"
        ],
        "open": [],
        "contracts": [],
        "rules": [rule_documents.rule(estate, one.arn, one) for one in answers],
    }


def of_team(estate: Estate, team: Team) -> Document:
    """The document of `resource` for a domain or owner: the rows of all its resources, and its contracts with others."""
    flows = [_consumed(row) for row in team.consumed]
    flows += [_produced(None, row) for row in team.produced]
    kinds = {arn: estate.kind_of(arn) for arn in team.members}
    about = {
        "sort": team.sort,
        "name": team.name,
        "members": [{"arn": arn, "kind": kind, "name": estate.name_of(arn)} for arn, kind in kinds.items()],
        "types": [{"source": source, "detail_type": name} for source, name in team.types],
    }
    return {
        **_head(estate, team.name, team_gaps(estate, team), team.notes),
        "notes": list(team.notes),
        "resources": [],
        "team": about,
        "flows": flows,
        "open": [],
        "contracts": plain(team.contracts),
        "rules": [],
    }


def team_gaps(estate: Estate, team: Team) -> tuple[GapNote, ...]:
    """Gaps that may hide what leads to the team's resources, or what comes of its events."""
    ends = {hop.arn for row in team.consumed for hop in row.row.path}
    found = (*reverse.gaps_before(estate, team.members), *completeness.gaps_on(estate, ends), *team.gaps)
    return tuple(dict.fromkeys(found))


def _head(estate: Estate, asked: str, gaps: Sequence[GapNote], left_out: Sequence[str]) -> Document:
    complete = not gaps and not left_out
    return {"asked": asked, "snapshot": estate.snapshot.id, "complete": complete, "gaps": plain(tuple(gaps))}


def _resource(estate: Estate, one: Named, got: Sequence[Consumed], made: Sequence[Produced]) -> Document:
    arn = one.arn or ""
    return {
        "arn": arn,
        "kind": one.kind,
        "name": one.name,
        "account": one.account,
        "region": one.region,
        "domain": estate.domain_of(arn),
        "owner": estate.owner_of(arn),
        "collected": estate.row_of(arn) is not None,
        **{
            role: len(_types(row for row in got if row.role == role))
            for role in ("consumes", "passes", "arrives")
        },
        "produces": len(_types(one for one in made if one.row.evidence != "permitted")),
    }


def _types(rows: Iterable[Consumed | Produced]) -> set[tuple[str, str]]:
    return {(row.source, row.detail_type) for row in rows}


def _consumed(one: Consumed) -> Document:
    row = plain(one.row)
    kept = {key: row[key] for key in _BLANK if key in row}
    event = {"source": one.source, "detail_type": one.detail_type}
    whose = {"event_domain": one.domain, "event_owner": one.owner}
    more = {"resource": one.row.arn, "direction": one.role, "subscription": one.row.subscription or None}
    return {**_BLANK, **kept, **event, **whose, **more}


def _produced(resource: Named | None, one: Produced) -> Document:
    row = plain(one.row)
    kept = {key: row[key] for key in _BLANK if key in row}
    event = {"source": one.source, "detail_type": one.detail_type}
    whose = {"event_domain": one.domain, "event_owner": one.owner}
    named = (
        {"resource": resource.arn, "name": resource.name, "kind": resource.kind}
        if resource
        else {"resource": one.row.arn}
    )
    return {**_BLANK, **kept, **event, **whose, **named, "direction": "produces"}


def of_between(estate: Estate, start: str, end: str, answers: Sequence[Between]) -> Document:
    """The document of `path`: an answer for each pair of resources that the two texts name."""
    gaps = tuple(dict.fromkeys(gap for one in answers for gap in one.gaps))
    return {
        "from": start,
        "to": end,
        "snapshot": estate.snapshot.id,
        "complete": not gaps and all(one.answer != "unknown" for one in answers),
        "gaps": plain(gaps),
        "answers": [_between(one) for one in answers],
        "paths": [_route(estate, one, route) for one in answers for route in one.routes],
    }


def _between(one: Between) -> Document:
    return {
        "from": _named(one.start),
        "to": _named(one.end),
        "answer": one.answer,
        "delivery": one.delivery,
        "paths": one.total,
        "reasons": list(one.reasons),
    }


def _named(one: Named) -> Document:
    event = {"source": one.event[0], "detail_type": one.event[1]} if one.event else None
    return {
        "kind": one.kind,
        "name": one.name,
        "arn": one.arn,
        "event": event,
        "account": one.account,
        "region": one.region,
    }


def _route(estate: Estate, one: Between, route: Route) -> Document:
    return {
        "answer": one.answer,
        "from": one.start.arn or one.start.name,
        "to": one.end.arn or one.end.name,
        "start": route.start,
        "start_name": estate.name_of(route.start),
        "types": [{"source": source, "detail_type": name} for source, name in route.types],
        "delivery": route.delivery,
        "when": list(route.when),
        "active": route.active,
        "deliverable": route.deliverable,
        "why": route.why,
        "note": route.note,
        "path": plain(route.path),
    }


def of_reads(answer: Consumers, rows: Sequence[Reader], known: Sequence[str]) -> Document:
    """The document of `reads` without a field: a row for each field that something reads, and one for what is not visible."""
    found = []
    for one in rows:
        found += [_read(one.row, effect.spot, effect.breaks, [effect.says]) for effect in one.effects]
        found.append(
            _read(one.row, None, "unknown" if one.code else "no", [one.code or "It is given nothing more."])
        )
    return {**_reads_head(answer, None), "reads": found, "fields": list(known)}


def of_dropped(answer: Consumers, name: str, rows: Sequence[Dropped], known: Sequence[str]) -> Document:
    """The document of `reads` about one field: a row for each consumer, what breaks first."""
    found = [
        _read(one.row, one.spots[0] if one.spots else None, one.breaks, list(one.says), name) for one in rows
    ]
    return {**_reads_head(answer, name), "reads": found, "fields": list(known)}


def _reads_head(answer: Consumers, name: str | None) -> Document:
    event = {"source": answer.event.source, "detail_type": answer.event.detail_type, "bus": answer.event.bus}
    return {
        "event": event,
        "field": name,
        "snapshot": answer.snapshot,
        "known": answer.known,
        "complete": answer.complete,
        "gaps": plain(answer.gaps),
        "notes": list(answer.notes),
    }


def _read(row: Any, spot: Spot | None, breaks: str, says: list[str], name: str | None = None) -> Document:
    facts = plain(row)
    keys = (
        "arn",
        "kind",
        "name",
        "account",
        "region",
        "domain",
        "owner",
        "delivery",
        "active",
        "bus",
        "subscription",
        "path",
    )
    return {
        **{key: facts[key] for key in keys},
        "field": name or (spot.field if spot else None),
        "where": spot.where if spot else None,
        "by": spot.by if spot else None,
        "breaks": breaks,
        "says": says,
    }
