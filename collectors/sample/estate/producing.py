"""Who puts which events where: what a day of CloudTrail's log files says, as a table.

`calls` is PutEvents calls an hour, each of `entries` entries. A `daily` rate follows the shop's day (`day.py`): over
24 hours it comes to 24 times the calls. `rejected` is how many calls of the 24 hours had one entry refused.
"""

from dataclasses import dataclass

from collectors.sample.estate.place import Place
from collectors.sample.estate.places import CORE_EU, CORE_US, OPS_EU, OPS_US, SHOP_EU, SHOP_US

SSO = "aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Merchandiser_0a1b2c3d4e5f6071"


@dataclass(frozen=True)
class Caller:
    """Who called: a role of an account, the session's name, and the service that called on its behalf."""

    role: str
    session: str
    via: str | None = None


@dataclass(frozen=True)
class Put:
    """Calls of one caller that put one event type on one bus."""

    at: Place
    by: Caller
    bus: str | None
    source: str
    detail_type: str
    calls: int
    entries: int = 1
    daily: bool = False
    rejected: int = 0


def function(name: str) -> Caller:
    """A function calls as its own role; the session is named after it."""
    return Caller(f"{name}-role", name)


GATEWAY, CHECKOUT = function("payment-gateway"), function("checkout-api")
TRACKER, ADMIN, ACCOUNTS = function("parcel-tracker"), function("product-admin"), function("account-api")
DESK = Caller("order-desk-role", "order-desk-edit")
CI = Caller("ci-deploy", "deploy-4711")
MERCHANDISER = Caller(SSO, "kim.merchandiser@acme.example")

ORDERS_BUS, US_ORDERS_BUS = SHOP_EU.bus("orders"), SHOP_US.bus("orders")
PAYMENTS_BUS, PARCELS_BUS, US_PARCELS_BUS = (
    OPS_EU.bus("payments"),
    OPS_EU.bus("fulfilment"),
    OPS_US.bus("fulfilment"),
)
CATALOGUE_BUS, CUSTOMERS_BUS = SHOP_EU.bus("catalogue"), SHOP_EU.bus("customers")
MAIL_BUS, HUB, ANALYTICS_BUS = CORE_EU.bus("notifications"), CORE_EU.bus("hub"), CORE_US.bus("analytics")
MONEY, ENGAGEMENT = OPS_EU.new_bus("payments-core"), CORE_EU.new_bus("engagement")

ORDERS, STOREFRONT, PAYMENTS = "com.acme.orders", "com.acme.storefront", "com.acme.payments"
FULFILMENT, CATALOGUE, CUSTOMERS = "com.acme.fulfilment", "com.acme.catalogue", "com.acme.customers"
MAILS, ANALYTICS = "com.acme.notifications", "com.acme.analytics"

