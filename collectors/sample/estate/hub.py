"""The shared hub: account 111111111111 in eu-west-1, the bus `hub` where the other domains' facts arrive."""

from collectors.sample.estate.places import CORE_EU, OPS, SHOP, event, to_bus, with_dlq, worked_queue
from collectors.sample.estate.shapes import (
    Archive,
    Bucket,
    Bus,
    DeliveryStream,
    Domain,
    EventSourceMapping,
    Function,
    Queue,
    Rule,
    StateMachine,
    Topic,
    TopicSubscription,
)

EU = CORE_EU
PLATFORM = "com.acme.platform"
DLQ = "hub-undelivered"

RULES = (
    Rule(
        EU,
        "hub",
        "order-facts-to-lake",
        {"source": [{"prefix": "com.acme.orders"}]},
        (with_dlq(EU.delivery_stream("event-lake"), EU, DLQ, RoleArn=EU.role("write-lake")),),
    ),
    Rule(
        EU,
        "hub",
        "payment-alerts",
        event("com.acme.payments", "PaymentFailed"),
        (with_dlq(EU.topic("payment-alerts"), EU, DLQ),),
    ),
    Rule(
        EU,
        "hub",
        "shipping-notices",
        event("com.acme.fulfilment", "ParcelShipped", "ParcelDelivered"),
        (with_dlq(EU.queue("shipping-notices"), EU, DLQ),),
        description="The day's incident: its consumer slows down",
    ),
    Rule(
        EU,
        "hub",
        "lost-parcels",
        {"source": [{"anything-but": {"prefix": "com.acme.test"}}], "detail-type": ["ParcelLost"]},
        (with_dlq(EU.state_machine("lost-parcel-claim"), EU, DLQ, RoleArn=EU.role("start-workflows")),),
    ),
    Rule(
        EU,
        "hub",
        "all-failures",
        {"detail-type": [{"suffix": "Failed"}]},
        (with_dlq(EU.queue("failures"), EU, DLQ),),
        description="No source",
    ),
    Rule(
        EU,
        "hub",
        "refund-ledger",
        event("com.acme.payments", "RefundIssued"),
        (with_dlq(EU.queue("refund-ledger"), EU, DLQ),),
    ),
    Rule(
        EU,
        "hub",
        "chargeback-cases",
        event("com.acme.payments", "ChargebackOpened", amount=[{"numeric": [">=", 100, "<", 10000]}]),
        (with_dlq(EU.state_machine("chargeback-case"), EU, DLQ, RoleArn=EU.role("start-workflows")),),
    ),
    Rule(
        EU,
        "hub",
        "deployments",
        event(PLATFORM, "DeploymentFinished"),
        (with_dlq(EU.function("deploy-annotator"), EU, DLQ), to_bus(EU.bus("notifications"), EU)),
    ),
    Rule(
        EU,
        "default",
        "nightly-close",
        None,
        (with_dlq(EU.function("nightly-close"), EU, DLQ),),
        schedule="cron(30 23 * * ? *)",
        description="Started by the clock: it matches no event",
    ),
)

CONSUMERS = (
    DeliveryStream(EU, "event-lake", bucket="acme-event-lake"),
    Bucket(EU, "acme-event-lake"),
    Topic(EU, "payment-alerts"),
    TopicSubscription(EU.topic("payment-alerts"), "lambda", EU.function("payment-alert-poster")),
    TopicSubscription(EU.topic("payment-alerts"), "email", "finance@acme.example"),
    Function(EU, "payment-alert-poster"),
    *worked_queue(EU, "shipping-notices", "notify-customer"),
    Function(EU, "notify-customer"),
    StateMachine(EU, "lost-parcel-claim"),
    *worked_queue(EU, "failures", "failure-digest"),
    Function(EU, "failure-digest"),
    Queue(EU, "refund-ledger", tagged=False),
    EventSourceMapping(
        EU,
        EU.queue("refund-ledger"),
        "refund-bookkeeper",
        ({"body": {"detail": {"amount": [{"numeric": [">", 0]}]}}},),
    ),
    Function(EU, "refund-bookkeeper"),
    StateMachine(EU, "chargeback-case"),
    Function(EU, "deploy-annotator"),
    Function(EU, "nightly-close", puts=("hub",)),
)

DOMAIN = Domain(
    "platform",
    owner="erik.olsen@acme.example",
    team="platform",
    things=(
        Bus(EU, "hub", allows=(SHOP, OPS), tagged=False),
        Archive(EU, "hub-last-week", "hub", days=7),
        Queue(EU, DLQ, fed_by=("events.amazonaws.com",)),
        Bucket(EU, "acme-cloudtrail-logs"),
        *RULES,
        *CONSUMERS,
    ),
)
