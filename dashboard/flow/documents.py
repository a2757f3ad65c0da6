"""The answers as documents: plain dicts for JSON, rows for CSV and tables. Their keys are a contract (docs/cli.md)."""

import csv
import dataclasses
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from dashboard.flow.answers import (
    Consumers,
    Events,
    Explanation,
    Failings,
    Producers,
    Question,
    Throughput,
    TypeFlow,
)
from dashboard.flow.suppose.changes import Change, FieldChange, as_text
from dashboard.flow.suppose.effects import WhatIf
from dashboard.flow.suppose.trials import Trial
from dashboard.flow.who.loose_ends import LooseEnds

Document = dict[str, Any]

COLUMNS: dict[str, tuple[str, ...]] = {
    "consumers": (
        *("name", "kind", "delivery", "when", "active", "deliverable", "why", "domain", "owner"),
        *("account", "region", "arn", "bus", "subscription", "path"),
    ),
    "producers": (
        *("name", "kind", "evidence", "events", "failed", "first_seen", "last_seen", "domain", "owner"),
        *("account", "region", "arn", "principal", "source", "bus", "active", "read"),
        *("known_as", "note"),
    ),
    "events": (
        *("source", "detail_type", "domain", "owner", "producers", "consumers", "last_seen", "known_by"),
        *("orphan", "schema", "buses"),
    ),
    "ends": (
        *("kind", "source", "detail_type", "domain", "owner", "events", "last_seen", "says"),
        *("evidence", "buses"),
    ),
    "subscriptions": ("name", "matched", "active", "sentences", "problem", "bus", "subscription"),
    "tried": (
        "result",
        "name",
        "kind",
        "active",
        "reason",
        "consumers",
        "missed",
        "asked",
        "bus",
        "subscription",
    ),
    "effects": (
        *("effect", "name", "kind", "before", "after", "why", "reads", "note", "domain", "owner"),
        *("account", "region", "arn", "bus", "subscription", "path"),
    ),
    "flows": (
        *(
            "name",
            "direction",
            "source",
            "detail_type",
            "delivery",
            "evidence",
            "when",
            "active",
            "deliverable",
        ),
        *(
            "why",
            "event_domain",
            "event_owner",
            "kind",
            "resource",
            "bus",
            "subscription",
            "path",
            "principal",
        ),
        *("events", "failed", "first_seen", "last_seen", "read"),
    ),
    "paths": (
        *("answer", "start_name", "path", "delivery", "when", "active", "deliverable", "why", "types"),
        *("from", "to", "start"),
    ),
    "failing": (
        *("name", "kind", "stage", "since", "says", "lost", "dead_lettered", "waiting", "why"),
        *("age_seconds", "domain", "owner", "account", "region", "arn", "path_count"),
    ),
    "series": (
        *(
            "name",
            "kind",
            "metric",
            "statistic",
            "total",
            "an_hour",
            "highest",
            "last",
            "yesterday",
            "last_week",
        ),
        *("period_seconds", "since", "until", "namespace", "arn"),
    ),
    "reads": (
        *("name", "kind", "breaks", "field", "where", "says", "delivery", "active", "domain", "owner"),
        *("account", "region", "arn", "by", "bus", "subscription", "path"),
    ),
}
"""Columns of the flat formats, in order; csv has all of them, a table those that fit."""
IN_TABLE = {
    "consumers": 8,
    "producers": 8,
    "events": 9,
    "ends": 8,
    "subscriptions": 5,
    "tried": 6,
    "effects": 7,
    "flows": 9,
    "paths": 8,
    "reads": 8,
    "failing": 9,
    "series": 10,
}
"""How many of the columns a terminal's table has."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def plain(value: Any) -> Any:
    """Dataclasses, tuples and times as JSON has them; times are UTC and end in Z."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, tuple | list | set | frozenset) else value


def of_consumers(answer: Consumers) -> Document:
    """The document of `consumers`."""
    found: Document = plain(answer)
    return {
        **_head(answer.event, found),
        "consumers": found["consumers"],
        **_rest(found, "buses", "notes", "nearest", "kept", "excluded"),
    }


def of_producers(answer: Producers) -> Document:
    """The document of `producers`."""
    found: Document = plain(answer)
    window = answer.window and {"from": plain(answer.window.start), "to": plain(answer.window.end)}
    return {
        **_head(answer.event, found),
        "producers": found["producers"],
        **_rest(found, "nearest"),
        "window": window,
        "notes": found["notes"],
    }


def of_events(answer: Events) -> Document:
    """The document of `events`."""
    found: Document = plain(answer)
    malformed = [{"subscription": arn, "problem": problem} for arn, problem in answer.malformed]
    keys = ("snapshot", "complete", "gaps", "events", "open")
    return {**{key: found[key] for key in keys}, "malformed": malformed}


