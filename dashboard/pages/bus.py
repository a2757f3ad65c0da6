"""A bus: how it is set up, who puts which events on it, its rules and subscribers, what it forwards, and how it does."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from dashboard import state
from dashboard.escape import clean, markdown
from dashboard.flow.answers import Health
from dashboard.flow.backwards import buses, rules
from dashboard.flow.backwards.buses import BusAnswer, Comes, Forward, Putter
from dashboard.flow.backwards.named import Named
from dashboard.flow.health import judging
from dashboard.flow.model.estate import Estate
from dashboard.pages import (
    flowing,
    links,
    nearby,
    panel,
    parts,
    pathing,
    reversed_answers,
    set_up,
    words,
)
from dashboard.pages.reversed_answers import ResourceAnswer
from dashboard.pages.scope import EVERY, Scope

MOST_NAMES = 4
BUSIEST = 6
_COMES = {"enters": "put here", "may": "may be put here: no bus is known for it", "forwarded": "forwarded"}


def render(estate: Estate, one: Named, scope: Scope) -> None:
    """The bus's page."""
    st.title(markdown(one.name, 120), anchor=False)
    parts.facts(estate)
    parts.beside(scope, *(part for part in EVERY if part != "bus"))
    around = reversed_answers.resource(estate, one)
    answer = _answer(estate.snapshot.id, one.arn or "", estate, around)
    panel.beside(
        lambda: _body(estate, one, answer, around, scope),
        lambda: panel.selected(estate, answer.arn, "Back to the bus"),
    )


@st.cache_resource(max_entries=100, show_spinner="Looking at who puts events on the bus …")
def _answer(snapshot_id: str, arn: str, _estate: Estate, _around: ResourceAnswer) -> BusAnswer:  # noqa: ARG001 - the id is the cache's key
    return buses.bus(_estate, arn, _around.got)


def _body(estate: Estate, one: Named, answer: BusAnswer, around: ResourceAnswer, scope: Scope) -> None:
    health = judging.health(estate, answer.rules)
    failing = sum(found.state == "failing" for found in health.values())
    with st.container(key="sentence"):
        st.text(clean(buses.sentence(estate, answer, failing), 700))
    for note in around.notes:
        st.text(clean(note, 300))
    parts.gaps(around.gaps, "this answer")
    set_up.render(estate, answer)
    st.header("Who puts events on it", anchor=False)
    _putters(answer, scope)
    st.header("Event types", anchor=False)
    _types(estate, answer, scope)
    kind = "Subscribers" if estate.buses[answer.arn]["kind"] == "new" else "Rules"
    st.header(kind, anchor=False)
    _rules(estate, answer, health, scope, kind.lower())
    st.header("Forwards", anchor=False)
    _forwards(estate, answer)
    st.header("Neighbours", anchor=False)
    nearby.render(estate, one, around)
    st.header("Path", anchor=False)
    pathing.render(estate, one)
    st.header("Throughput", anchor=False)
    _flow(estate, answer, health)


def _flow(estate: Estate, answer: BusAnswer, health: dict[str, Health]) -> None:
    """CloudWatch counts little by bus: its own metrics where there are any, and what its busiest rules match."""
    if not estate.snapshot.metrics_of([answer.arn]).empty:
        flowing.of_thing(estate, answer.arn)
    busy = sorted(answer.rules, key=lambda arn: (-(health[arn].rate_24h or 0), arn))[:BUSIEST]
    metric = "FilterMatched" if estate.buses[answer.arn]["kind"] == "new" else "MatchedEvents"
    if any(health[arn].rate_24h for arn in busy):
        parts.quiet(f"CloudWatch counts by rule and subscriber: the {len(busy)} busiest.", "busiest")
        flowing.of_many(estate, busy, metric, "matched in each window")
    else:
        st.text(
            "No metrics of its rules or subscribers were collected, or nothing flowed in the last 24 hours."
        )


def _putters(answer: BusAnswer, scope: Scope) -> None:
    rows = [one for one in answer.putters if scope.admits(one)]
    parts.hidden(len(rows), len(answer.putters), scope, "producers", "putters")
    if not answer.putters:
        st.text("Nobody was seen, is declared or is permitted to put events on it, as far as was read.")
    if rows:
        parts.table(
            pd.DataFrame([_putter(one) for one in rows]),
            "putters",
            leaves=True,
            choose=lambda i: links.later("producer", of=rows[i].arn),
        )


def _putter(one: Putter) -> dict[str, object]:
    names = [name for _, name in one.types]
    return {
        "Producer": one.name,
        "Kind": one.kind,
        "Known as": one.known_as,
        "Evidence": one.evidence,
        "Puts": _few(names) if one.evidence != "permitted" else f"may put {words.plural(len(names), 'type')}",
        "Events traced": one.events,
        "Rejected": one.failed,
        "Last seen, UTC": words.stamp(one.last_seen),
        "Domain": one.domain,
        "Owner": one.owner,
        "Account": one.account,
        "Remark": one.note,
    }


