"""Event type: the sentence, then who consumes and produces it, the neighbourhood, what flows, and what is in it."""

from dataclasses import replace

import pandas as pd
import streamlit as st

from dashboard import state
from dashboard.charts import look
from dashboard.escape import clean, markdown
from dashboard.flow.answers import Consumer, Producer
from dashboard.flow.model.estate import Estate
from dashboard.flow.model.known import known
from dashboard.flow.who import catalogue, graph
from dashboard.pages import (
    answers,
    choosing,
    consuming,
    delivered,
    flowing,
    links,
    panel,
    parts,
    payload,
    picture,
    reads,
    words,
)
from dashboard.pages.answers import Answer
from dashboard.pages.scope import EVERY, Scope

TABS = ("Flow", "Throughput", "Payload")
"""As the URL names them: view=Payload."""
MOST_NODES = 200
MOST_BESIDE = 20
_TOOLS = (
    ("try", "Try an event of this type", ":material/science:"),
    ("what-if", "What if it changes?", ":material/alt_route:"),
)


def render(estate: Estate, scope: Scope) -> None:
    """The page of the event type in the URL; without one, a choice."""
    source, detail_type = state.get("source"), state.get("type")
    if not (source and detail_type):
        _choose(estate, scope)
        return
    st.title(markdown(detail_type, 120), anchor=False)
    parts.facts(estate)
    parts.beside(scope, *EVERY)
    bus = _bus(estate, source, detail_type)
    answer = answers.answer(estate, source, detail_type, bus)
    if not answer.got.known:
        _unknown(answer)
    panel.beside(lambda: _body(estate, answer, scope), lambda: _panel(estate, answer))


def _choose(estate: Estate, scope: Scope) -> None:
    st.title("Event type", anchor=False)
    parts.facts(estate)
    parts.beside(scope)
    types = sorted(known(estate))
    if not types:
        choosing.nothing()
        return
    chosen = st.selectbox(
        "Which one?",
        range(len(types)),
        index=None,
        format_func=lambda i: f"{clean(types[i][1])} ({clean(types[i][0])})",
        filter_mode="contains",
        placeholder="Type a part of its name or source",
        key="choose-event",
    )
    if chosen is not None:
        links.go("event", source=types[chosen][0], type=types[chosen][1])
    links.link("catalogue", "All event types in the catalogue")


def _unknown(answer: Answer) -> None:
    with st.container(border=True):
        st.text("Nothing in the snapshot knows this event type. What follows is who would get it.")
        for source, detail_type in answer.got.nearest[:5]:
            links.link("event", f"Did you mean {detail_type} ({source})?", source=source, type=detail_type)


def _bus(estate: Estate, source: str, detail_type: str) -> str | None:
    """The bus asked about: one of those where the type enters, or all."""
    known = list(answers.answer(estate, source, detail_type).got.buses)
    bus = state.choice("on", known)
    if len(known) < 2:
        return bus
    if st.session_state.get("on-bus") != bus:
        st.session_state["on-bus"] = bus
    st.selectbox(
        "Asked on",
        [None, *known],
        key="on-bus",
        format_func=lambda arn: "every bus where it enters" if arn is None else _place(estate, arn),
        on_change=_asked_on,
        width=420,
    )
    return bus


def _asked_on() -> None:
    if "on-bus" in st.session_state:
        state.put(on=st.session_state["on-bus"])


def _place(estate: Estate, arn: str) -> str:
    return words.joined([estate.name_of(arn), estate.account_of(arn), estate.region_of(arn)])


def _body(estate: Estate, answer: Answer, scope: Scope) -> None:
    with st.container(key="sentence"):
        st.text(clean(answer.sentence, 600))
    for note in answer.got.notes:
        st.text(clean(note, 300))
    parts.gaps(answer.gaps, "this answer")
    # what is not open is not made: most who ask want the first
    flow, throughput, inside = st.tabs(TABS, key="view", bind="query-params")
    if flow.open:
        with flow:
            _flow(estate, answer, scope)
    if throughput.open:
        with throughput:
            st.header("By rule and subscriber", anchor=False)
            flowing.of_event(estate, answer.got)
            delivered.render(estate, answer.got.event)
    if inside.open:
        with inside:
            st.header("Schema", anchor=False)
            payload.render(estate, answer.got)
            st.header("Fields read", anchor=False)
            reads.render(estate, answer.got, scope)


def _flow(estate: Estate, answer: Answer, scope: Scope) -> None:
    """Who consumes and produces it, as tables and as a picture."""
    got = [row for row in answer.got.consumers if scope.admits(row, estate.name_of(row.bus))]
    made = [row for row in answer.made.producers if scope.admits(row)]
    st.header("Consumers", anchor=False)
    _consumers(estate, answer, got, scope)
    _beside(answer)
    st.header("Producers", anchor=False)
    _producers(answer, made, scope)
    st.header("Neighbourhood", anchor=False)
    # whoever merely may send would crowd out those who do
    _picture(estate, answer, got, [row for row in made if row.evidence != "permitted"] or made)


