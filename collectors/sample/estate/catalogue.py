"""Catalogue: account 222222222222 in eu-west-1, the bus `catalogue`, and S3's events on the default bus."""

from collectors.sample.estate.places import (
    CORE_US,
    SHOP_EU,
    event,
    queue_with_dlq,
    to_bus,
    with_dlq,
    worked_queue,
)
from collectors.sample.estate.shapes import (
    Bucket,
    Bus,
    DeliveryStream,
    Domain,
    Function,
    Pipe,
    Queue,
    Rule,
    Target,
    Topic,
    TopicSubscription,
)

EU = SHOP_EU
CATALOGUE = "com.acme.catalogue"
DLQ = "catalogue-undelivered"

PRICES = (
    Rule(
        EU,
        "catalogue",
        "price-cache",
        event(CATALOGUE, "PriceChanged"),
        (Target(EU.function("price-cache-refresher")),),
        description="No dead-letter queue",
    ),
    Rule(
        EU,
        "catalogue",
        "price-drops",
        event(CATALOGUE, "PriceChanged", changePercent=[{"numeric": ["<", -10]}]),
        (with_dlq(EU.topic("price-drops"), EU, DLQ),),
    ),
    Rule(
        EU,
        "catalogue",
        "price-history",
        {"detail-type": [{"prefix": "Price"}]},
        (with_dlq(EU.queue("price-history"), EU, DLQ),),
        description="No source",
    ),
    Rule(
        EU,
        "catalogue",
        "to-analytics",
        event(CATALOGUE, "PriceChanged"),
        (to_bus(CORE_US.bus("analytics"), EU),),
        description="To another account and another region",
    ),
    Rule(
        EU,
        "catalogue",
        "price-import",
        event(CATALOGUE, "price-update"),
        (with_dlq(EU.function("price-importer"), EU, DLQ),),
        description="An event named as a command, in another case",
    ),
    Topic(EU, "price-drops"),
    TopicSubscription(
        EU.topic("price-drops"),
        "sqs",
        EU.queue("price-drop-mails"),
        policy={"detail": {"category": [{"anything-but": ["clearance"]}]}},
        scope="MessageBody",
    ),
    *worked_queue(EU, "price-drop-mails", "price-drop-mailer"),
    Function(EU, "price-drop-mailer"),
    Function(EU, "price-cache-refresher"),
    Function(EU, "price-importer", puts=("catalogue",)),
    *queue_with_dlq(EU, "price-history"),
    Pipe(
        EU,
        "price-history",
        source=EU.queue("price-history"),
        target=EU.delivery_stream("price-history"),
    ),
    DeliveryStream(EU, "price-history", bucket="acme-price-history"),
    Bucket(EU, "acme-price-history"),
)

PRODUCTS = (
    Rule(
        EU,
        "catalogue",
        "search-index",
        event(CATALOGUE, "ProductAdded", "ProductRetired"),
        (with_dlq(EU.queue("search-index"), EU, DLQ),),
    ),
    Rule(
        EU,
        "catalogue",
        "tag-images",
        event(CATALOGUE, "ProductImageUploaded", bytes=[{"numeric": [">", 0, "<=", 5242880]}]),
        (with_dlq(EU.function("image-tagger"), EU, DLQ),),
        granted=False,
        description="The function's policy does not let it in",
    ),
    Rule(
        EU,
        "default",
        "s3-image-uploaded",
        event("aws.s3", "Object Created", bucket={"name": ["acme-product-images"]}),
        (with_dlq(EU.function("image-resizer"), EU, DLQ),),
        description="S3's own event, on the default bus",
    ),
    *worked_queue(EU, "search-index", "search-indexer"),
    Function(EU, "search-indexer"),
    Function(EU, "image-tagger"),
    Function(EU, "image-resizer", puts=("catalogue",)),
    Bucket(EU, "acme-product-images", notifies=True),
    # An old import that was stopped and left.
    *queue_with_dlq(EU, "supplier-feed"),
    Pipe(
        EU,
        "supplier-feed",
        source=EU.queue("supplier-feed"),
        target=EU.bus("catalogue"),
        puts=(CATALOGUE, "ProductAdded"),
        running=False,
    ),
)

REVIEWS = (
    *worked_queue(EU, "review-ratings", "rating-updater"),
    Function(EU, "rating-updater"),
)

DOMAIN = Domain(
    "catalogue",
    owner="lucas.moreau@acme.example",
    team="assortment",
    things=(
        Bus(EU, "catalogue", log_level="INFO"),
        Queue(EU, DLQ, fed_by=("events.amazonaws.com",)),
        *PRICES,
        *PRODUCTS,
        *REVIEWS,
        Function(EU, "product-admin", puts=("catalogue",)),
    ),
)
