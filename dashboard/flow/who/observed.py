"""Observed producers: who was seen to put an event type, by CloudTrail and by the logs of buses."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from dashboard.flow.answers import Producer, Question
from dashboard.flow.model import callers, feeding, hours, roles
from dashboard.flow.model.estate import Estate, Row
from dashboard.flow.who import deliveries as log_flows

Buses = frozenset[str] | None


def observed(estate: Estate, asked: Question, buses: Buses, last: int | None = None) -> list[Producer]:
    """One row a principal that was seen to put the type, summed over buses, accounts and regions.

    Of a role that several run as, what a service called for one of them is a row of its own where that tells which. An account
    that the log of a bus names is a row where nobody of it was traced; else what the log counts more is told with those who were.
    `last`: only what was put in so many last hours.
    """
    groups: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in _rows(estate, asked, last):
        if buses is None or feeding.entered(estate, row) in buses:
            groups[row["principal"], roles.named(estate, row["principal"], row["via"])].append(row)
    since = log_flows.window_of(estate, last).start if last else None
    ours = not feeding.is_aws_service(asked.source)
    logged = dict(log_flows.callers(estate, asked, buses, since)) if ours else {}
    more = _untraced(estate, [row for rows in groups.values() for row in rows], logged)
    return [
        *(
            _seen(estate, principal, arn, rows, more.get(rows[0]["principal_account"]))
            for (principal, arn), rows in groups.items()
        ),
        *(_logged(estate, asked, account, rows) for account, rows in logged.items() if account not in more),
    ]


def _untraced(
    estate: Estate, traced: Sequence[Row], logged: Mapping[str, Sequence[Row]]
) -> dict[str, str | None]:
    """Of each account that was traced, a sentence where logs of buses count more of it than was traced on the same bus."""
    counts: Counter[tuple[str, str]] = Counter()
    for row in traced:
        counts[row["principal_account"], feeding.entered(estate, row)] += row["events"]
    found: dict[str, str | None] = {}
    for account in {row["principal_account"] for row in traced}:
        received: Counter[str] = Counter()
        for row in logged.get(account, ()):
            received[row["bus_arn"]] += row["received"] or 0
        told = [
            f"The log of bus {estate.name_of(bus)} counts {count:,} of account {account}, and {counts[account, bus]:,} of them were traced: others of it may put this too, or records are late."
            for bus, count in sorted(received.items())
            if count > counts[account, bus]
        ]
        found[account] = " ".join(told) or None
    return found


def _logged(estate: Estate, asked: Question, account: str, rows: list[Row]) -> Producer:
    """An account that the log of a bus names; it tells no more of who put an event."""
    buses = sorted({row["bus_arn"] for row in rows})
    domain = next((one.name for one in estate.settings.domains if account in one.accounts), None)
    return Producer(
        arn=account,
        kind="account",
        name=account,
        account=account,
        region=None,
        domain=domain,
        owner=estate.owner_of_domain(domain),
        evidence="observed",
        principal=account,
        source=asked.source,
        first_seen=min(row["first_seen"] for row in rows),
        last_seen=max(row["last_seen"] for row in rows),
        events=sum(row["received"] or 0 for row in rows),
        failed=sum(row["rejected"] or 0 for row in rows),
        bus=buses[0] if len(buses) == 1 else None,
        read=", ".join(sorted({row["evidence"] for row in rows})),
        note="The log of the bus names the calling account and no more.",
        known_as=f"someone in account {account}",
    )


def _rows(estate: Estate, asked: Question, last: int | None) -> list[Any]:
    if last is None:
        return traces(estate).get((asked.source, asked.detail_type), [])
    window = hours.window_of(estate, last)
    if window is None:
        return []
    rows = hours.with_hours(estate, source=asked.source, detail_type=asked.detail_type)
    return hours.within(rows, window)


def traces(estate: Estate) -> dict[tuple[str, str], list[Row]]:
    """Traces by event type."""
    if "traces" not in estate.memory:
        found: dict[tuple[str, str], list[Row]] = defaultdict(list)
        for row in estate.traces:
            found[row["source"], row["detail_type"]].append(row)
        estate.memory["traces"] = dict(found)
    result: dict[tuple[str, str], list[Row]] = estate.memory["traces"]
    return result


def _seen(estate: Estate, principal: str, arn: str, rows: list[Row], more: str | None) -> Producer:
    kind = rows[0]["principal_kind"]
    owners = list(
        dict.fromkeys(one for row in rows for one in roles.callers_of(estate, principal, row["via"]))
    )
    buses = sorted({feeding.entered(estate, row) for row in rows})
    via = {row["via"] for row in rows}
    return Producer(
        arn=arn,
        kind=estate.kind_of(arn) if arn != principal else kind,
        name=estate.name_of(arn),
        account=estate.account_of(arn) or rows[0]["principal_account"],
        region=estate.region_of(arn),
        **_whose(estate, arn, principal),
        evidence="observed",
        principal=principal,
        source=rows[0]["source"],
        first_seen=min(row["first_seen"] for row in rows),
        last_seen=max(row["last_seen"] for row in rows),
        events=sum(row["events"] for row in rows),
        failed=sum(row["failed"] for row in rows),
        bus=buses[0] if len(buses) == 1 else None,
        read=", ".join(sorted({row["evidence"] for row in rows})),
        note=" ".join(filter(None, (note_on(estate, principal, arn, owners), more))) or None,
        known_as=callers.known_as(estate, principal, kind) if arn == principal else None,
        shared=tuple(owners) if len(owners) > 1 else (),
        via=via.pop() if len(via) == 1 else None,
    )


def note_on(estate: Estate, principal: str, arn: str, owners: Sequence[str]) -> str | None:
    """What makes it less than sure that it was this one: others that run as the role, or that may be it."""
    if len(owners) > 1:
        return f"The role is shared by {', '.join(estate.name_of(one) for one in owners)}."
    if arn == principal:
        return None
    row = callers.role_rows(estate).get(principal)
    others = roles.others_trusted(estate.kind_of(arn), row["trusted"] if row else ())
    return f"Its role trusts {', '.join(others)} too: it may be another." if others else None


def _whose(estate: Estate, arn: str, principal: str) -> Mapping[str, Any]:
    """Of a resource its own; of a principal what its tags say, or those that run as it agree on."""
    if arn != principal:
        return {"domain": estate.domain_of(arn), "owner": estate.owner_of(arn)}
    return {"domain": callers.domain_of(estate, arn), "owner": callers.owner_of(estate, arn)}