def _consumers(estate: Estate, answer: Answer, rows: list[Consumer], scope: Scope) -> None:
    parts.hidden(len(rows), len(answer.got.consumers), scope, "consumer rows", "consumers")
    if not answer.got.consumers:
        st.text(
            "Nobody consumes it: no enabled or disabled rule or subscriber that was read lets it through."
        )
    if not rows:
        return
    consuming.table(estate, answer, rows)


def _beside(answer: Answer) -> None:
    """What consumes nothing: filters that by the schema never let it through, and archives that keep a copy."""
    for out in answer.got.excluded[:MOST_BESIDE]:
        st.text(clean(f"Not reached: {out.kind} {out.name}. {out.why}", 400))
    for kept in answer.got.kept[:MOST_BESIDE]:
        when = f", when {'; '.join(kept.when)}" if kept.when else ""
        off = "" if kept.active else " (switched off)"
        st.text(clean(f"Kept by {kept.kind} {kept.name}{when}{off}.", 300))


def _producers(answer: Answer, rows: list[Producer], scope: Scope) -> None:
    parts.hidden(len(rows), len(answer.made.producers), scope, "producer rows", "producers")
    _window(answer)
    if not answer.made.producers:
        st.text("No producer seen: nothing in the traces, no link or policy that names the bus.")
    if not rows:
        return
    frame = pd.DataFrame([_producer(row) for row in rows])
    parts.table(frame, "producers", choose=lambda i: state.put(sel=rows[i].arn))


def _window(answer: Answer) -> None:
    """What time the counts are of, and what could not be observed."""
    window = answer.made.window
    if window:
        told = f"Counts are of {words.moment(window.start)} to {words.moment(window.end)}. Select a row for what else it sends."
        parts.quiet(told, "window")
    for index, note in enumerate(answer.made.notes):
        parts.quiet(clean(note, 400), f"producers-{index}")


def _producer(row: Producer) -> dict[str, object]:
    return {
        "Producer": row.name,
        "Kind": row.kind,
        "Known as": row.known_as,
        "Evidence": row.evidence,
        "Domain": row.domain,
        "Owner": row.owner,
        "Events traced": row.events,
        "Rejected": row.failed,
        "First seen, UTC": words.stamp(row.first_seen),
        "Last seen, UTC": words.stamp(row.last_seen),
        "Account": row.account,
        "Read from": row.read,
        "Remark": row.note,
    }


def _picture(estate: Estate, answer: Answer, got: list[Consumer], made: list[Producer]) -> None:
    if not (got or made):
        st.text("There is nothing to draw.")
        return
    shown = graph.neighbourhood(
        estate,
        replace(answer.got, consumers=tuple(got)),
        replace(answer.made, producers=tuple(made)),
        MOST_NODES,
    )
    parts.quiet(
        look.legend("dashed: depends on the payload", "grey: nothing flows", "rates: last 3 hours"), "legend"
    )
    if shown.shown < shown.total:
        st.text(f"{shown.shown} of {shown.total} rows drawn. The tables hold them all.")
    picture.draw(
        shown,
        "neighbourhood",
        f"{answer.got.event.detail_type}: producers left, consumers right. The tables above say the same.",
        picture.Clicks(_open_node),
    )


def _open_node(key: str) -> None:
    arn = key.removeprefix("producer:").removeprefix("consumer:")
    state.put(sel=None if arn == graph.EVENT else arn)


def _panel(estate: Estate, answer: Answer) -> None:
    chosen = state.get("sel")
    if chosen and _belongs(estate, answer, chosen):
        panel.opened(estate, chosen, "Back to the event")
        panel.evidence(answer.made.producers, chosen)
        return
    if chosen:
        state.note("What the link selects is not part of this answer; it was left out.")
        state.put(sel=None)
    _about(estate, answer)


def _belongs(estate: Estate, answer: Answer, arn: str) -> bool:
    """Only what the answer or the estate names is looked up: an address in a link is anything at all."""
    if estate.row_of(arn) or arn in estate.rules:
        return True
    named = {row.arn for row in answer.made.producers}
    for row in answer.got.consumers:
        named |= {row.bus, row.arn, *(hop.arn for hop in row.path), *(hop.by for hop in row.path if hop.by)}
    return arn in named


def _about(estate: Estate, answer: Answer) -> None:
    event = answer.got.event
    row = catalogue.row(estate, event.source, event.detail_type)
    st.text(clean(event.detail_type, 60))
    panel.pairs(
        [
            ("Source", event.source),
            ("Domain", row.domain if row else None),
            ("Owner", row.owner if row else None),
            ("Known by", ", ".join(row.known_by) if row else None),
            ("Last seen", words.moment(row.last_seen) if row else None),
            ("Remark", row.orphan if row else None),
            ("Enters on", ", ".join(_place(estate, bus) for bus in answer.got.buses)),
        ]
    )
    if row and row.schema:
        st.caption("Schema")
        st.code(clean(row.schema, 300), language=None, wrap_lines=True)
    for slug, label, icon in _TOOLS:
        links.link(slug, label, icon=icon, source=event.source, type=event.detail_type)
    parts.quiet("Select a row, a node or an edge to see what it is.", "hint")