SHOP_PUTS = (
    Put(SHOP_EU, CHECKOUT, ORDERS_BUS, ORDERS, "OrderPlaced", 12, 10, daily=True, rejected=6),
    Put(SHOP_EU, DESK, ORDERS_BUS, ORDERS, "OrderPlaced", 1, 2),
    Put(SHOP_EU, function("confirm-order"), ORDERS_BUS, ORDERS, "OrderConfirmed", 10, 10, daily=True),
    Put(SHOP_EU, CHECKOUT, ORDERS_BUS, ORDERS, "OrderCancelled", 4, 2, daily=True),
    Put(SHOP_EU, DESK, ORDERS_BUS, ORDERS, "OrderAmended", 2, 1),
    Put(SHOP_EU, DESK, ORDERS_BUS, ORDERS, "OrderReturned", 3, 1),
    Put(
        SHOP_EU,
        Caller("orders-outbox-pipe-role", "orders-outbox", "pipes.amazonaws.com"),
        ORDERS_BUS,
        ORDERS,
        "OrderArchived",
        2,
        10,
    ),
    Put(SHOP_EU, function("legacy-translator"), ORDERS_BUS, "AcmeLegacy", "order_update", 1, 3),
    Put(SHOP_EU, CHECKOUT, ORDERS_BUS, ORDERS, "CreateOrder", 1, 4),
    Put(
        SHOP_EU,
        Caller("scheduler-role", "scheduler", "scheduler.amazonaws.com"),
        ORDERS_BUS,
        STOREFRONT,
        "BasketAbandoned",
        4,
    ),
    Put(SHOP_US, function("us-storefront"), US_ORDERS_BUS, STOREFRONT, "CheckoutStarted", 6, 5, daily=True),
    Put(SHOP_EU, ADMIN, CATALOGUE_BUS, CATALOGUE, "PriceChanged", 5, 8, daily=True),
    Put(SHOP_EU, function("price-importer"), CATALOGUE_BUS, CATALOGUE, "PriceChanged", 1, 10),
    Put(SHOP_EU, ADMIN, CATALOGUE_BUS, CATALOGUE, "ProductAdded", 2, 3),
    Put(SHOP_EU, ADMIN, CATALOGUE_BUS, CATALOGUE, "ProductRetired", 1, 1),
    Put(SHOP_EU, ADMIN, CATALOGUE_BUS, CATALOGUE, "CategoryRenamed", 1, 1),
    Put(SHOP_EU, function("image-resizer"), CATALOGUE_BUS, CATALOGUE, "ProductImageUploaded", 2, 2),
    Put(SHOP_EU, MERCHANDISER, CATALOGUE_BUS, CATALOGUE, "price-update", 1, 1),
    Put(SHOP_EU, ACCOUNTS, CUSTOMERS_BUS, CUSTOMERS, "CustomerRegistered", 4, 4, daily=True),
    Put(SHOP_EU, ACCOUNTS, CUSTOMERS_BUS, CUSTOMERS, "CustomerAddressChanged", 2, 2, daily=True),
    Put(SHOP_EU, ACCOUNTS, CUSTOMERS_BUS, CUSTOMERS, "CustomerErased", 1, 1),
    Put(SHOP_EU, ACCOUNTS, CUSTOMERS_BUS, CUSTOMERS, "ConsentWithdrawn", 1, 2),
    # A task of ECS, which CloudTrail knows by its task role.
    Put(
        SHOP_EU,
        Caller("erase-backups-task-role", "0f3a5c7e9b1d4f6080a2c4e6f8a0b2c4"),
        CUSTOMERS_BUS,
        CUSTOMERS,
        "BackupsErased",
        1,
    ),
    # No schema and no pattern names it: only the trace knows.
    Put(SHOP_EU, ACCOUNTS, CUSTOMERS_BUS, CUSTOMERS, "PreferencesUpdated", 2, 1),
    Put(
        SHOP_EU,
        Caller("welcome-journey-role", "welcome-journey", "states.amazonaws.com"),
        CUSTOMERS_BUS,
        CUSTOMERS,
        "LoyaltyPointsEarned",
        2,
        1,
    ),
    Put(SHOP_EU, function("award-points"), CUSTOMERS_BUS, CUSTOMERS, "LoyaltyPointsEarned", 4, 5, daily=True),
)

