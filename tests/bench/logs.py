"""Generated CloudTrail log files of PutEvents calls, as a large trail writes them: the same for the same seed."""

import gzip
import random
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import orjson

ACCOUNT, REGION = "222222222222", "eu-west-1"
BEGIN = datetime(2026, 11, 24, tzinfo=UTC)
A_FILE = 2_000
"""Records of one file."""
PRODUCERS, TYPES = 200, 50
AGAIN, REFUSED, REJECTED = 0.005, 0.01, 0.01
"""Shares: records that a second file has too, calls refused whole, calls of which one entry is rejected."""


def write(folder: Path, records: int, seed: int = 1) -> list[Path]:
    """So many records in gzip files below the folder, laid out as a trail does. They span a day."""
    count = records // A_FILE
    with ProcessPoolExecutor() as pool:
        return list(pool.map(partial(_file, folder, count, seed), range(count), chunksize=8))


def _file(folder: Path, count: int, seed: int, number: int) -> Path:
    begin = BEGIN + number * (timedelta(days=1) / count)
    drawn = list(_records(seed, number, begin))
    again = int(A_FILE * AGAIN)
    if number:
        before = BEGIN + (number - 1) * (timedelta(days=1) / count)
        drawn[:again] = list(_records(seed, number - 1, before))[-again:]
    below = folder / f"AWSLogs/{ACCOUNT}/CloudTrail/{REGION}/{begin:%Y/%m/%d}"
    below.mkdir(parents=True, exist_ok=True)
    path = below / f"{ACCOUNT}_CloudTrail_{REGION}_{begin:%Y%m%dT%H%MZ}_{number:06d}.json.gz"
    path.write_bytes(gzip.compress(orjson.dumps({"Records": drawn}), 6))
    return path


def _records(seed: int, number: int, begin: datetime) -> Iterator[dict[str, Any]]:
    chosen = random.Random(f"{seed} {number}")
    for at in range(A_FILE):
        yield _record(chosen, begin + timedelta(milliseconds=40 * at))


def _record(chosen: random.Random, at: datetime) -> dict[str, Any]:
    producer = min(int(chosen.expovariate(1 / 40)), PRODUCERS - 1)
    role = f"checkout-service-{producer:03d}"
    arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{role}"
    count = chosen.choices((1, 2, 3, 10), (80, 10, 5, 5))[0]
    kinds = [f"Thing{(producer + chosen.randrange(5)) % TYPES:02d}Changed" for _ in range(count)]
    key = f"{chosen.getrandbits(80):020X}"
    entries = [
        {
            "source": f"com.acme.domain{producer % 20:02d}",
            "detailType": kind,
            "detail": "HIDDEN_DUE_TO_SECURITY_REASONS",
            "eventBusName": "orders"
            if producer % 3
            else f"arn:aws:events:{REGION}:111111111111:event-bus/core",
        }
        for kind in kinds
    ]
    answers: list[dict[str, str]] = [{"eventId": _id(chosen)} for _ in kinds]
    failed = int(chosen.random() < REJECTED)
    if failed:
        answers[0] = {"errorCode": "InternalFailure", "errorMessage": "Unexpected"}
    issuer = {
        "type": "Role",
        "principalId": f"AROA{producer:017d}",
        "arn": f"arn:aws:iam::{ACCOUNT}:role/{role}",
        "accountId": ACCOUNT,
        "userName": role,
    }
    told = f"{at:%Y-%m-%dT%H:%M:%SZ}"
    record = {
        "eventVersion": "1.11",
        "userIdentity": {
            "type": "AssumedRole",
            "principalId": f"AROA{producer:017d}:{role}",
            "arn": arn,
            "accountId": ACCOUNT,
            "accessKeyId": f"ASIA{key[:16]}",
            "sessionContext": {
                "sessionIssuer": issuer,
                "attributes": {"creationDate": f"{at:%Y-%m-%dT%H}:00:00Z", "mfaAuthenticated": "false"},
            },
        },
        "eventTime": told,
        "eventSource": "events.amazonaws.com",
        "eventName": "PutEvents",
        "awsRegion": REGION,
        "sourceIPAddress": f"10.{chosen.randrange(256)}.{chosen.randrange(256)}.{chosen.randrange(256)}",
        "userAgent": "aws-sdk-java/2.30.1 md/io#sync md/http#Apache ua/2.1 os/Linux#5.10 lang/java#21 exec-env/AWS_Lambda_java21",
        "requestParameters": {"entries": entries},
        "responseElements": {"failedEntryCount": failed, "entries": answers},
        "requestID": _id(chosen),
        "eventID": _id(chosen),
        "readOnly": False,
        "resources": [
            {
                "accountId": ACCOUNT,
                "type": "AWS::Events::EventBus",
                "ARN": f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/orders",
            }
        ],
        "eventType": "AwsApiCall",
        "managementEvent": False,
        "recipientAccountId": ACCOUNT,
        "eventCategory": "Data",
        "tlsDetails": {
            "tlsVersion": "TLSv1.3",
            "cipherSuite": "TLS_AES_128_GCM_SHA256",
            "clientProvidedHostHeader": f"events.{REGION}.amazonaws.com",
        },
    }
    if chosen.random() < REFUSED:
        record |= {"errorCode": "AccessDenied", "errorMessage": "no", "responseElements": None}
    return record


def _id(chosen: random.Random) -> str:
    drawn = f"{chosen.getrandbits(128):032x}"
    return f"{drawn[:8]}-{drawn[8:12]}-4{drawn[13:16]}-a{drawn[17:20]}-{drawn[20:]}"
