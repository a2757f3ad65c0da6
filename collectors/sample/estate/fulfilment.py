"""Fulfilment: account 333333333333, the bus `fulfilment` in both regions, which forward stock to each other."""

from collectors.sample.estate.places import (
    CORE_EU,
    COURIER_GROUP,
    OPS_EU,
    OPS_US,
    SHOP_EU,
    event,
    to_bus,
    with_dlq,
    worked_queue,
)
from collectors.sample.estate.shapes import (
    ApiDestination,
    Archive,
    Bus,
    Domain,
    EventSourceMapping,
    Function,
    Queue,
    Rule,
    Schedule,
    ScheduleGroup,
    Stream,
    Topic,
    TopicSubscription,
)

EU, US = OPS_EU, OPS_US
FULFILMENT = "com.acme.fulfilment"
DLQ = "fulfilment-undelivered"

PARCELS = (
    Rule(
        EU,
        "fulfilment",
        "parcel-shipped-tracking",
        event(FULFILMENT, "ParcelShipped"),
        (with_dlq(EU.queue("tracking-updates"), EU, DLQ),),
    ),
    Rule(
        EU,
        "fulfilment",
        "shipped-to-courier-group",
        event(FULFILMENT, "ParcelShipped"),
        (to_bus(COURIER_GROUP.bus("logistics"), EU),),
        description="Another company's account: what happens there is not known",
    ),
    Rule(
        EU,
        "fulfilment",
        "to-hub",
        event(FULFILMENT, "ParcelShipped", "ParcelDelivered", "ParcelLost"),
        (to_bus(CORE_EU.bus("hub"), EU),),
    ),
    Rule(
        EU,
        "fulfilment",
        "delivered-loyalty",
        event(FULFILMENT, "ParcelDelivered"),
        (with_dlq(SHOP_EU.queue("loyalty-points"), EU, DLQ),),
    ),
    Rule(
        EU,
        "fulfilment",
        "courier-booking",
        event(FULFILMENT, "ParcelPacked"),
        (
            with_dlq(
                EU.api_destination("courier-booking"),
                EU,
                DLQ,
                RoleArn=EU.role("call-api-destinations"),
                InputPath="$.detail",
            ),
        ),
    ),
    Rule(
        EU,
        "fulfilment",
        "site-scanner",
        event(FULFILMENT, "ParcelPacked", scanner={"ip": [{"cidr": "10.20.0.0/16"}]}),
        (with_dlq(EU.function("site-scanner"), EU, DLQ),),
    ),
    Rule(
        EU,
        "fulfilment",
        "print-labels",
        event(FULFILMENT, "PickListCreated"),
        (with_dlq(EU.function("label-printer"), EU, DLQ, Input='{"printer": "bay-4"}'),),
        description="A constant: the function never sees the event",
    ),
    Rule(
        EU,
        "fulfilment",
        "picks-by-hand",
        event(FULFILMENT, "PickListCreated"),
        (with_dlq(EU.queue("manual-picking"), EU, DLQ),),
        description="The queue's only reader is switched off: it fills",
    ),
    Rule(
        EU,
        "fulfilment",
        "eta",
        event(FULFILMENT, "CourierBooked"),
        (with_dlq(EU.function("eta-estimator:3"), EU, DLQ),),
        description="Targets a version",
    ),
    Rule(
        US,
        "fulfilment",
        "us-parcels",
        event(FULFILMENT, "ParcelShipped", "ParcelDelivered"),
        (with_dlq(US.function("us-tracking"), US, DLQ),),
    ),
    *worked_queue(EU, "tracking-updates", "tracking-updater"),
    Function(EU, "tracking-updater"),
    Function(EU, "site-scanner"),
    Function(EU, "label-printer"),
    Function(EU, "eta-estimator", versions=3),
    Function(US, "us-tracking"),
    ApiDestination(EU, "courier-booking", "https://api.courier.example/bookings"),
)

