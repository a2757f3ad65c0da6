"""Which events a state machine puts: source, detail type and bus of its PutEvents steps. Nothing else of a definition is kept.

A step calls EventBridge by the integration `events:putEvents` or by the SDK's `aws-sdk:eventbridge:putEvents`, either of them
also with `.waitForTaskToken`. What a path or an expression computes while it runs is not told.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_STEPS = ("events:putEvents", "aws-sdk:eventbridge:putEvents")
_FIELDS = ("Source", "DetailType", "EventBusName")


@dataclass(frozen=True)
class Put:
    """An entry of a PutEvents step. A part is null where it is computed. `bus` is a name, an ARN, or "" for the default bus."""

    source: str | None
    detail_type: str | None
    bus: str | None


def puts(definition: str | None) -> tuple[Put, ...]:
    """The entries of all steps, in the order of the definition, each once. Text that is no definition has none."""
    try:
        found = json.loads(definition or "")
    except (ValueError, RecursionError):
        return ()
    return tuple(dict.fromkeys(put for step in _steps(found) for put in _entries(step)))


def _steps(machine: Any) -> Iterator[Mapping[str, Any]]:
    """All states, those inside Parallel and Map states too."""
    waiting = [machine]
    while waiting:
        node = waiting.pop(0)
        states = node.get("States") if isinstance(node, dict) else None
        for state in states.values() if isinstance(states, dict) else ():
            if isinstance(state, dict):
                yield state
                branches = state.get("Branches")
                waiting += branches if isinstance(branches, list) else []
                waiting += [state[name] for name in ("Iterator", "ItemProcessor") if name in state]


def _entries(state: Mapping[str, Any]) -> Iterator[Put]:
    resource = state.get("Resource")
    if not isinstance(resource, str) or not resource.removesuffix(".waitForTaskToken").endswith(_STEPS):
        return
    for given in (state.get("Parameters"), state.get("Arguments")):
        entries = given.get("Entries") if isinstance(given, dict) else None
        for entry in entries if isinstance(entries, list) else ():
            if isinstance(entry, dict):
                source, detail_type, bus = (_literal(entry, name) for name in _FIELDS)
                yield Put(
                    source, detail_type, "" if not any(k.startswith("EventBusName") for k in entry) else bus
                )


def _literal(entry: Mapping[str, Any], name: str) -> str | None:
    """The text that stands there; null where it is a path (Source.$) or an expression ({% … %})."""
    value = entry.get(name)
    return value if isinstance(value, str) and not value.strip().startswith("{%") else None
