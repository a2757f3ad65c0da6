"""What a type's schemas settle of "sometimes": conditions that can never hold, or always do, for events that keep to them.

A row that can never be reached is no consumer: it stands apart, as excluded, with the reason. A condition that always
holds is dropped. Both only where every schema that holds the type agrees, in all its versions; where a schema or an earlier
version was not read it is said of those that were, and the row stays as it is.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from dashboard.flow.answers import Consumer, Excluded, Hop, Question
from dashboard.flow.model import trees
from dashboard.flow.model.estate import Estate, Row
from dashboard.flow.model.fields import schemas_of, unread_of
from dashboard.flow.model.matching import Narrowed
from dashboard.flow.model.subscriptions import Subscription
from dashboard.flow.model.versions import earlier
from dashboard.flow.patterns.joining import one_of
from dashboard.flow.patterns.partial import event_tree
from dashboard.flow.patterns.schema import tree_from_schema
from dashboard.flow.walk import paths
from dashboard.flow.walk.hops import conditions, on_conditions
from dashboard.flow.walk.paths import Walk

Key = tuple[Any, ...]

_SAYS = {
    "never": "By its schema {} the rule's condition can never hold.",
    "always": "By its schema {} the rule's condition always holds.",
}


class Narrowing:
    """What the schemas of a type say about what is reached "sometimes"."""

    def __init__(self, estate: Estate, asked: Question) -> None:
        self._estate, self._asked = estate, asked
        self._schemas = schemas_of(estate, asked.source, asked.detail_type)
        self._unread = unread_of(estate, asked.source, asked.detail_type)
        self._said: dict[str, str | None] = {}

    @cached_property
    def settles(self) -> bool:
        """Whether what the schemas say is decided, and not only told."""
        return bool(self._schemas) and not self._unread and all(map(self._is_whole, self._schemas))

    def _is_whole(self, schema: Row) -> bool:
        count: int = schema["version_count"]
        return len(earlier(self._estate, schema["arn"])) >= count - 1

    @cached_property
    def tree(self) -> Any:
        """Any event of the type that keeps to one of its schemas."""
        return _tree(self._estate, self._asked, self._schemas, settles=self.settles)

    @cached_property
    def names(self) -> str:
        """The schemas by name; which version, where not all were read, and which schemas were not read."""
        told = [
            row["name"]
            if self._is_whole(row)
            else f"{row['name']} (the latest of {row['version_count']} versions)"
            for row in self._schemas
        ]
        unread = " and ".join(dict.fromkeys(row["name"] for row in self._unread))
        names = " and ".join(dict.fromkeys(told))
        return f"{names} (another, {unread}, could not be read)" if unread else names

    def of(self, subscription: str) -> str | None:
        """A sentence about the rule or subscriber with this ARN; null when the schemas settle nothing."""
        if not self._schemas or subscription not in self._estate.rules:
            return None
        if subscription not in self._said:
            verdict = self._estate.rules[subscription][0].decide(self.tree)
            says = _SAYS.get(verdict.delivery)
            self._said[subscription] = says.format(self.names) if says else None
        return self._said[subscription]

    def rows(
        self, rows: Sequence[Consumer], reached: Mapping[Key, tuple[Hop, ...]] | None = None
    ) -> tuple[list[Consumer], tuple[Excluded, ...]]:
        """The rows that may be reached, with the conditions that are left; and those that never are.

        `reached`: the hops of what an event that keeps to the schemas reaches, by `key_of`; null: it is walked here.
        """
        open_ = [row for row in rows if row.delivery == "sometimes"]
        if not self._schemas or not open_:
            return list(rows), ()
        if reached is None:
            reached = self._reached(open_) if self.settles else {}
        kept: list[Consumer] = []
        excluded: list[Excluded] = []
        begun: set[Key] = set()
        for row in rows:
            if row.delivery == "always":
                kept.append(row)
            elif not self.settles:
                kept.append(
                    _noted(row, self.of(row.subscription) if row.path[0].delivery != "always" else None)
                )
            elif (hops := reached.get(key_of(row.bus, row.subscription, row.path))) is not None:
                kept.append(self._left(row, hops))
            else:
                begun = begun or _beginnings(reached)
                excluded.append(self._excluded(row, begun))
        return kept, tuple(excluded)

    def _reached(self, rows: Iterable[Consumer]) -> dict[Key, tuple[Hop, ...]]:
        """The paths that an event which keeps to the schemas may take, from where these rows begin."""
        walk, tree = Walk(self._estate), self.tree
        found: dict[Key, tuple[Hop, ...]] = {}
        begun: dict[tuple[str, str], list[Consumer]] = {}
        for row in rows:
            begun.setdefault((row.bus, row.subscription), []).append(row)
        for (bus, subscription), together in begun.items():
            subs = [sub for sub in self._estate.rules.get(subscription, []) if sub.bus == bus]
            verdict = subs[0].decide(tree) if subs else None
            if verdict is None:  # it begins with an event source or endpoint
                paths.walk(self._estate, bus, tree, walk)
            elif verdict.delivery != "never" and all(_is_plain(row) for row in together):
                for row in together:
                    first = on_conditions(row.path[0], verdict)
                    found[key_of(bus, subscription, row.path)] = (first, *row.path[1:])
            elif verdict.delivery != "never":
                for sub in subs:
                    paths.through(walk, sub, verdict, tree)
        return found | {key_of(path.bus, path.subscription, path.hops): path.hops for path in walk.paths}

    def _left(self, row: Consumer, hops: tuple[Hop, ...]) -> Consumer:
        """The row with what is left of its conditions."""
        delivery, when = conditions(hops)
        if when == row.when:
            return row
        dropped = ", ".join(text for text in row.when if text not in when)
        says = f"By its schema {self.names} it always holds: {dropped}."
        return replace(_noted(row, says), path=hops, when=when, delivery=delivery)

    def _excluded(self, row: Consumer, begun: set[Key]) -> Excluded:
        steps = _steps(row.path)
        at = next((n for n in range(len(steps)) if steps[: n + 1] not in begun), len(steps) - 1)
        subs = self._estate.rules.get(row.subscription, []) if at == 0 else []
        why = (_why(subs[0], self.tree) if subs else ()) or row.path[at].when or row.when
        return Excluded(
            **{name: getattr(row, name) for name in _SAME},
            schema=self.names,
            why=f"Never by its schema {self.names}: {', '.join(why)}.",
        )


def settled(estate: Estate, asked: Question) -> Narrowing | None:
    """What the type's schemas decide; null where they decide nothing."""
    found = Narrowing(estate, asked)
    return found if found.settles else None