def of_loose_ends(answer: LooseEnds) -> Document:
    """The document of `loose-ends`."""
    found: Document = plain(answer)
    return {key: found[key] for key in ("snapshot", "complete", "gaps", "ends", "notes")}


def of_explanations(event: Mapping[str, Any], rows: Sequence[Explanation], snapshot: str) -> Document:
    """The document of `explain`."""
    kept = {"source": event.get("source"), "detail_type": event.get("detail-type")}
    return {"event": kept, "snapshot": snapshot, "subscriptions": plain(tuple(rows))}


def of_trial(answer: Trial, *, made_up: bool) -> Document:
    """The document of `try`. The event itself is not in it."""
    found: Document = plain(answer)
    keys = ("sentence", "counts", "consumers", "refused", "tried")
    return {
        **_head(answer.event, found),
        "made_up": made_up,
        **{key: found[key] for key in keys},
        **_rest(found, "buses", "notes"),
    }


def of_health(answer: Failings) -> Document:
    """The document of `health`."""
    found: Document = plain(answer)
    return found


def of_throughput(answer: Throughput, logged: TypeFlow | None = None) -> Document:
    """The document of `throughput`; `logged` is what the logs of buses tell of an event type."""
    found: Document = plain(answer)
    nearest = [{"source": source, "detail_type": name} for source, name in answer.nearest]
    return {**found, "nearest": nearest, "by_type": None if logged is None else _by_type(logged)}


def _by_type(logged: TypeFlow) -> Document:
    found: Document = plain(logged)
    del found["event"]
    for target in found["targets"]:
        target["codes"] = [{"code": code, "count": count} for code, count in target["codes"]]
    return found


def of_what_if(answer: WhatIf) -> Document:
    """The document of `what-if`."""
    found: Document = plain(answer)
    keys = ("sentence", "was", "consumers", "effects")
    return {
        **_head(answer.event, found),
        "changes": [_change(change) for change in answer.changes],
        **{key: found[key] for key in keys},
        **_rest(found, "buses", "notes", "nearest"),
    }


def _change(change: Change) -> Document:
    """All keys, whichever kind; a value as JSON text, which keeps its spelling."""
    found: Document = {"kind": change.kind, "path": None, "value": None, "rule": None, "pattern": None}
    if isinstance(change, FieldChange):
        found |= {"path": change.path, "value": as_text(change.value) if change.kind == "set" else None}
    else:
        found |= {"rule": change.rule, "pattern": change.pattern}
    return {**found, "says": change.words()}


def _head(asked: Question, found: Document) -> Document:
    event = {"source": asked.source, "detail_type": asked.detail_type, "bus": asked.bus}
    return {"event": event, **{key: found[key] for key in ("snapshot", "known", "complete", "gaps")}}


def _rest(found: Document, *keys: str) -> Document:
    values = {key: found[key] for key in keys}
    if "nearest" in values:
        values["nearest"] = [{"source": s, "detail_type": t} for s, t in values["nearest"]]
    return values


def visible(text: str) -> str:
    """The text without what a terminal obeys, or turns other text round with: names come from other people's accounts."""
    return "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in text)


def cell(value: Any) -> str:
    """A value as the text of one cell, safe to show; a path as its hops' names, consumers as theirs."""
    return visible(_cell(value))


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return str(round(value) if value == round(value) else round(value, 3))
    if isinstance(value, list):
        return "; ".join(_named(v) if isinstance(v, dict) else _cell(v) for v in value)
    return _receipt(value) if isinstance(value, dict) else str(value)


def _named(value: Mapping[str, Any]) -> str:
    """A hop by its kind and name, an event type by its source and detail type."""
    return (
        f"{value['kind']} {value['name']}" if "kind" in value else f"{value['source']} {value['detail_type']}"
    )


def _receipt(value: Mapping[str, Any]) -> str:
    """How an event is got, or what a series had at another time, in a few words."""
    if "total" in value:
        return cell(value["highest"] if value["total"] is None else value["total"])
    told = "always" if value["delivery"] == "always" else f"sometimes: {'; '.join(value['when'])}"
    return told if value["active"] else f"not active: {value['why']}"


def escaped(text: str) -> str:
    """The text as a spreadsheet shows it: what starts like a formula, leading spaces aside, gets an apostrophe."""
    first = text.lstrip(" ")[:1] if not text.startswith(("\t", "\r", "\n")) else text[:1]
    return f"'{text}" if first and first in _FORMULA else text


def to_csv(kind: str, rows: Iterable[Mapping[str, Any]]) -> str:
    """CSV of a document's rows, header first, formulas escaped."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS[kind])
    for row in rows:
        writer.writerow([escaped(cell(row[column])) for column in COLUMNS[kind]])
    return out.getvalue()
