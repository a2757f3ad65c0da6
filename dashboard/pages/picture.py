"""A neighbourhood as a picture that takes clicks: how far it goes, what is put together or left out, and the ways to take it along."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import state
from dashboard.charts import exports, look
from dashboard.charts import graph as pictures
from dashboard.escape import clean, csv, markdown
from dashboard.flow.who import viewing
from dashboard.flow.who.graph import Neighbourhood
from dashboard.flow.who.viewing import View
from dashboard.pages import links, parts, words

HOPS = ("1", "2", "3", "all")
NOTHING = "nothing"
MOST_OPENED = 40


@dataclass(frozen=True)
class Clicks:
    """What a click does: with the id of a node, with the row of an edge. `hops` is how far the picture goes at first."""

    node: Callable[[str], None]
    edge: Callable[[Any], None]
    hops: str = "1"


def draw(shown: Neighbourhood, key: str, alt: str, clicks: Clicks) -> None:
    """The picture with its controls, which live in the URL."""
    view, marked = _view(shown, clicks.hops)
    nodes, edges = viewing.viewed(shown.nodes, shown.edges, view)
    left = len(shown.nodes) - len(nodes)
    if left > 0 and view.by is None:
        parts.quiet(
            f"{len(nodes)} of {len(shown.nodes)} nodes drawn; +N: so many more lie behind.", f"nodes-{key}"
        )
    with st.container(key="graph"):
        st.plotly_chart(
            pictures.neighbourhood(nodes, edges, marked),
            key=key,
            on_select=lambda: _clicked(edges, key, clicks, view.by),
            selection_mode="points",
            config=look.PICTURE,
            alt=alt,
        )
    with st.container(horizontal=True, vertical_alignment="center"):
        _unfold(nodes, view.by)
        downloads(nodes, edges, key)


def _view(shown: Neighbourhood, usual: str) -> tuple[View, str]:
    """How to look at it, as the URL says and the controls change it."""
    kinds = sorted(
        {str(kind) for kind, column in zip(shown.nodes["kind"], shown.nodes["column"], strict=True) if column}
    )
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        hops = _choice("hops", "Hops", HOPS, usual)
        by = _choice("group", "Put together by", (NOTHING, *viewing.GROUPS), NOTHING)
        state.told("hide", kinds)
        hidden = st.multiselect(
            "Leave out",
            kinds,
            key="hide",
            bind="query-params",
            placeholder="no kind",
            width=240,
            format_func=clean,
        )
        marked = st.text_input(
            "Find", key="mark", bind="query-params", max_chars=200, width=180, placeholder="a name"
        )
    ids = set(map(str, shown.nodes["id"]))
    view = View(
        hops=None if hops == "all" else int(hops),
        opened=_ids("open", ids),
        folded=_ids("fold", ids),
        without=frozenset(hidden),
        by=next((one for one in viewing.GROUPS if one == by), None),
    )
    return view, marked or ""


def _choice(name: str, label: str, options: tuple[str, ...], usual: str) -> str:
    state.told(name, options)
    chosen = st.segmented_control(label, options, default=usual, key=name, bind="query-params", required=True)
    return str(chosen) if chosen in options else usual


def _ids(name: str, known: set[str]) -> frozenset[str]:
    """Nodes that the URL names; what this picture does not have is dropped with a note."""
    named = st.query_params.get_all(name)
    kept = [one for one in dict.fromkeys(named) if one in known][:MOST_OPENED]
    if kept != named:
        state.told(name, sorted(known))
        st.query_params[name] = kept
    return frozenset(kept)


def _unfold(nodes: pd.DataFrame, by: viewing.By | None) -> None:
    """Of the selected node: draw what lies behind it, or fold that."""
    chosen = state.get("sel")
    found = (
        nodes[nodes["id"].isin([chosen, f"producer:{chosen}", f"consumer:{chosen}"])] if chosen else nodes[:0]
    )
    if found.empty or by is not None:
        return
    node, name = found.iloc[0], markdown(found.iloc[0]["label"], 40)
    if node["folded"]:
        told = f"Expand {name} (+{int(node['folded'])})"
        st.button(told, key="expand", on_click=_turn, args=(node["id"], "open", "fold"))
    elif node["column"]:
        st.button(f"Fold {name}", key="fold-node", on_click=_turn, args=(node["id"], "fold", "open"))


def _turn(node: str, into: str, out_of: str) -> None:
    st.query_params[into] = [*dict.fromkeys([*st.query_params.get_all(into), node])][-MOST_OPENED:]
    st.query_params[out_of] = [one for one in st.query_params.get_all(out_of) if one != node]


def downloads(nodes: pd.DataFrame, edges: pd.DataFrame, key: str, *, rates: bool = True) -> None:
    """What is exported is what is drawn."""
    made = (
        ("SVG", "svg", "image/svg+xml", lambda: exports.svg(nodes, edges, rates=rates).encode()),
        ("Mermaid", "mmd", "text/plain", lambda: exports.mermaid(nodes, edges).encode()),
        ("CSV", "csv", "text/csv", lambda: csv(exports.table(nodes, edges))),
    )
    for label, ending, kind, make in made:
        st.download_button(
            label, make, f"{key}.{ending}", kind, key=f"{ending}-{key}", type="tertiary", on_click="ignore"
        )
    parts.quiet(f"{words.plural(len(edges), 'edge')}; PNG by the picture's own button", f"edges-{key}")


def _clicked(edges: pd.DataFrame, key: str, clicks: Clicks, by: viewing.By | None) -> None:
    chart = st.session_state.get(key)
    points = chart.selection.points if chart else []
    if not points:
        return
    kind, which = points[0]["customdata"]
    if kind == "edge":
        edge = edges.iloc[int(which)]
        if by is None or edge["by"]:
            clicks.edge(edge)
    elif by is None or not which.startswith(("left:", "right:")):
        clicks.node(str(which))
    elif by != "account" and not which.endswith(viewing.NOBODY):
        links.later("resource", of=f"{by}:{which.partition(':')[2]}")
