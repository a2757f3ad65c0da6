"""The exact configuration that turns evidence on, as commands of the AWS CLI, one a line. Nothing here runs them.

PutEventSelectors replaces all selectors of a trail, so those that it has are in the command; basic ones are written as advanced ones,
since a trail has either the one or the other. Shapes are those of botocore's models.
Where a name or text of the estate cannot stand in a command, the command is a comment of the shell that says so.
"""

import json
import re
import shlex
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from itertools import pairwise
from typing import Any

from dashboard.flow.model import arns
from dashboard.flow.model.estate import Estate, Row
from dashboard.flow.who.sight import LogSight, TrailSight, covering

EVENT_BUS = "AWS::Events::EventBus"
OURS: Mapping[str, Any] = {
    "Name": "PutEvents of all event buses",
    "FieldSelectors": [
        {"Field": "eventCategory", "Equals": ["Data"]},
        {"Field": "resources.type", "Equals": [EVENT_BUS]},
    ],
}
MANAGEMENT: Mapping[str, Any] = {
    "Name": "Management events",
    "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}],
}
_ALL_OF_A_KIND = ("arn:aws:s3", "arn:aws:s3:::", "arn:aws:lambda", "arn:aws:dynamodb")
"""How basic selectors say "every resource of the type"."""
LEVEL = "INFO"
LOGS = ("ERROR_LOGS", "INFO_LOGS")
"""Log types of a bus that a level of INFO sends; TRACE_LOGS come with the level TRACE."""


