"""An estate of any size, drawn from a seed in the words of the sample estate: the same seed gives the same estate."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from collectors.sample.drawn_patterns import FIELDS, Type, detail_types, narrow_condition, pattern
from collectors.sample.estate.place import Place
from collectors.sample.estate.places import ACCOUNTS, REGIONS
from collectors.sample.estate.producing import Put, function
from collectors.sample.estate.shapes import (
    Bus,
    Domain,
    EventSourceMapping,
    EventType,
    Function,
    NewBus,
    Pipe,
    Queue,
    Rule,
    StateMachine,
    Subscriber,
    Target,
    Topic,
    TopicSubscription,
)
from collectors.sample.size import Size

DOMAINS = (
    "orders", "payments", "fulfilment", "catalogue", "customers", "notifications", "analytics", "pricing",
    "suppliers", "returns", "loyalty", "stores",
)  # fmt: skip


@dataclass
class Drawing:
    """The estate while it is drawn: who owns what, and what has been made in each place so far."""

    size: Size
    seed: int
    things: dict[str, list[Any]] = field(default_factory=lambda: {name: [] for name in DOMAINS})
    queues: dict[Place, list[Queue]] = field(default_factory=dict)
    functions: dict[Place, list[Function]] = field(default_factory=dict)
    topics: dict[Place, list[Topic]] = field(default_factory=dict)
    machines: dict[Place, list[StateMachine]] = field(default_factory=dict)

    @cached_property
    def chosen(self) -> random.Random:
        """The one source of chance."""
        return random.Random(self.seed)

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """Accounts in regions; those after the sample estate's three count on from 400000000000."""
        more = [f"{400_000_000_000 + number}" for number in range(self.size.accounts - len(ACCOUNTS))]
        accounts = (*ACCOUNTS, *more)[: self.size.accounts]
        return tuple(Place(account, region) for region in REGIONS for account in accounts)

    @cached_property
    def buses(self) -> tuple[Bus, ...]:
        """The hub, then the domains' buses; three of four lie in the first region."""
        first = self.places[: self.size.accounts]
        found = [Bus(first[0], "hub", allows=tuple(place.account for place in first[1:]))]
        for number in range(self.size.buses - 1):
            name = DOMAINS[number % len(DOMAINS)] + (
                f"-{number // len(DOMAINS) + 1}" if number >= len(DOMAINS) else ""
            )
            among = self.places[self.size.accounts :] if number % 4 == 3 else first
            found.append(Bus(among[number % len(among)], name))
        return tuple(found)

    @cached_property
    def types(self) -> dict[Bus, list[Type]]:
        """Event types by the bus where they are put; the hub has none of its own unless it is alone."""
        homes = self.buses[1:] or self.buses
        found: dict[Bus, list[Type]] = {bus: [] for bus in homes}
        names = {bus: detail_types(self.size.event_types // len(homes) + 1, self.chosen) for bus in homes}
        for number in range(self.size.event_types):
            bus = homes[number % len(homes)]
            source = f"com.acme.{bus.name}" + (".internal" if number % 5 == 4 else "")
            found[bus].append(Type(source, names[bus][number // len(homes)]))
        return found

    def add(self, domain: str, *things: Any) -> None:
        """Give things to a domain."""
        self.things[domain].extend(things)

    def domain_of(self, bus: Bus) -> str:
        """The domain that owns a bus."""
        return next((name for name in DOMAINS if bus.name.startswith(name)), DOMAINS[0])


@dataclass(frozen=True)
class Drawn:
    """A drawn estate: domains of things, event types with schemas, and who puts what."""

    size: Size
    places: tuple[Place, ...]
    domains: tuple[Domain, ...]
    events: tuple[EventType, ...]
    puts: tuple[Put, ...]


def draw(size: Size, seed: int = 1) -> Drawn:
    """An estate of this size. The same size and seed give the same estate."""
    drawing = Drawing(size, seed)
    _workers(drawing)
    _carriers(drawing)
    _rules(drawing)
    _new_buses(drawing)
    domains = tuple(
        Domain(name, f"{name}@acme.example", f"team-{name}", tuple(things))
        for name, things in drawing.things.items()
    )
    return Drawn(size, drawing.places, domains, tuple(_events(drawing)), tuple(_puts(drawing)))


def _workers(drawing: Drawing) -> None:
    """Functions and queues lie where the buses are; one queue in five takes the others' dead letters."""
    buses, size = drawing.buses, drawing.size
    for number in range(size.functions):
        bus = buses[number % len(buses)]
        made = Function(bus.at, f"{bus.name}-worker-{number}", puts=(bus.name,))
        drawing.functions.setdefault(bus.at, []).append(made)
        drawing.add(drawing.domain_of(bus), made)
    dead: dict[Place, str] = {}
    for number in range(size.queues):
        bus = buses[number // 5 % len(buses)]
        name = f"{bus.name}-queue-{number}"
        if number % 5 == 0:
            dead[bus.at] = f"{bus.name}-dead-{number}"
            drawing.add(drawing.domain_of(bus), Queue(bus.at, dead[bus.at]))
            continue
        queue = Queue(bus.at, name, dead_letter=dead[bus.at] if drawing.chosen.random() < 0.85 else None)
        drawing.queues.setdefault(bus.at, []).append(queue)
        drawing.add(drawing.domain_of(bus), queue)
        _reader(drawing, bus, queue)


def _reader(drawing: Drawing, bus: Bus, queue: Queue) -> None:
    """Nine queues in ten are read; one reader in six filters."""
    readers = drawing.functions.get(bus.at)
    if not readers or drawing.chosen.random() > 0.9:
        return
    filters = (
        ({"body": {"detail": narrow_condition(drawing.chosen)}},) if drawing.chosen.random() < 0.17 else ()
    )
    reader = drawing.chosen.choice(readers).name
    mapping = EventSourceMapping(bus.at, bus.at.queue(queue.name), reader, filters)
    drawing.add(drawing.domain_of(bus), mapping)


def _carriers(drawing: Drawing) -> None:
    """Topics with their subscriptions, state machines and pipes."""
    for bus in drawing.buses:
        domain, at = drawing.domain_of(bus), bus.at
        machine = StateMachine(at, f"{bus.name}-flow")
        drawing.machines.setdefault(at, []).append(machine)
        drawing.add(domain, bus, machine)
        queues = drawing.queues.get(at, [])
        for number in range(max(1, drawing.size.rules // len(drawing.buses) // 60)):
            topic = Topic(at, f"{bus.name}-topic-{number}")
            drawing.topics.setdefault(at, []).append(topic)
            drawing.add(domain, topic)
            for queue in drawing.chosen.sample(queues, min(2, len(queues))):
                drawing.add(domain, _subscription(drawing, topic, queue))
        if queues:
            queue = drawing.chosen.choice(queues)
            drawing.add(
                domain, Pipe(at, f"{bus.name}-pipe", at.queue(queue.name), at.state_machine(machine.name))
            )


def _subscription(drawing: Drawing, topic: Topic, queue: Queue) -> TopicSubscription:
    policy = {"detail": narrow_condition(drawing.chosen)} if drawing.chosen.random() < 0.4 else None
    return TopicSubscription(
        topic.at.topic(topic.name), "sqs", queue.at.queue(queue.name), policy, scope="MessageBody", raw=True
    )


def _rules(drawing: Drawing) -> None:
    """Rules spread evenly over the buses; the first of each domain's bus forwards to the hub."""
    hub, every_type = drawing.buses[0], [each for types in drawing.types.values() for each in types]
    for number in range(drawing.size.rules):
        bus = drawing.buses[number % len(drawing.buses)]
        domain = drawing.domain_of(bus)
        if bus is not hub and number < len(drawing.buses):
            prefix = {"source": [{"prefix": f"com.acme.{bus.name}"}]}
            role = {"RoleArn": bus.at.role("forward-events")}
            target = Target(hub.at.bus(hub.name), extra=role)
            drawing.add(domain, Rule(bus.at, bus.name, "to-hub", prefix, (target,)))
            continue
        types = _popular(drawing.types.get(bus) or every_type, drawing.chosen)
        rule = Rule(
            bus.at,
            bus.name,
            f"{bus.name}-{types[0].detail_type}-{number}",
            pattern(types, drawing.chosen),
            (_target(drawing, bus),),
            enabled=drawing.chosen.random() > 0.03,
        )
        drawing.add(domain, rule)


def _popular(types: Sequence[Type], chosen: random.Random) -> list[Type]:
    """One to three types; a few of them are wanted by many."""
    return [types[int(len(types) * chosen.random() ** 2)] for _ in range(chosen.choice((1, 1, 1, 2, 3)))]


def _target(drawing: Drawing, bus: Bus) -> Target:
    chosen, at = drawing.chosen, bus.at
    elsewhere = [place for place in drawing.queues if place.region == at.region]
    if elsewhere and chosen.random() < 0.05:
        at = chosen.choice(elsewhere)  # straight into another account
    kinds: dict[str, tuple[float, Sequence[Any] | None]] = {
        "queue": (0.5, drawing.queues.get(at)),
        "function": (0.35, drawing.functions.get(bus.at)),
        "topic": (0.09, drawing.topics.get(bus.at)),
        "state_machine": (0.06, drawing.machines.get(bus.at)),
    }
    there = {kind: (share, made) for kind, (share, made) in kinds.items() if made}
    (kind,) = chosen.choices(list(there), [share for share, _ in there.values()])
    thing = chosen.choice(there[kind][1])
    arn: str = getattr(thing.at, kind)(thing.name)
    dead = next((q.dead_letter for q in drawing.queues.get(bus.at, []) if q.dead_letter), None)
    covered = dead is not None and chosen.random() < 0.8
    role = {"RoleArn": bus.at.role("start-workflows")} if kind == "state_machine" else {}
    return Target(arn, dead_letter=bus.at.queue(dead) if dead and covered else None, extra=role)


def _new_buses(drawing: Drawing) -> None:
    """Two new buses, with a subscriber for every hundred rules."""
    homes = [bus for bus in drawing.buses if drawing.queues.get(bus.at)]
    for number in range(min(2, len(homes))):
        bus = homes[number]
        new = NewBus(bus.at, f"{bus.name}-v2")
        drawing.add(drawing.domain_of(bus), new)
        types = drawing.types.get(bus) or next(iter(drawing.types.values()))
        for subscriber in range(max(1, drawing.size.rules // 200)):
            queue = drawing.chosen.choice(drawing.queues[bus.at])
            wanted = pattern(_popular(types, drawing.chosen), drawing.chosen)
            if "wildcard" in str(wanted):  # new buses have no such operator
                continue
            name, target = f"{new.name}-subscriber-{subscriber}", bus.at.queue(queue.name)
            made = Subscriber(bus.at, name, bus.at.new_bus(new.name), target, {"DATA": wanted})
            drawing.add(drawing.domain_of(bus), made)


def _events(drawing: Drawing) -> Iterator[EventType]:
    """Schemas of the first types, two versions for every third."""
    known = [(bus, each) for bus, types in drawing.types.items() for each in types]
    for number, (bus, each) in enumerate(known[: drawing.size.schemas]):
        first = dict(list(FIELDS.items())[: 4 + number % 4])
        versions = (first, dict(FIELDS)) if number % 3 == 0 else (first,)
        yield EventType(bus.at, each.source, each.detail_type, versions)


def _puts(drawing: Drawing) -> Iterator[Put]:
    """Who puts each type: one function, and for every fifth a second; every tenth is put by nobody seen."""
    number = 0
    for bus, types in drawing.types.items():
        there = drawing.functions.get(bus.at, [])
        makers = [each for each in there if bus.name in each.puts] or there
        for each in types:
            number += 1
            if not makers or number % 10 == 0:
                continue
            for _ in range(2 if number % 5 == 0 else 1):
                by = function(drawing.chosen.choice(makers).name)
                yield Put(
                    bus.at, by, bus.at.bus(bus.name), *each, calls=1, entries=drawing.chosen.randrange(1, 9)
                )
