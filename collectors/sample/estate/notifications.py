"""Notifications: account 111111111111 in eu-west-1, the bus `notifications` and the new bus `engagement`."""

from collectors.sample.estate.places import CORE_EU, SHOP, SHOP_EU, event, with_dlq, worked_queue
from collectors.sample.estate.shapes import (
    Bucket,
    Bus,
    DeliveryStream,
    Domain,
    EventSource,
    EventSourceMapping,
    Function,
    NewBus,
    PartnerSource,
    Queue,
    Rule,
    Stream,
    Subscriber,
    Target,
)

EU = CORE_EU
NOTIFICATIONS, ENGAGEMENT = "com.acme.notifications", "com.acme.engagement"
ZENDESK = "aws.partner/zendesk.com/acme/support"
DLQ = "notifications-undelivered"
ENGAGEMENT_BUS = EU.new_bus("engagement")

RULES = (
    Rule(
        EU,
        "notifications",
        "send-email",
        event(NOTIFICATIONS, "SendEmail"),
        (with_dlq(EU.function("email-sender"), EU, DLQ),),
    ),
    Rule(
        EU,
        "notifications",
        "email-bounced",
        event(NOTIFICATIONS, "EmailBounced", bounce={"type": ["Permanent"]}),
        (with_dlq(EU.function("bounce-handler"), EU, DLQ),),
    ),
    Rule(
        EU,
        "notifications",
        "email-sent-engagement",
        event(NOTIFICATIONS, "EmailSent"),
        (
            with_dlq(
                EU.stream("engagement"),
                EU,
                DLQ,
                RoleArn=EU.role("deliver-events"),
                KinesisParameters={"PartitionKeyPath": "$.detail.customerId"},
            ),
        ),
    ),
    Rule(
        EU,
        "notifications",
        "push-audit",
        event(NOTIFICATIONS, "PushSent"),
        (Target(EU.queue("push-audit")),),
    ),
    Rule(
        EU,
        "notifications",
        "status-page",
        event("com.acme.platform", "DeploymentFinished"),
        (with_dlq(EU.function("status-page"), EU, DLQ),),
    ),
    Rule(
        EU,
        ZENDESK,
        "support-tickets",
        {"source": [{"prefix": "aws.partner/zendesk.com"}]},
        (with_dlq(EU.queue("support-tickets"), EU, DLQ),),
    ),
)

# The stream is read by a function and feeds a delivery stream.
STREAMS = (
    Stream(EU, "engagement"),
    EventSourceMapping(EU, EU.stream("engagement"), "engagement-aggregator"),
    Function(EU, "engagement-aggregator"),
    DeliveryStream(EU, "engagement-lake", bucket="acme-engagement-lake", source="engagement"),
    Bucket(EU, "acme-engagement-lake"),
)

FUNCTIONS = (
    # What it sends is told by its destinations: two new flows begin here.
    Function(
        EU,
        "email-sender",
        puts=("notifications",),
        on_success=EU.bus("notifications"),
        on_failure=EU.queue("email-failures"),
        dead_letter=EU.queue("email-sender-dlq"),
    ),
    Queue(EU, "email-sender-dlq", fed_by=()),
    *worked_queue(EU, "email-failures", "email-retry"),
    Function(EU, "email-retry"),
    Function(EU, "bounce-handler", puts=("notifications",)),
    Queue(EU, "push-audit"),
    EventSourceMapping(EU, EU.queue("push-audit"), "push-auditor"),
    Function(EU, "push-auditor"),
    Function(EU, "push-sender", puts=("notifications",)),
    Function(EU, "status-page"),
    *worked_queue(EU, "support-tickets", "ticket-router"),
    Function(EU, "ticket-router", puts=("notifications",)),
)

ENGAGEMENT_THINGS = (
    NewBus(EU, "engagement", allows=(SHOP,)),
    EventSource(EU, "reviews-webhook", ENGAGEMENT_BUS),
    Subscriber(
        EU,
        "review-moderation",
        ENGAGEMENT_BUS,
        EU.function("review-moderator"),
        {"DATA": event(ENGAGEMENT, "ReviewPosted")},
    ),
    # Made by the consumer, in the consumer's account.
    Subscriber(
        SHOP_EU,
        "reviews-to-catalogue",
        ENGAGEMENT_BUS,
        SHOP_EU.queue("review-ratings"),
        {"DATA": event(ENGAGEMENT, "ReviewPosted", stars=[{"numeric": [">=", 1]}])},
        on_failure=SHOP_EU.queue("catalogue-undelivered"),
        log_level="INFO",
    ),
    Subscriber(
        EU,
        "campaign-attribution",
        ENGAGEMENT_BUS,
        EU.function("campaign-attribution"),
        {"SYSTEM_METADATA": {"aws:Source": [ENGAGEMENT], "aws:DetailType": ["CampaignOpened"]}},
    ),
    Function(EU, "review-moderator"),
    Function(EU, "campaign-attribution"),
    Function(EU, "review-collector", puts=("engagement",)),
)

DOMAIN = Domain(
    "notifications",
    owner="noor.haddad@acme.example",
    team="messaging",
    things=(
        Bus(EU, "notifications"),
        PartnerSource(EU, ZENDESK),
        Bus(EU, ZENDESK, partner_source=ZENDESK),
        Queue(EU, DLQ, fed_by=("events.amazonaws.com",)),
        *RULES,
        *STREAMS,
        *FUNCTIONS,
        *ENGAGEMENT_THINGS,
    ),
)
