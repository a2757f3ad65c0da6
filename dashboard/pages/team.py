"""A domain or owner: what it has, on whom it depends, who depends on it."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from dashboard import state
from dashboard.escape import clean, markdown
from dashboard.flow.answers import Producer
from dashboard.flow.backwards import around, contracts
from dashboard.flow.backwards.contracts import Contract, Sort
from dashboard.flow.backwards.named import Named
from dashboard.flow.backwards.teams import Team
from dashboard.flow.health import judging
from dashboard.flow.model.estate import Estate
from dashboard.flow.model.known import known
from dashboard.flow.who import catalogue, feeds
from dashboard.pages import choosing, links, panel, parts, pathing, picture, reversed_answers, words
from dashboard.pages.scope import Scope

_APPLIED = ("domain", "owner", "account", "region", "kind")


def render(estate: Estate, one: Named, scope: Scope) -> None:
    """The team's page."""
    st.title(markdown(one.name, 120), anchor=False)
    parts.facts(estate)
    parts.beside(scope, *_APPLIED)
    sort: Sort = "domain" if one.sort == "domain" else "owner"
    team, gaps = reversed_answers.team(estate, sort, one.name)

    def body() -> None:
        with st.container(key="sentence"):
            st.text(clean(around.of_team(team), 900))
        for note in team.notes:
            st.text(clean(note, 300))
        parts.gaps(gaps, "this answer")
        _contracts(estate, team, "takes", scope)
        _contracts(estate, team, "gives", scope)
        _window(estate)
        _around(estate, team)
        _types(estate, team)
        st.header("Its resources", anchor=False)
        _members(estate, team, scope)
        st.header("Path", anchor=False)
        pathing.render(estate, one)

    panel.beside(body, lambda: _side(estate, one, team))


def _side(estate: Estate, one: Named, team: Team) -> None:
    chosen = choosing.selected(estate)
    if chosen:
        panel.opened(estate, chosen, "Back to the team")
        return
    st.text(clean(one.name, 60))
    owner = estate.owner_of_domain(team.name) if team.sort == "domain" else None
    panel.pairs(
        [
            ("Kind", one.kind),
            ("Owner", owner),
            ("Resources", len(team.members)),
            ("Event types", len(team.types)),
        ]
    )
    links.link("catalogue", "Its event types in the catalogue", **{team.sort: team.name})
    parts.quiet("Select a resource to see what it is.", "hint")


_SAYS = {
    "takes": ("Depends on", "It consumes no event of another.", "Consumers", "Of"),
    "gives": ("Depended on by", "Nobody else consumes its events.", "Consumers there", "By"),
}


def _contracts(estate: Estate, team: Team, direction: str, scope: Scope) -> None:
    title, nothing, ends, other = _SAYS[direction]
    st.header(title, anchor=False)
    every = [one for one in team.contracts if one.direction == direction]
    part = "domain" if team.sort == "domain" else "owner"
    rows = [one for one in every if scope.lets(part, one.other)]
    parts.hidden(len(rows), len(every), scope, "rows", direction)
    if not every:
        st.text(nothing)
    if rows:
        frame = pd.DataFrame([_contract(estate, one, ends, other) for one in rows])
        name = title.lower().replace(" ", "-")
        parts.table(
            frame,
            name,
            choose=lambda i: _open(rows[i].source, rows[i].detail_type),
        )


def _contract(estate: Estate, one: Contract, ends: str, other: str) -> dict[str, object]:
    names = [clean(estate.name_of(arn), 40) for arn in one.ends]
    version = f" version {one.version}" if one.version else ""
    return {
        other: one.other or "(none)",
        "Event type": one.detail_type,
        "Schema": f"{one.schema}{version}" if one.schema else "none",
        "Schema is of": one.schema_of,
        "Delivery": one.delivery if one.active else words.INACTIVE,
        "Health": words.HEALTH[one.health] if one.active else words.INACTIVE,
        "Put an hour": one.rate,
        "Carried an hour, 3 h": one.carried,
        ends: ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else ""),
        "Source": one.source,
        "Trouble": one.says,
    }


