"""Resource: what a function, queue, topic or stream consumes and produces. Buses, rules and teams have modules of their own."""

import pandas as pd
import streamlit as st

from dashboard import state
from dashboard.escape import clean, markdown
from dashboard.flow.backwards import around, named, rules
from dashboard.flow.backwards.making import Produced
from dashboard.flow.backwards.named import Named
from dashboard.flow.backwards.reverse import Consumed, Open
from dashboard.flow.model import near
from dashboard.flow.model.estate import Estate
from dashboard.pages import (
    bus,
    flowing,
    links,
    nearby,
    panel,
    parts,
    pathing,
    reversed_answers,
    rule,
    team,
    words,
)
from dashboard.pages.reversed_answers import ResourceAnswer
from dashboard.pages.scope import PLACED, TIMES, Scope

_TITLES = {"consumes": "consumes", "passes": "passes on", "arrives": "arrives, and goes no further"}
MOST_CHOICES = 5_000


def render(estate: Estate, scope: Scope) -> None:
    """The page of the resource or team in the URL; without one, a choice."""
    asked = state.get("of")
    found = named.exact(estate, asked) if asked else ()
    found = tuple(one for one in found if one.sort != "event")
    if not found and asked:
        found = tuple(named.resource(estate, arn) for arn in rules.named(estate, asked))
    if not found:
        _choose(estate, asked, scope)
    elif len(found) > 1:
        _which(estate, clean(asked or ""), found)
    elif found[0].arn in estate.rules:
        rule.render(estate, found[0].arn or "", scope)
    elif found[0].arn in estate.buses:
        bus.render(estate, found[0], scope)
    elif found[0].sort == "resource":
        _resource(estate, found[0], scope)
    else:
        team.render(estate, found[0], scope)


def _choose(estate: Estate, asked: str | None, scope: Scope) -> None:
    st.title("Resource", anchor=False)
    parts.facts(estate)
    parts.beside(scope)
    options = named.all_names(estate)
    if asked:
        with st.container(border=True):
            st.text(f"Nothing in the snapshot is called “{clean(asked, 120)}”.")
            for close in near.nearest(asked.rpartition(":")[2], dict.fromkeys(o.name for o in options), 5):
                links.link("resource", f"Did you mean {close}?", of=close)
    if not options:
        st.text("The snapshot holds no bus, queue, topic, function or stream.")
        links.link("coverage", "See what was read, and what could not be")
        return
    chosen = st.selectbox(
        "Which one?",
        range(min(len(options), MOST_CHOICES)),
        index=None,
        format_func=lambda i: words.joined(
            [options[i].name, options[i].kind, options[i].account, options[i].region]
        ),
        filter_mode="contains",
        placeholder="Type a part of its name",
        key="choose-resource",
    )
    if chosen is not None:
        links.go("resource", of=options[chosen].key)
    if len(options) > MOST_CHOICES:
        st.text(f"The first {MOST_CHOICES:,} of {len(options):,} are listed; Ask finds them all.")


def _which(estate: Estate, asked: str, found: tuple[Named, ...]) -> None:
    st.title(markdown(asked, 120), anchor=False)
    parts.facts(estate)
    st.text(f"{len(found)} resources are called so.")
    for index, one in enumerate(found):
        with st.container(key=f"result-{index}", gap="small"):
            links.link("resource", one.name, of=one.key)
            parts.quiet(words.joined([one.kind, one.account, one.region]), f"which-{index}")


def _resource(estate: Estate, one: Named, scope: Scope) -> None:
    st.title(markdown(one.name, 120), anchor=False)
    parts.facts(estate)
    parts.beside(scope, *PLACED, TIMES)
    answer = reversed_answers.resource(estate, one)
    panel.beside(
        lambda: _body(estate, one, answer, scope), lambda: panel.selected(estate, one.arn or "", "Back")
    )


def _body(estate: Estate, one: Named, answer: ResourceAnswer, scope: Scope) -> None:
    with st.container(key="sentence"):
        st.text(clean(around.sentence(one, answer.got, answer.made), 600))
    for note in answer.notes:
        st.text(clean(note, 300))
    parts.gaps(answer.gaps, "this answer")
    st.header("Consumes", anchor=False)
    _consumed(estate, answer.got, scope)
    _open(estate, answer.open)
    st.header("Produces", anchor=False)
    _produced(estate, one, answer.made, scope)
    st.header("Neighbours", anchor=False)
    nearby.render(estate, one, answer)
    st.header("Path", anchor=False)
    pathing.render(estate, one)
    st.header("Throughput", anchor=False)
    flowing.of_thing(estate, one.arn or "")


