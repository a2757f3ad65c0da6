"""What if: a field of the event changes, or a rule. Who gains the event, who loses it, who gets it under other conditions.

Both answers are walked by the one evaluator: today's over the type as it is, the other over the type with the changes as
facts and over an estate with the rules changed. So a "loses" is a path that no such event can take any more.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

from dashboard.flow.answers import Consumer, Question
from dashboard.flow.backwards.seeing import along, holds
from dashboard.flow.model import asking, completeness, fields
from dashboard.flow.model.estate import Estate
from dashboard.flow.model.known import known
from dashboard.flow.suppose import overlay, touched
from dashboard.flow.suppose.changes import Change, FieldChange, RuleChange, agree
from dashboard.flow.suppose.effects import ORDER, Effect, EffectKind, Receipt, WhatIf
from dashboard.flow.suppose.reasons import Traced, cut, difference
from dashboard.flow.suppose.supposing import Supposed, named_values
from dashboard.flow.suppose.what_if_words import sentence
from dashboard.flow.walk import again, paths
from dashboard.flow.who.consumers import row_of, told_once
from dashboard.flow.who.narrowing import Narrowing


def what_if(estate: Estate, asked: Question, changes: Iterable[Change]) -> WhatIf:
    """The answer to "what if?". Raises UsageError for an unknown bus or rule, a pattern that is none, and changes that clash."""
    given = list(changes)
    buses = asking.entry_buses(estate, asked)
    of_fields = agree(c for c in given if isinstance(c, FieldChange))
    of_rules = [overlay.located(estate, c, asked.bus) for c in given if isinstance(c, RuleChange)]
    found = _Comparison(estate, asked, of_fields, overlay.changed(estate, of_rules) if of_rules else estate)
    found.walk(buses)
    effects = found.effects()
    strange = [touched.unknown(estate, asked, effects, change.path) for change in of_fields]
    gaps = completeness.gaps_on(estate, found.before.touched | found.after.touched)
    by_consumer = found.by_consumer()
    notes = (
        *strange,
        *again.notes(found.before),
        *again.notes(found.after),
        *_by_schema(found),
        *_optional(found),
        *_idle(found, of_rules),
    )
    return WhatIf(
        event=asked,
        snapshot=estate.snapshot.id,
        known=(asked.source, asked.detail_type) in known(estate),
        complete=not gaps and again.is_whole(found.before) and again.is_whole(found.after),
        gaps=gaps,
        changes=(*of_fields, *of_rules),
        sentence=sentence(asked, (*of_fields, *of_rules), by_consumer, effects),
        was=sum(len(by_consumer[kind]) for kind in ORDER if kind != "gains"),
        consumers={kind: len(by_consumer[kind]) for kind in ORDER},
        effects=tuple(effects),
        buses=buses,
        notes=tuple(dict.fromkeys(note for note in notes if note)),
        nearest=asking.nearest_types(estate, asked.source, asked.detail_type),
    )


Key = tuple[str, str, tuple[tuple[str, str | None, str], ...]]
Pair = tuple[Consumer | None, Consumer | None]


@dataclass
class _Comparison:
    """Two walks and what differs between them."""

    estate: Estate
    asked: Question
    changes: tuple[FieldChange, ...]
    other: Estate
    pairs: list[Pair] = field(default_factory=list)
    left: set[Key] | None = None
    gets: tuple[set[str], set[str]] = (set(), set())

    def __post_init__(self) -> None:
        self.narrowing = Narrowing(self.estate, self.asked)
        schema = fields.schema_of(self.estate, self.asked.source, self.asked.detail_type)
        found = fields.of_schema(schema["content"]) if schema else ()
        self.schema_fields = {
            f.path if f.path.startswith("detail.") else f"detail.{f.path}": f for f in found
        }

    def walk(self, buses: Sequence[str]) -> None:
        """Both walks, from the same buses: where an event enters does not depend on who listens."""
        arrays = frozenset(
            path for path, found in self.schema_fields.items() if found.type.startswith("array")
        )
        named = {c.path: named_values(self.estate, c.path) for c in self.changes if c.kind == "other"}
        today = self.narrowing.tree if self.narrowing.settles else None
        supposed = Supposed(self.asked.source, self.asked.detail_type, self.changes, today, arrays, named)
        self.before = self._walked(self.estate, buses, supposed.before())
        self.after = self._walked(self.other, buses, supposed.after())
        without = supposed.without()
        self.without = None if without is None else self._walked(self.other, buses, without)
        self.left = None if self.without is None else set(_by_key(self.other, self.without))
        rows = (_by_key(self.estate, self.before), _by_key(self.other, self.after))
        for key in sorted({*rows[0], *rows[1]}, key=repr):
            self.pairs += zip_longest(rows[0].get(key, ()), rows[1].get(key, ()))
        active = [{row.arn for pair in self.pairs if (row := pair[side]) and row.active} for side in (0, 1)]
        self.gets = (active[0], active[1])

    @staticmethod
    def _walked(estate: Estate, buses: Sequence[str], tree: Any) -> Traced:
        walk = Traced(estate, tree=tree)
        for bus in buses:
            paths.walk(estate, bus, tree, walk)
        return walk

    def by_consumer(self) -> dict[EffectKind, list[str]]:
        """Names of the consumers that get it today or would, by what becomes of them over all their paths."""
        ways: dict[str, tuple[Counter[Any], Counter[Any]]] = defaultdict(lambda: (Counter(), Counter()))
        names, arrives = {}, set()
        for pair in self.pairs:
            for side, row in enumerate(pair):
                if row is not None and row.active:
                    names[row.arn] = row.name
                    arrives |= {row.arn} if side and row.deliverable != "no" else set()
                    ways[row.arn][side][_key(row), row.delivery, row.when, side and self._misses(row)] += 1
        found: dict[EffectKind, list[str]] = {kind: [] for kind in ORDER}
        for arn in sorted(ways, key=lambda a: (names[a], a)):
            before, after = ways[arn]
            kind: EffectKind = (
                "loses" if not after else "gains" if not before else "stays" if before == after else "changes"
            )
            refused = kind == "gains" and arn not in arrives
            found[kind].append(f"{names[arn]} (which a policy refuses)" if refused else names[arn])
        return found

    def _misses(self, row: Consumer) -> bool:
        """Whether events that leave out what becomes optional do not come this way, though others do."""
        return self.left is not None and _key(row) not in self.left

    def effects(self) -> list[Effect]:
        """One a path; what a longer path of the same effect already tells is left out."""
        by_effect: dict[EffectKind, list[Pair]] = {kind: [] for kind in ORDER}
        for pair in self.pairs:
            kind = _effect(*pair)
            differs = kind == "stays" and pair[1] and pair[1].active and self._misses(pair[1])
            by_effect["changes" if differs else kind].append(pair)
        found = []
        for kind, pairs in by_effect.items():
            rows = {id(row): pair for pair in pairs if (row := _shown(kind, pair))}
            kept = told_once([_shown(kind, pair) for pair in rows.values()])
            found += sorted((self._effect(kind, rows[id(row)]) for row in kept), key=_order)
        return found

    def _effect(self, kind: EffectKind, pair: Pair) -> Effect:
        row, (before, after) = _shown(kind, pair), pair
        estate = self.other if kind == "gains" else self.estate
        told = {
            name: getattr(row, name)
            for name in ("arn", "kind", "name", "account", "region", "domain", "owner")
        }
        return Effect(
            effect=kind,
            **told,
            before=_receipt(before),
            after=_receipt(after),
            why=self._why(kind, before, after),
            reads=self._reads(estate, row),
            note=self._note(kind, pair),
            elsewhere=self._elsewhere(kind, row),
            path=row.path,
            bus=row.bus,
            subscription=row.subscription,
        )

    def _reads(self, estate: Estate, row: Consumer) -> tuple[str, ...]:
        """Where a changed field of the payload is read on the way: what names it or a part of it."""
        paths = [change.path for change in self.changes if change.path.startswith("detail.")]
        spots = along(estate, row).spots if paths else ()
        return tuple(
            dict.fromkeys(f"{path} in {s.place}" for path in paths for s in spots if holds(path, s.field))
        )

    def _why(self, kind: EffectKind, before: Consumer | None, after: Consumer | None) -> str | None:
        if kind == "loses" and before:
            return after.why if after else cut(self.after, before)
        if kind == "gains" and after:
            if before:
                return f"Until now: {before.why}"
            return cut(self.before, after).replace(" cannot hold", " could not hold")
        if kind == "changes" and before and after:
            told = difference(before, after)
            if self.without and self._misses(after):
                left_out = _or([change.path for change in self.changes if change.kind == "optional"])
                told += f" Events without {left_out} do not reach it: {cut(self.without, after)}"
            return told.strip()
        return None

    def _elsewhere(self, kind: EffectKind, row: Consumer) -> bool:
        """Whether a consumer that loses or gains a path has another: then, or today."""
        had, has = self.gets
        return row.arn in (has if kind == "loses" else had if kind == "gains" else ())

    def _note(self, kind: EffectKind, pair: Pair) -> str | None:
        row = _shown(kind, pair)
        notes = [row.note]
        if self._elsewhere(kind, row):
            notes.append(f"It {'still gets' if kind == 'loses' else 'gets'} the event by another path.")
        if row.active and row.deliverable == "no":
            notes.append(f"It {'did' if kind == 'loses' else 'does'} not arrive: {row.why}")
        if not self.narrowing.settles and pair[0] and pair[0].path[0].delivery == "sometimes":
            notes.append(self.narrowing.of(pair[0].subscription))
        return " ".join(note for note in notes if note) or None


def _effect(before: Consumer | None, after: Consumer | None) -> EffectKind:
    had, has = before is not None and before.active, after is not None and after.active
    if had != has:
        return "loses" if had else "gains"
    if not had or (before and after and (before.delivery, before.when) == (after.delivery, after.when)):
        return "stays"
    return "changes"


def _shown(kind: EffectKind, pair: Pair) -> Consumer:
    """The row that stands for the pair: the one that gets the event, and of both the later."""
    row = pair[0] if kind == "loses" else pair[1] or pair[0]
    assert row is not None  # noqa: S101 - a pair has at least one row, and one that is lost has the first
    return row


def _receipt(row: Consumer | None) -> Receipt | None:
    return Receipt(row.delivery, row.when, row.active, row.deliverable, row.why) if row else None


def _key(row: Consumer) -> Key:
    return row.bus, row.subscription, tuple((hop.via, hop.by, hop.arn) for hop in row.path)


def _by_key(estate: Estate, walk: Traced) -> dict[Key, list[Consumer]]:
    found: dict[Key, list[Consumer]] = defaultdict(list)
    for row in [row_of(estate, path) for path in walk.paths]:
        if row not in found[_key(row)]:
            found[_key(row)].append(row)
    return found


def _or(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"


def _order(effect: Effect) -> tuple[Any, ...]:
    return (
        effect.kind,
        effect.name,
        effect.arn,
        effect.bus,
        effect.subscription,
        len(effect.path),
        repr(effect.path),
    )


def _by_schema(found: _Comparison) -> list[str]:
    """What the answer rests on, where a schema settles a part of it."""
    if not found.changes or not found.narrowing.settles:
        return []
    return [f"All but the changes is as the type's schema {found.narrowing.names} has it."]


def _optional(found: _Comparison) -> list[str]:
    """What becoming optional takes for granted: that the field is in every event today, where no schema says so."""
    told = []
    for path in [change.path for change in found.changes if change.kind == "optional"]:
        said = found.schema_fields.get(path)
        if said is not None and not said.required:
            told.append(
                f"By the type's schema {path} may be left out already; here it is taken to be in every event today."
            )
        elif said is None:
            told.append(f"{path} is taken to be in every event today.")
    return told


def _idle(found: _Comparison, changes: Iterable[RuleChange]) -> list[str]:
    """Changes of rules that make no difference here, each with the reason."""
    told = []
    for change in changes:
        subs = found.estate.rules[change.rule]
        if change.kind == "enable" and subs[0].active:
            told.append(f"{change.name} is enabled already.")
        elif change.kind == "enable" and subs[0].row["revoked"]:
            told.append(f"{change.name} is revoked: only the bus's owner can let it in again.")
        elif change.kind == "disable" and not subs[0].active:
            told.append(f"{change.name} is switched off already.")
        elif not any(
            hop.by == change.rule for pair in found.pairs for row in pair if row for hop in row.path
        ):
            told.append(f"{change.name} does not take this event, with the change or without.")
    return [text[0].upper() + text[1:] for text in told]
