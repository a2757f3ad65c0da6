"""The pattern language at work: many rules asked together, one bus or many, beside other ways to ask the same.

A generated estate's rules and event types (collectors/sample/drawn_patterns.py tells the mix of operators), and events
drawn from a seed whose payload has the fields that the rules read.
"""

import gc
import json
import random
import time
import tracemalloc
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import cycle, islice
from typing import Any, NamedTuple

from moto.events.models import EventPattern

from collectors.sample.drawn import draw
from collectors.sample.drawn_patterns import MIX
from collectors.sample.estate.shapes import Rule
from collectors.sample.size import Size
from dashboard.flow.model import matching, trees
from dashboard.flow.patterns import Ruleset, parse, prepare

Figures = Iterator[tuple[str, str]]
GROWTH = (1_000, 10_000, 100_000)
SIZES = {"one bus": True, "many buses": False}


class Rules(NamedTuple):
    """Pattern texts by bus, and the event types put on each."""

    texts: dict[str, list[str]]
    types: dict[str, list[tuple[str, str]]]

    @classmethod
    def drawn(cls, rules: int, *, one_bus: bool) -> "Rules":
        """The rules of a generated estate, as they lie or all on one bus."""
        estate = draw(Size.of_rules(rules))
        texts: dict[str, list[str]] = defaultdict(list)
        types: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for domain in estate.domains:
            for rule in domain.things:
                if isinstance(rule, Rule):
                    texts["all" if one_bus else rule.bus].append(json.dumps(rule.pattern))
        for event in estate.events:
            home = event.source.split(".")[2]
            types["all" if one_bus else home].append((event.source, event.detail_type))
        return cls(dict(texts), dict(types))


class Events(NamedTuple):
    """Events of a bus, parsed and as text."""

    parsed: list[dict[str, Any]]
    texts: list[str]

    @classmethod
    def drawn(cls, types: Sequence[tuple[str, str]], count: int) -> "Events":
        """`count` events, the types in turn."""
        chosen = random.Random(7)
        parsed = [_event(*key, chosen) for key in islice(cycle(types), count)]
        return cls(parsed, [json.dumps(event) for event in parsed])


def _event(source: str, detail_type: str, chosen: random.Random) -> dict[str, Any]:
    return {
        "version": "0",
        "id": f"{chosen.getrandbits(64):x}",
        "detail-type": detail_type,
        "source": source,
        "account": "222222222222",
        "time": "2026-11-25T12:00:00Z",
        "region": "eu-west-1",
        "resources": [],
        "detail": {
            "id": f"o-{chosen.randrange(100)}",
            "customerId": chosen.choice(("b2b-", "vip-", "staff-", "c-")) + str(chosen.randrange(1000)),
            "total": chosen.randrange(2000),
            "channel": chosen.choice(("web", "app", "store")),
            "country": chosen.choice(("DE", "FR", "PT", "US")),
            "priority": chosen.randrange(5),
            "active": chosen.random() < 0.5,
        },
    }


def rules() -> Figures:
    """10,000 rules on many buses and on one; then the peers, and how it grows."""
    mix = ", ".join(f"{share:.0%} {draw.__name__.strip('_').replace('_', ' ')}" for share, draw in MIX)
    yield "mix of the rules", mix
    for title, one_bus in SIZES.items():
        yield from _asked(f"10,000 rules on {title}", Rules.drawn(10_000, one_bus=one_bus))
    yield from _pair()
    yield from _peers()
    yield from _growth()


def _asked(title: str, found: Rules) -> Figures:
    # before the timed one: what is built twice at once shares its leaves
    taken = _megabytes(lambda: _built(found))
    began = time.perf_counter()
    filters, rulesets = _built(found)
    seconds = time.perf_counter() - began
    yield f"{title}: parsed and indexed", f"{seconds:.2f} s, {taken:.0f} MB, {len(found.texts)} buses"
    began = time.perf_counter()
    relation = _relation(found, filters, rulesets)
    seconds = time.perf_counter() - began
    parts = ", ".join(f"{count:,} {what}" for what, count in sorted(relation.items()))
    yield f"{title}: the whole relation", f"{seconds:.2f} s more, pairs of rule and type: {parts}"
    bus = max(found.texts, key=lambda name: len(found.types.get(name, ())))
    events = Events.drawn(found.types[bus], 20_000)
    ruleset = rulesets[bus]
    matched = [len(ruleset.matching(event)) for event in events.parsed]  # warm: each type's plan is made
    mean = sum(matched) / len(matched)
    yield (
        f"{title}: matches an event",
        f"{mean:.1f} on average, at most {max(matched)}, of {len(found.texts[bus]):,}",
    )
    yield f"{title}: events from parsed JSON", _rate(ruleset.matching, events.parsed)
    yield f"{title}: events from JSON text", _rate(ruleset.matching, events.texts)


