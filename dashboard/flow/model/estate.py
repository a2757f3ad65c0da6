"""The estate: one snapshot, made ready for questions. Built once, never changed after.

Everything is found by ARN in the spelling of arns.plain. Nothing here talks to AWS.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from collectors.settings import Settings
from collectors.snapshot import Snapshot
from dashboard.flow.answers import GapNote
from dashboard.flow.model import arns, matching
from dashboard.flow.model.index import BusIndex
from dashboard.flow.model.subscriptions import Subscription, of_row

Row = Mapping[str, Any]
Scope = tuple[str, str, str]


@dataclass(frozen=True)
class Estate:
    """A snapshot with its settings, by ARN. Make one with Estate.of.

    `gaps` may hide something; `unsupported` are those of what a region does not offer, where there is nothing to see.
    """

    snapshot: Snapshot
    settings: Settings
    buses: dict[str, Row]
    resources: dict[str, Row]
    by_bus: dict[str, list[Subscription]]
    _from: dict[str, list[Row]]
    _to: dict[str, list[Row]]
    tags: dict[str, dict[str, str]]
    gaps: tuple[GapNote, ...]
    gap_rows: tuple[Row, ...]
    unsupported: tuple[GapNote, ...]
    scopes: dict[Scope, Row]
    schemas: tuple[Row, ...]
    traces: tuple[Row, ...]
    filter_of: matching.Parser = field(repr=False)

    @classmethod
    def of(cls, snapshot: Snapshot, settings: Settings) -> "Estate":
        """The estate of a snapshot. 10,000 rules take about a second. Raises StoreError when a frame cannot be read."""
        parser = matching.Parser()
        links = snapshot.rows("links")
        refused = snapshot.rows("gaps")
        gaps = [row for row in refused if row["status"] != "unsupported"]
        return cls(
            snapshot=snapshot,
            settings=settings,
            buses={row["arn"]: row for row in snapshot.rows("buses")},
            resources={arns.plain(row["arn"]): row for row in snapshot.rows("resources")},
            by_bus=_by_bus(snapshot, parser),
            _from=_grouped(links, "from_arn"),
            _to=_grouped(links, "to_arn"),
            tags=_tags(snapshot.rows("tags")),
            gaps=tuple(_note(row) for row in gaps),
            gap_rows=tuple(gaps),
            unsupported=tuple(_note(row) for row in refused if row["status"] == "unsupported"),
            scopes={(r["account"], r["region"], r["collector"]): r for r in snapshot.rows("scopes")},
            schemas=tuple(snapshot.rows("schemas")),
            traces=tuple(snapshot.traces()),
            filter_of=parser,
        )

    def subscriptions_of(self, bus_arn: str) -> list[Subscription]:
        """Every subscription of the bus, in a stable order."""
        return self.by_bus.get(bus_arn, [])

    @cached_property
    def subscriptions(self) -> tuple[Subscription, ...]:
        """Every subscription there is."""
        return tuple(sub for bus in sorted(self.by_bus) for sub in self.by_bus[bus])

    @cached_property
    def rules(self) -> dict[str, list[Subscription]]:
        """Subscriptions by the ARN of the rule or subscriber: one each target."""
        found: dict[str, list[Subscription]] = defaultdict(list)
        for sub in self.subscriptions:
            found[sub.arn].append(sub)
        return dict(found)

    @cached_property
    def _indices(self) -> dict[str, BusIndex]:
        return {}

    def candidates(self, bus_arn: str, source: str | None, detail_type: str | None) -> list[Subscription]:
        """Subscriptions of the bus that may match the type; None where a part is not known: then all of that part."""
        index = self._indices.get(bus_arn)
        if index is None:
            index = self._indices.setdefault(bus_arn, BusIndex(self.subscriptions_of(bus_arn)))
        return index.candidates(source, detail_type)

    @property
    def links(self) -> Iterator[Row]:
        """Every link."""
        return (row for rows in self._from.values() for row in rows)

    def links_from(self, arn: str, *kinds: str) -> list[Row]:
        """Links that start here, of these kinds or of all."""
        rows = self._from.get(arns.plain(arn), [])
        return [row for row in rows if row["kind"] in kinds] if kinds else rows

    def links_to(self, arn: str, *kinds: str) -> list[Row]:
        """Links that end here, of these kinds or of all."""
        rows = self._to.get(arns.plain(arn), [])
        return [row for row in rows if row["kind"] in kinds] if kinds else rows

    def row_of(self, arn: str) -> Row | None:
        """The bus's or resource's row; None when it was not collected."""
        return self.buses.get(arn) or self.resources.get(arns.plain(arn))

    def kind_of(self, arn: str) -> str:
        """What it is: bus, rule, subscriber, queue, function, …; from the ARN where it was not collected."""
        if arn in self.buses:
            return "bus"
        if arn in self.rules:
            return self.rules[arn][0].kind
        row = self.resources.get(arns.plain(arn))
        return str(row["kind"]) if row else arns.kind(arn)

    def name_of(self, arn: str) -> str:
        """The name a person knows it by."""
        row = self.row_of(arn)
        if row:
            return str(row["name"])
        return self.rules[arn][0].name if arn in self.rules else arns.name(arn)

    def account_of(self, arn: str) -> str | None:
        """The account it is in: the ARN's, else (an ARN without one) the account it was collected in."""
        found = arns.parts(arn)
        if found and found.account:
            return found.account
        row = self.row_of(arn)
        return row["account"] if row else None

    def region_of(self, arn: str) -> str | None:
        """The region it is in."""
        found = arns.parts(arn)
        if found and found.region:
            return found.region
        row = self.row_of(arn)
        return row["region"] if row else None

    def tag(self, arn: str, keys: Iterable[str]) -> str | None:
        """The first of these tags that it has and that is not empty."""
        tags = self.tags.get(arns.plain(arn))
        return next((tags[key] for key in keys if tags.get(key)), None) if tags else None

    def domain_of(self, arn: str) -> str | None:
        """Domain of a bus, rule or resource: its tags, else the domain that its account belongs to."""
        tagged = self.tag(arn, self.settings.domain_tags)
        if tagged:
            return tagged
        account = self.account_of(arn)
        return next((d.name for d in self.settings.domains if account in d.accounts), None)

    def owner_of(self, arn: str) -> str | None:
        """Owner of a bus, rule or resource: its tags, else the owner of its domain."""
        return self.tag(arn, self.settings.owner_tags) or self.owner_of_domain(self.domain_of(arn))

    def owner_of_domain(self, domain: str | None) -> str | None:
        """Owner that the settings name for a domain."""
        return next((d.owner for d in self.settings.domains if d.name == domain), None)

    @cached_property
    def accounts(self) -> frozenset[str]:
        """Accounts of which at least one scope was read."""
        return frozenset(account for account, _ in self.places)

    @cached_property
    def regions(self) -> frozenset[str]:
        """Regions of which at least one scope was read."""
        return frozenset(region for _, region in self.places)

    @cached_property
    def places(self) -> frozenset[tuple[str, str]]:
        """(account, region) pairs that were collected."""
        read = {(a, r) for (a, r, _), row in self.scopes.items() if row["read_at"] is not None}
        return frozenset(read | {(row["account"], row["region"]) for row in self.buses.values()})

    def describe(self, arn: str) -> dict[str, Any]:
        """Facts about one thing, for a panel; a rule's filter and target too. Values as AWS holds them."""
        facts: dict[str, Any] = {
            "arn": arn,
            "kind": self.kind_of(arn),
            "name": self.name_of(arn),
            "account": self.account_of(arn),
            "region": self.region_of(arn),
            "domain": self.domain_of(arn),
            "owner": self.owner_of(arn),
            "collected": self.row_of(arn) is not None or arn in self.rules,
        }
        subs = self.rules.get(arn)
        row: Row = subs[0].row if subs else self.row_of(arn) or {}
        facts |= {
            key: value for key, value in row.items() if key not in facts and value not in (None, [], ())
        }
        if subs:
            facts |= {"active": subs[0].active, "why": subs[0].why, "problem": subs[0].problem}
            facts["targets"] = [sub.target_arn for sub in subs if sub.target_arn]
        return facts

    @cached_property
    def memory(self) -> dict[str, Any]:
        """Answers that are worth keeping for the estate's life, by name (the catalogue)."""
        return {}


def _by_bus(snapshot: Snapshot, parser: matching.Parser) -> dict[str, list[Subscription]]:
    found: dict[str, list[Subscription]] = defaultdict(list)
    for row in snapshot.rows("subscriptions"):
        found[row["bus_arn"]].append(of_row(row, parser))
    for subs in found.values():
        subs.sort(key=lambda sub: sub.order)
    return dict(found)


def _grouped(rows: list[dict[str, Any]], column: str) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[arns.plain(row[column])].append(row)
    for group in found.values():
        group.sort(key=lambda row: (row["kind"], row["arn"] or "", row["to_arn"], row["from_arn"]))
    return dict(found)


def _tags(rows: list[dict[str, Any]]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for row in rows:
        found[arns.plain(row["arn"])][row["key"]] = row["value"]
    return dict(found)


def _note(row: Row) -> GapNote:
    return GapNote(**{name: row[name] for name in GapNote.__dataclass_fields__})
