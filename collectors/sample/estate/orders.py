"""Orders: account 222222222222, the bus `orders` in both regions."""

from collectors.sample.estate import storefront
from collectors.sample.estate.places import (
    CORE,
    CORE_EU,
    OPS,
    OPS_EU,
    SHOP_EU,
    SHOP_US,
    event,
    queue_with_dlq,
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
    LogGroup,
    Pipe,
    Queue,
    Rule,
    StateMachine,
    Target,
    Topic,
    TopicSubscription,
)

EU, US = SHOP_EU, SHOP_US
ORDERS = "com.acme.orders"
DLQ = "orders-undelivered"

BUSES = (
    Bus(EU, "orders", allows=(OPS, CORE), log_level="ERROR"),
    Bus(US, "orders"),
    Archive(EU, "orders-everything", "orders", days=90),
    LogGroup(EU, "/aws/events/orders-audit"),
)

# One event, many consumers: each way an order travels is its own rule.
PLACED = (
    Rule(
        EU,
        "orders",
        "order-placed-to-fulfilment",
        event(ORDERS, "OrderPlaced"),
        (Target(OPS_EU.queue("fulfilment-orders"), dead_letter=EU.queue(DLQ)),),
        description="Straight into another account's queue",
    ),
    Rule(
        EU,
        "orders",
        "order-placed-confirmation",
        event(ORDERS, "OrderPlaced"),
        (with_dlq(EU.topic("order-confirmations"), EU, DLQ),),
    ),
    Rule(
        EU,
        "orders",
        "large-orders",
        event(ORDERS, "OrderPlaced", total=[{"numeric": [">", 1000]}]),
        (with_dlq(EU.state_machine("fraud-review"), EU, DLQ, RoleArn=EU.role("start-workflows")),),
    ),
    Rule(
        EU,
        "orders",
        "invoice-order",
        event(ORDERS, "OrderPlaced", "OrderAmended"),
        (with_dlq(EU.function("invoice-writer:live"), EU, DLQ),),
        description="Targets an alias; invoice-cancelled uses the same function",
    ),
    Rule(
        EU,
        "orders",
        "order-placed-legacy",
        event(ORDERS, "OrderPlaced"),
        (with_dlq(EU.function("legacy-exporter"), EU, DLQ),),
        enabled=False,
        description="Switched off when the old ERP went",
    ),
    Topic(EU, "order-confirmations"),
    TopicSubscription(
        EU.topic("order-confirmations"),
        "sqs",
        EU.queue("order-email"),
        policy={"detail": {"channel": ["web", "app"]}},
        scope="MessageBody",
        raw=True,
        dead_letter=EU.queue("order-email-dlq"),
    ),
    *worked_queue(EU, "order-email", "send-order-email"),
    Function(EU, "send-order-email"),
    Function(EU, "invoice-writer", aliases=("live",), versions=4),
    Function(EU, "legacy-exporter"),
    StateMachine(EU, "fraud-review", puts=("orders", ORDERS, "OrderConfirmed")),
)

