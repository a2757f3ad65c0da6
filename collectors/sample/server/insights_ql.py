"""The language of CloudWatch Logs Insights, as much of it as is asked here: fields, filter, parse, unnest, stats, sort and limit.

Written after AWS's "Logs Insights language query syntax", not after what asks it. Whatever it does not know is refused as a
malformed query. A record is a JSON object with the member @timestamp (ms since 1970); a row maps names to values.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from collectors.sample.server.insights_values import (
    AGGREGATES,
    COMPARE,
    JSON,
    Row,
    Value,
    both,
    either,
    field,
    order,
    stamp,
)

_TOKEN = re.compile(
    r"""\s*(?:(?P<number>\d+(?:\.\d+)?(?P<unit>[smhd])?(?![\w.]))|(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
    r"""|(?P<name>`[^`]+`|[@A-Za-z_][\w@]*(?:\.[\w@]+)*)|(?P<sign><=|>=|!=|[=<>(),\[\]*|+-])|(?P<regex>/(?:[^/\\]|\\.)+/))"""
)
_UNITS = {"s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}


class MalformedError(Exception):
    """What Logs Insights would refuse as a malformed query."""


def run(query: str, records: Iterable[Row]) -> list[Row]:
    """The rows that a query gives over records in the order of time. Raises MalformedError."""
    parser, rows = _Parser(query), list(records)
    while True:
        rows = parser.command()(rows)
        if parser.ended():
            return rows
        parser.need("|")


class _Parser:
    """A query, token by token; each command becomes a function from rows to rows."""

    def __init__(self, query: str) -> None:
        self.tokens: list[tuple[str, str]] = []
        at, query = 0, query.strip()
        while at < len(query):
            found = _TOKEN.match(query, at)
            if not found or not found.lastgroup:
                raise MalformedError(f"unexpected symbol found {query[at : at + 10]!r} at position {at}")
            kind = "number" if found.lastgroup == "unit" else found.lastgroup
            self.tokens.append((kind, found.group(kind)))
            at = found.end()
        self.at = 0

    def ended(self) -> bool:
        return self.at >= len(self.tokens)

    def peek(self) -> tuple[str, str]:
        return ("end", "") if self.ended() else self.tokens[self.at]

    def take(self) -> tuple[str, str]:
        token = self.peek()
        self.at += 1
        return token

    def accept(self, word: str) -> bool:
        kind, found = self.peek()
        if kind in ("sign", "name") and found.lower() == word:
            self.at += 1
            return True
        return False

    def need(self, word: str) -> None:
        if not self.accept(word):
            raise MalformedError(f"{word!r} is expected before {self.peek()[1]!r}")

    def command(self) -> Callable[[list[Row]], list[Row]]:
        _, word = self.take()
        made = {
            "fields": self._fields,
            "display": self._fields,
            "filter": self._filter,
            "parse": self._parse,
            "unnest": self._unnest,
            "stats": self._stats,
            "sort": self._sort,
            "limit": self._limit,
        }.get(word.lower())
        if made is None:
            raise MalformedError(f"unknown command {word!r}")
        return made()

    def _fields(self) -> Callable[[list[Row]], list[Row]]:
        named = self._list()
        return lambda rows: [row | {name: value(row) for name, value in named} for row in rows]

    def _filter(self) -> Callable[[list[Row]], list[Row]]:
        test = self._or()
        return lambda rows: [row for row in rows if test(row)]

    def _parse(self) -> Callable[[list[Row]], list[Row]]:
        """By a regular expression: its named groups become fields; where it does not match there are none."""
        value = self._value()
        kind, told = self.take()
        if kind != "regex":
            raise MalformedError("only a regular expression is parsed by here")
        pattern = re.compile(told[1:-1].replace("(?<", "(?P<"))
        absent = dict.fromkeys(pattern.groupindex)

        def parsed(row: Row) -> Row:
            found = pattern.search(str(value(row) or ""))
            return row | (found.groupdict() if found else absent)

        return lambda rows: [parsed(row) for row in rows]

    def _unnest(self) -> Callable[[list[Row]], list[Row]]:
        """A row for each element of a list; what is no list is one of one element, and what is not there of none."""
        value = self._value()
        self.need("into")
        name = self.take()[1].strip("`")

        def elements(row: Row) -> list[Any]:
            found = value(row)
            return [] if found is None else found if isinstance(found, list) else [found]

        return lambda rows: [row | {name: one} for row in rows for one in elements(row)]

    def _limit(self) -> Callable[[list[Row]], list[Row]]:
        most = int(self.take()[1])
        return lambda rows: rows[:most]

    def _sort(self) -> Callable[[list[Row]], list[Row]]:
        value = self._value()
        down = self.accept("desc")
        self.accept("asc")
        return lambda rows: sorted(rows, key=lambda row: order(value(row)), reverse=down)

    def _stats(self) -> Callable[[list[Row]], list[Row]]:
        sums = [self._aggregate()]
        while self.accept(","):
            sums.append(self._aggregate())
        by = self._list() if self.accept("by") else []
        keys = [value for _, value in by]

        def group(rows: list[Row]) -> list[Row]:
            groups: dict[tuple[Any, ...], list[Row]] = {}
            for row in rows:
                groups.setdefault(tuple([value(row) for value in keys]), []).append(row)
            names = [name for name, _ in by]
            return [
                dict(zip(names, key, strict=True)) | {name: made(found) for name, made in sums}
                for key, found in groups.items()
            ]

        return group

    def _aggregate(self) -> tuple[str, Callable[[list[Row]], Any]]:
        begin = self.at
        kind, name = self.take()
        made = AGGREGATES.get(name.lower()) if kind == "name" else None
        if made is None:
            raise MalformedError(f"{name!r} is no function of stats")
        self.need("(")
        value: Value = (lambda _: 1) if self.accept("*") else self._value()
        self.need(")")
        alias = self._alias(begin)
        return alias, lambda rows: made([found for row in rows if (found := value(row)) is not None])

    def _alias(self, begin: int) -> str:
        spelt = "".join(text for _, text in self.tokens[begin : self.at])
        return self.take()[1].strip("`") if self.accept("as") else spelt.strip("`")

    def _list(self) -> list[tuple[str, Value]]:
        found = []
        while True:
            begin = self.at
            value = self._value()
            found.append((self._alias(begin), value))
            if not self.accept(","):
                return found

    def _or(self) -> Value:
        left = self._and()
        while self.accept("or"):
            left = either(left, self._and())
        return left

    def _and(self) -> Value:
        left = self._not()
        while self.accept("and"):
            left = both(left, self._not())
        return left

    def _not(self) -> Value:
        if self.accept("not"):
            test = self._not()
            return lambda row: not test(row)
        if self.accept("("):
            test = self._or()
            self.need(")")
            return test
        return self._comparison()

    def _comparison(self) -> Value:
        left = self._value()
        negated = self.accept("not")
        if self.accept("in"):
            among = frozenset(self._literals())
            return lambda row: (left(row) in among) != negated
        if self.accept("like"):
            kind, told = self.take()
            pattern = re.compile(told[1:-1] if kind == "regex" else re.escape(told[1:-1]))
            return lambda row: (pattern.search(str(left(row) or "")) is not None) != negated
        if negated:
            raise MalformedError("'in' or 'like' is expected after 'not'")
        sign = next((one for one in COMPARE if self.accept(one)), None)
        if sign is None:
            return left
        right, compare = self._value(), COMPARE[sign]
        return lambda row: compare(left(row), right(row))

    def _literals(self) -> list[Any]:
        self.need("[")
        found = [self._literal()]
        while self.accept(","):
            found.append(self._literal())
        self.need("]")
        return found

    def _literal(self) -> Any:
        kind, told = self.take()
        if kind == "text":
            return re.sub(r"\\(.)", r"\1", told[1:-1])
        if kind == "number" and told[-1] not in _UNITS:
            return float(told) if "." in told else int(told)
        raise MalformedError(f"a value is expected, not {told!r}")

    def _value(self) -> Value:
        kind, told = self.peek()
        if kind != "name":
            literal = self._literal()
            return lambda _: literal
        self.at += 1
        if not told.startswith("`") and self.accept("("):
            made = self._function(told.lower())
            self.need(")")
            return made
        return field(told.strip("`"))

    def _function(self, name: str) -> Value:
        if name == "bin":
            kind, told = self.take()
            if kind != "number" or told[-1] not in _UNITS:
                raise MalformedError(f"bin of what time? {told!r}")
            size = int(told[:-1]) * _UNITS[told[-1]]
            return lambda row: stamp(row["@timestamp"] // size * size)
        value = self._value()
        if name == "ispresent":
            return lambda row: value(row) is not None
        if name == "strcontains":
            self.need(",")
            part = self._literal()
            return lambda row: None if (told := value(row)) is None else int(part in str(told))
        if name == "substr":
            self.need(",")
            start = self._literal()
            end = start + self._literal() if self.accept(",") else None
            return lambda row: None if (told := value(row)) is None else str(told)[start:end]
        if name in JSON:
            made = JSON[name]
            return lambda row: made(value(row))
        raise MalformedError(f"unknown function {name!r}")
