"""Observed by the logs of buses: accounts that put an event type where no trail tells who in them did."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from dashboard.flow.answers import Producer, Question
from dashboard.flow.model import deliveries, feeding, hours
from dashboard.flow.model.estate import Estate
from dashboard.flow.who import declared

Buses = frozenset[str] | None


def logged(
    estate: Estate, asked: Question, buses: Buses, better: Sequence[Producer], last: int | None = None
) -> list[Producer]:
    """One row an account that a bus's log names as the caller, and that nothing of `better` explains.

    A bus's log knows no more of a caller than its account. What a forwarding rule of the account brings is that rule's.
    """
    groups = _by_account(estate, asked, buses, last)
    known = {row.account for row in better} | {row.principal for row in better}
    left = {account: rows for account, rows in groups.items() if account not in known}
    if not left:
        return []
    known = {row.account for row in declared.forwarders(estate, asked, buses)}
    return [_row(estate, asked, account, left[account]) for account in sorted(left) if account not in known]


def _by_account(estate: Estate, asked: Question, buses: Buses, last: int | None) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = defaultdict(list)
    if feeding.is_aws_service(asked.source):
        return {}
    key = (asked.source, asked.detail_type)
    rows: Iterable[Any] = deliveries.of_types(estate).get(key, ())
    window = hours.window_of(estate, last)
    if last is not None and window is not None:
        rows = deliveries.hours_of(estate, key, window.start)
    for row in rows:
        is_received = row["rule_arn"] is None and (row["received"] or row["rejected"])
        if is_received and row["caller_account"] and (buses is None or row["bus_arn"] in buses):
            found[row["caller_account"]].append(row)
    return found


def _row(estate: Estate, asked: Question, account: str, rows: list[Any]) -> Producer:
    domain = next((one.name for one in estate.settings.domains if account in one.accounts), None)
    on = sorted({row["bus_arn"] for row in rows})
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
        bus=on[0] if len(on) == 1 else None,
        read=", ".join(sorted({row["evidence"] for row in rows})),
        note="The log of a bus tells the account only; who in it puts, a trail of that account would tell.",
        known_as=f"someone in account {account}",
    )
