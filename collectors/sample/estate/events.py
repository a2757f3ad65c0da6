"""The event types of Acme, and the versions of their schemas, oldest first.

The field language: "string", "number", "integer", "boolean", "null-string" (a string or null), "a|b" (one of these
words); {…} an object; […] a list of one shape; a name that ends in ? need not be there.
"""

from collectors.sample.estate.places import CORE_EU, CORE_US, OPS_EU, OPS_US, SHOP_EU, SHOP_US
from collectors.sample.estate.shapes import EventType

ORDERS, STOREFRONT = "com.acme.orders", "com.acme.storefront"
PAYMENTS, FULFILMENT = "com.acme.payments", "com.acme.fulfilment"
CATALOGUE, CUSTOMERS = "com.acme.catalogue", "com.acme.customers"
NOTIFICATIONS, ENGAGEMENT = "com.acme.notifications", "com.acme.engagement"
ANALYTICS, PLATFORM = "com.acme.analytics", "com.acme.platform"
CONTRACTS, AWS = "acme-contracts", "aws.events"

_LINES = [{"sku": "string", "quantity": "integer", "price": "number"}]
_PLACED_1 = {"orderId": "string", "customerId": "string", "total": "number", "lines": _LINES}
_PLACED_2 = _PLACED_1 | {"channel": "web|app|store"}
_PLACED_3 = _PLACED_2 | {"metadata": {"correlationId": "string"}, "voucher?": "string"}
_PRICE_1 = {"sku": "string", "price": "number", "currency": "string"}
_PRICE_2 = _PRICE_1 | {"changePercent": "number", "category": "string"}
# The breaking change: a number became a text, and a required field went away.
_PRICE_3 = {"sku": "string", "price": "string", "changePercent": "number", "category": "string"}
_PARCEL = {"parcelId": "string", "orderId": "string", "carrier": "dhl|ups|gls"}
_TICKET = {"ticket": {"id": "integer", "subject": "string"}, "comment": {"body": "string"}}

OF_ORDERS = (
    EventType(SHOP_EU, ORDERS, "OrderPlaced", (_PLACED_1, _PLACED_2, _PLACED_3)),
    EventType(
        SHOP_EU,
        ORDERS,
        "OrderConfirmed",
        (
            {"orderId": "string", "total": "number"},
            {"orderId": "string", "total": "number", "giftMessage?": "string"},
        ),
    ),
    EventType(
        SHOP_EU,
        ORDERS,
        "OrderCancelled",
        ({"orderId": "string", "reason": "customer|payment|out-of-stock"},),
    ),
    EventType(
        SHOP_EU, ORDERS, "OrderAmended", ({"orderId": "string", "channel": "web|app|store", "lines": _LINES},)
    ),
    EventType(
        SHOP_EU, ORDERS, "OrderReturned", ({"orderId": "string", "value": "number", "reason": "string"},)
    ),
    EventType(SHOP_EU, ORDERS, "OrderArchived", ({"orderId": "string", "archivedAt": "string"},)),
    EventType(SHOP_EU, ORDERS, "CreateOrder", ({"basketId": "string", "customerId": "string"},)),
    EventType(SHOP_EU, "AcmeLegacy", "order_update", ({"ORDER_NO": "string", "STATUS": "string"},)),
    EventType(SHOP_US, STOREFRONT, "CheckoutStarted", ({"basketId": "string", "state": "string"},)),
    EventType(SHOP_US, STOREFRONT, "BasketAbandoned", ({"basketId": "string", "customerId?": "string"},)),
)