def admits(estate: Estate, scope: Scope, domain: str | None, owner: str | None, bus: str | None) -> bool:
    """Whether the filters show an event type of this domain and owner on this bus."""
    if not (scope.lets("domain", domain) and scope.lets("owner", owner)):
        return False
    facts = {"bus": estate.name_of, "account": estate.account_of, "region": estate.region_of}
    return bus is None or all(scope.lets(part, of(bus)) for part, of in facts.items())


def _consumed(estate: Estate, got: tuple[Consumed, ...], scope: Scope) -> None:
    rows = [row for row in got if admits(estate, scope, row.domain, row.owner, row.row.bus)]
    parts.hidden(len(rows), len(got), scope, "rows", "consumes")
    if not got:
        st.text("No known event type gets here: no rule or subscriber that was read leads to it.")
    if rows:
        frame = pd.DataFrame([_consumed_row(estate, row) for row in rows])
        parts.table(
            frame,
            "consumes",
            leaves=True,
            choose=lambda i: links.later("event", source=rows[i].source, type=rows[i].detail_type),
        )
        parts.quiet("Select a row to open the event type.", "hint-consumes")


def _consumed_row(estate: Estate, one: Consumed) -> dict[str, object]:
    row = one.row
    return {
        "Event type": one.detail_type,
        "Source": one.source,
        "It": _TITLES[one.role],
        "Delivery": words.delivery(row) if row.active else words.INACTIVE,
        "Domain": one.domain,
        "Through": words.path(row) if row.path else row.note,
        "Bus": estate.name_of(row.bus),
        "Policy lets it": row.deliverable,
        "Owner": one.owner,
        "Account": estate.account_of(row.bus),
        "Region": estate.region_of(row.bus),
        "Remark": row.why or (row.note if row.path else None),
    }


def _open(estate: Estate, found: tuple[Open, ...]) -> None:
    """Subscriptions that may bring more than is known."""
    if not found:
        return
    title = f"{words.plural(len(found), 'subscription')} may bring more types than are known"
    with st.expander(title, expanded=False):
        frame = pd.DataFrame(
            {
                "Subscription": one.name,
                "Takes": one.family,
                "Bus": estate.name_of(one.bus),
                "State": "on" if one.active else words.INACTIVE,
            }
            for one in found
        )
        parts.table(frame, "open", choose=lambda i: state.put(sel=found[i].subscription))


def _produced(estate: Estate, one: Named, made: tuple[Produced, ...], scope: Scope) -> None:
    rows = [row for row in made if admits(estate, scope, row.domain, row.owner, row.row.bus)]
    parts.hidden(len(rows), len(made), scope, "rows", "produces")
    if any(row.row.evidence != "permitted" for row in made):
        links.link("producer", "How much it sends, and who gets it", icon=":material/outbound:", of=one.arn)
    if not any(row.row.evidence != "permitted" for row in made):
        st.text(_makes_nothing(one))
    if rows:
        frame = pd.DataFrame([produced_row(estate, row) for row in rows])
        parts.table(
            frame,
            "produces",
            leaves=True,
            choose=lambda i: links.later("event", source=rows[i].source, type=rows[i].detail_type),
        )


def _makes_nothing(one: Named) -> str:
    if one.kind in ("bus", "queue", "topic", "stream", "log-group", "delivery-stream"):
        return f"A {one.kind} makes no event of its own: it hands on what it gets."
    return "Nothing was seen or is declared: no trace of its role, no link or destination that names a bus."


def produced_row(estate: Estate, one: Produced) -> dict[str, object]:
    """A row of a table of what is produced."""
    row = one.row
    shared = "Its role is shared: it may be another that puts it." if one.shared else None
    return {
        "Event type": one.detail_type,
        "Source": one.source,
        "Evidence": row.evidence,
        "By": row.name,
        "Events traced": row.events,
        "Rejected": row.failed,
        "Last seen, UTC": words.stamp(row.last_seen),
        "Domain": one.domain,
        "Bus": estate.name_of(row.bus) if row.bus else None,
        "Read from": row.read,
        "Remark": shared or row.note or (None if row.active else words.INACTIVE),
    }
