"""What stands around a resource or bus, as a picture: what comes, what it leads to, what it makes."""

import streamlit as st

from dashboard import state
from dashboard.flow.backwards import around
from dashboard.flow.backwards.named import Named
from dashboard.flow.model.estate import Estate
from dashboard.flow.who.graph import Neighbourhood
from dashboard.pages import links, parts, picture
from dashboard.pages.reversed_answers import ResourceAnswer

_LEGEND = (
    "Event types that come, what brings them, the resource itself ◆, what it leads to, event types it makes"
)


def render(estate: Estate, one: Named, answer: ResourceAnswer) -> None:
    """The picture, with clicks; a sentence where nothing is known around it."""
    shown = around.neighbours(estate, one.arn or "", answer.got, answer.made)
    if len(shown.nodes) < 2:
        st.text("Nothing is known that leads to it or from it.")
        return
    draw(shown, _LEGEND, f"Neighbours of {one.name}. The tables above say the same.")


def draw(shown: Neighbourhood, legend: str, alt: str) -> None:
    """A neighbourhood of what event types come, and where they go."""
    parts.quiet(
        f"{legend} · dashed: depends on the event · grey: nothing flows · rates: last 3 hours", "legend"
    )
    if shown.shown < shown.total:
        st.text(f"{shown.shown} of {shown.total} event types and resources drawn.")
    picture.draw(shown, "around", alt, picture.Clicks(lambda key: _open_node(shown, key), hops="all"))


def _open_node(shown: Neighbourhood, key: str) -> None:
    """A resource opens in the panel, an event type on its page."""
    side, _, event = key.partition(":")
    if side in ("in", "out"):
        node = shown.nodes[shown.nodes["id"] == key].iloc[0]
        links.later("event", source=event.removesuffix(f"/{node['label']}"), type=str(node["label"]))
    else:
        state.put(sel=key)
