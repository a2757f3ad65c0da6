"""Throughput: rules, queues and consumers with rate, failures, backlog and age; a row opens its charts."""

from dataclasses import dataclass

import pandas as pd
import streamlit as st

from dashboard import state
from dashboard.flow.answers import Health
from dashboard.flow.health import judging, states
from dashboard.flow.model.estate import Estate
from dashboard.pages import choosing, flowing, panel, parts, words
from dashboard.pages.scope import EVERY, Scope

# what is shown → kinds of things, the metrics that are drawn of the busiest, each kind's own, and their unit
SHOWS = {
    "Rules": (
        ("rule", "subscriber"),
        ("MatchedEvents", "TriggeredRules", "FilterMatched"),
        "matched in each window",
    ),
    "Queues": (("queue",), ("ApproximateNumberOfMessagesVisible",), "messages waiting"),
    "Consumers": (
        ("function", "state-machine", "api-destination", "pipe", "topic", "stream"),
        ("Invocations", "NumberOfMessagesPublished", "EventCount"),
        "calls, messages and events in each window",
    ),
}
BUSIEST = 6
_ORDER = {"failing": 0, "ok": 1, "idle": 2, "unknown": 3}


@dataclass(frozen=True)
class Thing:
    """A row: where it stands, for the shared filters, and how it does."""

    arn: str
    kind: str
    name: str
    domain: str | None
    owner: str | None
    account: str | None
    region: str | None
    bus: str | None
    health: Health


def render(estate: Estate, scope: Scope) -> None:
    """The table, and on its right what is selected; below it the charts."""
    st.title("Throughput", anchor=False)
    parts.facts(estate)
    parts.beside(scope, *EVERY)
    chosen = choosing.selected(estate)
    show = _show(estate, chosen)
    things = _things(estate.snapshot.id, show, estate)
    rows = [row for row in things if scope.admits(row, row.bus)]

    def body() -> None:
        _table(rows, len(things), state.hours(), scope, show)
        if chosen:
            flowing.of_thing(estate, chosen)
        elif rows:
            _busiest(estate, rows, show)

    def side() -> None:
        if chosen:
            panel.opened(estate, chosen)
        else:
            parts.quiet("Select a row to see what it is, and its charts.", "hint")

    panel.beside(body, side)


def _show(estate: Estate, chosen: str | None) -> str:
    """Which table: the one that holds what is selected, else the one asked for."""
    state.told("show", list(SHOWS))
    kind = estate.kind_of(chosen) if chosen else None
    of_it = next((name for name, (kinds, *_) in SHOWS.items() if kind in kinds), None)
    if of_it:
        st.session_state["show"] = of_it
    show = st.segmented_control(
        "Show",
        list(SHOWS),
        default=None if of_it else "Rules",  # not both a default and a value
        key="show",
        bind="query-params",
        label_visibility="collapsed",
        required=True,
        on_change=lambda: state.put(sel=None),
    )
    return str(show) if show in SHOWS else "Rules"


@st.cache_resource(max_entries=6, show_spinner="Reading the metrics …")
def _things(snapshot_id: str, show: str, _estate: Estate) -> list[Thing]:  # noqa: ARG001 - the id is the cache's key
    """All rules, queues or consumers with their health: what fails first, then what flows most."""
    kinds = SHOWS[show][0]
    arns = list(_estate.rules) if show == "Rules" else []
    arns += [arn for arn, row in _estate.resources.items() if row["kind"] in kinds]
    found = judging.health(_estate, arns)
    things = [_thing(_estate, arn, found[arn]) for arn in arns]
    return sorted(things, key=lambda t: (_ORDER[t.health.state], -(t.health.rate_24h or 0), t.name, t.arn))


def _thing(estate: Estate, arn: str, found: Health) -> Thing:
    subs = estate.rules.get(arn)
    return Thing(
        arn=arn,
        kind=estate.kind_of(arn),
        name=estate.name_of(arn),
        domain=estate.domain_of(arn),
        owner=estate.owner_of(arn),
        account=estate.account_of(arn),
        region=estate.region_of(arn),
        bus=estate.name_of(subs[0].bus) if subs else None,
        health=found,
    )


def _table(rows: list[Thing], total: int, hours: int, scope: Scope, show: str) -> None:
    parts.hidden(len(rows), total, scope, show.lower(), "throughput")
    if not total:
        st.text(f"The snapshot holds no {show.lower()}.")
        return
    if not rows:
        return
    parts.quiet(_told(rows, hours), "window-table")
    frame = pd.DataFrame([_row(row, hours, show) for row in rows])
    parts.table(frame, show.lower(), choose=lambda i: state.put(sel=rows[i].arn))


def _told(rows: list[Thing], hours: int) -> str:
    """Of which hours the figures are, and of how many rows of others."""
    ends = [row.health.window_end for row in rows if row.health.window_end]
    if not ends:
        return "No metrics were collected of these."
    late = sum(max(ends) - end > states.BEHIND for end in ends)
    some = f"; of {late:,} of them the metrics end earlier, as Says tells" if late else ""
    return (
        f"Last {_window(hours)} hours to {words.moment(max(ends))}{some}; backlog and age at its last point."
    )


def _row(thing: Thing, hours: int, show: str) -> dict[str, object]:
    found = thing.health
    told: dict[str, object] = {
        "Name": thing.name,
        "Health": words.HEALTH[found.state],
        "An hour": found.rate_3h if _window(hours) == 3 else found.rate_24h,
        "Failed": found.failed_3h if _window(hours) == 3 else found.failed_24h,
    }
    if show != "Rules":
        told |= {"Backlog": _whole(found.backlog), "Oldest": _age(found)}
    told |= {"Dead-lettered": _whole(found.dead_lettered), "Domain": thing.domain, "Owner": thing.owner}
    told |= {"Bus": thing.bus} if show == "Rules" else {"Kind": thing.kind}
    told |= {"Since, UTC": words.stamp(found.since)}
    return told | {"Account": thing.account, "Region": thing.region, "Says": found.says}


def _window(hours: int) -> int:
    """The figures of the table are of 3 or of 24 hours, whatever the charts draw."""
    return 3 if hours <= 3 else 24


def _whole(count: float | None) -> int | None:
    """Messages are counted; CloudWatch averages them."""
    return None if count is None else round(count)


def _age(found: Health) -> str | None:
    return words.duration(found.age_seconds) if found.age_seconds is not None else None


def _busiest(estate: Estate, rows: list[Thing], show: str) -> None:
    _, metrics, unit = SHOWS[show]
    busy = sorted(rows, key=lambda row: (-(row.health.rate_24h or 0), row.name, row.arn))
    if show == "Queues":
        busy = sorted(rows, key=lambda row: (-(row.health.backlog or 0), row.name, row.arn))
    st.header("Fullest" if show == "Queues" else "Busiest", anchor=False)
    flowing.of_many(estate, [row.arn for row in busy[:BUSIEST]], metrics, unit)
