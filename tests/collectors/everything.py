"""An estate that has one of everything a collector reads, small enough to be collected in a second, in a local AWS."""

import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from collectors.sample.estate import make_history, make_schemas
from collectors.sample.estate.calls import Client, Made
from collectors.sample.estate.make_history import control
from collectors.sample.estate.places import CORE_EU as AT
from collectors.sample.estate.places import SHOP
from collectors.sample.estate.producing import Put, function
from collectors.sample.estate.shapes import (
    ApiDestination,
    Archive,
    Bucket,
    Bus,
    DeliveryStream,
    Domain,
    EventSource,
    EventSourceMapping,
    EventType,
    Function,
    NewBus,
    PartnerSource,
    Pipe,
    Queue,
    Rule,
    Schedule,
    ScheduleGroup,
    StateMachine,
    Stream,
    Subscriber,
    Target,
    TaskFamily,
    Topic,
    TopicSubscription,
)
from collectors.sample.estate.trail import BUCKET
from collectors.sample.loader import Clients, Loader, make_things
from collectors.sample.server.bus_days import records

SOURCE, TYPE = "com.acme.orders", "OrderPlaced"
PLACED = {"source": [SOURCE], "detail-type": [TYPE]}
PARTNER = "aws.partner/example.com/1/orders"
NEW_BUS = AT.new_bus("fresh")
LOG_GROUP = "/aws/vendedlogs/events/event-bus/orders"

THINGS = (
    Bus(AT, "orders", allows=(SHOP,), log_level="INFO"),
    PartnerSource(AT, PARTNER),
    Bus(AT, PARTNER, partner_source=PARTNER),
    Archive(AT, "orders-week", "orders", PLACED, days=7),
    ApiDestination(AT, "courier", "https://courier.example/orders"),
    Rule(
        AT,
        "orders",
        "placed",
        PLACED,
        (
            Target(AT.queue("orders"), dead_letter=AT.queue("orders-dlq")),
            Target(AT.function("ship")),
            Target(
                AT.api_destination("courier"),
                extra={
                    "RoleArn": AT.role("call-api-destinations"),
                    "RetryPolicy": {"MaximumRetryAttempts": 3, "MaximumEventAgeInSeconds": 600},
                    "InputTransformer": {
                        "InputPathsMap": {"id": "$.detail.orderId"},
                        "InputTemplate": '{"id": <id>}',
                    },
                },
            ),
        ),
        description="One of each",
    ),
    Rule(AT, PARTNER, "tickets", {"source": [PARTNER]}, (Target(AT.topic("orders")),)),
    Queue(AT, "orders", dead_letter="orders-dlq"),
    Queue(AT, "orders-dlq", fed_by=()),
    Topic(AT, "orders"),
    TopicSubscription(
        AT.topic("orders"),
        "sqs",
        AT.queue("orders"),
        {"kind": ["new"]},
        raw=True,
        dead_letter=AT.queue("orders-dlq"),
    ),
    Function(
        AT,
        "ship",
        aliases=("live",),
        versions=1,
        puts=("orders",),
        on_success=AT.bus("orders"),
        on_failure=AT.queue("orders-dlq"),
        dead_letter=AT.queue("orders-dlq"),
    ),
    EventSourceMapping(AT, AT.queue("orders"), "ship", ({"body": {"detail": {"total": [1]}}},)),
    StateMachine(AT, "claim", puts=("orders", SOURCE, "OrderClaimed")),
    Stream(AT, "clicks"),
    Bucket(AT, "acme-lake", notifies=True),
    TaskFamily(AT, "picker", puts=("orders",)),
    DeliveryStream(AT, "lake", bucket="acme-lake", source="clicks"),
    Pipe(
        AT,
        "clicks-to-orders",
        AT.stream("clicks"),
        AT.bus("orders"),
        ({"data": {"kind": ["order"]}},),
        enrichment=AT.function("ship"),
        puts=(SOURCE, "OrderClicked"),
    ),
    ScheduleGroup(AT),
    Schedule(AT, "nightly", "rate(1 day)", AT.bus("orders"), puts=(SOURCE, "DayClosed")),
    NewBus(AT, "fresh", allows=(SHOP,)),
    Subscriber(
        AT,
        "fresh-orders",
        NEW_BUS,
        AT.queue("orders"),
        {"DATA": PLACED},
        on_failure=AT.queue("orders-dlq"),
        log_level="INFO",
    ),
    EventSource(AT, "webhook", NEW_BUS),
    Bucket(AT, BUCKET),
)
DOMAIN = Domain("orders", owner="o@acme.example", team="orders", things=THINGS)
EVENTS = (
    EventType(AT, SOURCE, TYPE, ({"orderId": "string"}, {"orderId": "string", "total?": "number"})),
    EventType(AT, SOURCE, "OrderClicked", ({"at": "string"},), registry="contracts", kind="JSONSchemaDraft4"),
)
PUTS = (Put(AT, function("ship"), AT.bus("orders"), SOURCE, TYPE, calls=1),)
SERIES = (
    ("AWS/Events", "TriggeredRules", {"EventBusName": "orders", "RuleName": "placed"}),
    ("AWS/EventsV2", "EventsDelivered", {"EventBus": "fresh", "Subscriber": "fresh-orders"}),
    ("AWS/SQS", "NumberOfMessagesSent", {"QueueName": "orders"}),
    ("AWS/SNS", "NumberOfMessagesPublished", {"TopicName": "orders"}),
    ("AWS/Lambda", "Errors", {"FunctionName": "ship"}),
    ("AWS/EventBridge/Pipes", "EventCount", {"PipeName": "clicks-to-orders"}),
    ("AWS/Scheduler", "TargetErrorCount", {"ScheduleGroup": "acme"}),
)


