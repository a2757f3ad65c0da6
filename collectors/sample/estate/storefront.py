"""The storefront's events, and who produces on the bus `orders`: the rest of the domain orders."""

from collectors.sample.estate.places import SHOP_EU, SHOP_US, event, to_bus, with_dlq, worked_queue
from collectors.sample.estate.shapes import Function, Pipe, Rule, Schedule, ScheduleGroup, Stream, Target

EU, US = SHOP_EU, SHOP_US
ORDERS, STOREFRONT = "com.acme.orders", "com.acme.storefront"
DLQ = "orders-undelivered"

THINGS = (
    Rule(US, "orders", "to-orders-eu", {"source": [STOREFRONT]}, (to_bus(EU.bus("orders"), US),)),
    Rule(
        US,
        "orders",
        "us-checkouts",
        event(STOREFRONT, "CheckoutStarted"),
        (Target(US.function("us-tax-estimator")),),
    ),
    Rule(
        EU,
        "orders",
        "checkout-funnel",
        event(STOREFRONT, "CheckoutStarted"),
        (with_dlq(EU.function("funnel-counter"), EU, DLQ),),
    ),
    Rule(
        EU,
        "orders",
        "basket-reminder",
        {"source": [{"equals-ignore-case": "COM.ACME.STOREFRONT"}], "detail-type": ["BasketAbandoned"]},
        (with_dlq(EU.queue("basket-reminders"), EU, DLQ),),
    ),
    *worked_queue(EU, "basket-reminders", "send-basket-reminder"),
    Function(EU, "send-basket-reminder"),
    Function(EU, "funnel-counter"),
    Function(US, "us-tax-estimator"),
)

PRODUCERS = (
    Function(EU, "checkout-api", puts=("orders",)),
    Function(US, "us-storefront", puts=("orders",)),
    # Two functions of one role: a record of CloudTrail cannot tell them apart.
    Function(EU, "order-desk-search", role="order-desk-role"),
    Function(EU, "order-desk-edit", role="order-desk-role", puts=("orders",)),
    Stream(EU, "orders-outbox"),
    Pipe(
        EU,
        "orders-outbox",
        source=EU.stream("orders-outbox"),
        target=EU.bus("orders"),
        puts=(ORDERS, "OrderArchived"),
    ),
    ScheduleGroup(EU),
    Schedule(EU, "basket-sweep", "rate(15 minutes)", EU.bus("orders"), puts=(STOREFRONT, "BasketAbandoned")),
)
