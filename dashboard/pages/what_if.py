"""What if: a field or a rule changes – who gains the event, who loses it, before it is done."""

import pandas as pd
import streamlit as st

from dashboard import state
from dashboard.escape import clean
from dashboard.flow.answers import Question
from dashboard.flow.model.estate import Estate
from dashboard.flow.suppose import what_if
from dashboard.flow.suppose.changes import FieldChange
from dashboard.flow.suppose.effects import Effect, Receipt, WhatIf
from dashboard.flow.suppose.touched import asked_for, fields_of, rules_of
from dashboard.pages import choosing, links, panel, parts, supposed, words
from dashboard.pages.scope import Scope

EFFECTS = {"loses": "✖ loses it", "gains": "✚ gains it", "changes": "◐ changes", "stays": "● stays"}
ONE_OF_SEVERAL = {"loses": "◐ loses this path", "gains": "◐ gains this path"}


def render(estate: Estate, scope: Scope) -> None:
    """The type, the changes, and what they do."""
    st.title("What if?", anchor=False)
    parts.facts(estate)
    parts.beside(scope, *state.PARTS)
    which, where = st.columns([2, 1], gap="large")
    with which:
        asked = choosing.event_type(estate, "Event type", "what-if-type")
    with where:
        bus = choosing.bus(estate, "what-if-bus")
    if asked is None:
        _nothing()
        return
    question = Question(*asked, bus)
    told = supposed.in_url()
    wanted = supposed.read(estate, told)
    answer = what_if.what_if(estate, question, wanted)
    supposed.editor(
        estate,
        supposed.in_url(),
        fields_of(estate, question, answer.effects),
        rules_of(estate, question, answer),
    )
    chosen = choosing.selected(estate)
    if chosen is None:
        _answer(estate, answer, scope)
        return
    main, side = st.columns([3, 1.15], gap="large")
    with main:
        _answer(estate, answer, scope)
    with side, st.container(key="panel"), st.container(border=True):
        panel.opened(estate, chosen)


def _nothing() -> None:
    with st.container(border=True):
        st.text(
            "Choose an event type, then suppose changes: a field is removed, a rule is disabled, a pattern is another."
        )
        st.text(
            "The answer says who would gain the event and who would lose it, and why. Nothing is changed in AWS."
        )
        links.link("catalogue", "All event types in the catalogue")


def _answer(estate: Estate, answer: WhatIf, scope: Scope) -> None:
    with st.container(key="sentence"):
        st.text(clean(answer.sentence, 900))
    if not answer.known:
        _unknown(answer)
    for note in answer.notes:
        st.text(clean(note, 300))
    if any(isinstance(change, FieldChange) for change in answer.changes):
        parts.quiet("What a consumer's own code needs of the event cannot be seen from here.", "code")
    parts.gaps(answer.gaps, "this answer")
    if not answer.changes:
        supposed.suggest(asked_for(estate, answer.effects))
    shown = [effect for effect in answer.effects if scope.admits(effect, estate.name_of(effect.bus))]
    parts.hidden(len(shown), len(answer.effects), scope, "rows", "effects")
    differs = [effect for effect in shown if effect.effect != "stays"]
    if answer.changes:
        st.header(f"What differs ({len(differs):,})", anchor=False)
        if differs:
            _table(estate, differs, "what-if")
        elif len(shown) == len(answer.effects):
            st.text("Nothing: every path stays as it is.")
    # who reads what changes comes first: getting the event is not all
    stays = sorted((effect for effect in shown if effect.effect == "stays"), key=lambda e: not e.reads)
    st.header(f"{'Stays as it is' if answer.changes else 'Today'} ({len(stays):,})", anchor=False)
    if not answer.effects:
        st.text("Nobody consumes it: no rule or subscriber that was read lets it through.")
    if stays:
        _table(estate, stays, "stays")


def _unknown(answer: WhatIf) -> None:
    with st.container(border=True):
        st.text("Nothing in the snapshot knows this event type. What follows is who would get it.")
        for source, detail_type in answer.nearest[:5]:
            links.link("what-if", f"Did you mean {detail_type} ({source})?", source=source, type=detail_type)


def _table(estate: Estate, rows: list[Effect], name: str) -> None:
    """Columns that say nothing of any row are left out."""
    frame = pd.DataFrame([_row(estate, effect) for effect in rows]).dropna(axis=1, how="all")
    if name == "stays":
        frame = frame.drop(columns=["Effect", "Then"]).rename(columns={"Today": "Gets it"})
    parts.table(frame, name, choose=lambda i: state.put(sel=rows[i].arn))


def _row(estate: Estate, effect: Effect) -> dict[str, object]:
    return {
        "Effect": ONE_OF_SEVERAL[effect.effect] if effect.elsewhere else EFFECTS[effect.effect],
        "Consumer": effect.name,
        "Today": _receipt(effect.before),
        "Then": _receipt(effect.after),
        "Why": effect.why,
        "Reads": "; ".join(effect.reads) or None,
        "Remark": effect.note,
        "Kind": effect.kind,
        "Domain": effect.domain,
        "Owner": effect.owner,
        "Through": f"{estate.name_of(effect.subscription)}: {words.path(effect)}",
        "Bus": estate.name_of(effect.bus),
        "Account": effect.account,
        "Region": effect.region,
    }


def _receipt(receipt: Receipt | None) -> str:
    if receipt is None:
        return "never"
    if not receipt.active:
        return f"{words.INACTIVE}: {receipt.why}"
    return (
        "always" if receipt.delivery == "always" else f"depends on {'; '.join(receipt.when) or 'the payload'}"
    )
