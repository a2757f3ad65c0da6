"""Producer: what a function, pipe, role or person sends, where, by what evidence, how much, and who gets it."""

import pandas as pd
import streamlit as st

from dashboard import state
from dashboard.charts import throughput as chart
from dashboard.escape import clean, markdown
from dashboard.flow.backwards import making, sending
from dashboard.flow.backwards.sending import Sender, Sending, Sent, Taker
from dashboard.flow.model.estate import Estate
from dashboard.pages import links, panel, parts, words
from dashboard.pages.scope import Scope

MOST_SHARED = 12
MOST_PERMITTED = 200
MOST_NAMED = 6
_PLURAL_EVENTS = "events an hour"
_GAPS = "A gap is an hour in which no call from its account and region was found: nothing was put there, it was not logged, or not read."


def render(estate: Estate, scope: Scope) -> None:
    """The page of the producer in the URL; without one, all of them."""
    asked = state.get("of")
    arn = sending.resolved(estate, asked) if asked else None
    if arn is None or not (arn in making.makers(estate) or estate.row_of(arn)):
        _all(estate, scope, asked)
        return
    answer = _answer(estate, arn)
    st.title(markdown(answer.name, 120), anchor=False)
    parts.facts(estate)
    parts.beside(scope, *state.PARTS)
    panel.beside(lambda: _body(estate, answer, scope), lambda: _side(estate, answer))


def _answer(estate: Estate, arn: str) -> Sending:
    return _sending(estate.snapshot.id, arn, estate)


@st.cache_resource(max_entries=200, show_spinner="Following what it sends …")
def _sending(snapshot_id: str, arn: str, _estate: Estate) -> Sending:  # noqa: ARG001 - the id is the cache's key
    return sending.sending(_estate, arn)


def _all(estate: Estate, scope: Scope, asked: str | None) -> None:
    st.title("Producer", anchor=False)
    parts.facts(estate)
    parts.beside(scope, "domain", "owner", "account", "region", "kind")
    if asked:
        st.text(f"Nobody called “{clean(asked, 120)}” was seen or is declared to send events.")
    found = sending.senders(estate)
    rows = [row for row in found if scope.admits(row)]
    parts.hidden(len(rows), len(found), scope, "producers", "senders")
    if not found:
        st.text("Nobody was seen or is declared to send events.")
        links.link("coverage", "See what was read, and what would be seen if it were on")
    if rows:
        parts.table(
            pd.DataFrame([_sender(row) for row in rows]),
            "senders",
            leaves=True,
            choose=lambda i: links.later("producer", of=rows[i].arn),
        )
        parts.quiet("Select a row to open the producer.", "hint-senders")


def _sender(row: Sender) -> dict[str, object]:
    return {
        "Producer": row.name,
        "Kind": row.kind,
        "Known as": row.known_as,
        "Evidence": row.evidence,
        "Event types": row.types,
        "Events traced": row.events,
        "Last seen, UTC": words.stamp(row.last_seen),
        "Domain": row.domain,
        "Owner": row.owner,
        "Account": row.account,
        "Region": row.region,
    }


def _body(estate: Estate, answer: Sending, scope: Scope) -> None:
    with st.container(key="sentence"):
        st.text(clean(_sentence(answer), 600))
    for index, note in enumerate(answer.notes):
        parts.quiet(clean(note, 300), f"note-{index}")
    parts.gaps(answer.gaps, "this answer")
    st.header("Sends", anchor=False)
    parts.quiet(_counted(answer), "window")
    _sent(estate, answer, scope)
    st.header("Who gets it", anchor=False)
    _takers(answer, scope)
    st.header("Events put", anchor=False)
    _chart(answer)
    _permitted(estate, answer)


def _sentence(answer: Sending) -> str:
    seen = {(one.source, one.detail_type) for one in answer.sent if one.row.evidence == "observed"}
    others = {(one.source, one.detail_type) for one in answer.sent} - seen
    who = f"{answer.name} ({answer.known_as or answer.kind})"
    told = [f"was seen to send {words.plural(len(seen), 'event type')}"] if seen else []
    told += [f"is declared to send {len(others)}{' more' if seen else ''}"] if others else []
    text = f"{who} {' and '.join(told) if told else 'was not seen and is not declared to send anything'}."
    if answer.takers:
        text += f" {words.plural(len(answer.takers), 'consumer gets', 'consumers get')} some of it."
    if any(one.shared for one in answer.sent):
        text += " Its role is shared: some of it another may have sent."
    return text


def _counted(answer: Sending) -> str:
    if answer.window is None:
        return "Nothing was traced: there are no counts."
    return f"Counts are of {words.moment(answer.window.start)} to {words.moment(answer.window.end)}."


def _sent(estate: Estate, answer: Sending, scope: Scope) -> None:
    rows = [one for one in answer.sent if _admits(estate, scope, one)]
    parts.hidden(len(rows), len(answer.sent), scope, "event types", "sent")
    if not answer.sent:
        st.text("No event type: no trace of its role, and nothing that declares one.")
    if rows:
        parts.table(
            pd.DataFrame([_row(estate, one) for one in rows]),
            "sends",
            leaves=True,
            choose=lambda i: links.later("event", source=rows[i].source, type=rows[i].detail_type),
        )
        parts.quiet("Select a row to open the event type.", "hint-sends")


