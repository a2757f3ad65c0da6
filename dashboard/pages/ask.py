"""Ask: one box. Results ranked and typed; a question that names one event type is answered in a sentence at once."""

from collections.abc import Callable
from itertools import zip_longest

import streamlit as st

from dashboard import keyboard
from dashboard.escape import clean, markdown
from dashboard.flow.answers import Found, Search
from dashboard.flow.backwards import around, named
from dashboard.flow.model.estate import Estate
from dashboard.flow.model.known import known
from dashboard.flow.model.sentences import Sentence, parse
from dashboard.flow.who import search
from dashboard.pages import answers, asked, links, parts, reversed_answers, words
from dashboard.pages.scope import Scope, reset

SURE = 0.9
MOST = 20
MOST_SUGGESTED = 12
MOST_TYPED = 2_048  # an ARN may be so long
KINDS = {
    "event": "event type",
    "source": "source",
    "bus": "bus",
    "rule": "rule",
    "resource": "resource",
    "producer": "producer",
    "domain": "domain",
    "owner": "owner",
    "field": "payload field",
}


_WHOLE: dict[str, Callable[[Estate, Sentence], None]] = {
    "between": asked.between,
    "reads": asked.reads,
    "failing": asked.failing,
}
"""Sentences that are answered as a whole, and not by what they name."""


def render(estate: Estate, scope: Scope) -> None:
    """The landing page."""
    st.title("Who consumes this?")
    parts.facts(estate)
    parts.beside(scope, "domain")
    text = _box()
    parts.quiet("/ comes here from any page · ↓ ↑ go through what is found · Enter opens it", "keys")
    with st.container(key=keyboard.asked(text)):
        if text:
            _found(estate, scope, text)
        else:
            _suggestions(estate, scope)


def _found(estate: Estate, scope: Scope, text: str) -> None:
    """The answer to a question, and what its words may mean besides."""
    sentence = parse(text)
    if sentence.intent in _WHOLE:
        with st.container(border=True, key="answer"):
            _WHOLE[sentence.intent](estate, sentence)
        return
    found = _search(estate, text, scope)
    if not found.found:
        _nothing(scope, found)
        return
    best = found.found[0]
    if best.event and best.score >= SURE:
        _answer(estate, best.event, found)
    elif best.arn and best.kind in ("bus", "resource") and best.score >= 1:
        _resource(estate, best.arn)
    st.header("Matches", anchor=False)
    for index, hit in enumerate(found.found):
        _hit(index, hit)


def _box() -> str:
    """The box and what it holds; the URL holds the same, so that a link asks the same question."""
    return st.text_input(
        "Search or ask",
        key="q",
        type="search",
        placeholder="OrderPlaced, orders, a queue, a team, or: who consumes OrderPlaced?",
        max_chars=MOST_TYPED,
        live="150ms",
        bind="query-params",
        label_visibility="collapsed",
    )[:MOST_TYPED].strip()


def _search(estate: Estate, asked: str, scope: Scope) -> Search:
    """Hits within the chosen domains; the best of all when none is chosen."""
    chosen = [name for name in scope.chosen.get("domain", ()) if name]
    if not chosen:
        return search.search(estate, asked, MOST)
    each = [search.search(estate, asked, MOST, domain) for domain in chosen]
    hits = sorted(
        {hit for one in each for hit in one.found}, key=lambda hit: (-hit.score, hit.label, hit.detail)
    )
    return Search(each[0].text, each[0].intent, tuple(hits[:MOST]))