def _built(found: Rules) -> tuple[dict[str, list[matching.Filter]], dict[str, Ruleset]]:
    parser = matching.Parser()
    filters = {bus: [parser(text, "data") for text in texts] for bus, texts in found.texts.items()}
    return filters, {bus: Ruleset([one.pattern for one in those]) for bus, those in filters.items()}


def _relation(
    found: Rules, filters: dict[str, list[matching.Filter]], rulesets: dict[str, Ruleset]
) -> Counter[str]:
    """How many (type, rule) pairs there are, by delivery."""
    counted: Counter[str] = Counter()
    for bus, types in found.types.items():
        for key in types:
            tree = trees.of_type(*key)
            for at in rulesets[bus].of_type(*key) if bus in rulesets else ():
                counted[filters[bus][at].decide(tree).delivery] += 1
    return counted


def _pair() -> Figures:
    pattern = parse('{"source": ["com.acme.orders"], "detail": {"total": [{"numeric": [">", 100]}]}}')
    events = Events.drawn([("com.acme.orders", "OrderPlaced")], 50_000)
    ready = [prepare(event) for event in events.parsed]
    yield "one pattern, parsed events", _rate(pattern.matches, events.parsed)
    yield "one pattern, events made ready before", _rate(pattern.matches, ready)
    yield "one pattern, JSON text", _rate(pattern.matches, events.texts)


def _peers() -> Figures:
    """The same 10,000 rules on one bus asked one by one: by our matcher and by moto's."""
    found = Rules.drawn(10_000, one_bus=True)
    texts, types = found.texts["all"], found.types["all"]
    events = Events.drawn(types, 20).parsed
    ours = [parse(text) for text in texts]
    theirs = [EventPattern.load(text) for text in texts]
    ruleset = Ruleset(ours)
    yield "beside it: a plain scan of our matcher", _scan(events, ours, lambda p, e: p.matches(e), ready=True)
    yield "beside it: moto's EventPattern", _scan(events, theirs, lambda p, e: p.matches_event(e))
    moto_says = [{at for at, p in enumerate(theirs) if p.matches_event(event)} for event in events]
    differ = sum(set(ruleset.matching(event)) != says for event, says in zip(events, moto_says, strict=True))
    yield "events on which moto and the ruleset name other rules", f"{differ} of {len(events)}"


def _scan(
    events: list[dict[str, Any]],
    patterns: Sequence[Any],
    ask: Callable[[Any, Any], bool],
    *,
    ready: bool = False,
) -> str:
    began = time.perf_counter()
    for event in events:
        asked = prepare(event) if ready else event
        for pattern in patterns:
            ask(pattern, asked)
    seconds = time.perf_counter() - began
    return f"{len(events) / seconds:,.1f} events/s, {len(events) * len(patterns) / seconds:,.0f} pairs/s"


def _growth() -> Figures:
    for count in GROWTH:
        for title, one_bus in SIZES.items():
            found = Rules.drawn(count, one_bus=one_bus)
            began = time.perf_counter()
            filters, rulesets = _built(found)
            built = time.perf_counter() - began
            bus = max(found.texts, key=lambda name: len(found.types.get(name, ())))
            types = found.types[bus][:2000]
            first = _questions(filters[bus], rulesets[bus], types)
            again = _questions(filters[bus], rulesets[bus], types)
            matched = sum(len(rulesets[bus].of_type(*key)) for key in types) / len(types)
            yield (
                f"growth: {count:>7,} rules on {title}",
                f"built {built:.2f} s; a question {first:.0f} µs at first, {again:.0f} µs again, {matched:.0f} rules each",
            )
            del filters, rulesets
            gc.collect()


def _questions(filters: list[matching.Filter], ruleset: Ruleset, types: Sequence[tuple[str, str]]) -> float:
    """Microseconds a question: which rules of the bus take the type, and on which conditions."""
    began = time.perf_counter()
    for key in types:
        tree = trees.of_type(*key)
        for at in ruleset.of_type(*key):
            filters[at].decide(tree)
    return (time.perf_counter() - began) / len(types) * 1e6


def _rate(ask: Callable[[Any], Any], things: Sequence[Any]) -> str:
    began = time.perf_counter()
    for each in things:
        ask(each)
    return f"{len(things) / (time.perf_counter() - began):,.0f} a second"


def _megabytes(build: Callable[[], Any]) -> float:
    """What the result of `build` takes."""
    tracemalloc.start()
    built = build()
    taken = tracemalloc.get_traced_memory()[0] / 1e6
    tracemalloc.stop()
    del built
    return taken