def _admits(estate: Estate, scope: Scope, one: Sent) -> bool:
    bus = one.row.bus
    return (
        scope.lets("domain", one.domain)
        and scope.lets("owner", one.owner)
        and (bus is None or scope.lets("bus", estate.name_of(bus)))
    )


def _row(estate: Estate, one: Sent) -> dict[str, object]:
    row = one.row
    shared = "Its role is shared: it may be another that sends it." if one.shared else None
    return {
        "Event type": one.detail_type,
        "Source": one.source,
        "Evidence": row.evidence,
        "Bus": estate.name_of(row.bus) if row.bus else None,
        "Events traced": row.events,
        "Rejected": row.failed,
        "Consumers": len(one.takers),
        "First seen, UTC": words.stamp(row.first_seen),
        "Last seen, UTC": words.stamp(row.last_seen),
        "Goes to": ", ".join(one.takers[:4]) + (" …" if len(one.takers) > 4 else ""),
        "Domain": one.domain,
        "Read from": row.read,
        "Remark": shared or row.note or (None if row.active else words.INACTIVE),
    }


def _takers(answer: Sending, scope: Scope) -> None:
    rows = [one for one in answer.takers if scope.admits(one)]
    parts.hidden(len(rows), len(answer.takers), scope, "consumers", "takers")
    if not answer.takers:
        st.text(clean(_nobody(answer), 400))
    if rows:
        parts.table(
            pd.DataFrame([_taker(one) for one in rows]),
            "takers",
            leaves=True,
            choose=lambda i: links.later("resource", of=rows[i].arn),
        )


def _nobody(answer: Sending) -> str:
    if not answer.hiding:
        return "Nobody: no active rule or subscriber leads what it sends to a consumer."
    where = list(dict.fromkeys(f"{gap.collector} of {gap.account} {gap.region}" for gap in answer.hiding))
    more = f" and {len(where) - MOST_NAMED} more" if len(where) > MOST_NAMED else ""
    return f"Nobody that is known: {', '.join(where[:MOST_NAMED])}{more} could not be read, or not all of it."


def _taker(one: Taker) -> dict[str, object]:
    return {
        "Consumer": one.name,
        "Kind": one.kind,
        "Event types": ", ".join(one.types[:6]) + (" …" if len(one.types) > 6 else ""),
        "Domain": one.domain,
        "Owner": one.owner,
        "Account": one.account,
        "Region": one.region,
    }


def _chart(answer: Sending) -> None:
    """By the hour; an hour of which nothing is known is a gap, and not none."""
    if not answer.hours or answer.window is None:
        st.text("No call of it was traced: there is nothing to draw.")
        return
    first, last = answer.window.start, answer.window.end
    times, counts = tuple(answer.hours), tuple(answer.hours.values())
    accepted = chart.Series("accepted", times, tuple(float(one) for one, _ in counts), 3600)
    rejected = chart.Series("rejected", times, tuple(float(one) for _, one in counts), 3600)
    drawn = [accepted, *([rejected] if any(rejected.values) else [])]
    st.plotly_chart(
        chart.lines(drawn, first, last, _PLURAL_EVENTS), key="chart-sent", config={"displayModeBar": False}
    )
    parts.quiet(_GAPS, "chart-gaps")
    if answer.shared:
        parts.quiet("These are calls of the role that it shares.", "chart-shared")


def _permitted(estate: Estate, answer: Sending) -> None:
    if not answer.permitted:
        return
    types = {(one.source, one.detail_type) for one in answer.permitted}
    title = f"{words.plural(len(types), 'event type')} it may send besides, and was not seen to"
    with st.expander(title, expanded=False):
        rows = answer.permitted[:MOST_PERMITTED]
        frame = pd.DataFrame(
            {
                "Event type": one.detail_type,
                "Source": one.source,
                "Bus": estate.name_of(one.row.bus) if one.row.bus else None,
                "By": one.row.read,
                "Remark": one.row.note,
            }
            for one in rows
        )
        parts.table(frame, "permitted")


def _side(estate: Estate, answer: Sending) -> None:
    panel.thing(estate, answer.arn, ask=False)
    if estate.row_of(answer.arn) is not None:
        links.link("resource", "What does it consume?", icon=":material/arrow_forward:", of=answer.arn)
    panel.pairs([("Known as", answer.known_as), ("Runs as", answer.principal), ("Owner", answer.owner)])
    if answer.shared:
        st.caption("All that run as this role")
        for arn in answer.shared[:MOST_SHARED]:
            links.link("resource", f"{estate.kind_of(arn)} {estate.name_of(arn)}", of=arn)
        if len(answer.shared) > MOST_SHARED:
            st.text(f"and {len(answer.shared) - MOST_SHARED} more")