def _answer(estate: Estate, event: tuple[str, str], found: Search) -> None:
    """The sentence, right here, and the way to all of it."""
    answer = answers.answer(estate, *event)
    with st.container(border=True, key="answer"):
        with st.container(key="sentence"):
            st.text(answer.sentence)
        if found.intent == "producers":
            rows = [row for row in answer.made.producers if row.evidence != "permitted"]
            names = dict.fromkeys(clean(row.name) for row in rows)
            st.text("Producers: " + (", ".join(list(names)[:12]) or "none seen"))
        else:
            names = dict.fromkeys(clean(row.name) for row in answer.got.consumers if row.active)
            st.text("Consumers: " + (", ".join(list(names)[:12]) or "none"))
        links.link(
            "event", f"All about {event[1]}", icon=":material/arrow_forward:", source=event[0], type=event[1]
        )
        parts.gaps(answer.gaps, "this answer")


def _resource(estate: Estate, arn: str) -> None:
    """What a resource consumes and produces, in a sentence, and the way to all of it."""
    one = named.resource(estate, arn)
    answer = reversed_answers.resource(estate, one)
    with st.container(border=True, key="answer"):
        with st.container(key="sentence"):
            st.text(clean(around.sentence(one, answer.got, answer.made), 600))
        links.link("resource", f"All about {one.name}", icon=":material/arrow_forward:", of=arn)
        parts.gaps(answer.gaps, "this answer")


def _hit(index: int, hit: Found) -> None:
    with st.container(key=f"result-{index}", gap="small"):
        label = hit.label
        if hit.event:
            links.link("event", label, source=hit.event[0], type=hit.event[1])
        elif hit.kind == "source":
            links.link("catalogue", label, find=hit.label)
        elif hit.kind in ("domain", "owner"):
            links.link("resource", label, of=f"{hit.kind}:{hit.label}")
        elif hit.kind == "field":
            asked_now = f"who reads {hit.label}?"
            st.button(markdown(label), key=f"ask-{index}", type="tertiary", on_click=_ask, args=(asked_now,))
        elif hit.kind == "rule":
            links.link("throughput", label, sel=hit.arn)
        elif hit.kind == "producer":
            links.link("producer", label, of=hit.arn)
        else:
            links.link("resource", label, of=hit.arn)
        where = [part for part in (hit.detail,) if part not in KINDS.values()]
        parts.quiet(words.joined([KINDS[hit.kind], *where, _place(hit.arn)]), f"result-{index}")


def _ask(question: str) -> None:
    """Put a question into the box: what it is bound to follows."""
    st.session_state["q"] = question


def _place(arn: str | None) -> str | None:
    """Account and region: names repeat across both."""
    pieces = (arn or "").split(":")
    return " ".join(part for part in (pieces[4], pieces[3]) if part) if len(pieces) > 5 else None


def _nothing(scope: Scope, found: Search) -> None:
    with st.container(border=True):
        st.text(f"Nothing here is called “{clean(found.text)}”, or nearly so.")
        if scope:
            st.text(f"Only {scope.words()} was searched.")
            st.button("Search everywhere", on_click=reset, key="everywhere")
        else:
            links.link("catalogue", "All event types")


def _suggestions(estate: Estate, scope: Scope) -> None:
    """What to ask first, from the estate itself."""
    chosen = scope.chosen.get("domain", ()) or (None,)
    each = [search.suggestions(estate, domain) for domain in chosen]
    hits = list(dict.fromkeys(hit for row in zip_longest(*each) for hit in row if hit))[:MOST_SUGGESTED]
    if not hits:
        _empty(estate)
        return
    st.header("To begin with", anchor=False)
    columns = st.columns(3)
    for index, hit in enumerate(hits):
        with columns[index % 3], st.container(border=True, key=f"result-suggested-{index}"):
            source, detail_type = hit.event or ("", hit.label)
            links.link("event", f"Who consumes {hit.label}?", source=source, type=detail_type)
            parts.quiet(clean(hit.detail), f"suggested-{index}")


def _empty(estate: Estate) -> None:
    with st.container(border=True):
        if known(estate):
            st.text("No event type belongs to the chosen domain.")
            st.button("Reset filters", on_click=reset, key="everywhere")
        else:
            st.text("The snapshot holds no event type: no schema, no observed event, no rule that names one.")
            links.link("coverage", "See what was read, and what could not be")
