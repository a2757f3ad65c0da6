"""CloudTrail records of PutEvents as AWS writes them, for the tests of traces."""

import gzip
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from collectors.records import Trace

ACCOUNT, OTHER, REGION = "111111111111", "222222222222", "eu-west-1"
BUS = f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/path/shop"
NOW = datetime.now(UTC).replace(minute=1, second=0, microsecond=0) - timedelta(hours=1)
Call = Callable[..., Any]


def session(role: str, name: str = "ann@example.com") -> dict[str, Any]:
    short = role.rsplit("/", 1)[-1]
    return {
        "type": "AssumedRole",
        "principalId": f"AROA:{name}",
        "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/{short}/{name}",
        "accountId": ACCOUNT,
        "sessionContext": {"sessionIssuer": {"type": "Role", "arn": role, "accountId": ACCOUNT}},
    }


def put(identifier: str, *entries: dict[str, str], **more: Any) -> dict[str, Any]:
    given = entries or ({"source": "com.acme.shop", "detailType": "Sold"},)
    return {
        "eventID": identifier,
        "eventTime": f"{NOW:%Y-%m-%dT%H:%M:%SZ}",
        "eventSource": "events.amazonaws.com",
        "eventName": "PutEvents",
        "awsRegion": REGION,
        "recipientAccountId": ACCOUNT,
        "userIdentity": session(ROLE),
        "requestParameters": {"entries": list(given)},
        "responseElements": {"failedEntryCount": 0, "entries": [{"eventId": "x"} for _ in given]},
    } | more


def packed(*records: Any) -> bytes:
    return gzip.compress(json.dumps({"Records": list(records)}).encode())


def traces(outcome: Any) -> list[Trace]:
    return [Trace(**row) for row in outcome.tables["traces"].table.to_pylist()] if outcome.tables else []