def _around(estate: Estate, team: Team) -> None:
    """Whose events it consumes, and who consumes its own."""
    if not team.contracts:
        return
    st.header("Around it", anchor=False)
    parts.quiet(
        f"Left: whose events it consumes; right: who consumes its own. Rates: events seen put. A {team.sort} opens its page.",
        "legend",
    )
    shown = contracts.picture(estate, team.sort, team.name, team.contracts)
    alt = f"Who gives events to {team.name}, and who takes its own. The tables below say the same."
    picture.draw(shown, "around", alt, picture.Clicks(lambda key: _open_team(team.sort, key), hops="all"))


def _open_team(sort: Sort, key: str) -> None:
    side, _, name = key.partition(":")
    if side in ("from", "to") and name != contracts.NONE:
        links.later("resource", of=f"{sort}:{name}")


def _window(estate: Estate) -> None:
    """What the rates of contracts are of."""
    seen = feeds.window(estate)
    told = (
        f"events seen put from {words.moment(seen[0])} to {words.moment(seen[1])}"
        if seen
        else "no event was seen put"
    )
    parts.quiet(
        f"Put an hour: {told}. Carried: what its rules and subscribers matched, of this type and others.",
        "rates",
    )


def _types(estate: Estate, team: Team) -> None:
    st.header("Its event types", anchor=False)
    if not team.types:
        st.text("No event type is known to be its own.")
        return
    made: dict[tuple[str, str], list[Producer]] = {}
    for one in team.produced:
        if not one.shared:
            made.setdefault((one.source, one.detail_type), []).append(one.row)
    frame = pd.DataFrame([_type(estate, team, key, made.get(key, [])) for key in team.types])
    parts.table(frame, "types", choose=lambda i: _open(*team.types[i]))


def _open(source: str, detail_type: str) -> None:
    links.later("event", source=source, type=detail_type)


def _type(estate: Estate, team: Team, key: tuple[str, str], rows: list[Producer]) -> dict[str, object]:
    entry, row = known(estate)[key], catalogue.row(estate, *key)
    takers = dict.fromkeys(
        one.other or "(none)"
        for one in team.contracts
        if one.direction == "gives" and (one.source, one.detail_type) == key
    )
    names = dict.fromkeys(clean(row.name, 40) for row in rows)
    evidence = dict.fromkeys(row.evidence for row in rows)
    told = {"Produced by": ", ".join(names) or "not seen here", "Evidence": ", ".join(evidence) or None}
    return {
        "Event type": key[1],
        "Source": key[0],
        **told,
        "Put an hour": feeds.rates(estate).get(key),
        "Last seen, UTC": words.stamp(entry.last_seen),
        "Consumers": row.consumers if row else None,
        "Taken by": ", ".join(clean(name, 40) for name in takers) or None,
    }


def _members(estate: Estate, team: Team, scope: Scope) -> None:
    if not team.members:
        st.text("No bus or resource bears its tag, or lies in its account.")
        return
    rows: Sequence[str] = [arn for arn in team.members if _stands(estate, scope, arn)]
    parts.hidden(len(rows), len(team.members), scope, "resources", "members")
    if not rows:
        return
    found = judging.health(estate, rows)
    frame = pd.DataFrame(
        {
            "Name": estate.name_of(arn),
            "Kind": estate.kind_of(arn),
            "Health": words.HEALTH[found[arn].state],
            "An hour, 3 h": found[arn].rate_3h,
            "Account": estate.account_of(arn),
            "Region": estate.region_of(arn),
            "Says": found[arn].says,
        }
        for arn in rows
    )
    parts.table(frame, "resources", choose=lambda i: state.put(sel=rows[i]))


def _stands(estate: Estate, scope: Scope, arn: str) -> bool:
    """Whether the filters show a resource of the team. That of domains is of the others: all resources here are of one."""
    placed = {"owner": estate.owner_of, "account": estate.account_of, "region": estate.region_of}
    return all(scope.lets(part, of(arn)) for part, of in placed.items()) and scope.lets(
        "kind", estate.kind_of(arn)
    )