_SAME = (
    "arn",
    "kind",
    "name",
    "account",
    "region",
    "domain",
    "owner",
    "bus",
    "subscription",
    "path",
    "active",
)


def _is_plain(row: Consumer) -> bool:
    """Whether only its first step is open: what is always passed is passed by the events of a schema too."""
    return all(hop.delivery == "always" for hop in row.path[1:])


def key_of(bus: str, subscription: str, hops: Iterable[Hop]) -> Key:
    """A path by its steps alone: the same with and without schemas."""
    return (bus, subscription, *_steps(hops))


def _steps(hops: Iterable[Hop]) -> tuple[Any, ...]:
    return tuple((hop.via, hop.by, hop.arn) for hop in hops)


def _beginnings(reached: Iterable[Key]) -> set[Key]:
    """The steps from which the paths go on, wherever they begin: every beginning of each."""
    return {steps[2:end] for steps in reached for end in range(2, len(steps) + 1)}


def _noted(row: Consumer, says: str | None) -> Consumer:
    return replace(row, note=" ".join(text for text in (row.note, says) if text)) if says else row


def _why(sub: Subscription, tree: Any) -> tuple[str, ...]:
    """Why the subscription's own filter can never hold."""
    decisions = [
        one.pattern.decide(tree) for one in sub.filters if one.pattern is not None and one.scope == "data"
    ]
    return tuple(text for decision in decisions if decision.delivery == "never" for text in decision.why)


def _tree(estate: Estate, asked: Question, schemas: Sequence[Row], *, settles: bool) -> Any:
    source, detail_type = asked.source, asked.detail_type
    found: dict[tuple[str, str], Any] = estate.memory.setdefault("schema-trees", {})
    if (source, detail_type) not in found:
        latest = [(row["content"], row["type"] or "") for row in schemas]
        before = [one[:2] for row in schemas for one in earlier(estate, row["arn"])]
        contents = dict.fromkeys([*latest, *(before if settles else ())])
        detail = one_of([tree_from_schema(*content) for content in contents])
        known = event_tree(source, detail_type, detail=detail).known
        found[source, detail_type] = Narrowed(known, open=False, of_type=trees.of_type(source, detail_type))
    return found[source, detail_type]
