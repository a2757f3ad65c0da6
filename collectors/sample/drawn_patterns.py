"""Event patterns as teams write them, drawn at random: the mix of operators of a large estate."""

import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

NOUNS = (
    "Order", "Basket", "Payment", "Refund", "Invoice", "Parcel", "Pallet", "Stock", "Price", "Product",
    "Category", "Customer", "Address", "Consent", "Voucher", "Campaign", "Segment", "Review", "Ticket", "Return",
    "Supplier", "Contract", "Shift", "Route", "Driver", "Device", "Session", "Forecast", "Report", "Budget",
)  # fmt: skip
VERBS = (
    "Created", "Changed", "Removed", "Approved", "Rejected", "Started", "Finished", "Cancelled", "Confirmed",
    "Expired", "Assigned", "Released", "Reserved", "Shipped", "Received", "Counted", "Archived", "Restored",
    "Failed", "Renamed", "Merged", "Split", "Paused", "Resumed",
)  # fmt: skip
FIELDS: Mapping[str, str] = {
    "id": "string",
    "customerId": "string",
    "total": "number",
    "channel": "web|app|store",
    "country": "string",
    "priority": "integer",
    "active": "boolean",
    "note?": "string",
}


class Type(NamedTuple):
    """An event type: the key of the catalogue."""

    source: str
    detail_type: str


def detail_types(count: int, chosen: random.Random) -> list[str]:
    """Names in the past tense, without repetition; with a number behind where the words run out."""
    names = [noun + verb for noun in NOUNS for verb in VERBS]
    chosen.shuffle(names)
    return [
        names[i % len(names)] + (str(i // len(names) + 1) if i >= len(names) else "") for i in range(count)
    ]


def narrow_condition(chosen: random.Random) -> dict[str, list[Any]]:
    """A condition in the words that topics' filter policies and mappings' criteria know too: no wildcard."""
    drawn = condition(chosen)
    return narrow_condition(chosen) if "wildcard" in str(drawn) else drawn


def condition(chosen: random.Random) -> dict[str, list[Any]]:
    """A condition on one field of the detail."""
    return chosen.choice(
        (
            {"total": [{"numeric": [">", chosen.randrange(10, 2000, 10)]}]},
            {"total": [{"numeric": [">=", 0, "<", chosen.randrange(50, 500, 50)]}]},
            {"channel": [chosen.choice(("web", "app", "store", "kiosk"))]},
            {"country": [chosen.choice(("DE", "FR", "PT", "SE")), "AT"]},
            {"country": [{"anything-but": ["US", "CA"]}]},
            {"customerId": [{"prefix": chosen.choice(("b2b-", "vip-", "staff-"))}]},
            {"note": [{"exists": chosen.random() < 0.5}]},
            {"active": [chosen.random() < 0.5]},
            {"id": [{"wildcard": f"*-{chosen.randrange(100)}"}]},
            {"channel": [{"equals-ignore-case": "WEB"}]},
        )
    )


def _plain(types: Sequence[Type], _: random.Random) -> dict[str, Any]:
    sources = list(dict.fromkeys(each.source for each in types))
    return {"source": sources[:1], "detail-type": [t.detail_type for t in types if t.source == sources[0]]}


def _with_payload(types: Sequence[Type], chosen: random.Random) -> dict[str, Any]:
    if chosen.random() < 0.1:
        either = [{"detail": condition(chosen)}, {"detail": condition(chosen)}]
        return _plain(types, chosen) | {"$or": either}
    return _plain(types, chosen) | {"detail": condition(chosen)}


def _source_only(types: Sequence[Type], chosen: random.Random) -> dict[str, Any]:
    pattern: dict[str, Any] = {"source": [types[0].source]}
    return pattern if chosen.random() < 0.3 else pattern | {"detail": condition(chosen)}


def _detail_type_only(types: Sequence[Type], chosen: random.Random) -> dict[str, Any]:
    name = types[0].detail_type
    verb = next((verb for verb in VERBS if name.endswith(verb)), name)
    noun = next((noun for noun in NOUNS if name.startswith(noun)), name)
    tests: tuple[Any, ...] = (
        name,
        name,
        {"prefix": noun},
        {"suffix": verb},
        {"wildcard": f"{noun}*{verb[-2:]}"},
    )
    return {"detail-type": [chosen.choice(tests)]}


def _prefix(types: Sequence[Type], chosen: random.Random) -> dict[str, Any]:
    domain = ".".join(types[0].source.split(".")[:3])
    return _plain(types, chosen) | {"source": [{"prefix": domain}]}


def _anything_but(types: Sequence[Type], chosen: random.Random) -> dict[str, Any]:
    names = [each.detail_type for each in types]
    return {
        "source": [types[0].source],
        "detail-type": [{"anything-but": names}],
        "detail": condition(chosen),
    }


Draw = Callable[[Sequence[Type], random.Random], dict[str, Any]]
# A fifth names no source or no detail type.
MIX: tuple[tuple[float, Draw], ...] = (
    (0.42, _plain),
    (0.25, _with_payload),
    (0.10, _source_only),
    (0.10, _detail_type_only),
    (0.08, _prefix),
    (0.05, _anything_but),
)


def pattern(types: Sequence[Type], chosen: random.Random) -> dict[str, Any]:
    """A pattern for these types, of one of the kinds in `MIX`."""
    (draw,) = chosen.choices([draw for _, draw in MIX], [share for share, _ in MIX])
    return draw(types, chosen)
