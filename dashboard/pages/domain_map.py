"""Map: who feeds whom. The whole estate as its domains, with what flows between them; from here one goes down."""

import pandas as pd
import streamlit as st

from dashboard import state
from dashboard.charts import graph as pictures
from dashboard.charts import look
from dashboard.escape import clean
from dashboard.flow.model.estate import Estate
from dashboard.flow.who import catalogue, feeds
from dashboard.flow.who.feeds import NONE, Feed
from dashboard.pages import links, panel, parts, pathing, picture, words
from dashboard.pages.scope import Scope

MOST_NODES = 200
MOST_TYPES = 6
MOST_LINKS = 12
_OF_A_RESOURCE = ("of", "with", "way")


def render(estate: Estate, scope: Scope) -> None:
    """The picture and its table, within the domains chosen: as giver or as taker."""
    state.put(**dict.fromkeys(_OF_A_RESOURCE))  # back from one, the browser brings them along
    st.title("Map", anchor=False)
    parts.facts(estate)
    parts.beside(scope, "domain")
    with st.spinner("Following every event type …", show_time=True):
        every = feeds.feeds(estate)
    found = [one for one in every if scope.lets_any("domain", [_name(one.giver), _name(one.taker)])]
    with st.container(key="sentence"):
        st.text(_sentence(found))
    parts.hidden(len(found), len(every), scope, "ways between domains", "feeds")
    parts.gaps(estate.gaps, "this map")
    if not found:
        return

    def body() -> None:
        _window(estate)
        _picture(_drawn(found), feeds.troubled(estate))
        frame = pd.DataFrame([_row(one) for one in found])
        parts.table(frame, "feeds", choose=lambda i: state.put(sel=_way(found[i])))

    panel.beside(body, lambda: _panel(estate, every))


def _way(one: Feed) -> str:
    """As the URL names it."""
    return f"{one.giver} to {one.taker}"


def _panel(estate: Estate, every: tuple[Feed, ...]) -> None:
    """The contract of the way that is selected: which event types, who owns both ends, what flows, what fails, and where to go on."""
    ways = {_way(one): one for one in every}
    chosen = state.choice("sel", list(ways))
    if chosen is None:
        parts.quiet("Select a way or a row to see what flows on it; a domain opens its page.", "hint")
        return
    one = ways[chosen]
    panel.close()
    st.text(clean(f"{one.giver} → {one.taker}", 120))
    faults = feeds.troubled(estate).get(one.taker, 0)
    panel.pairs(
        [
            (f"Owner of {clean(one.giver, 40)}", estate.owner_of_domain(one.giver)),
            (f"Owner of {clean(one.taker, 40)}", estate.owner_of_domain(one.taker)),
            ("Consumers", one.consumers),
            ("Events an hour, seen put", words.number(one.rate) if one.rate is not None else "none seen"),
            (f"Faults of {clean(one.taker, 40)}, or on a way to it", faults or None),
        ]
    )
    st.caption(words.plural(len(one.types), "event type"))
    for source, detail_type in one.types[:MOST_LINKS]:
        row = catalogue.row(estate, source, detail_type)
        schema = "" if row and row.schema else ", no schema"
        links.link("event", f"{detail_type} ({source}{schema})", source=source, type=detail_type)
    if len(one.types) > MOST_LINKS:
        st.text(f"and {len(one.types) - MOST_LINKS} more, in the catalogue")
    for domain in dict.fromkeys(name for name in (one.taker, one.giver) if name != NONE):
        ask = _asks(domain, one)
        links.link(
            "resource", f"All of {domain}{', and the path' if ask else ''}", of=f"domain:{domain}", **ask
        )


def _asks(domain: str, one: Feed) -> dict[str, str]:
    """On the taker's page: the path from the giver."""
    if domain != one.taker or one.giver in (NONE, domain):
        return {}
    return {"with": f"domain:{one.giver}", "way": pathing.TO_HERE}


def _name(domain: str) -> str | None:
    return None if domain == NONE else domain


def _sentence(found: list[Feed]) -> str:
    across = [one for one in found if one.giver != one.taker]
    if not found:
        return "No event type that is known has a consumer."
    types = {key for one in across for key in one.types}
    names = {one.giver for one in found} | {one.taker for one in found}
    told = f"{words.plural(len(names - {NONE}), 'domain')}: {words.plural(len(types), 'event type')}"
    return f"{told} cross{'es' if len(types) == 1 else ''} from one to another, on {words.plural(len(across), 'way')}."


def _window(estate: Estate) -> None:
    seen = feeds.window(estate)
    told = (
        f"Rates: events seen put, {words.moment(seen[0])} to {words.moment(seen[1])}."
        if seen
        else "No event was seen put."
    )
    parts.quiet(
        f"{told} Left: whose events; right: who consumes them, to the last hop. Select a way, a domain or a row.",
        "rates",
    )


def _drawn(found: list[Feed]) -> tuple[Feed, ...]:
    """As many as can be drawn, those with the most event types first."""
    kept: list[Feed] = []
    names: set[tuple[str, str]] = set()
    for one in sorted(found, key=lambda one: (-len(one.types), one.giver, one.taker)):
        names |= {("left", one.giver), ("right", one.taker)}
        if len(names) > MOST_NODES:
            break
        kept.append(one)
    if len(kept) < len(found):
        st.text(f"{len(kept)} of {len(found)} ways drawn. The table holds them all.")
    return tuple(sorted(kept, key=lambda one: (one.giver, one.taker)))


def _picture(found: tuple[Feed, ...], troubles: dict[str, int]) -> None:
    nodes, edges = feeds.picture(found, troubles)
    edges["over"] = "seen put"
    parts.quiet(_legend(), "legend")
    with st.container(key="map-picture"):
        st.plotly_chart(
            pictures.neighbourhood(nodes, edges, crowded=True),
            key="map",
            on_select=lambda: _clicked(found),
            selection_mode="points",
            config=look.PICTURE,
            alt="Domains: whose events on the left, who consumes them on the right. The table below says the same.",
        )
    with st.container(horizontal=True, vertical_alignment="center"):
        picture.downloads(nodes, edges, "map", crowded=True)


def _legend() -> str:
    """What width, grey and the sign say."""
    most, some, few = (f"{least:,.0f}" for least, _ in pictures.WIDTHS[:3])
    return (
        f"The wider a way, the more events an hour: from {few}, {some} and {most}; thinnest: fewer, or none seen; a number where there is room. "
        "✖ failing: faults on the way to the domain, or its own; ■ none seen. Point at a way for its number."
    )


def _clicked(found: tuple[Feed, ...]) -> None:
    chart = st.session_state.get("map")
    points = chart.selection.points if chart else []
    if not points:
        return
    kind, which = points[0]["customdata"]
    if kind == "node":
        _open(str(which).partition(":")[2])
    else:
        state.put(sel=_way(found[int(which)]))


def _open(domain: str) -> None:
    """The domain's own page."""
    if domain == NONE:
        state.note(
            "What belongs to no domain has no page of its own; the catalogue can be filtered by (none)."
        )
        return
    links.later("resource", of=f"domain:{domain}")


def _row(one: Feed) -> dict[str, object]:
    names = ", ".join(name for _, name in one.types[:MOST_TYPES])
    return {
        "From": clean(one.giver),
        "To": clean(one.taker),
        "Event types": len(one.types),
        "Consumers": one.consumers,
        "Events an hour": one.rate,
        "Which": names + (" …" if len(one.types) > MOST_TYPES else ""),
    }