Line = tuple[str, ...]
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Categories of characters that a shell or an eye may take for something else: a newline, a change of direction."""
_READS = re.compile(r"-|(fileb?|https?)://", re.IGNORECASE)
"""What the AWS CLI would not take as the value it is: the name of an option, or a file or page whose content it sends."""
_MOST = 40
REFUSED = "# No command is offered: "


def selectors(row: Row | None) -> list[Mapping[str, Any]]:
    """The advanced selectors that a trail would have: those it has, and PutEvents on every bus."""
    told = json.loads(row["selectors"]) if row and row["selectors"] else {}
    # a trail of which nothing was ever chosen logs management events
    kept: list[Mapping[str, Any]] = [] if told else [MANAGEMENT]
    kept += told.get("AdvancedEventSelectors") or ()
    for basic in told.get("EventSelectors") or ():
        kept += _advanced(basic)
    return [*kept, OURS]


def _advanced(basic: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """A basic selector as advanced ones: management events, and each type of data events."""
    reads = {"ReadOnly": "true", "WriteOnly": "false"}.get(str(basic.get("ReadWriteType")))
    only = [{"Field": "readOnly", "Equals": [reads]}] if reads else []
    if basic.get("IncludeManagementEvents", True):
        but = list(basic.get("ExcludeManagementEventSources") or ())
        left_out = [{"Field": "eventSource", "NotEquals": but}] if but else []
        fields = [{"Field": "eventCategory", "Equals": ["Management"]}, *only, *left_out]
        yield {"Name": "Management events", "FieldSelectors": fields}
    for data in basic.get("DataResources") or ():
        some = [value for value in data.get("Values") or () if value not in _ALL_OF_A_KIND]
        fields = [
            {"Field": "eventCategory", "Equals": ["Data"]},
            {"Field": "resources.type", "Equals": [data.get("Type")]},
            *([{"Field": "resources.ARN", "StartsWith": some}] if some else []),
            *only,
        ]
        yield {"Name": f"Data events of {data.get('Type')}", "FieldSelectors": fields}


def of_trail(estate: Estate, sight: TrailSight) -> str | None:
    """Commands that make PutEvents of a place observed; None where nothing is to be done, or nobody can tell what is there."""
    rows = covering(estate, (sight.account, sight.region))
    readable = [row for row in rows if row["selectors_read"]]
    if sight.state in ("on", "unknown") or (rows and not readable):
        return None
    if not rows:
        return _new_trail(sight)
    return of_row(next((one for one in readable if one["puts"] != "none"), readable[0]))


def of_row(row: Row) -> str | None:
    """Commands that make this trail log PutEvents of every bus; None where it does, or its selectors could not be read."""
    if not row["selectors_read"] or (row["puts"] == "all" and row["is_logging"] is not False):
        return None
    region = str(row["home_region"] or row["region"])
    lines: list[Line] = []
    if row["puts"] != "all":
        chosen = json.dumps(selectors(row))
        lines.append(
            (
                *("aws", "cloudtrail", "put-event-selectors", "--region", region, "--trail-name", row["arn"]),
                *("--advanced-event-selectors", chosen),
            )
        )
    if row["is_logging"] is False:
        lines.append(("aws", "cloudtrail", "start-logging", "--region", region, "--name", row["arn"]))
    return _written(lines)


def _new_trail(sight: TrailSight) -> str:
    name, region = "headwater-events", ("--region", sight.region)
    return _written(
        (
            (
                *("aws", "cloudtrail", "create-trail", *region, "--name", name),
                *("--s3-bucket-name", "YOUR-TRAIL-BUCKET", "--is-multi-region-trail"),
            ),
            (
                *("aws", "cloudtrail", "put-event-selectors", *region, "--trail-name", name),
                *("--advanced-event-selectors", json.dumps(selectors(None))),
            ),
            ("aws", "cloudtrail", "start-logging", *region, "--name", name),
        )
    )


def of_log(estate: Estate, sight: LogSight) -> str | None:
    """Commands that make a bus log what becomes of its events; None where it does, or nobody can tell."""
    if sight.state not in ("off", "partly"):
        return None
    return _of_subscribers(estate, sight) if sight.kind == "new" else _of_bus(estate, sight)


def _of_bus(estate: Estate, sight: LogSight) -> str:
    found, region = arns.parts(sight.bus), ("--region", sight.region)
    partition = found.partition if found else "aws"
    group = f"/aws/vendedlogs/events/event-bus/{sight.name}"
    name = _delivered_as(sight)
    destination = f"arn:{partition}:logs:{sight.region}:{sight.account}:delivery-destination:headwater-{name}"
    log_group = f"arn:{partition}:logs:{sight.region}:{sight.account}:log-group:{group}"
    lines: list[Line] = [
        (
            *(
                "aws",
                "events",
                "update-event-bus",
                *region,
                "--name",
                sight.name,
                *_as_it_is(estate, sight.bus),
            ),
            *(
                "--log-config",
                f"Level={LEVEL},IncludeDetail={estate.buses[sight.bus]['log_detail'] or 'NONE'}",
            ),
        ),
        ("aws", "logs", "create-log-group", *region, "--log-group-name", group),
        (
            *("aws", "logs", "put-delivery-destination", *region, "--name", f"headwater-{name}"),
            *("--output-format", "json"),
            *("--delivery-destination-configuration", f"destinationResourceArn={log_group}"),
        ),
    ]
    for kind in LOGS:
        source = f"{name}-{kind.lower().replace('_', '-')}"
        lines += [
            (
                *("aws", "logs", "put-delivery-source", *region, "--name", source),
                *("--resource-arn", sight.bus, "--log-type", kind),
            ),
            (
                *("aws", "logs", "create-delivery", *region, "--delivery-source-name", source),
                *("--delivery-destination-arn", destination),
            ),
        ]
    return _written(lines)


def _delivered_as(sight: LogSight) -> str:
    """The bus's name in those of its deliveries, which have letters, digits, - and _, and at most 60 of them; no other bus's."""
    name = re.sub(r"[^A-Za-z0-9_-]", "-", sight.name)
    if name == sight.name and len(name) <= _MOST:
        return name
    return f"{name[: _MOST - 9]}-{sha256(sight.bus.encode()).hexdigest()[:8]}"


def _as_it_is(estate: Estate, bus: str) -> Iterator[str]:
    """What UpdateEventBus might else reset: description, key and dead-letter queue, as the bus has them."""
    row = estate.buses[bus]
    if row["description"]:
        yield from ("--description", row["description"])
    if row["kms_key"]:
        yield from ("--kms-key-identifier", row["kms_key"])
    if row["dead_letter_arn"]:
        yield from ("--dead-letter-config", f"Arn={row['dead_letter_arn']}")


def _of_subscribers(estate: Estate, sight: LogSight) -> str | None:
    """The level of each subscriber that does not log. A delivery source for each has to follow, as for a bus."""
    lines = [
        (
            *("aws", "eventbridgev2", "update-subscriber", "--region", str(sub.region)),
            *("--subscriber-arn", sub.arn, "--log-configuration", _level_of(sub.row)),
        )
        for sub in estate.subscriptions_of(sight.bus)
        if sub.row["log_level"] != LEVEL
    ]
    return _written(dict.fromkeys(lines)) if lines else None


def _level_of(row: Row) -> str:
    """A log configuration takes the place of the whole one: what it says of payloads stays."""
    payload = row.get("log_payload")
    return f"Level={LEVEL},IncludePayload={payload}" if payload else f"Level={LEVEL}"


def _written(lines: Iterable[Line]) -> str:
    """The lines quoted for the shell, whole; or why they are not written."""
    found = list(lines)
    hidden = {
        char for line in found for word in line for char in word if unicodedata.category(char) in _HIDDEN
    }
    if hidden:
        codes = ", ".join(sorted(f"U+{ord(char):04X}" for char in hidden))
        return f"{REFUSED}a name or a text in it holds characters that cannot be seen ({codes})."
    # a value stands behind its option
    if any(
        before.startswith("--") and _READS.match(word.strip())
        for line in found
        for before, word in pairwise(line)
    ):
        return f"{REFUSED}a text in it begins as an option or an address does, which the AWS CLI would read as one."
    return "\n".join(shlex.join(line) for line in found)