OF_PAYMENTS = (
    EventType(
        OPS_EU,
        PAYMENTS,
        "PaymentAuthorised",
        (
            {"paymentId": "string", "orderId": "string", "amount": "number"},
            {"paymentId": "string", "orderId": "string", "amount": "number", "livemode": "boolean"},
        ),
    ),
    EventType(
        OPS_EU,
        PAYMENTS,
        "PaymentCaptured",
        (
            {
                "paymentId": "string",
                "amount": "number",
                "method": "card|invoice|wallet",
                "currency": "string",
                "livemode": "boolean",
            },
        ),
    ),
    EventType(
        OPS_EU, PAYMENTS, "PaymentFailed", ({"paymentId": "string", "code": "string", "livemode": "boolean"},)
    ),
    EventType(
        OPS_EU,
        PAYMENTS,
        "RefundIssued",
        ({"paymentId": "string", "amount": "number", "livemode": "boolean"},),
    ),
    EventType(OPS_EU, PAYMENTS, "ChargebackOpened", ({"paymentId": "string", "amount": "number"},)),
    EventType(OPS_EU, PAYMENTS, "PayoutSettled", ({"payoutId": "string", "amount": "number"},)),
    EventType(OPS_EU, PAYMENTS, "FraudSuspected", ({"paymentId": "string", "score": "integer"},)),
)

OF_FULFILMENT = (
    EventType(OPS_EU, FULFILMENT, "ParcelPacked", (_PARCEL | {"scanner": {"ip": "string"}},)),
    EventType(OPS_EU, FULFILMENT, "ParcelShipped", (_PARCEL, _PARCEL | {"trackingUrl?": "string"})),
    EventType(OPS_EU, FULFILMENT, "ParcelDelivered", (_PARCEL | {"signedBy?": "string"},)),
    EventType(OPS_EU, FULFILMENT, "ParcelLost", (_PARCEL | {"lastSeen": "string"},)),
    EventType(
        OPS_EU,
        FULFILMENT,
        "StockReserved",
        ({"sku": "string", "warehouse": "BER-1|BER-2|LYS-1", "quantity": "integer"},),
    ),
    EventType(
        OPS_EU,
        FULFILMENT,
        "StockAdjusted",
        (
            {"sku": "string", "warehouse": "string", "onHand": "integer"},
            {"sku": "string", "warehouse": "string", "onHand": "integer", "countedBy?": "string"},
        ),
    ),
    EventType(OPS_US, FULFILMENT, "StockAdjusted", ({"sku": "string", "onHand": "integer"},)),
    EventType(OPS_US, FULFILMENT, "ParcelShipped", (_PARCEL,)),
    EventType(OPS_EU, FULFILMENT, "PickListCreated", ({"pickListId": "string", "orders": ["string"]},)),
    EventType(OPS_EU, FULFILMENT, "CourierBooked", ({"parcelId": "string", "carrier": "string"},)),
    EventType(OPS_EU, "aws.ecs", "ECS Task State Change", ({"lastStatus": "string"},), registry=AWS),
)

OF_CATALOGUE = (
    EventType(SHOP_EU, CATALOGUE, "ProductAdded", ({"sku": "string", "title": "string"},)),
    EventType(SHOP_EU, CATALOGUE, "ProductRetired", ({"sku": "string"},)),
    EventType(SHOP_EU, CATALOGUE, "PriceChanged", (_PRICE_1, _PRICE_2, _PRICE_3)),
    EventType(SHOP_EU, CATALOGUE, "ProductImageUploaded", ({"sku": "string", "bytes": "integer"},)),
    EventType(SHOP_EU, CATALOGUE, "CategoryRenamed", ({"category": "string", "name": "string"},)),
    EventType(SHOP_EU, CATALOGUE, "price-update", ({"sku": "string", "price": "number"},)),
    EventType(
        SHOP_EU,
        "aws.s3",
        "Object Created",
        ({"bucket": {"name": "string"}, "object": {"key": "string", "size": "integer"}},),
        registry=AWS,
    ),
)