def load(endpoint_url: str) -> None:
    """Make it, with a day of traces, some changes and a series of every kind."""
    now = datetime.now(UTC)
    loader = Loader(Clients(endpoint_url), Made(), (DOMAIN,))
    make_things(loader, (AT,), EVENTS)
    client = loader.clients.of(AT)
    make_schemas.make_discoverers(client, AT)
    client("schemas").create_discoverer(SourceArn=AT.bus("orders"))
    make_history.make_trail(client)
    make_history.make_log_files(client, loader.made, now, PUTS)
    place = {"account": AT.account, "region": AT.region}
    control(endpoint_url, "cloudtrail", place | {"records": list(_changes(now))})
    series = [{"namespace": n, "metric": m, "dimensions": d, "base": 2} for n, m, d in SERIES]
    control(endpoint_url, "metrics", place | {"series": series})
    _log(endpoint_url, client, loader.made, now)


def _log(endpoint_url: str, client: Client, made: Made, now: datetime) -> None:
    """The bus logs into a log group, the subscriber into a bucket."""
    subscriber = made.real(AT.arn("events", "subscriber/fresh-orders"))
    (of_bus, of_subscriber) = (_day(one, now) for one in (AT.bus("orders"), subscriber))
    place = {"account": AT.account, "region": AT.region}
    control(endpoint_url, "logs", place | {"group": LOG_GROUP, "days": [of_bus]})
    lines = "\n".join(json.dumps(record) for record in records(of_subscriber))
    key = f"AWSLogs/{AT.account}/EventBusLogs/{AT.region}/a.log.gz"
    client("s3").put_object(Bucket="acme-lake", Key=key, Body=gzip.compress(lines.encode()))
    for number, (arn, to) in enumerate(
        ((AT.bus("orders"), AT.log_group(LOG_GROUP)), (subscriber, "arn:aws:s3:::acme-lake"))
    ):
        logs, name = client("logs"), f"logs-{number}"
        logs.put_delivery_source(name=name, resourceArn=arn, logType="INFO_LOGS")
        where = {"destinationResourceArn": to}
        told = logs.put_delivery_destination(name=name, deliveryDestinationConfiguration=where)
        logs.create_delivery(
            deliverySourceName=name, deliveryDestinationArn=told["deliveryDestination"]["arn"]
        )


def _day(arn: str, now: datetime) -> dict[str, Any]:
    target = {"arn": AT.queue("orders"), "ends": "ok"}
    rule = {"arn": AT.arn("events", "rule/orders/placed"), "share": 1, "targets": [target]}
    flow = {"source": SOURCE, "detail_type": TYPE, "caller": AT.account, "counts": [2, 0, 1], "rules": [rule]}
    begin = (now - timedelta(hours=5)).replace(minute=0, second=0, microsecond=0)
    return {"bus": arn, "level": "INFO", "begin": int(begin.timestamp() * 1000), "flows": [flow]}


def _changes(now: datetime) -> Iterator[dict[str, Any]]:
    for number, name in enumerate(("PutRule", "PutTargets", "CreateSubscriber")):
        yield {
            "eventID": f"change-{number}",
            "eventTime": f"{now - timedelta(hours=number + 1):%Y-%m-%dT%H:%M:%SZ}",
            "eventName": name,
            "eventSource": "events.amazonaws.com",
            "awsRegion": AT.region,
            "recipientAccountId": AT.account,
            "userIdentity": {"type": "AssumedRole", "arn": f"arn:aws:sts::{AT.account}:assumed-role/ci/x"},
            "requestParameters": {"name": "placed", "eventBusName": "orders"},
            "readOnly": False,
            "managementEvent": True,
        }
