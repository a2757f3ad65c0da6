"""A day of CloudTrail log files, made from the table of who puts what.

A record has the members that AWS's has: resource ARNs, roles and sessions are the estate's, ids come from a seed.
The last 24 whole hours have records, so that their sum does not depend on when the estate is loaded.
"""

import gzip
import json
import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from collectors.sample.estate.day import spread
from collectors.sample.estate.place import Place
from collectors.sample.estate.places import SHOP_EU
from collectors.sample.estate.producing import PUTS, Caller, Put

BUCKET = "acme-cloudtrail-logs"
HOURS_A_FILE = 3
LEEWAY = timedelta(minutes=10)
"""The estate may be collected in the hour after it was loaded: then its first hour must not be too old already."""
WORKER = Caller("some-worker-role", "some-worker")
REFUSED = Put(SHOP_EU, WORKER, SHOP_EU.bus("catalogue"), "com.acme.catalogue", "price-update", 1)
Real = Callable[[str], str]
Record = dict[str, Any]


def start_of_day(now: datetime) -> datetime:
    """Where the 24 whole hours before `now` begin; shortly before an hour is over, it counts as over."""
    return (now.astimezone(UTC) + LEEWAY).replace(minute=0, second=0, microsecond=0) - timedelta(hours=24)


def log_files(now: datetime, real: Real = str, puts: tuple[Put, ...] = PUTS) -> Iterator[tuple[str, bytes]]:
    """(key, gzip content) of every log file. `real` gives the ARN that AWS knows for a declared one."""
    chosen = random.Random(20261125)
    files: dict[tuple[Place, datetime], list[Record]] = defaultdict(list)
    begin = start_of_day(now)
    for put in puts:
        for at, record in _records(put, begin, chosen, real):
            files[put.at, _slot(begin, at)].append(record)
    for place in {place for place, _ in files}:
        files[place, begin] += [*_others(place, begin, chosen)]
    _repeat(files, begin)
    for (place, slot), records in sorted(files.items()):
        yield _key(place, slot), gzip.compress(json.dumps({"Records": records}).encode(), 1, mtime=0)


def _slot(begin: datetime, at: datetime) -> datetime:
    return begin + timedelta(hours=(at - begin) // timedelta(hours=HOURS_A_FILE) * HOURS_A_FILE)


def _key(place: Place, slot: datetime) -> str:
    folder = f"AWSLogs/{place.account}/CloudTrail/{place.region}/{slot:%Y/%m/%d}"
    return f"{folder}/{place.account}_CloudTrail_{place.region}_{slot:%Y%m%dT%H%MZ}_acme.json.gz"


def _repeat(files: dict[tuple[Place, datetime], list[Record]], begin: datetime) -> None:
    """CloudTrail delivers at least once: the first file's first records come again in the next."""
    for place in {place for place, _ in files}:
        later = (place, begin + timedelta(hours=HOURS_A_FILE))
        if later in files:
            files[later] += files[place, begin][:3]


def _records(
    put: Put, begin: datetime, chosen: random.Random, real: Real
) -> Iterator[tuple[datetime, Record]]:
    calls = spread(put.calls) if put.daily else [put.calls] * 24
    rejected = put.rejected
    for hour in range(24):
        start = begin + timedelta(hours=hour)
        for number in range(calls[start.hour]):
            at = start + timedelta(seconds=(number + chosen.random()) * 3600 / calls[start.hour])
            yield at, _put_events(put, at, chosen, real, rejects=rejected > 0)
            rejected -= 1


def _put_events(put: Put, at: datetime, chosen: random.Random, real: Real, *, rejects: bool) -> Record:
    bus = real(put.bus or put.at.bus("default"))
    named = bus.rsplit("/", 1)[-1] if bus.startswith(put.at.bus("")) else bus
    entry = {"source": put.source, "detailType": put.detail_type, "detail": "HIDDEN_DUE_TO_SECURITY_REASONS"}
    if put.bus:
        entry["eventBusName"] = named
    answers: list[dict[str, str]] = [{"eventId": _id(chosen)} for _ in range(put.entries)]
    if rejects:
        answers[-1] = {"errorCode": "InternalFailure", "errorMessage": "Failed to put the event"}
    return record(put.at, put.by, at, chosen) | {
        "eventSource": "events.amazonaws.com",
        "eventName": "PutEvents",
        "requestParameters": {"entries": [entry] * put.entries},
        "responseElements": {"failedEntryCount": int(rejects), "entries": answers},
        "resources": [{"type": "AWS::Events::EventBus", "ARN": bus}],
        "readOnly": False,
        "managementEvent": False,
        "eventCategory": "Data",
    }


def _id(chosen: random.Random) -> str:
    # a UUID of version 4, written by hand: 37,000 of them through the uuid module are a third of the files' time
    text = f"{chosen.getrandbits(128):032x}"
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-{'89ab'[int(text[16], 16) & 3]}{text[17:20]}-{text[20:]}"


def record(place: Place, by: Caller, at: datetime, chosen: random.Random) -> Record:
    """What every record of a caller has in common; the rest is laid over it."""
    return {
        "eventVersion": "1.11",
        "userIdentity": _identity(place, by, at),
        "eventTime": f"{at:%Y-%m-%dT%H:%M:%SZ}",
        "awsRegion": place.region,
        "sourceIPAddress": by.via or "203.0.113.24",
        "userAgent": by.via or "Boto3/1.44.8 md/Botocore#1.44.8 lang/python#3.13.1",
        "requestID": _id(chosen),
        "eventID": _id(chosen),
        "eventType": "AwsApiCall",
        "recipientAccountId": place.account,
    }


def _identity(place: Place, by: Caller, at: datetime) -> Record:
    name = by.role.rsplit("/", 1)[-1]
    principal = "AROA" + name.upper().replace("-", "").replace("_", "")[:16].ljust(16, "X")
    identity: Record = {
        "type": "AssumedRole",
        "principalId": f"{principal}:{by.session}",
        "arn": f"arn:aws:sts::{place.account}:assumed-role/{name}/{by.session}",
        "accountId": place.account,
        "sessionContext": {
            "sessionIssuer": {
                "type": "Role",
                "principalId": principal,
                "arn": place.role(by.role),
                "accountId": place.account,
                "userName": name,
            },
            "attributes": {"creationDate": f"{at:%Y-%m-%dT%H:00:00Z}", "mfaAuthenticated": "false"},
        },
    }
    if by.via:
        identity["invokedBy"] = by.via
    return identity


def _others(place: Place, begin: datetime, chosen: random.Random) -> Iterator[Record]:
    """Other services' records lie in the same files, and a PutEvents that was refused whole."""
    for number, (source, name) in enumerate(
        (("sqs", "SendMessage"), ("sns", "Publish"), ("lambda", "Invoke"), ("kinesis", "PutRecords"))
    ):
        at = begin + timedelta(minutes=number * 11 + 4)
        yield record(place, WORKER, at, chosen) | {
            "eventSource": f"{source}.amazonaws.com",
            "eventName": name,
            "requestParameters": None,
            "responseElements": None,
            "managementEvent": False,
            "eventCategory": "Data",
        }
    if place == SHOP_EU:
        at = begin + timedelta(minutes=50)
        yield _put_events(REFUSED, at, chosen, str, rejects=False) | {
            "errorCode": "AccessDenied",
            "errorMessage": "User is not authorized to perform: events:PutEvents",
            "responseElements": None,
        }