OPS_PUTS = (
    Put(OPS_EU, GATEWAY, PAYMENTS_BUS, PAYMENTS, "PaymentAuthorised", 10, 10, daily=True, rejected=4),
    Put(OPS_EU, GATEWAY, PAYMENTS_BUS, PAYMENTS, "PaymentCaptured", 9, 10, daily=True),
    Put(
        OPS_EU,
        Caller("payment-retry-role", "payment-retry", "states.amazonaws.com"),
        PAYMENTS_BUS,
        PAYMENTS,
        "PaymentCaptured",
        1,
    ),
    Put(OPS_EU, GATEWAY, PAYMENTS_BUS, PAYMENTS, "PaymentFailed", 3, 1, daily=True),
    # Straight onto another account's bus: the record lies in the caller's account.
    Put(OPS_EU, function("allocate-stock"), HUB, FULFILMENT, "ParcelLost", 1, 1),
    Put(OPS_EU, GATEWAY, PAYMENTS_BUS, PAYMENTS, "RefundIssued", 2, 2),
    Put(OPS_EU, GATEWAY, PAYMENTS_BUS, PAYMENTS, "ChargebackOpened", 1, 1),
    Put(OPS_EU, GATEWAY, MONEY, PAYMENTS, "PayoutSettled", 1, 10),
    Put(OPS_EU, GATEWAY, MONEY, PAYMENTS, "FraudSuspected", 1, 2),
    Put(OPS_EU, function("allocate-stock"), PARCELS_BUS, FULFILMENT, "StockReserved", 10, 10, daily=True),
    Put(OPS_EU, function("allocate-stock"), PARCELS_BUS, FULFILMENT, "PickListCreated", 3, 2, daily=True),
    Put(OPS_EU, TRACKER, PARCELS_BUS, FULFILMENT, "ParcelPacked", 8, 10, daily=True),
    Put(OPS_EU, TRACKER, PARCELS_BUS, FULFILMENT, "ParcelShipped", 8, 10, daily=True),
    Put(OPS_EU, TRACKER, PARCELS_BUS, FULFILMENT, "ParcelDelivered", 7, 10, daily=True),
    Put(OPS_EU, TRACKER, PARCELS_BUS, FULFILMENT, "ParcelLost", 1, 1),
    Put(OPS_EU, TRACKER, PARCELS_BUS, FULFILMENT, "CourierBooked", 3, 3, daily=True),
    Put(OPS_EU, function("stock-count"), PARCELS_BUS, FULFILMENT, "StockAdjusted", 4, 10),
    Put(OPS_US, function("us-warehouse"), US_PARCELS_BUS, FULFILMENT, "StockAdjusted", 2, 5),
    Put(OPS_US, function("us-warehouse"), US_PARCELS_BUS, FULFILMENT, "ParcelShipped", 3, 4, daily=True),
)

CORE_PUTS = (
    Put(CORE_EU, function("email-sender"), MAIL_BUS, MAILS, "EmailSent", 6, 10, daily=True),
    Put(CORE_EU, function("ticket-router"), MAIL_BUS, MAILS, "SendEmail", 2, 2),
    Put(CORE_EU, function("email-sender"), MAIL_BUS, MAILS, "EmailBounced", 1, 3),
    Put(CORE_EU, function("push-sender"), MAIL_BUS, MAILS, "PushSent", 4, 10, daily=True),
    Put(CORE_EU, CI, HUB, "com.acme.platform", "DeploymentFinished", 1, 1),
    Put(CORE_EU, function("review-collector"), ENGAGEMENT, "com.acme.engagement", "ReviewPosted", 2, 3),
    Put(CORE_EU, function("review-collector"), ENGAGEMENT, "com.acme.engagement", "CampaignOpened", 3, 4),
    Put(CORE_US, function("segment-rebuilder"), ANALYTICS_BUS, ANALYTICS, "SegmentRebuilt", 1, 2),
    Put(
        CORE_US,
        Caller("scheduler-role", "scheduler", "scheduler.amazonaws.com"),
        ANALYTICS_BUS,
        ANALYTICS,
        "ForecastCalculated",
        1,
    ),
    # No bus named: the caller's default bus.
    Put(CORE_US, function("report-builder"), None, ANALYTICS, "DailyReportPublished", 1, 1),
)

# Across regions, forwarding is a call of its own; it lies in the account of the rule.
FORWARDED = (
    Put(
        SHOP_EU,
        Caller("forward-events", "to-orders-eu", "events.amazonaws.com"),
        ORDERS_BUS,
        STOREFRONT,
        "CheckoutStarted",
        6,
        5,
        daily=True,
    ),
)

PUTS: tuple[Put, ...] = (*SHOP_PUTS, *OPS_PUTS, *CORE_PUTS, *FORWARDED)
