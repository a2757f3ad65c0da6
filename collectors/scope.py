"""What a collector is given: the calls of one (account, region), paced, paged, bounded and cancellable.

A collector is a function from a Scope to records. It raises nothing about AWS: what AWS refuses becomes a gap here and in run.py.
"""

import contextvars
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

from pydantic import ValidationError

from collectors.aws import AWS_ERRORS, Aws, iam_action, refused
from collectors.errors import RefusedError, StoppedError
from collectors.pace import Tally
from collectors.records import Gap, Record, Status
from collectors.settings import Settings
from collectors.snapshot import Snapshot
from collectors.under_way import UnderWay
from collectors.unread import Unread, rows_of

T = TypeVar("T")
R = TypeVar("R")
Row = TypeVar("Row", bound=Record)

WORKERS = 6
MAX_PAGES = 20_000
OF_ONE = (
    *((frame, "arn") for frame in ("buses", "subscriptions", "resources", "links", "schemas")),
    *(("subscriptions", "bus_arn"), ("schema_versions", "schema_arn")),
)
"""Where rows name the one thing that they are of by its ARN."""
OMITTED_WHEN_EMPTY = {("sqs", "QueueUrls"), ("s3", "Contents"), ("s3", "CommonPrefixes")}
"""Lists that AWS leaves out when there is nothing in them; all others it sends empty."""


@dataclass
class Run:
    """What all scopes of one run share."""

    aws: Aws
    settings: Settings
    stop: threading.Event
    before: Snapshot | None = None
    """The snapshot that the run goes on from."""
    under_way: UnderWay = field(default_factory=UnderWay)
    """Queries that AWS works on for this run."""
    _shared: dict[str, Any] = field(default_factory=dict)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def once(self, key: str, make: Callable[[], T]) -> T:
        """The value of `make`, made by the first scope that asks and shared with the others."""
        with self._lock:
            if key not in self._shared:
                self._shared[key] = make()
            value: T = self._shared[key]
            return value


