"""What would be seen: trails and logs of buses that are on or off, and the exact configuration that turns them on."""

from collections.abc import Iterator

import pandas as pd
import streamlit as st

from dashboard.escape import clean
from dashboard.flow.model.estate import Estate
from dashboard.flow.who import sight, turning_on
from dashboard.flow.who.sight import LogSight
from dashboard.pages import parts, words
from dashboard.pages.scope import Scope

STATES = {"on": "● on", "partly": "◐ partly", "off": "○ off", "unknown": "■ not known"}
MOST = 12
_PAYLOADS = "Subscribers of new buses embed the payload of failed events in their logs unless told otherwise (IncludePayload)."


def render(estate: Estate, scope: Scope) -> None:
    """Places and trails, then buses; below each what to run to see more. Nothing is changed from here."""
    st.header("What would be seen", anchor=False)
    _places(estate, scope)
    _trails(estate, scope)
    _buses(estate, scope)


def _shown(scope: Scope, account: str, region: str) -> bool:
    return scope.lets("account", account) and scope.lets("region", region)


def _places(estate: Estate, scope: Scope) -> None:
    rows = [one for one in sight.trail_sight(estate) if _shown(scope, one.account, one.region)]
    told = f"Trails that log PutEvents, by account and region: {sight.counted(rows)}."
    more = " Where one is on, who puts which events is known: principal, event type, bus, how often, and what was rejected."
    st.text(told + more)
    if rows:
        frame = pd.DataFrame(
            {
                "Who puts events": STATES[one.state],
                "Account": one.account,
                "Region": one.region,
                "Why": one.why,
            }
            for one in rows
        )
        parts.table(frame, "sight-places")
    made = ((f"{one.account} {one.region}", turning_on.of_trail(estate, one)) for one in rows)
    _commands(made, "Turn it on", "place")


def _trails(estate: Estate, scope: Scope) -> None:
    known = {row["arn"]: row for rows in sight.rows_of_trails(estate).values() for row in rows}
    rows = [row for row in known.values() if scope.lets("account", row["account"])]
    if not rows:
        return
    frame = pd.DataFrame(
        {
            "Trail": row["name"],
            "Runs": {True: "yes", False: "no"}.get(row["is_logging"], "not known"),
            "PutEvents": row["puts"] or "not known",
            "Home": row["home_region"],
            "All regions": "yes" if row["is_multi_region"] else "no",
            "Organization": "yes" if row["is_organization"] else "no",
            "Bucket": row["bucket"],
            "Log group": row["log_group"],
            "Account": row["account"],
        }
        for row in rows
    )
    parts.table(frame, "sight-trails")
    _commands(((row["name"], turning_on.of_row(row)) for row in rows), "Let trail log PutEvents:", "trail")


def _buses(estate: Estate, scope: Scope) -> None:
    rows = [
        one
        for one in sight.log_sight(estate)
        if _shown(scope, one.account, one.region) and scope.lets("bus", one.name)
    ]
    told = f"Logs of buses, of what becomes of their events: {sight.counted(rows)}."
    more = " Where they are on, throughput and failures are known by event type and target, events that match nothing, and which accounts put."
    st.text(told + more)
    if rows:
        rows.sort(key=lambda one: (list(STATES).index(one.state), one.name, one.bus))
        parts.table(pd.DataFrame([_bus(one) for one in rows]), "sight-buses")
    made = ((f"{one.name} ({one.account} {one.region})", turning_on.of_log(estate, one)) for one in rows)
    _commands(made, "Let bus log:", "bus")
    if any(one.kind == "new" and one.state != "on" for one in rows):
        parts.quiet(_PAYLOADS, "payloads")


def _bus(one: LogSight) -> dict[str, object]:
    return {
        "Logs": STATES[one.state],
        "Bus": one.name,
        "Kind": one.kind,
        "Level": one.level,
        "Account": one.account,
        "Region": one.region,
        "Why": one.why,
    }


def _commands(made: Iterator[tuple[str, str | None]], title: str, key: str) -> None:
    """One fold for all: choose which, see the commands."""
    found = {name: command for name, command in made if command}
    if not found:
        return
    with st.expander(f"{title.rstrip(':')}: {words.plural(len(found), 'command')}", expanded=False):
        chosen = st.selectbox(title, list(found), key=f"sight-{key}", format_func=clean)
        if chosen and found[chosen].startswith(turning_on.REFUSED):
            st.text(found[chosen].removeprefix("# "))
        elif chosen:
            # whole and as it is: a command that is cut may still run, and lose what was cut off
            st.code(found[chosen], language=None, wrap_lines=True)
        st.text(
            "Review it before you run it: Headwater only reads. Logging costs money, by event and by byte."
        )