# StockAdjusted goes round: eu → us → eu.
STOCK = (
    Rule(
        EU,
        "fulfilment",
        "stock-to-us",
        event(FULFILMENT, "StockAdjusted"),
        (to_bus(US.bus("fulfilment"), EU),),
        description="Half of a loop",
    ),
    Rule(
        US,
        "fulfilment",
        "stock-to-eu",
        event(FULFILMENT, "StockAdjusted"),
        (to_bus(EU.bus("fulfilment"), US),),
        description="The other half of the loop",
    ),
    Rule(
        US,
        "fulfilment",
        "us-stock-sync",
        event(FULFILMENT, "StockAdjusted"),
        (with_dlq(US.queue("us-stock-sync"), US, DLQ),),
    ),
    Rule(
        EU,
        "fulfilment",
        "low-stock",
        event(FULFILMENT, "StockAdjusted", onHand=[{"numeric": ["<=", 5]}]),
        (with_dlq(EU.topic("low-stock"), EU, DLQ),),
    ),
    Rule(
        EU,
        "fulfilment",
        "stock-reserved",
        event(FULFILMENT, "StockReserved"),
        (
            with_dlq(
                EU.stream("stock"),
                EU,
                DLQ,
                RoleArn=EU.role("deliver-events"),
                KinesisParameters={"PartitionKeyPath": "$.detail.sku"},
            ),
        ),
    ),
    Topic(EU, "low-stock"),
    TopicSubscription(EU.topic("low-stock"), "lambda", EU.function("reorder-planner")),
    TopicSubscription(
        EU.topic("low-stock"),
        "sqs",
        EU.queue("empty-shelves"),
        policy={"detail": {"onHand": [{"numeric": ["=", 0]}]}},
        scope="MessageBody",
        raw=True,
    ),
    Function(EU, "reorder-planner"),
    *worked_queue(EU, "empty-shelves", "shelf-alarm"),
    Function(EU, "shelf-alarm"),
    *worked_queue(US, "us-stock-sync", "us-stock-sync"),
    Function(US, "us-stock-sync"),
    Stream(EU, "stock"),
    EventSourceMapping(
        EU, EU.stream("stock"), "stock-projector", ({"data": {"detail": {"warehouse": ["BER-1", "BER-2"]}}},)
    ),
    Function(EU, "stock-projector"),
)

ORDERS_IN = (
    *worked_queue(EU, "fulfilment-orders", "allocate-stock"),
    Function(EU, "allocate-stock", puts=("fulfilment",)),
    # One mapping is switched off: the queue fills and nobody takes from it.
    Queue(EU, "manual-picking"),
    EventSourceMapping(EU, EU.queue("manual-picking"), "manual-picker", enabled=False),
    Function(EU, "manual-picker"),
    *worked_queue(EU, "address-book", "address-book-writer"),
    Function(EU, "address-book-writer"),
)

OPERATIONS = (
    Topic(EU, "ops-alerts"),
    TopicSubscription(EU.topic("ops-alerts"), "https", "https://alerts.acme.example/aws"),
    TopicSubscription(EU.topic("ops-alerts"), "email", "on-call@acme.example"),
    Function(EU, "parcel-tracker", puts=("fulfilment",)),
    Function(US, "us-warehouse", puts=("fulfilment",)),
    Function(EU, "stock-count", puts=("fulfilment",)),
    ScheduleGroup(EU),
    Schedule(EU, "nightly-stock-count", "cron(0 2 * * ? *)", EU.function("stock-count")),
)

DOMAIN = Domain(
    "fulfilment",
    owner="ana.sousa@acme.example",
    team="warehouse",
    things=(
        Bus(EU, "fulfilment", allows=(SHOP_EU.account,)),
        Bus(US, "fulfilment"),
        Archive(EU, "fulfilment-parcels", "fulfilment", {"detail-type": [{"prefix": "Parcel"}]}, days=14),
        Queue(EU, DLQ, fed_by=("events.amazonaws.com",)),
        Queue(US, DLQ, fed_by=("events.amazonaws.com",)),
        *PARCELS,
        *STOCK,
        *ORDERS_IN,
        *OPERATIONS,
    ),
)
