"""Payments: account 333333333333 in eu-west-1, the classic bus `payments` and the new bus `payments-core`."""

from collectors.sample.estate.places import (
    CORE_EU,
    OPS_EU,
    SHOP_EU,
    event,
    queue_with_dlq,
    to_bus,
    with_dlq,
    worked_queue,
)
from collectors.sample.estate.shapes import (
    Archive,
    Bus,
    Domain,
    Function,
    LogGroup,
    NewBus,
    Queue,
    Rule,
    StateMachine,
    Stream,
    Subscriber,
    Target,
)

EU = OPS_EU
PAYMENTS = "com.acme.payments"
DLQ = "payments-undelivered"
CORE = EU.new_bus("payments-core")

RULES = (
    Rule(
        EU,
        "payments",
        "authorised-to-orders",
        event(PAYMENTS, "PaymentAuthorised"),
        (to_bus(SHOP_EU.bus("orders"), EU),),
        description="To another account's bus",
    ),
    Rule(
        EU,
        "payments",
        "to-hub",
        {"source": [PAYMENTS], "detail-type": [{"anything-but": ["PaymentAuthorised"]}]},
        (to_bus(CORE_EU.bus("hub"), EU),),
        description="Same name as a rule of the bus orders, in another account",
    ),
    Rule(
        EU,
        "payments",
        "risk-scoring",
        event(PAYMENTS, "PaymentAuthorised"),
        (Target(EU.function("risk-scorer")),),
        description="No dead-letter queue: what the function cannot take is lost",
    ),
    Rule(
        EU,
        "payments",
        "captured-ledger",
        event(PAYMENTS, "PaymentCaptured"),
        (with_dlq(EU.queue("ledger-captures"), EU, DLQ),),
    ),
    Rule(
        EU,
        "payments",
        "captured-settlement",
        event(PAYMENTS, "PaymentCaptured", method=["card"], currency=[{"anything-but": ["EUR"]}]),
        (with_dlq(EU.function("fx-settler"), EU, DLQ),),
    ),
    Rule(
        EU,
        "payments",
        "failed-retry",
        event(PAYMENTS, "PaymentFailed", code=[{"wildcard": "5*"}]),
        (with_dlq(EU.state_machine("payment-retry"), EU, DLQ, RoleArn=EU.role("start-workflows")),),
    ),
    Rule(
        EU,
        "payments",
        "sandbox-payments",
        {"source": [PAYMENTS], "detail": {"livemode": [False]}},
        (Target(EU.log_group("/aws/events/payments-sandbox")),),
        description="No detail type",
    ),
    Rule(
        EU,
        "payments",
        "chargebacks",
        {**event(PAYMENTS, "ChargebackOpened"), "account": [EU.account]},
        (with_dlq(EU.queue("chargebacks"), EU, DLQ),),
    ),
    Rule(
        EU,
        "default",
        "ecs-task-stopped",
        event("aws.ecs", "ECS Task State Change", lastStatus=["STOPPED"]),
        (with_dlq(EU.topic("ops-alerts"), EU, DLQ),),
        description="An AWS service's event, on the default bus",
    ),
)

# The new bus: consumers make their own subscribers.
SUBSCRIBERS = (
    Subscriber(
        EU,
        "payout-ledger",
        CORE,
        EU.queue("payout-ledger"),
        {"DATA": event(PAYMENTS, "PayoutSettled")},
        on_failure=EU.queue(DLQ),
    ),
    Subscriber(
        EU,
        "payout-archive",
        CORE,
        EU.function("payout-archiver"),
        {"DATA": event(PAYMENTS, "PayoutSettled")},
        running=False,
    ),
    Subscriber(
        EU,
        "fraud-desk",
        CORE,
        EU.function("fraud-desk"),
        {"SYSTEM_METADATA": {"aws:Source": [PAYMENTS], "aws:DetailType": ["FraudSuspected"]}},
        on_failure=EU.queue(DLQ),
    ),
    Subscriber(
        EU,
        "card-freeze",
        CORE,
        EU.state_machine("card-freeze"),
        {"DATA": event(PAYMENTS, "FraudSuspected", score=[{"numeric": [">", 80]}])},
        on_failure=EU.queue(DLQ),
    ),
    # No filter: everything. Nobody reads the stream.
    Subscriber(EU, "core-tap", CORE, EU.stream("core-tap")),
)

CONSUMERS = (
    Function(EU, "risk-scorer", puts=("payments",)),
    *worked_queue(EU, "ledger-captures", "payment-ledger"),
    Function(EU, "payment-ledger"),
    Function(EU, "fx-settler"),
    StateMachine(EU, "payment-retry", puts=("payments", PAYMENTS, "PaymentCaptured")),
    *worked_queue(EU, "chargebacks", "chargeback-evidence"),
    Function(EU, "chargeback-evidence"),
    *worked_queue(EU, "payout-ledger", "payout-bookkeeper"),
    Function(EU, "payout-bookkeeper"),
    Function(EU, "payout-archiver"),
    Function(EU, "fraud-desk"),
    StateMachine(EU, "card-freeze"),
    Stream(EU, "core-tap"),
    LogGroup(EU, "/aws/events/payments-sandbox"),
)

DOMAIN = Domain(
    "payments",
    owner="jonas.brandt@acme.example",
    team="money",
    things=(
        Bus(EU, "payments"),
        Archive(EU, "payments-money", "payments", {"source": [PAYMENTS]}, days=0),
        NewBus(EU, "payments-core", days=30),
        Queue(EU, DLQ, fed_by=("events.amazonaws.com",)),
        *RULES,
        *SUBSCRIBERS,
        *CONSUMERS,
        Function(EU, "payment-gateway", puts=("payments", "payments-core")),
        *queue_with_dlq(EU, "gateway-callbacks"),
    ),
)
