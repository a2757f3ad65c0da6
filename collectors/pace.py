"""Pacing and retrying: every call waits for its turn below AWS's published quota, and is tried again with backoff.

boto3's own retries share one quota a client and lose calls in a throttle storm; a bucket of one's own lost none.
"""

import contextvars
import random
import threading
import time
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ConnectionError as BotoConnectionError
from botocore.exceptions import HTTPClientError

from collectors.errors import StoppedError

QUOTAS: dict[tuple[str, str], float] = {
    ("events", "*"): 50,
    ("eventbridgev2", "*"): 20,
    ("schemas", "*"): 10,
    ("sns", "*"): 30,
    ("lambda", "*"): 15,
    ("lambda", "GetPolicy"): 15,
    ("kinesis", "ListStreams"): 5,
    ("kinesis", "*"): 10,
    ("firehose", "*"): 5,
    ("cloudtrail", "LookupEvents"): 2,
    ("cloudtrail", "*"): 10,
    ("cloudwatch", "ListMetrics"): 25,
    ("cloudwatch", "GetMetricData"): 50,
    ("organizations", "*"): 5,
    ("iam", "*"): 15,
    ("s3", "*"): 200,
    ("athena", "*"): 20,
    ("logs", "StartQuery"): 5,
    ("logs", "GetQueryResults"): 5,
    ("logs", "*"): 5,
}
"""Calls a second for one account and region: (service, operation or "*" for all it has together). docs/collectors.md
names the source of each; where AWS publishes none the number is a cautious one of ours."""

DEFAULT_QUOTA = 20.0
SHARE = 0.95
"""Part of a quota that Headwater takes: never all of it, others call AWS too."""

THROTTLED = {
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "RequestThrottled",
    "RequestThrottledException",
    "TooManyRequestsException",
    "RequestLimitExceeded",
    "ProvisionedThroughputExceededException",
    "SlowDown",
    "LimitExceededException",
    "KmsThrottled",
}
THROTTLE_TRIES = 10
FAILURE_TRIES = 4
LONGEST_PAUSE = 20.0
LONGEST_GAP = 1.0


@dataclass
class Tally:
    """What one scope has asked of AWS so far; written by the client's hooks."""

    calls: int = 0
    throttles: int = 0
    scanned: int = 0
    """Bytes that queries of Athena and Logs Insights scanned: AWS charges for them."""
    actions: set[str] = field(default_factory=set)
    asked: str | None = None
    """What was asked of AWS, where it is paid for."""
    usd: float | None = None
    """What AWS asks for it, estimated."""

    def charge(self, by: str, scanned: int, usd_per_gb: float) -> None:
        """Count what a query of `by` scanned, and what AWS asks for that."""
        self.scanned += scanned
        self.asked = f"{by} scanned {self.scanned / 1e9:.3f} GB."
        self.usd = (self.usd or 0) + scanned / 1e9 * usd_per_gb


current_tally: contextvars.ContextVar[Tally | None] = contextvars.ContextVar("current_tally", default=None)


class Bucket:
    """A token bucket for one (account, region, API). `take` waits for the caller's turn; safe for threads."""

    def __init__(self, rate: float, stop: threading.Event) -> None:
        self._shortest, self._stop = 1.0 / (rate * SHARE), stop
        self._gap = self._shortest
        self._next, self._lock = 0.0, threading.Lock()

    def take(self) -> None:
        """Wait for a turn. Raises StoppedError when the run is asked to stop meanwhile."""
        with self._lock:
            now = time.monotonic()
            turn = max(self._next, now)
            self._next = turn + self._gap
            self._gap = max(self._shortest, self._gap * 0.99)
        if self._stop.wait(turn - now) if turn > now else self._stop.is_set():
            raise StoppedError("Stopped.")

    def slow_down(self) -> None:
        """AWS throttled: turns come half as often again, and quicken as calls go through."""
        with self._lock:
            self._gap = min(LONGEST_GAP, self._gap * 1.5)


class Pacer:
    """All buckets of a run, and the two hooks that make a client use them. `pace` is the setting of that name."""

    def __init__(self, stop: threading.Event, pace: float = 1.0) -> None:
        self._stop, self._pace = stop, pace
        self._buckets: dict[tuple[str, str, str, str], Bucket] = {}
        self._lock = threading.Lock()

    def attach(self, client: Any, service: str, account: str, region: str) -> None:
        """Pace and retry whatever this client sends, its paginators included."""
        event = client.meta.service_model.service_id.hyphenize()

        def before_send(event_name: str, **_: Any) -> None:
            operation = event_name.rsplit(".", 1)[1]
            self._bucket(service, operation, account, region).take()
            tally = current_tally.get()
            if tally is not None:
                tally.calls += 1
                tally.actions.add(f"{service}:{operation}")

        def needs_retry(**about: Any) -> float | None:
            pause = _pause(about["attempts"], about["response"], about["caught_exception"])
            if pause is None or self._stop.is_set():
                return None
            if _code(about["response"]) in THROTTLED:
                _count_throttle()
                self._bucket(service, about["operation"].name, account, region).slow_down()
            self._wait(pause)
            return 0.0

        client.meta.events.register(f"before-send.{event}", before_send)
        client.meta.events.register_last(f"needs-retry.{event}", needs_retry)

    def _bucket(self, service: str, operation: str, account: str, region: str) -> Bucket:
        named = operation if (service, operation) in QUOTAS else "*"
        key = (service, named, account, region)
        with self._lock:
            if key not in self._buckets:
                quota = QUOTAS.get((service, named), DEFAULT_QUOTA)
                self._buckets[key] = Bucket(quota * self._pace, self._stop)
            return self._buckets[key]

    def _wait(self, seconds: float) -> None:
        if self._stop.wait(seconds):
            raise StoppedError("Stopped.")


def _count_throttle() -> None:
    tally = current_tally.get()
    if tally is not None:
        tally.throttles += 1


def _code(response: Any) -> str | None:
    if response is None:
        return None
    code: str | None = response[1].get("Error", {}).get("Code")
    return code


def _pause(attempts: int, response: Any, exception: Exception | None) -> float | None:
    """Seconds to wait before the next try; None: do not try again."""
    throttled = _code(response) in THROTTLED
    broken = exception is not None and not isinstance(exception, StoppedError) and _is_network(exception)
    failing = response is not None and response[0].status_code >= 500
    if not (throttled or broken or failing) or attempts >= (THROTTLE_TRIES if throttled else FAILURE_TRIES):
        return None
    longest: float = min(LONGEST_PAUSE, 0.25 * 2.0**attempts)
    return longest * random.uniform(0.5, 1.0)  # noqa: S311 - jitter, not a secret


def _is_network(exception: Exception) -> bool:
    return isinstance(exception, (BotoConnectionError, HTTPClientError))
