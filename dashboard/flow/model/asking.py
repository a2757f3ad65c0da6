"""What a question is about: which buses it means, where a type enters, and what is near a name that nobody knows."""

from collectors.errors import UsageError
from dashboard.flow.answers import Question
from dashboard.flow.model import arns, feeding, near
from dashboard.flow.model.estate import Estate
from dashboard.flow.model.known import known


def entry_buses(estate: Estate, asked: Question) -> tuple[str, ...]:
    """Buses to begin at, sorted. Raises UsageError with the nearest names for a bus that nobody knows.

    With a bus: every bus of that name, or the one with that ARN. Without: where the type enters, and where no bus is
    known for it, all of them.
    """
    if asked.bus is not None:
        return named_buses(estate, asked.bus)
    return enters(estate, asked.source, asked.detail_type) or tuple(sorted(estate.buses))


def named_buses(estate: Estate, bus: str) -> tuple[str, ...]:
    """The bus of this ARN, or all of this name, in any account and region."""
    if bus in estate.buses:
        return (bus,)
    found = tuple(sorted(arn for arn, row in estate.buses.items() if row["name"] == bus))
    if found:
        return found
    names = {str(row["name"]) for row in estate.buses.values()}
    close = near.nearest(arns.name(bus) if arns.parts(bus) else bus, names, 3)
    few = ", ".join(sorted(names)[:10]) if names else None
    hint = (
        f" The nearest: {', '.join(close)}."
        if close
        else f" There are: {few}."
        if few
        else " No bus was collected."
    )
    raise UsageError(f"There is no bus {bus}.{hint}")


def enters(estate: Estate, source: str, detail_type: str) -> tuple[str, ...]:
    """Buses where the type is known to enter; AWS's own events enter on the default buses."""
    entry = known(estate).get((source, detail_type))
    buses = feeding.fed(estate, source, detail_type) | (entry.buses if entry else set())
    if feeding.is_aws_service(source):
        buses |= {
            arn for arn, row in estate.buses.items() if row["name"] == "default" and row["kind"] == "classic"
        }
    return tuple(sorted(buses & estate.buses.keys()))


def nearest_types(
    estate: Estate, source: str, detail_type: str, limit: int = 5
) -> tuple[tuple[str, str], ...]:
    """Known types nearest to a name that nobody knows; none for a name that is known."""
    types = known(estate)
    if (source, detail_type) in types:
        return ()
    texts = {f"{s} {t}": (s, t) for s, t in types}
    return tuple(texts[text] for text in near.nearest(f"{source} {detail_type}", texts, limit))
