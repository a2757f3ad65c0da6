"""What a reader should know beside a row: inputs that are not the event, tasks that are run, results that go on."""

from typing import Any

from dashboard.flow.answers import Hop
from dashboard.flow.model import arns
from dashboard.flow.model.estate import Estate, Row
from dashboard.flow.model.matching import Obj

_INPUT = {
    "constant": "input is a constant: the event itself does not flow on.",
    "template": "input is a template filled from the event",
    "path": "input is a part of the event",
    "jsonata": "input is computed from the event.",
    "with-metadata": "input is the event with its metadata around it.",
}
_ASYNC = ("rule", "subscriber", "sns-subscription")
"""Carriers that call a function asynchronously: only then its destinations get the result."""


def of_input(what: str, row: Row, after: Any) -> str | None:
    """What the input of a rule, subscriber or pipe makes of the event; null where the event flows on as it is."""
    says = _INPUT.get(row["input_kind"])
    if says is None:
        return None
    if says.endswith("."):
        return f"The {what}'s {says}"
    return f"The {what}'s {says}{_loss(after)}."


def _loss(after: Any) -> str:
    """Whether later filters can still see the type: told where it is certain that they cannot."""
    if not isinstance(after, Obj) or after.open:
        return ""
    dropped = [
        words
        for name, words in (("source", "source"), ("detail-type", "detail type"))
        if name not in after.known
    ]
    return f": {' and '.join(dropped)} {'do' if len(dropped) == 2 else 'does'} not flow on" if dropped else ""


def of_end(estate: Estate, hop: Hop) -> str | None:
    """What there is to say of a consumer by what it is."""
    if hop.runs:
        name = arns.name(hop.runs)
        return (
            f"Runs {name}; of the event it gets only what the target's input says."
            if hop.kind == "task"
            else f"Runs {name}."
        )
    if hop.kind != "function":
        return None
    said = (_idle(estate, hop.arn), _results(estate, hop.arn) if hop.via in _ASYNC else None)
    return " ".join(text for text in said if text) or None


def _idle(estate: Estate, function: str) -> str | None:
    """Lambda takes back what a function needs after weeks without a call, and gives it again with the next."""
    if (estate.row_of(function) or {}).get("state") != "Inactive":
        return None
    return "The function is idle: the first call makes it active again, and fails or waits until it is."


def _results(estate: Estate, function: str) -> str | None:
    ends = [
        f"{(link['condition'] or 'result').removeprefix('On').lower()} to {estate.kind_of(link['to_arn'])} {estate.name_of(link['to_arn'])}"
        for link in estate.links_from(function, "async-destination")
    ]
    says = f"Its results go on as new events or messages: {', '.join(dict.fromkeys(ends))}." if ends else None
    dead = (estate.row_of(function) or {}).get("dead_letter_arn")
    if not dead:
        return says
    failed = f"What it fails to handle goes to {estate.kind_of(dead)} {estate.name_of(dead)}."
    return f"{says} {failed}" if says else failed
