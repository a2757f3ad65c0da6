"""A neighbourhood as a picture that takes clicks: how far it goes, what is put together or left out, and the ways to take it along."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import state
from dashboard.charts import exports, look, placed
from dashboard.charts import graph as pictures
from dashboard.charts.placed import rows_of
from dashboard.escape import clean, csv, markdown
from dashboard.flow.who import viewing
from dashboard.flow.who.graph import Neighbourhood
from dashboard.flow.who.viewing import View
from dashboard.pages import links, parts, words

HOPS = ("1", "2", "3", "all")
NOTHING = "nothing"
MOST_OPENED = 40
_DRAWN = "_drawn"


@dataclass(frozen=True)
class Clicks:
    """What a click does: with the id of a node. A rule, subscriber or link opens in the panel. `hops`: how far it goes at first."""

    node: Callable[[str], None]
    hops: str = "1"


def draw(shown: Neighbourhood, key: str, alt: str, clicks: Clicks) -> None:
    """The picture with its controls, which live in the URL."""
    found = {str(row["id"]): row for row in rows_of(shown.nodes)}
    view, marked = _view(found, clicks.hops)
    nodes, edges = viewing.viewed(shown.nodes, shown.edges, view)
    _left(found, nodes, view, key)
    opens = _opener(nodes, edges, clicks, view.by)
    st.session_state[_DRAWN] = frozenset(found) if view.by is None else frozenset()
    _chart(pictures.neighbourhood(nodes, edges, marked), placed.width_of(nodes), key, alt, opens)
    with st.container(horizontal=True, vertical_alignment="center"):
        _unfold(nodes, view.by)
        downloads(nodes, edges, key, marked)
    tables(nodes, edges, key, opens)


def _chart(figure: look.Drawn, wide: int, key: str, alt: str, opens: Callable[[str, Any], None]) -> None:
    def clicked() -> None:
        chart = st.session_state.get(key)
        points = chart.selection.points if chart else []
        if points:
            opens(*points[0]["customdata"])

    # a number of our own: names beside each other stay apart, and the picture is swiped sideways where it must
    st.html(f"<style>.st-key-graph [data-testid=stElementContainer] {{ min-width: {wide}px; }}</style>")
    with st.container(key="graph"):
        st.plotly_chart(
            figure, key=key, on_select=clicked, selection_mode="points", config=look.PICTURE, alt=alt
        )


def _opener(
    nodes: pd.DataFrame, edges: pd.DataFrame, clicks: Clicks, by: viewing.By | None
) -> Callable[[str, Any], None]:
    """What opens a node by its id or an edge by its row, wherever it was clicked."""
    kinds = {str(row["id"]): row for row in rows_of(nodes)}

    def node(which: str) -> None:
        if by is not None and which in kinds and kinds[which]["kind"] == by:
            _group(by, str(kinds[which]["label"]))
        else:
            clicks.node(which)

    def opens(kind: str, which: Any) -> None:
        if kind == "node":
            node(str(which))
            return
        edge = rows_of(edges)[int(which)]
        carrier = viewing.opens(edge, kinds)
        if carrier == edge["by"]:
            state.put(sel=carrier)
        elif carrier:
            node(carrier)

    return opens


def _group(by: viewing.By, name: str) -> None:
    """A domain or owner has a page of its own."""
    if by == "account" or name == viewing.NOBODY:
        told = f"account {clean(name)}" if name != viewing.NOBODY else f"what has no {by}"
        state.note(f"There is no page for {told}: put together by nothing, the picture shows what is in it.")
    else:
        links.later("resource", of=f"{by}:{name}")


def _view(found: Mapping[str, Mapping[str, Any]], usual: str) -> tuple[View, frozenset[str]]:
    """How to look at it, as the URL says and the controls change it; and what the name to find marks."""
    kinds = sorted(
        {row["kind"] for row in found.values() if row["column"] and not placed.missing(row["kind"])}
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
        wanted = st.text_input(
            "Find", key="mark", bind="query-params", max_chars=200, width=180, placeholder="a name"
        )
    ids = set(found)
    hits = _called(found, wanted or "")
    view = View(
        hops=None if hops == "all" else int(hops),
        opened=_ids("open", ids),
        folded=_ids("fold", ids),
        without=frozenset(hidden),
        left=_ids("leave", ids),
        shown=hits,
        by=next((one for one in viewing.GROUPS if one == by), None),
    )
    return view, frozenset(viewing.group_of(found[one], view.by) for one in hits) if view.by else hits


def _called(found: Mapping[str, Mapping[str, Any]], wanted: str) -> frozenset[str]:
    """Nodes whose name holds this, drawn or not."""
    part = wanted.strip().lower()
    hits = frozenset(one for one, row in found.items() if part and part in str(row["label"]).lower())
    if part and not hits:
        parts.quiet(f"Nothing in this picture is called “{clean(wanted, 60)}”.", "not-found")
    return hits


def _left(found: Mapping[str, Mapping[str, Any]], nodes: pd.DataFrame, view: View, key: str) -> None:
    """Says what of the picture is not drawn, and why."""
    out = viewing.left_out(found, view)
    told = []
    if view.by is not None:
        told.append(f"{len(found) - len(out)} nodes put together, to the end, whatever the hops")
    elif len(nodes) < len(found):
        told.append(f"{len(nodes)} of {len(found)} nodes drawn; +N: so many more lie behind")
    if out:
        names = sorted(clean(found[one]["label"], 40) for one in out)
        told.append(
            f"left out: {', '.join(names[:6])}{f' and {len(names) - 6} more' if len(names) > 6 else ''}"
        )
    if view.shown & out:
        told.append("what is to be found is among them")
    if placed.width_of(nodes) > placed.LEAST_WIDTH + placed.COLUMN:
        told.append("the picture goes on to the right")
    if told:
        with st.container(horizontal=True, vertical_alignment="center"):
            parts.quiet(f"{'; '.join(told)}.", f"nodes-{key}")
            if view.left:
                st.button("Draw them again", key="leave-none", on_click=_none_left, type="tertiary")


def _none_left() -> None:
    st.query_params.pop("leave", None)


def leaving(node: str) -> None:
    """In the panel of a node that the picture of this run has: the way to leave it out."""
    drawn: frozenset[str] = st.session_state.pop(_DRAWN, frozenset())
    found = [one for one in (node, f"producer:{node}", f"consumer:{node}") if one in drawn]
    if found and found[0] not in st.query_params.get_all("leave"):
        st.button(
            "Leave it out of the picture", key="leave-it", on_click=_leave, args=(found,), type="tertiary"
        )


def _leave(nodes: list[str]) -> None:
    st.query_params["leave"] = [*dict.fromkeys([*st.query_params.get_all("leave"), *nodes])][-MOST_OPENED:]


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


def downloads(
    nodes: pd.DataFrame,
    edges: pd.DataFrame,
    key: str,
    marked: frozenset[str] = frozenset(),
    *,
    crowded: bool = False,
) -> None:
    """What is exported is what is drawn."""
    made = (
        ("SVG", "svg", "image/svg+xml", lambda: exports.svg(nodes, edges, marked, crowded=crowded).encode()),
        ("Mermaid", "mmd", "text/plain", lambda: exports.mermaid(nodes, edges).encode()),
        ("CSV", "csv", "text/csv", lambda: csv(exports.table(nodes, edges))),
    )
    for label, ending, kind, make in made:
        st.download_button(
            label, make, f"{key}.{ending}", kind, key=f"{ending}-{key}", type="tertiary", on_click="ignore"
        )
    parts.quiet(f"{words.plural(len(edges), 'edge')}; PNG by the picture's own button", f"edges-{key}")


def tables(nodes: pd.DataFrame, edges: pd.DataFrame, key: str, opens: Callable[[str, Any], None]) -> None:
    """The same nodes and edges as rows, which open what a click opens: for the keyboard, and to sort. Made when it is open."""
    told = f"As tables: {words.plural(len(nodes), 'node')}, {words.plural(len(edges), 'edge')}"
    box = st.expander(told, key=f"tables-{key}", on_change="rerun")
    if not box.open:
        return
    ids = [str(one) for one in nodes["id"]]
    with box:
        parts.quiet("By key: Tab into a table; an arrow to a row opens it beside.", f"keys-{key}")
        parts.table(exports.things(nodes), f"nodes of {key}", choose=lambda i: opens("node", ids[i]))
        rows = exports.kept(nodes, edges)
        frame = exports.table(nodes, edges)
        if rows:
            parts.table(frame, f"edges of {key}", choose=lambda i: opens("edge", rows[i]))
