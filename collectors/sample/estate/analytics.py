"""Analytics: account 111111111111 in us-east-1, the bus `analytics`, and a report on the default bus."""

from collectors.sample.estate.places import CORE_US, SHOP, event, with_dlq, worked_queue
from collectors.sample.estate.shapes import (
    Bucket,
    Bus,
    DeliveryStream,
    Domain,
    Function,
    Queue,
    Rule,
    Schedule,
    ScheduleGroup,
    Topic,
    TopicSubscription,
)

US = CORE_US
ANALYTICS = "com.acme.analytics"
DLQ = "analytics-undelivered"

RULES = (
    Rule(
        US,
        "analytics",
        "customer-facts",
        {"source": [{"prefix": "com.acme.customers"}]},
        (with_dlq(US.delivery_stream("customer-lake"), US, DLQ, RoleArn=US.role("write-lake")),),
    ),
    Rule(
        US,
        "analytics",
        "segment-rebuild",
        event("com.acme.customers", "CustomerRegistered"),
        (with_dlq(US.function("segment-rebuilder"), US, DLQ),),
    ),
    Rule(
        US,
        "analytics",
        "price-model",
        event("com.acme.catalogue", "PriceChanged"),
        (with_dlq(US.queue("price-model"), US, DLQ),),
    ),
    Rule(
        US,
        "analytics",
        "forecast-ready",
        event(ANALYTICS, "ForecastCalculated"),
        (with_dlq(US.function("forecast-publisher"), US, DLQ),),
    ),
    Rule(
        US,
        "analytics",
        "segment-rebuilt",
        event(ANALYTICS, "SegmentRebuilt"),
        (with_dlq(US.function("campaign-planner"), US, DLQ),),
    ),
    Rule(
        US,
        "default",
        "daily-report",
        event(ANALYTICS, "DailyReportPublished"),
        (with_dlq(US.topic("reports"), US, DLQ),),
        description="An event of our own on the default bus",
    ),
)

DOMAIN = Domain(
    "analytics",
    owner="wei.chen@acme.example",
    team="insight",
    things=(
        Bus(US, "analytics", allows=(SHOP,)),
        Queue(US, DLQ, fed_by=("events.amazonaws.com",)),
        *RULES,
        DeliveryStream(US, "customer-lake", bucket="acme-customer-lake"),
        Bucket(US, "acme-customer-lake"),
        Function(US, "segment-rebuilder", puts=("analytics",)),
        *worked_queue(US, "price-model", "price-model-trainer"),
        Function(US, "price-model-trainer"),
        Function(US, "forecast-publisher"),
        Function(US, "campaign-planner"),
        Function(US, "report-builder", puts=("default",)),
        Topic(US, "reports"),
        TopicSubscription(US.topic("reports"), "email", "board@acme.example"),
        ScheduleGroup(US),
        Schedule(
            US,
            "hourly-forecast",
            "rate(1 hour)",
            US.bus("analytics"),
            puts=(ANALYTICS, "ForecastCalculated"),
        ),
    ),
)
