"""What a bus logs in a day, made from a description: so many events of each type an hour, and what becomes of each.

A description is JSON:

    bus       the bus's ARN; of a new bus's subscriber, the subscriber's
    level     ERROR, INFO or TRACE: records of a finer level are not made
    begin     milliseconds since 1970 of the first hour
    flows     [{"source", "detail_type", "caller": account, "counts": [events in each hour], "rules": [
                  {"arn", "share": 0..1, "targets": [{"arn", "ends": "ok" | "dropped" | "dead-lettered", "code": [word, HTTP status]}]}]}]

A rule takes its share of a type's events, evenly. An event that no rule takes is NO_STANDARD_RULES_MATCHED. Which step is logged at
which level AWS tells in a table of "Configuring logs for event buses"; what could not be looked up there is marked below.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from typing import Any

Record = dict[str, Any]
LEVELS = ("ERROR", "INFO", "TRACE")
HOUR = 3_600_000
# RULE_MATCH at INFO and INVOCATION_ATTEMPT_SUCCESS at TRACE are taken so: not confirmed.
_LEVEL_OF = {
    "EVENT_RECEIPT": "TRACE",
    "EVENT_INGEST_SUCCESS": "INFO",
    "RULE_MATCH_START": "TRACE",
    "RULE_MATCH": "INFO",
    "NO_STANDARD_RULES_MATCHED": "INFO",
    "INVOCATION_START": "TRACE",
    "INVOCATION_ATTEMPT_SUCCESS": "TRACE",
    "INVOCATION_SUCCESS": "INFO",
    "INVOCATION_ATTEMPT_PERMANENT_FAILURE": "ERROR",
    "INVOCATION_FAILURE": "ERROR",
    "INVOCATION_DLQ": "ERROR",
    "SUBSCRIBER_MATCHED": "INFO",
    "EVENT_DELIVERY_ATTEMPT": "INFO",
}


def records(day: Mapping[str, Any]) -> Iterator[Record]:
    """Every record of a described day, event by event."""
    finest = LEVELS.index(day["level"])
    steps = _subscriber_steps if ":subscriber/" in day["bus"] else _bus_steps
    for number, flow in enumerate(day["flows"]):
        if day["level"] == "ERROR" and not _fails(flow):
            continue
        seed = zlib.crc32(f"{day['bus']} {flow['source']} {flow['detail_type']} {number}".encode())
        total = 0
        for hour, count in enumerate(flow["counts"]):
            for nth in range(count):
                at = day["begin"] + hour * HOUR + nth * HOUR // count + seed % 900
                event = f"{seed:08x}-{hour:04x}-4000-8000-{nth:012x}"
                for message, record in steps(day["bus"], flow, total, at, event):
                    level = _LEVEL_OF[message]
                    if LEVELS.index(level) <= finest:
                        yield record | {"message_type": message, "log_level": level}
                total += 1


def _fails(flow: Mapping[str, Any]) -> bool:
    return any(target["ends"] != "ok" for rule in flow["rules"] for target in rule["targets"])


def _base(bus: str, event: str, at: int, details: Record) -> Record:
    name = bus.split("/", 1)[-1]
    return {
        "resource_arn": bus,
        "event_bus_name": name,
        "request_id": event,
        "event_id": event,
        "message_timestamp_ms": at,
        "details": details,
    }


def _takes(share: float, nth: int) -> bool:
    """Whether the nth event is among a share of all, spread evenly."""
    return int((nth + 1) * share + 1e-9) > int(nth * share + 1e-9)


def _bus_steps(
    bus: str, flow: Mapping[str, Any], nth: int, at: int, event: str
) -> Iterator[tuple[str, Record]]:
    typed = {
        "caller_account_id": flow["caller"],
        "source_time_ms": at - 40,
        "source": flow["source"],
        "detail_type": flow["detail_type"],
        "resources": [],
    }
    yield "EVENT_RECEIPT", _base(bus, event, at, typed)
    yield "EVENT_INGEST_SUCCESS", _base(bus, event, at + 5, typed)
    taken = [rule for rule in flow["rules"] if _takes(rule["share"], nth)]
    if not taken:
        yield "NO_STANDARD_RULES_MATCHED", _base(bus, event, at + 12, {})
        return
    yield "RULE_MATCH_START", _base(bus, event, at + 8, typed)
    for order, rule in enumerate(taken):
        targets = [target["arn"] for target in rule["targets"]]
        yield "RULE_MATCH", _base(bus, event, at + 10, {"rule_arn": rule["arn"], "target_arns": targets})
        for other, target in enumerate(rule["targets"]):
            invocation = f"{event[:14]}{order:02x}{other:02x}{event[18:]}"
            for message, after, details, more in _invocation(rule["arn"], target, nth):
                record = _base(bus, event, at + after, details)
                yield message, record | {"invocation_id": invocation} | more


def _invocation(rule: str, target: Mapping[str, Any], nth: int) -> Iterator[tuple[str, int, Record, Record]]:
    sent = {"rule_arn": rule, "target_arn": target["arn"]}
    took = 30 + nth * 7 % 25
    latency = 150 + nth * 13 % 90
    times = {"ingestion_to_start_latency_ms": latency - took, "ingestion_to_complete_latency_ms": latency}
    times |= {"target_duration_ms": took, "total_attempts": 1}
    yield "INVOCATION_START", latency - took, sent, {}
    if target["ends"] == "ok":
        attempt = sent | {"attempt_type": "FIRST", "attempt_count": 1, "invocation_status": "SUCCESS"}
        yield "INVOCATION_ATTEMPT_SUCCESS", latency, attempt, {}
        success = (
            sent | times | {"final_invocation_status": "SUCCESS", "ingestion_to_success_latency_ms": latency}
        )
        yield "INVOCATION_SUCCESS", latency + 1, success, {}
        return
    word, http = target["code"]
    error = {"error": {"http_status_code": http, "error_message": f"{word}: secret of the target"}}
    attempt = sent | {"attempt_type": "FIRST", "attempt_count": 1, "invocation_status": word}
    yield "INVOCATION_ATTEMPT_PERMANENT_FAILURE", latency, attempt, error
    end = "INVOCATION_DLQ" if target["ends"] == "dead-lettered" else "INVOCATION_FAILURE"
    yield end, latency + 1, sent | times | {"final_invocation_status": word}, error


def _subscriber_steps(
    subscriber: str, flow: Mapping[str, Any], nth: int, at: int, event: str
) -> Iterator[tuple[str, Record]]:
    system = {"aws:EventId": event, "aws:Source": flow["source"], "aws:DetailType": flow["detail_type"]}
    for rule in flow["rules"]:
        if not _takes(rule["share"], nth):
            continue
        known = {"delivery_type": "LIVE", "event_system_metadata": system}
        yield "SUBSCRIBER_MATCHED", _base(subscriber, event, at, known)
        (target,) = rule["targets"]
        latency = 90 + nth * 11 % 70
        sent = known | {"target_arn": target["arn"], "attempt_count": 1, "http_status": 200}
        sent |= {"outcome": "SUCCESS", "terminal_kind": "EVENTS_DELIVERED"}
        sent |= {"ingestion_to_start_latency_ms": latency - 20, "ingestion_to_complete_latency_ms": latency}
        yield "EVENT_DELIVERY_ATTEMPT", _base(subscriber, event, at + latency, sent)
