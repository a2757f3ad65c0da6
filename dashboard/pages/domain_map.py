"""Map: who feeds whom. The whole estate as its domains, with what flows between them; from here one goes down."""

import pandas as pd
import streamlit as st

from dashboard import state
from dashboard.charts import graph as pictures
from dashboard.charts import look
from dashboard.escape import clean
from dashboard.flow.model.estate import Estate
from dashboard.flow.who import feeds
from dashboard.flow.who.feeds import NONE, Feed
from dashboard.pages import links, parts, picture, words
from dashboard.pages.scope import Scope

MOST_NODES = 200
MOST_TYPES = 6
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
    _window(estate)
    _picture(_drawn(found), feeds.troubled(estate))
    parts.table(
        pd.DataFrame([_row(one) for one in found]),
        "feeds",
        choose=lambda i: _open(found[i].taker, found[i].giver),
    )


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
        f"{told} Left: whose events; right: who consumes them, to the last hop. Select a domain or a row.",
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
        f"The wider a way, the more events an hour: from {few}, {some} and {most}; thinnest: fewer, or none seen. "
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
        _open(found[int(which)].taker, found[int(which)].giver)


def _open(domain: str, other: str | None = None) -> None:
    """The domain's own page; of a way, with the path from the other."""
    if domain == NONE:
        state.note(
            "What belongs to no domain has no page of its own; the catalogue can be filtered by (none)."
        )
        return
    with_ = f"domain:{other}" if other not in (None, NONE, domain) else None
    links.later("resource", of=f"domain:{domain}", **{"with": with_, "way": "to here" if with_ else None})


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
