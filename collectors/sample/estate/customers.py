"""Customers: account 222222222222 in eu-west-1, the bus `customers`."""

from collectors.sample.estate.places import CORE_US, OPS_EU, SHOP_EU, event, to_bus, with_dlq, worked_queue
from collectors.sample.estate.shapes import (
    Bucket,
    Bus,
    Domain,
    Function,
    Queue,
    Rule,
    StateMachine,
    TaskFamily,
    Topic,
    TopicSubscription,
)

EU = SHOP_EU
CUSTOMERS = "com.acme.customers"
DLQ = "customers-undelivered"

RULES = (
    Rule(
        EU,
        "customers",
        "welcome",
        event(CUSTOMERS, "CustomerRegistered"),
        (with_dlq(EU.state_machine("welcome-journey"), EU, DLQ, RoleArn=EU.role("start-workflows")),),
    ),
    Rule(
        EU,
        "customers",
        "address-changed",
        event(CUSTOMERS, "CustomerAddressChanged"),
        (with_dlq(EU.topic("address-changes"), EU, DLQ),),
    ),
    Rule(
        EU,
        "customers",
        "erasure",
        event(CUSTOMERS, "CustomerErased"),
        (
            with_dlq(EU.function("erase-orders"), EU, DLQ),
            with_dlq(EU.queue("erasure-requests"), EU, DLQ),
            with_dlq(
                EU.cluster("jobs"),
                EU,
                DLQ,
                RoleArn=EU.role("run-tasks"),
                EcsParameters={
                    "TaskDefinitionArn": EU.arn("ecs", "task-definition/erase-backups:2"),
                    "TaskCount": 1,
                    "LaunchType": "FARGATE",
                },
            ),
        ),
        description="Three targets in one rule",
    ),
    Rule(
        EU,
        "customers",
        "consent-withdrawn-everywhere",
        event(CUSTOMERS, "ConsentWithdrawn", channel=[None]),
        (with_dlq(EU.function("consent-recorder"), EU, DLQ),),
        description="A channel of null means all of them",
    ),
    Rule(
        EU,
        "customers",
        "loyalty-tiers",
        event(CUSTOMERS, "LoyaltyPointsEarned"),
        (with_dlq(EU.function("tier-calculator"), EU, DLQ),),
    ),
    Rule(
        EU,
        "customers",
        "to-analytics",
        {"source": [CUSTOMERS]},
        (to_bus(CORE_US.bus("analytics"), EU),),
        description="Same name as a rule of the bus catalogue, in the same account and region",
    ),
)

CONSUMERS = (
    StateMachine(EU, "welcome-journey", puts=("customers", CUSTOMERS, "LoyaltyPointsEarned")),
    Topic(EU, "address-changes"),
    TopicSubscription(EU.topic("address-changes"), "sqs", OPS_EU.queue("address-book"), raw=True),
    Function(EU, "erase-orders"),
    *worked_queue(EU, "erasure-requests", "erasure-worker"),
    Function(EU, "erasure-worker"),
    Function(EU, "consent-recorder"),
    Function(EU, "tier-calculator"),
    *worked_queue(EU, "loyalty-points", "award-points"),
    Function(EU, "award-points", puts=("customers",)),
)

DOMAIN = Domain(
    "customers",
    owner="sofia.lind@acme.example",
    team="crm",
    things=(
        Bus(EU, "customers", log_level="TRACE"),
        Bucket(EU, "acme-bus-logs"),
        Queue(EU, DLQ, fed_by=("events.amazonaws.com",)),
        *RULES,
        *CONSUMERS,
        Function(EU, "account-api", puts=("customers",)),
        TaskFamily(EU, "erase-backups", revisions=2, puts=("customers",)),
    ),
)