OF_CUSTOMERS = (
    EventType(
        SHOP_EU,
        CUSTOMERS,
        "CustomerRegistered",
        ({"customerId": "string"}, {"customerId": "string", "referrer?": "string"}),
    ),
    EventType(
        SHOP_EU,
        CUSTOMERS,
        "CustomerAddressChanged",
        ({"customerId": "string", "address": {"city": "string", "postcode": "string"}},),
    ),
    EventType(SHOP_EU, CUSTOMERS, "CustomerErased", ({"customerId": "string"},)),
    EventType(SHOP_EU, CUSTOMERS, "LoyaltyPointsEarned", ({"customerId": "string", "points": "integer"},)),
    EventType(SHOP_EU, CUSTOMERS, "ConsentWithdrawn", ({"customerId": "string", "channel": "null-string"},)),
)

OF_THE_CORE = (
    EventType(CORE_EU, NOTIFICATIONS, "SendEmail", ({"to": "string", "template": "string"},)),
    EventType(CORE_EU, NOTIFICATIONS, "EmailSent", ({"customerId": "string", "template": "string"},)),
    EventType(
        CORE_EU,
        NOTIFICATIONS,
        "EmailBounced",
        ({"customerId": "string", "bounce": {"type": "Permanent|Transient"}},),
    ),
    EventType(CORE_EU, NOTIFICATIONS, "PushSent", ({"customerId": "string"},)),
    EventType(CORE_EU, ENGAGEMENT, "ReviewPosted", ({"sku": "string", "stars": "integer"},)),
    EventType(CORE_EU, ENGAGEMENT, "CampaignOpened", ({"campaign": "string", "customerId": "string"},)),
    EventType(CORE_EU, PLATFORM, "DeploymentFinished", ({"service": "string", "version": "string"},)),
    EventType(CORE_EU, "aws.partner/zendesk.com/acme/support", "Support Ticket: Comment Created", (_TICKET,)),
    EventType(CORE_US, ANALYTICS, "ForecastCalculated", ({"sku": "string", "expected": "number"},)),
    EventType(CORE_US, ANALYTICS, "SegmentRebuilt", ({"segment": "string", "size": "integer"},)),
)

# What teams promised each other by hand, as JSON Schema; not every promise is up to date.
CONTRACT_SHAPES = (
    ("OrderPlaced", ORDERS, (_PLACED_2, _PLACED_3)),
    ("OrderConfirmed", ORDERS, ({"orderId": "string", "total": "number"},)),
    ("OrderCancelled", ORDERS, ({"orderId": "string", "reason": "string"},)),
    ("PaymentCaptured", PAYMENTS, ({"paymentId": "string", "amount": "number"},)),
    ("PaymentFailed", PAYMENTS, ({"paymentId": "string", "code": "string"},)),
    ("ParcelShipped", FULFILMENT, (_PARCEL,)),
    ("ParcelDelivered", FULFILMENT, (_PARCEL,)),
    ("PriceChanged", CATALOGUE, (_PRICE_1, _PRICE_2)),
    ("CustomerRegistered", CUSTOMERS, ({"customerId": "string"},)),
    ("DailyReportPublished", ANALYTICS, ({"report": "string", "pages": "integer"},)),
    ("GiftCardRedeemed", "com.acme.giftcards", ({"cardId": "string", "amount": "number"},)),
)
OF_CONTRACTS = tuple(
    EventType(CORE_EU, source, detail_type, versions, registry=CONTRACTS, kind="JSONSchemaDraft4")
    for detail_type, source, versions in CONTRACT_SHAPES
)

EVENT_TYPES: tuple[EventType, ...] = (
    *OF_ORDERS,
    *OF_PAYMENTS,
    *OF_FULFILMENT,
    *OF_CATALOGUE,
    *OF_CUSTOMERS,
    *OF_THE_CORE,
    *OF_CONTRACTS,
)
"""Every schema of the estate."""

# Buses whose discoverer is on: a schema found there is an event of that bus.
DISCOVERED = ((SHOP_US, "orders"), (CORE_US, "analytics"))
