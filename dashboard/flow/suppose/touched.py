"""What could be changed about an event type: its fields, by schema and by who asks for them, and the rules on its buses."""

from collections.abc import Iterable
from typing import Any, cast

from dashboard.flow.answers import Question
from dashboard.flow.backwards.seeing import along
from dashboard.flow.model import asking, fields, near
from dashboard.flow.model.estate import Estate
from dashboard.flow.suppose.effects import Effect, WhatIf

MOST_RULES = 500
MOST_FIELDS = 1_000


def fields_of(estate: Estate, asked: Question, effects: Iterable[Effect]) -> list[str]:
    """Paths in the payload: those that somebody asks for first, then the schema's. At most MOST_FIELDS."""
    schema = fields.schema_of(estate, asked.source, asked.detail_type)
    said = [field.path for field in fields.of_schema(schema["content"])] if schema else []
    within = [path if path.startswith("detail.") else f"detail.{path}" for path in said]
    return list(dict.fromkeys([*asked_for(estate, effects), *within]))[:MOST_FIELDS]


def asked_for(estate: Estate, effects: Iterable[Effect]) -> list[str]:
    """Paths in the payload that a pattern, an input or a filter on these paths names, sorted."""
    rows = [cast("Any", effect) for effect in effects]  # an effect has the bus and the path of a consumer row
    named = {spot.field for row in rows for spot in along(estate, row).spots}
    return sorted(path for path in named if path.startswith("detail."))


def unknown(estate: Estate, asked: Question, effects: Iterable[Effect], path: str) -> str | None:
    """A sentence about a field that nothing names, with the nearest: a typing error changes nothing, and would look harmless."""
    named = fields_of(estate, asked, effects)
    if not path.startswith("detail.") or any(f"{one}.".startswith(f"{path}.") for one in named):
        return None
    close = near.nearest(path, named, 3)
    hint = f" The nearest: {', '.join(close)}." if close else ""
    return f"No schema of the type has {path}, and no pattern, input or filter on the way of this event names it.{hint}"


def rules_of(estate: Estate, asked: Question, answer: WhatIf) -> list[str]:
    """ARNs of rules and subscribers: those on the answer's paths first, then the others of the buses, by name. At most MOST_RULES."""
    on_paths = [
        hop.by
        for effect in answer.effects
        for hop in effect.path
        if hop.via in ("rule", "subscriber") and hop.by in estate.rules
    ]
    others = [sub for bus in asking.entry_buses(estate, asked) for sub in estate.subscriptions_of(bus)]
    named = [sub.arn for sub in sorted(others, key=lambda sub: (sub.name, sub.arn))]
    found = [arn for arn in dict.fromkeys([*on_paths, *named]) if arn]
    return found[:MOST_RULES]