class Scope:
    """One (account, region) as one collector sees it."""

    def __init__(self, run: Run, account: str, region: str, collector: str) -> None:
        self.run, self.account, self.region, self.collector = run, account, region, collector
        self.tally = Tally()
        self.progress: Callable[[int], None] = lambda _: None
        """Told how many records were read so far, by a collector that gives its rows only at the end."""
        self.gaps: list[Gap] = []
        self.unread: list[tuple[Unread, Gap]] = []
        """Rows that could not be read, so that those of the last run stay, with the gap that says so."""

    @property
    def settings(self) -> Settings:
        """What the person set."""
        return self.run.settings

    @property
    def is_first(self) -> bool:
        """The run's first account and region: for what belongs to no single one."""
        return (self.account, self.region) == (self.run.aws.accounts[0], self.run.aws.regions[0])

    def arn(
        self, service: str, resource: str, *, account: str | None = None, region: str | None = None
    ) -> str:
        """An ARN of this account and region; pass region="" for a global one."""
        where = self.region if region is None else region
        return f"arn:{self.run.aws.partition}:{service}:{where}:{account or self.account}:{resource}"

    def call(self, service: str, operation: str, needs: str | None = None, **params: Any) -> dict[str, Any]:
        """One call, as boto3 names it ("describe_pipe").

        Raises RefusedError when AWS does not answer it, or answers without the member that is needed.
        """
        client = self.run.aws.client(service, self.account, self.region)
        try:
            answer: dict[str, Any] = getattr(client, operation)(**params)
        except AWS_ERRORS as error:
            raise refused(error, service, client.meta.method_to_api_mapping[operation]) from error
        if needs and answer.get(needs) is None:
            raise _without(needs, self._action(service, client, operation))
        return answer

    def pages(self, service: str, operation: str, key: str, **params: Any) -> Iterator[Any]:
        """The items under `key` of every page: by boto3's paginator, or by NextToken where it has none.

        Raises RefusedError when AWS refuses a page; the items before it have been given.
        """
        client = self.run.aws.client(service, self.account, self.region)
        pages = (
            client.get_paginator(operation).paginate(**params)
            if client.can_paginate(operation)
            else self._by_token(service, operation, params)
        )
        try:
            for number, page in enumerate(pages):
                if number == MAX_PAGES:
                    action = self._action(service, client, operation)
                    raise RefusedError(
                        "failed",
                        action,
                        "TooMany",
                        f"AWS gave more than {MAX_PAGES} pages; the rest was not read.",
                    )
                if page.get(key) is None and (service, key) not in OMITTED_WHEN_EMPTY:
                    raise _without(key, self._action(service, client, operation))
                yield from page.get(key) or ()
        except AWS_ERRORS as error:
            raise refused(error, service, client.meta.method_to_api_mapping[operation]) from error

    def _action(self, service: str, client: Any, operation: str) -> str:
        """The IAM action of a call as boto3 names it."""
        return iam_action(service, client.meta.method_to_api_mapping[operation])

    def _by_token(self, service: str, operation: str, params: dict[str, Any]) -> Iterator[dict[str, Any]]:
        seen: set[str] = set()
        more: dict[str, Any] = {}
        while True:
            page = self.call(service, operation, **params, **more)
            yield page
            token = page.get("NextToken")
            if not token:
                return
            if token in seen:
                client = self.run.aws.client(service, self.account, self.region)
                raise RefusedError(
                    "failed",
                    self._action(service, client, operation),
                    "RepeatedToken",
                    "AWS gave the same page token twice.",
                )
            seen.add(token)
            more = {"NextToken": token}

    def each(
        self,
        items: Iterable[T],
        fetch: Callable[[T], R],
        subject: Callable[[T], str],
        loses: Callable[[T], Iterable[Unread]] = lambda _: (),
    ) -> Iterator[tuple[T, R | None]]:
        """(item, fetch(item)) in order, several at a time.

        What AWS refuses is a gap about `subject(item)`, and the result None; `loses` are the rows that it would have given.
        """
        with ThreadPoolExecutor(WORKERS, thread_name_prefix="headwater-each") as pool:
            waiting: deque[tuple[T, Future[R]]] = deque()
            try:
                for item in items:
                    waiting.append((item, pool.submit(contextvars.copy_context().run, fetch, item)))
                    if len(waiting) >= WORKERS * 4:
                        yield self._settle(*waiting.popleft(), subject, loses)
                while waiting:
                    yield self._settle(*waiting.popleft(), subject, loses)
            finally:
                for _, future in waiting:
                    future.cancel()

    def _settle(
        self,
        item: T,
        future: Future[Any],
        subject: Callable[[T], str],
        loses: Callable[[T], Iterable[Unread]],
    ) -> tuple[T, Any]:
        if self.run.stop.is_set():
            raise StoppedError("Stopped.")
        try:
            return item, future.result()
        except RefusedError as error:
            self.refuse(error, subject(item), *loses(item))
            return item, None

    def attempt(self, fetch: Callable[[], R], subject: str | None, *loses: Unread) -> R | None:
        """fetch(), or None and a gap when AWS refuses it; `loses` are the rows that it would have given."""
        try:
            return fetch()
        except RefusedError as error:
            self.refuse(error, subject, *loses)
            return None

    def with_key(self, items: Iterable[Any], key: str, action: str) -> Iterator[dict[str, Any]]:
        """The items that have their `key`, without which nothing more can be asked; each other one is a gap.

        `action` names the call that listed them.
        """
        for item in items:
            if isinstance(item, dict) and isinstance(item.get(key), str) and item[key]:
                yield item
            else:
                told = f"AWS listed one without its {key}. It is left out; please report it."
                name = _name_of(item) or "?"
                self.gap("partial", action, "UnexpectedShape", told, None if name == "?" else name)
                of_it = (rows_of(frame, **{column: name}) for frame, column in OF_ONE)
                self.lose(*of_it, rows_of("policies"))  # of the roles that it may have named

    def rows(self, shape: Callable[[T], Row], items: Iterable[T], action: str) -> Iterator[Row]:
        """shape(item) of each; an item whose shape is not what the record expects is a gap, and the others stay.

        `action` names the call whose answer it is ("events:ListRules").
        """
        for item in items:
            try:
                row = shape(item)
            except ValidationError as error:
                self.gap("partial", action, "UnexpectedShape", _what_is_odd(error), _name_of(item))
            else:
                yield row

    def refuse(self, error: RefusedError, subject: str | None = None, *loses: Unread) -> None:
        """Record what AWS refused, and the rows that are missing for it. What a region does not offer has none."""
        self.gap(error.status, error.action, error.code, str(error), subject)
        if error.status in ("denied", "throttled", "failed"):
            self.lose(*loses)

    def lose(self, *loses: Unread) -> None:
        """Rows that are missing because of the gap told last."""
        self.unread += [(unread, self.gaps[-1]) for unread in loses]

    def gap(self, status: Status, action: str, error: str, message: str, subject: str | None = None) -> None:
        """Record something that could not be read."""
        self.gaps.append(
            Gap(
                action=action,
                status=status,
                error=error,
                message=message,
                subject=subject,
                at=datetime.now(UTC),
            )
        )


def _without(member: str, action: str) -> RefusedError:
    told = f"AWS answered without {member}: whether there is nothing or something cannot be told. Collect again; please report it if it stays."
    return RefusedError("failed", action, "UnexpectedShape", told)


def account_in(arn: str) -> str:
    """The account that an ARN names; empty where it names none, or is no ARN."""
    return (arn.split(":") + [""] * 5)[4]


def _what_is_odd(error: ValidationError) -> str:
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    return f"AWS answered in an unexpected shape: {error.title}.{where}: {first['msg']}. This row is left out; please report it."


def _name_of(item: Any) -> str | None:
    candidates = item if isinstance(item, dict) else {}
    for key in (
        "Arn",
        "arn",
        "EventBusArn",
        "SubscriberArn",
        "SchemaArn",
        "QueueUrl",
        "TopicArn",
        "FunctionArn",
        "Name",
        "name",
        "Id",
    ):
        value = candidates.get(key)
        if isinstance(value, str) and value:
            return value[:500]
    return None