def _few(names: Sequence[str]) -> str:
    told = ", ".join(clean(name, 40) for name in names[:MOST_NAMES])
    return f"{told} and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else told


def _types(estate: Estate, answer: BusAnswer, scope: Scope) -> None:
    rows = [
        one for one in answer.types if scope.lets("domain", one.domain) and scope.lets("owner", one.owner)
    ]
    parts.hidden(len(rows), len(answer.types), scope, "event types", "types")
    if not answer.types:
        st.text("No event type is known to come here.")
    if rows:
        parts.table(
            pd.DataFrame([_type(estate, one) for one in rows]),
            "types",
            leaves=True,
            choose=lambda i: links.later(
                "event", source=rows[i].source, type=rows[i].detail_type, on=answer.arn
            ),
        )


def _type(estate: Estate, one: Comes) -> dict[str, object]:
    origins = [estate.name_of(arn) for arn in one.forwarded_from]
    return {
        "Event type": one.detail_type,
        "Source": one.source,
        "Comes": _COMES[one.comes],
        "Forwarded from": _few(origins) or None,
        "Taken always by": one.always,
        "Depending on payload": one.sometimes,
        "Produced by": _few(one.producers) or None,
        "Evidence": one.evidence,
        "Events traced": one.events,
        "Last seen, UTC": words.stamp(one.last_seen),
        "Domain": one.domain,
        "Owner": one.owner,
    }


def _rules(estate: Estate, answer: BusAnswer, health: dict[str, Health], scope: Scope, what: str) -> None:
    rows = [arn for arn in answer.rules if _admits(estate, scope, arn)]
    parts.hidden(len(rows), len(answer.rules), scope, what, "rules")
    if not answer.rules:
        st.text("Nothing listens on it, as far as was read.")
    if rows:
        parts.table(
            pd.DataFrame([_rule(estate, arn, health[arn]) for arn in rows]),
            what,
            choose=lambda i: state.put(sel=rows[i]),
        )
        parts.quiet("Rates and failures: last 3 hours.", "hint-rules")


def _admits(estate: Estate, scope: Scope, arn: str) -> bool:
    """By the rule's own domain, owner and place, and by the kinds of its targets."""
    kinds = [estate.kind_of(sub.target) for sub in estate.rules[arn] if sub.target]
    placed = {
        "domain": estate.domain_of,
        "owner": estate.owner_of,
        "account": estate.account_of,
        "region": estate.region_of,
    }
    return all(scope.lets(part, of(arn)) for part, of in placed.items()) and scope.lets_any(
        "kind", kinds or [None]
    )


def _rule(estate: Estate, arn: str, found: Health) -> dict[str, object]:
    subs = estate.rules[arn]
    targets = [f"{estate.kind_of(sub.target)} {estate.name_of(sub.target)}" for sub in subs if sub.target]
    queues = dict.fromkeys(
        estate.name_of(sub.row["dead_letter_arn"]) for sub in subs if sub.row["dead_letter_arn"]
    )
    return {
        "Name": subs[0].name,
        "Health": words.health_of(subs[0].active, found),
        "Hands it to": _few(targets) or "nothing",
        "An hour": found.rate_3h,
        "Failed": found.failed_3h,
        "Takes": rules.in_words(subs[0]),
        "Dead-lettered": found.dead_lettered,
        "Dead-letter queue": _few(list(queues)) or None,
        "Managed by": subs[0].row["managed_by"],
        "Domain": estate.domain_of(arn),
        "Owner": estate.owner_of(arn),
        "Says": subs[0].why or found.says,
    }


def _forwards(estate: Estate, answer: BusAnswer) -> None:
    rows = answer.forwards
    if not rows:
        st.text("It forwards to no other bus, and none that was read forwards to it.")
        return
    parts.table(
        pd.DataFrame([_forward(estate, one) for one in rows]),
        "forwards",
        leaves=True,
        choose=lambda i: links.later("resource", of=rows[i].bus),
    )
    parts.quiet("Select a row to open the other bus.", "hint-forwards")


def _forward(estate: Estate, one: Forward) -> dict[str, object]:
    return {
        "Direction": f"{one.direction} here" if one.direction == "from" else "from here to",
        "Bus": estate.name_of(one.bus),
        "Account": estate.account_of(one.bus),
        "Region": estate.region_of(one.bus),
        "What": one.takes,
        "By": f"{one.via} {estate.name_of(one.by)}" if one.by else one.via,
        "State": "on" if one.active else words.INACTIVE,
    }
