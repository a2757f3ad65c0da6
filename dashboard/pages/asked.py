"""Sentences of the Ask box that name no single thing: what flows from A to B, who reads a field, what fails."""

import pandas as pd
import streamlit as st

from dashboard.escape import clean
from dashboard.flow.answers import Found
from dashboard.flow.backwards import named, reading
from dashboard.flow.backwards.named import Named
from dashboard.flow.backwards.seeing import touches
from dashboard.flow.health import failing as faults
from dashboard.flow.model import domains, fields
from dashboard.flow.model.estate import Estate
from dashboard.flow.model.known import Key
from dashboard.flow.model.near import nearest
from dashboard.flow.model.sentences import Sentence
from dashboard.flow.who import search
from dashboard.pages import answers, links, parts, pathing, reversed_answers, words
from dashboard.pages import failing as failing_page

GOOD = 0.6
"""Score of a hit that is taken for what was meant; a nearer miss is offered instead."""
MOST_TYPES = 50


def between(estate: Estate, asked: Sentence) -> None:
    """The path between the two things that the sentence names, or what each may have meant."""
    start, end = _meant(estate, asked.what), _meant(estate, asked.other or "")
    if start is None or end is None:
        return
    if end.sort == "event":
        st.text(f"{clean(end.name)} is an event type: a path ends in a resource, a domain or an owner.")
        return
    with st.container(key="sentence"):
        st.text(f"From {_called(start)} to {_called(end)}:")
    pathing.answer(estate, start, end)


def _called(one: Named) -> str:
    return f"{one.kind if one.sort != 'event' else 'event type'} {clean(one.name)}"


def _meant(estate: Estate, text: str) -> Named | None:
    """The best hit of the text; where none is good, the nearest are offered."""
    exact = named.exact(estate, text)
    if exact:
        return exact[0]
    hits = [hit for hit in search.search(estate, text, 6).found if hit.kind not in ("source", "rule")]
    if hits and hits[0].score >= GOOD:
        return _named(estate, hits[0])
    nearest = ", ".join(dict.fromkeys(clean(hit.label) for hit in hits)) or "nothing"
    st.text(f"Nothing here is called “{clean(text)}”. The nearest: {nearest}.")
    return None


def _named(estate: Estate, hit: Found) -> Named:
    if hit.arn:
        return named.resource(estate, hit.arn)
    if hit.event:
        return Named("event", "event", hit.event[1], event=hit.event)
    return Named("owner" if hit.kind == "owner" else "domain", hit.kind, hit.label)


def failing(estate: Estate, asked: Sentence) -> None:
    """What fails, in a domain or anywhere, worst first."""
    name = asked.what
    if name and name not in domains.names(estate):
        near = ", ".join(map(clean, nearest(name, domains.names(estate), 5)))
        st.text(f"There is no domain “{clean(name)}”. The nearest: {near or 'none'}.")
        return
    found = failing_page.answer(estate)
    rows = [one for one in found.failing if not name or name in faults.domains_of(estate, one)]
    with st.container(key="sentence"):
        where = f" in {clean(name)}" if name else ""
        st.text(
            f"{words.plural(len(rows), 'fault')} found{where}."
            if rows
            else f"Nothing is seen to fail{where}."
        )
    parts.quiet(failing_page.judged(found), "judged")
    if rows:
        frame = pd.DataFrame(
            {
                "What": one.name,
                "Kind": one.kind,
                "Since, UTC": words.stamp(one.since),
                "What is wrong": one.says,
            }
            for one in rows
        )
        parts.table(frame, "failing", choose=lambda i: links.later("failing", sel=rows[i].arn))
    parts.gaps(found.gaps, "what fails")


def reads(estate: Estate, asked: Sentence) -> None:
    """The event types that have the field, and how many consumers of each read it on the way."""
    field = reading.named(asked.what)
    types = fields.types_with(estate, field)
    with st.container(key="sentence"):
        st.text(
            f"{clean(field, 120)} is a field of {words.plural(len(types), 'event type')} by their schemas."
        )
    if not types:
        links.link("catalogue", "All event types")
        return
    shown = types[:MOST_TYPES]
    if len(shown) < len(types):
        st.text(f"{len(shown)} of {len(types)} event types shown.")
    rows = [_readers(estate, key, field) for key in shown]
    parts.table(
        pd.DataFrame(rows),
        "field-readers",
        choose=lambda i: links.later(
            "event", source=shown[i][0], type=shown[i][1], without=field, view="Payload"
        ),
    )
    parts.quiet(
        "What a function's own code reads is not visible here. A row opens who breaks without the field.",
        "code",
    )


def _readers(estate: Estate, key: Key, field: str) -> dict[str, object]:
    got = answers.answer(estate, *key).got
    read = [one for one in reversed_answers.fields_read(estate, got)[0] if touches(field, one.field)]
    return {
        "Event type": key[1],
        "Source": key[0],
        "Read on the way for": len({arn for one in read for arn in one.readers}),
        "Consumers": len({row.arn for row in got.consumers if row.active}),
        "Where": "; ".join(one.where for one in read),
    }
