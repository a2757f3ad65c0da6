"""From a bus to the last known hop: every way an event can take, as paths.

A depth-first walk over simple paths. At each step the carrier's filter decides over the event's tree; "never" ends the
way, "sometimes" is carried along with its conditions. What is disabled or missing is walked too, and marked.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from dashboard.flow.answers import Kept
from dashboard.flow.model import arns, matching, trees
from dashboard.flow.model.carriers import Carrier
from dashboard.flow.model.estate import Estate, Row
from dashboard.flow.model.matching import UNKNOWN, Json, Obj, Verdict
from dashboard.flow.model.subscriptions import Subscription
from dashboard.flow.walk import hops, inputs, linking, saying, tails
from dashboard.flow.walk.found import Path, Turn, Walk
from dashboard.flow.walk.tails import Tails
from dashboard.flow.walk.ways import Way

__all__ = ["MAX_HOPS", "MAX_STEPS", "Path", "Walk", "along", "beyond", "through", "walk"]

MAX_HOPS = 24
MAX_STEPS = 50_000
MAX_LOOPS = 100_000
"""Buses that all forward to all have more simple paths than anyone can read: then the walk ends, and says so."""
TOO_MUCH = f"More than {MAX_STEPS:,} steps, {MAX_LOOPS:,} loops or {MAX_HOPS} hops: the rest is left out."
_LOOP, _THIRD_ACCOUNT = "Loop cut", "EventBridge does not forward to a third account"
_MULTIPLY = ("bus", "pipe")
"""Only they lead back: what comes after the rest ends soon, and is still told when a walk has gone on for too long."""
_READING = ("event-source-mapping", "pipe-source", "delivery-stream")
_NAMES_ATTRIBUTES = ("rule", "pipe-target", "subscriber")
"""Carriers of which it is known which SNS message attributes they send; whatever else publishes may send any."""


def walk(estate: Estate, bus: str, tree: Any, found: Walk | None = None) -> Walk:
    """Every path that an event with this tree can take from this bus."""
    found = found or Walk(estate)
    found.touched.add(bus)
    _from_bus(found, bus, tree, Way.of(estate, bus, tree))
    return found


def _from_bus(walk: Walk, bus: str, tree: Any, way: Way) -> None:
    estate = walk.estate
    for sub in walk.subscriptions(bus, tree):
        verdict = sub.decide(tree)
        if verdict.delivery == "never" or sub.target is None:
            continue
        _through(walk, sub, verdict, tree, way)
    for link in estate.links_from(bus, "event-source", "endpoint"):
        _follow(walk, link, tree, tree, way.starting(link["arn"] or link["to_arn"]))
    for link in estate.links_from(bus, "archive"):
        _keep(walk, link, tree)


def _keep(walk: Walk, link: Row, tree: Any) -> None:
    """An archive keeps what its pattern lets in; nothing consumes there."""
    estate, arn = walk.estate, link["to_arn"]
    pattern = (estate.row_of(arn) or {}).get("pattern")
    verdict = estate.filter_of(pattern, "data").decide(tree) if pattern else matching.ALWAYS
    if verdict.delivery != "never":
        name = estate.name_of(arn)
        walk.kept[arn] = Kept(
            arn, "archive", name, link["from_arn"], verdict.delivery, verdict.when, link["active"]
        )


def through(walk: Walk, sub: Subscription, verdict: Verdict, tree: Any) -> None:
    """Every path that begins with this subscription of its own bus."""
    if sub.target is not None:
        _through(walk, sub, verdict, tree, Way.of(walk.estate, sub.bus, tree))


def along(walk: Walk, link: Row, tree: Any) -> None:
    """Every path that begins with this link, of what it carries."""
    _follow(walk, link, tree, tree, Way(arns.plain(link["from_arn"]), by=link["arn"] or link["from_arn"]))


def _through(walk: Walk, sub: Subscription, verdict: Verdict, tree: Any, way: Way) -> None:
    estate, target = walk.estate, sub.target or ""
    row, after = sub.row, tree
    # a rule hands a bus the event itself; a subscriber hands it what its transformer makes
    if sub.makes_another or (row["input_kind"] != "event" and estate.kind_of(target) != "bus"):
        hidden = sub.kind == "subscriber" and row["filters_hidden"]  # not described: nor is its transformer
        after = UNKNOWN if hidden else inputs.after(row, tree)
        maker = "" if estate.kind_of(target) == "bus" else f"{sub.arn} {sub.target_id}"
        way = way.putting(after, maker).saying(saying.of_input(sub.kind, row, after))
    way = way.starting(sub.arn, sub).sending(row["attributes"])
    _reach(walk, target, after, sub.carrier, verdict, way)


def _reach(walk: Walk, arn: str, tree: Any, carrier: Carrier, verdict: Verdict, way: Way) -> None:
    estate, kind = walk.estate, walk.estate.kind_of(arn)
    if kind in arns.KEEPERS or not walk.wants(arn):
        return
    if way.passed(arn):
        walk.remark(_LOOP, lambda: _chain(estate, (*way.buses, arn)))
        if not way.covers(tree, arn):
            hop, here = hops.hop(estate, arn, kind, carrier, verdict)
            walk.turned(Turn(way.alone(hop, tree), tree, here))
        return
    walk.touched.add(arn)
    walk.steps += 1
    spent = walk.steps > MAX_STEPS or walk.remarks[_LOOP] > MAX_LOOPS
    if (spent and kind in _MULTIPLY) or len(way.hops) >= MAX_HOPS:
        walk.cut = True
        walk.notes[TOO_MUCH] = None
        return
    hop, here = hops.hop(estate, arn, kind, carrier, verdict)
    if kind == "bus":
        hop = hops.onto_bus(hop, estate, way.hops, way.buses)
    way = way.on(hop, tree)
    if walk.arrived(way, tree, here):
        beyond(walk, way, tree, here=here)


def beyond(walk: Walk, way: Way, tree: Any, *, here: bool = True) -> None:
    """Every path that goes on from where the way stands; the way itself where that is an end."""
    after = None
    if not way.said and not walk.looks_for_something:
        after = tails.of(
            walk.estate, way, lambda alone, start: _beyond(alone, start, UNKNOWN, here=here), here=here
        )
    if after is not None and _is_new(walk, way, after):
        walk.touched |= after.touched
        walk.steps += after.steps
        first = way.first.target_id if way.first else None
        for tail in after.tails:
            walk.paths.append(Path(way.bus, way.by, first, (*way.hops, *tail.hops), tail.note))
    else:
        _beyond(walk, way, tree, here=here)


def _beyond(walk: Walk, way: Way, tree: Any, *, here: bool) -> None:
    last = way.hops[-1]
    step = _STEPS.get(last.kind)
    if step is None or not here:
        _end(walk, way)
    else:
        step(walk, last.arn, tree, way)


def _is_new(walk: Walk, way: Way, after: Tails) -> bool:
    """Whether nothing that comes after was passed before, and no limit is met there."""
    return (
        len(way.hops) + after.longest <= MAX_HOPS
        and walk.steps + after.steps <= MAX_STEPS
        and after.touched.isdisjoint([hop.arn for hop in way.hops])
    )


def _end(walk: Walk, way: Way, note: str | None = None) -> None:
    target_id = way.first.target_id if way.first else None
    notes = dict.fromkeys(
        text for text in (note, *way.said, saying.of_end(walk.estate, way.hops[-1])) if text
    )
    walk.paths.append(Path(way.bus, way.by, target_id, way.hops, " ".join(notes) or None))


def _follow(walk: Walk, link: Row, over: Any, after: Any, way: Way) -> None:
    """Go along a link when its filters let `over` pass; `after` is what arrives."""
    verdict = linking.verdict(walk.estate, link, over)
    if verdict.delivery == "never":
        return
    why = None if link["active"] else hops.link_off(walk.estate, link)
    sender = arns.plain(link["from_arn"])
    account = walk.estate.account_of(sender)
    carrier = Carrier(
        *(link["kind"], link["arn"], sender, account, link["role_arn"], why),
        *(link["to_arn"], (linking.failures(walk.estate, link, sender), link["runs"])),
    )
    _reach(walk, arns.plain(link["to_arn"]), after, carrier, verdict, way.sending(()))


def _at_bus(walk: Walk, arn: str, tree: Any, way: Way) -> None:
    estate, account = walk.estate, walk.estate.account_of(arn)
    crossed = any(a != b for a, b in pairwise(way.accounts))
    if crossed and account not in way.accounts and way.hops[-1].via == "rule":
        told = walk.remark(_THIRD_ACCOUNT, lambda: _chain(estate, (*way.buses, arn)))
        walk.barred |= dict.fromkeys(told)
        return
    way = way._replace(accounts=(*way.accounts, account))
    if arn not in estate.buses:
        _end(walk, way, "The bus lies outside what was collected.")
        return
    _from_bus(walk, arn, tree, way._replace(buses=(*way.buses, arn)))


def _chain(estate: Estate, buses: Sequence[str]) -> str:
    """The buses by name; with account and region where two of them share one."""
    names = {bus: estate.name_of(bus) for bus in buses}
    if len(set(names.values())) < len(names):
        names = {bus: f"{names[bus]} ({estate.account_of(bus)}, {estate.region_of(bus)})" for bus in names}
    return " → ".join(names[bus] for bus in buses)


def _at_readers(walk: Walk, arn: str, tree: Any, way: Way) -> None:
    kind = way.hops[-1].kind
    record, links = trees.record(kind, arn, tree), walk.estate.links_from(arn, *_READING)
    if not links:
        _end(walk, way, f"Nothing collected reads this {kind}.")
    for link in links:
        _follow(walk, link, record, record, way)


def _at_topic(walk: Walk, arn: str, tree: Any, way: Way) -> None:
    links = walk.estate.links_from(arn, "sns-subscription")
    # EventBridge's rules and Pipes publish without message attributes; a subscriber names those that it sends
    others = way.hops[-1].via not in _NAMES_ATTRIBUTES
    if not links and walk.estate.row_of(arn) is None:
        _end(walk, way, "The topic lies outside what was collected.")
    for link in links:
        sent = Obj(dict.fromkeys(way.attributes, UNKNOWN), open=others)
        over = sent if link["dialect"] == "sns-attributes" else tree
        after = tree
        if link["filters_hidden"]:
            after = UNKNOWN  # with its filter its attributes tell whether it comes bare or in an envelope
        elif not link["raw_delivery"]:
            after = trees.notification(arn, tree, attributes=bool(others or way.attributes))
        _follow(walk, link, over, after, way)


def _at_pipe(walk: Walk, arn: str, tree: Any, way: Way) -> None:
    """The enrichment gets the event as well: it is a consumer, and a hop on the way to the pipe's target."""
    estate = walk.estate
    if any(link["filters_hidden"] for link in estate.links_to(arn, "pipe-source")):
        tree = UNKNOWN  # it could not be described: nobody knows what it makes of the event
    for link in estate.links_from(arn, "pipe-enrichment"):
        before = len(walk.paths)
        _follow(walk, link, tree, inputs.after(link, tree), way)
        tree = UNKNOWN
        for ended in walk.paths[before:][-1:]:
            for hop in ended.hops[len(way.hops) :]:
                way = way.on(hop, UNKNOWN)
    for link in estate.links_from(arn, "pipe-target"):
        after = inputs.after(link, tree)
        said = way.saying(saying.of_input("pipe", link, after))
        if estate.kind_of(link["to_arn"]) == "bus":
            body = after.tree if isinstance(after, Json) else after
            after = trees.put_on_bus(link, estate.account_of(arn), body)
            said = said.putting(after)._replace(
                accounts=()
            )  # an event of its own: not that which crossed accounts
        else:
            said = said.putting(after, arn)
        _follow(walk, link, after, after, said)


def _onward(walk: Walk, arn: str, tree: Any, way: Way) -> None:
    """Event sources and global endpoints: they hand on what they get."""
    for link in walk.estate.links_from(arn, "event-source", "endpoint"):
        _follow(walk, link, tree, tree, way)


_STEPS = {
    "bus": _at_bus,
    "queue": _at_readers,
    "stream": _at_readers,
    "table": _at_readers,
    "kafka-cluster": _at_readers,
    "topic": _at_topic,
    "pipe": _at_pipe,
    "event-source": _onward,
    "endpoint": _onward,
}
"""What happens to an event at each kind of node; at every other kind the way ends in a consumer."""
