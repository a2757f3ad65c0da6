"""Where on its way an event's field is read: by patterns, inputs and filters, each by what the document is there.

A field is read by what names it or a part of it. What takes the whole event on reads none in particular.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from dashboard.flow import arns
from dashboard.flow.answers import Hop
from dashboard.flow.estate import Estate, Row
from dashboard.flow.matching import Filter
from dashboard.flow.subscriptions import Subscription

_ARRAYS = re.compile(r"\[(\d+|\*)\]")
_QUOTED = re.compile(r"\['([^']+)'\]|\[\"([^\"]+)\"\]")
_WORDS = {
    "sns-subscription": "filter policy of the subscription",
    "event-source-mapping": "filter of the event source mapping",
    "pipe-source": "filter of the pipe",
    "pipe-target": "filter of the pipe",
}
_OPENED = {"queue": "body", "stream": "data"}


def readers(estate: Estate, hops: Iterable[Hop], path: str) -> tuple[str, ...]:
    """Who reads the field on this way, in words, in order: "pattern of rule x", "input of rule x", "filter of the pipe to y"."""
    return tuple(dict.fromkeys(_readers(estate, list(hops), path)))


def _readers(estate: Estate, hops: list[Hop], path: str) -> Iterator[str]:
    here: str | None = path
    for at, hop in enumerate(hops):
        if hop.via in ("rule", "subscriber"):
            for sub in estate.rules.get(hop.by or "", []):
                if sub.target == hop.arn:
                    yield from _by_subscription(sub, here)
                    here = here if hop.kind == "bus" else after_input(sub.row, here)
        elif at:
            before = hops[at - 1]
            for link in _links(estate, before, hop):
                if here is not None and before.kind in _OPENED and hop.via != "delivery-stream":
                    here = f"{_OPENED[before.kind]}.{here}"
                yield from _by_link(estate, link, hop, here)
                here = _after_link(link, here)
                break


def _by_subscription(sub: Subscription, here: str | None) -> Iterator[str]:
    if here is None:
        return
    if any(one.scope == "data" and _names(one, here) for one in sub.filters):
        yield f"pattern of {sub.kind} {sub.name}"
    if _selects(sub.row, here):
        yield f"input of {sub.kind} {sub.name}"


def _by_link(estate: Estate, link: Row, hop: Hop, here: str | None) -> Iterator[str]:
    if here is None:
        return
    filters = [estate.filter_of(text, link["dialect"] or "data") for text in link["filters"]]
    if link["dialect"] != "sns-attributes" and any(_names(one, here) for one in filters):
        yield f"{_WORDS.get(link['kind'], link['kind'])} to {hop.name}"
    if _selects(link, here):
        yield f"input of the {link['kind'].replace('-', ' ')} to {hop.name}"


def _names(one: Filter, path: str) -> bool:
    return one.pattern is not None and any(_within(found, path) for found in one.pattern.fields())


def _selects(carrier: Row, path: str) -> bool:
    return any(_within(dotted(found), path) for found in carrier["input_paths"] or ())


def _within(found: str, path: str) -> bool:
    """Whether what is read is the field, or a part of it."""
    return found == path or found.startswith(f"{path}.")


def dotted(path: str) -> str:
    """A JSON path as a dotted one: $.detail.lines[0]['sku'] is detail.lines.sku."""
    plain = _QUOTED.sub(lambda found: f".{found.group(1) or found.group(2)}", _ARRAYS.sub("", path))
    return plain.removeprefix("$").removeprefix(".")


def after_input(carrier: Row, here: str | None) -> str | None:
    """Where the field stands in what the input makes of the event; None where that is not known or it is gone."""
    if here is None or carrier["input_kind"] == "event":
        return here
    paths = carrier["input_paths"] or ()
    if carrier["input_kind"] != "path" or not paths:
        return None
    start = dotted(paths[0])
    if not start:
        return here
    return here.removeprefix(f"{start}.") if here.startswith(f"{start}.") else None


def _links(estate: Estate, before: Hop, hop: Hop) -> list[Any]:
    return [
        link
        for link in estate.links_from(before.arn, hop.via)
        if link["arn"] == hop.by and arns.plain(link["to_arn"]) == hop.arn
    ]


def _after_link(link: Row, here: str | None) -> str | None:
    if link["kind"] == "sns-subscription" and not link["raw_delivery"]:
        return None  # SNS's envelope holds the event as text
    if link["kind"] in ("pipe-enrichment", "pipe-target"):
        return None
    return here
