"""Ask: one box. Results ranked and typed; a question that names one event type is answered in a sentence at once."""

from collections.abc import Callable, Sequence

import streamlit as st

from dashboard import keyboard
from dashboard.escape import clean, markdown
from dashboard.flow.answers import Found, GapNote, Search
from dashboard.flow.backwards import around, depending, meanings, named, teams
from dashboard.flow.backwards.named import Named
from dashboard.flow.model.estate import Estate
from dashboard.flow.model.sentences import Sentence, parse
from dashboard.flow.who import search
from dashboard.pages import (
    answers,
    asked,
    behind,
    consuming,
    landing,
    links,
    parts,
    reversed_answers,
    taken,
    words,
)
from dashboard.pages.scope import Scope, reset

SURE = 0.9
MOST = 20
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
            landing.render(estate, scope)


def _found(estate: Estate, scope: Scope, text: str) -> None:
    """The answer to a question, and what its words may mean besides."""
    sentence = parse(text)
    if sentence.intent in _WHOLE:
        with st.container(border=True, key="answer"):
            _WHOLE[sentence.intent](estate, sentence)
        return
    found = _search(estate, text, scope)
    meant = [
        one
        for one in meanings.meanings(estate, sentence.what)
        if one.sort == "owner" or scope.lets("domain", meanings.domain_of(estate, one))
    ]
    best = found.found[0] if found.found else None
    if meant:
        _meaning(estate, sentence, meant)
    elif best and best.event and best.score >= SURE:
        _answer(estate, best.event, sentence)
    elif meanings.fields_called(estate, sentence.what):
        with st.container(border=True, key="answer"):
            asked.reads(estate, sentence)
    elif best is None:
        _nothing(scope, found)
    if found.found:
        st.header("Matches", anchor=False)
    for index, hit in enumerate(found.found):
        _hit(index, hit)


def _meaning(estate: Estate, sentence: Sentence, meant: Sequence[Named]) -> None:
    """The answer for the likeliest meaning, and the way to the others."""
    one = meant[0]
    if one.event:
        _answer(estate, one.event, sentence)
    elif one.arn:
        _resource(estate, one.arn)
    else:
        _team(estate, one, sentence)
    question = {"consumers": "who consumes {}?", "producers": "who produces {}?"}.get(sentence.intent, "{}")
    taken.say("what", one, meant, lambda other: question.format(other.key))


def _box() -> str:
    """The box and what it holds; the URL holds the same, so that a link asks the same question."""
    return st.text_input(
        "Search or ask",
        key="q",
        type="search",
        placeholder="OrderPlaced, orders, a queue, a team, or: who consumes OrderPlaced?",
        max_chars=MOST_TYPED,
        live="60ms",
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


def _answer(estate: Estate, event: tuple[str, str], sentence: Sentence) -> None:
    """The sentence, right here, who it is about, and the way to all of it."""
    answer = answers.answer(estate, *event)
    with st.container(border=True, key="answer"):
        with st.container(key="sentence"):
            st.text(answer.sentence)
        links.link(
            "event", f"All about {event[1]}", icon=":material/arrow_forward:", source=event[0], type=event[1]
        )
        if sentence.intent == "producers":
            rows = [row for row in answer.made.producers if row.evidence != "permitted"]
            names = dict.fromkeys(clean(row.name) for row in rows)
            st.text("Producers: " + (", ".join(list(names)[:12]) or "none seen"))
        else:
            consuming.listed(estate, answer)
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


def _team(estate: Estate, one: Named, sentence: Sentence) -> None:
    """Whose events a domain or owner consumes, and who consumes its own, in sentences; first what was asked."""
    sort: teams.Sort = "domain" if one.sort == "domain" else "owner"

    def make() -> tuple[teams.Team, tuple[GapNote, ...]]:
        return reversed_answers.team(estate, sort, one.name)

    found = behind.made(estate, one.key, make)
    with st.container(border=True, key="answer"):
        if found is None:
            told = f"Following the events of {taken.called(one)} …"
            behind.waiting(told, "team", lambda: behind.made(estate, one.key, make) is not None)
        else:
            takes, gives = depending.takes(found[0]), depending.gives(found[0])
            first, second = (gives, takes) if sentence.intent == "consumers" else (takes, gives)
            with st.container(key="sentence"):
                st.text(clean(first, 900))
            st.text(clean(second, 900))
        of = f"{one.kind}:{one.name}"
        links.link("resource", f"All about {one.name}", icon=":material/arrow_forward:", of=of)
        parts.gaps(found[1] if found else (), "this answer")


def _hit(index: int, hit: Found) -> None:
    with st.container(key=f"result-{index}", horizontal=True, vertical_alignment="center", gap="small"):
        label = hit.label
        if hit.event:
            links.link("event", label, source=hit.event[0], type=hit.event[1])
        elif hit.kind == "source":
            links.link("catalogue", label, find=hit.label)
        elif hit.kind in ("domain", "owner"):
            links.link("resource", label, of=f"{hit.kind}:{hit.label}")
        elif hit.kind == "field":
            asked_now = f"who reads {hit.label}?"
            st.button(
                markdown(label), key=f"ask-{index}", type="tertiary", on_click=taken.ask, args=(asked_now,)
            )
        elif hit.kind == "rule":
            links.link("resource", label, of=hit.arn)
        elif hit.kind == "producer":
            links.link("producer", label, of=hit.arn)
        else:
            links.link("resource", label, of=hit.arn)
        where = [part for part in (hit.detail,) if part not in KINDS.values()]
        parts.quiet(words.joined([KINDS[hit.kind], *where, _place(hit.arn)]), f"result-{index}")


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