CHANGED = (
    Rule(
        EU,
        "orders",
        "invoice-cancelled",
        event(ORDERS, "OrderCancelled"),
        (with_dlq(EU.function("invoice-writer:live"), EU, DLQ),),
    ),
    Rule(
        EU,
        "orders",
        "order-cancelled-restock",
        event(ORDERS, "OrderCancelled"),
        (with_dlq(EU.queue("order-restock"), EU, DLQ),),
    ),
    Rule(
        EU,
        "orders",
        "order-cancelled-refund",
        event(ORDERS, "OrderCancelled"),
        (Target(EU.function("refund-calculator-old")),),
        description="Its function was deleted; nobody removed the rule",
    ),
    Rule(
        EU,
        "orders",
        "returns-by-payload",
        {
            "source": [ORDERS],
            "detail-type": ["OrderReturned"],
            "$or": [
                {"detail": {"value": [{"numeric": [">", 500]}]}},
                {"detail": {"reason": [{"prefix": "damage"}]}},
            ],
        },
        (with_dlq(EU.queue("returns-desk"), EU, DLQ),),
    ),
    Rule(
        EU,
        "orders",
        "order-returned-notices",
        event(ORDERS, "OrderReturned"),
        (with_dlq(EU.topic("order-returns"), EU, DLQ),),
    ),
    Rule(
        EU,
        "orders",
        "amendments",
        {"detail-type": [{"suffix": "Amended"}]},
        (with_dlq(EU.queue("order-amendments"), EU, DLQ),),
        description="No source; its queue is read by nobody",
    ),
    Rule(
        EU,
        "orders",
        "kiosk-orders",
        event(ORDERS, "OrderAmended", channel=["kiosk"]),
        (with_dlq(EU.function("kiosk-printer"), EU, DLQ),),
        description="The schema knows no channel kiosk: it never fires",
    ),
    *queue_with_dlq(EU, "order-restock"),
    Pipe(
        EU,
        "restock",
        source=EU.queue("order-restock"),
        filters=({"body": {"detail": {"reason": ["customer", "payment"]}}},),
        enrichment=EU.function("restock-enricher"),
        target=EU.state_machine("restock-flow"),
    ),
    Function(EU, "restock-enricher"),
    StateMachine(EU, "restock-flow"),
    *worked_queue(EU, "returns-desk", "returns-triage"),
    Function(EU, "returns-triage"),
    Queue(EU, "order-amendments"),
    Function(EU, "kiosk-printer"),
    # EventBridge sets no message attributes, so a policy on them lets nothing of this topic through.
    Topic(EU, "order-returns"),
    TopicSubscription(
        EU.topic("order-returns"), "sqs", EU.queue("return-labels"), policy={"carrier": ["dhl"]}
    ),
    *worked_queue(EU, "return-labels", "return-label-printer"),
    Function(EU, "return-label-printer"),
)

CONFIRMED = (
    Rule(
        EU,
        "orders",
        "confirm-on-authorised",
        event("com.acme.payments", "PaymentAuthorised"),
        (with_dlq(EU.function("confirm-order"), EU, DLQ),),
    ),
    Rule(
        EU,
        "orders",
        "order-webhook",
        event(ORDERS, "OrderConfirmed"),
        (
            with_dlq(
                EU.api_destination("erp-orders"),
                EU,
                DLQ,
                RoleArn=EU.role("call-api-destinations"),
                InputTransformer={
                    "InputPathsMap": {"id": "$.detail.orderId", "total": "$.detail.total"},
                    "InputTemplate": '{"order": "<id>", "amount": <total>, "system": "acme"}',
                },
                RetryPolicy={"MaximumRetryAttempts": 8, "MaximumEventAgeInSeconds": 3600},
            ),
        ),
    ),
    Rule(
        EU,
        "orders",
        "gift-wrapping",
        event(ORDERS, "OrderConfirmed", giftMessage=[{"exists": True}]),
        (with_dlq(EU.function("gift-wrapper"), EU, DLQ),),
    ),
    ApiDestination(EU, "erp-orders", "https://erp.acme.example/v2/orders"),
    Function(EU, "confirm-order", puts=("orders",)),
    Function(EU, "gift-wrapper"),
)

EVERYTHING = (
    Rule(
        EU,
        "orders",
        "orders-audit",
        {"source": [{"prefix": ""}]},
        (Target(EU.log_group("/aws/events/orders-audit")),),
        description="Catch-all",
    ),
    Rule(EU, "orders", "to-hub", {"source": [{"prefix": ORDERS}]}, (to_bus(CORE_EU.bus("hub"), EU),)),
    Rule(
        EU,
        "orders",
        "giftcard-redeemed",
        event("com.acme.giftcards", "GiftCardRedeemed"),
        (with_dlq(EU.function("giftcard-ledger"), EU, DLQ),),
        description="Gift cards were never launched: nobody sends this",
    ),
    Rule(
        EU,
        "orders",
        "legacy-updates",
        {"source": ["AcmeLegacy"], "detail-type": [{"wildcard": "order_*"}]},
        (Target(EU.queue("legacy-updates")),),
        description="No dead-letter queue, neither here nor on the queue",
    ),
    Queue(EU, "legacy-updates", tagged=False),
    EventSourceMapping(EU, EU.queue("legacy-updates"), "legacy-translator"),
    Function(EU, "legacy-translator", puts=("orders",)),
    Function(EU, "giftcard-ledger"),
)

DOMAIN = Domain(
    "orders",
    owner="mia.keller@acme.example",
    team="checkout",
    things=(
        *BUSES,
        Queue(EU, DLQ, fed_by=("events.amazonaws.com",)),
        *PLACED,
        *CHANGED,
        *CONFIRMED,
        *EVERYTHING,
        *storefront.THINGS,
        *storefront.PRODUCERS,
    ),
)
