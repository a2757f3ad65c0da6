"""Sentences of the Ask box that name no single thing: what flows from A to B, who reads a field, what fails."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from dashboard.escape import clean, markdown
from dashboard.flow.answers import Failing
from dashboard.flow.backwards import faults, meanings, named, reading
from dashboard.flow.backwards.named import Named
from dashboard.flow.backwards.seeing import touches
from dashboard.flow.model import domains, fields
from dashboard.flow.model.estate import Estate
from dashboard.flow.model.known import Key
from dashboard.flow.model.near import nearest
from dashboard.flow.model.sentences import Sentence
from dashboard.flow.who import search
from dashboard.pages import answers, links, parts, pathing, reversed_answers, taken, words
from dashboard.pages import failing as failing_page

MOST_TYPES = 50


def between(estate: Estate, asked: Sentence) -> None:
    """The path between the two things that the sentence names, or what each may have meant."""
    starts, ends = (_meant(estate, text) for text in (asked.what, asked.other or ""))
    if not starts or not ends:
        return
    if all(end.sort == "event" for end in ends):
        st.text(f"{clean(ends[0].name)} is an event type: a path ends in a resource, a domain or an owner.")
        return
    best = meanings.between(starts, ends, lambda one, other: pathing.found(estate, one, other))
    if best is None:
        st.text("Both are the same.")
        return
    start, end = best.found.start, best.found.end
    one_pair = best.found.answer == "yes" or best.pairs == 1
    with st.container(key="sentence"):
        if one_pair:
            st.text(f"From {taken.called(start)} to {taken.called(end)}:")
        else:
            st.text(f"From {clean(asked.what)} to {clean(asked.other)}, whatever is meant by them:")
    pathing.answer(estate, best.found)
    at, to = (start.key, end.key) if one_pair else (asked.what, asked.other)
    taken.say("start", start if one_pair else None, starts, lambda one: f"what flows from {one.key} to {to}?")
    others = [one for one in ends if one.sort != "event"]
    taken.say("end", end if one_pair else None, others, lambda one: f"what flows from {at} to {one.key}?")


def _meant(estate: Estate, text: str) -> tuple[Named, ...]:
    """What the text may mean; where nothing is called so, the nearest are offered."""
    found = meanings.likely(estate, text)
    if not found:
        unknown(estate, text)
    return found


def unknown(estate: Estate, text: str) -> None:
    """Says that nothing is called so, and what is nearest to it."""
    hits = search.search(estate, text, 6).found
    close = ", ".join(dict.fromkeys(clean(hit.label) for hit in hits)) or "none"
    st.text(f"Nothing here is called “{clean(text)}”. The nearest: {close}.")


def failing(estate: Estate, asked: Sentence) -> None:
    """What fails anywhere, or in what the sentence names, worst first."""
    found = failing_page.answer(estate)
    rows: Sequence[Failing] = found.failing
    meant: tuple[Named, ...] = ()
    if asked.what:
        meant = meanings.meanings(estate, asked.what) or meanings.rules(estate, asked.what)
        if not meant:
            _nowhere(estate, asked.what)
            return
        rows = faults.touching(estate, rows, meant[0])
    where = f" in {taken.called(meant[0])}" if meant else ""
    with st.container(key="sentence"):
        seen = "touch" if len(rows) != 1 else "touches"
        told = f"{words.plural(len(rows), 'fault')} {seen} {taken.called(meant[0])}." if meant else ""
        told = told or f"{words.plural(len(rows), 'fault')} found."
        st.text(told if rows else f"Nothing is seen to fail{where}.")
    parts.quiet(failing_page.judged(found), "judged")
    if meant:
        taken.say("where", meant[0], meant, lambda one: f"what is failing in {one.key}?")
    if rows:
        _faults(rows)
    parts.gaps(found.gaps, "what fails")


def _nowhere(estate: Estate, text: str) -> None:
    every = [*domains.names(estate), *(one.name for one in named.all_names(estate))]
    close = ", ".join(map(clean, nearest(text, dict.fromkeys(every), 5)))
    st.text(f"Nothing here is called “{clean(text)}”. The nearest: {close or 'none'}.")


def _faults(rows: Sequence[Failing]) -> None:
    frame = pd.DataFrame(
        {
            "What": one.name,
            "Kind": one.kind,
            "Since, UTC": words.stamp(one.since),
            "What is wrong": one.says,
        }
        for one in rows
    )
    parts.table(frame, "failing", leaves=True, choose=lambda i: links.later("failing", sel=rows[i].arn))


def reads(estate: Estate, asked: Sentence) -> None:
    """The event types that have the field, and how many consumers of each read it on the way."""
    called = meanings.fields_called(estate, asked.what)
    field = called[0] if called else reading.named(asked.what)
    types = fields.types_with(estate, field)
    with st.container(key="sentence"):
        st.text(
            f"{clean(field, 120)} is a field of {words.plural(len(types), 'event type')} by their schemas."
        )
    _other_fields(estate, field, called)
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
        leaves=True,
        choose=lambda i: links.later(
            "event", source=shown[i][0], type=shown[i][1], without=field, view="Payload"
        ),
    )
    parts.quiet(
        "What a function's own code reads is not visible here. A row opens who breaks without the field.",
        "code",
    )


def _other_fields(estate: Estate, field: str, called: Sequence[str]) -> None:
    """Other fields that end in the same words; where nothing is called so, the nearest."""
    close = called[1:] or (() if called else nearest(field, fields.by_field(estate), 5))
    if not close:
        return
    with st.container(key="others-field", horizontal=True, vertical_alignment="center", gap="small"):
        with st.container(key="quiet-fields", width="content"):
            st.text("Or is it meant to be" if called else "The nearest:")
        for path in close[: taken.MOST]:
            question = f"who reads {path}?"
            label = markdown(path, 120)
            st.button(label, key=f"field-{path}", type="tertiary", on_click=taken.ask, args=(question,))


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
