"""The sample estate: a retailer, Acme, as data. One file a domain; `docs/sample-estate.md` says what to look for."""

from collections.abc import Iterator
from typing import TypeVar

from collectors.sample.estate import (
    analytics,
    catalogue,
    customers,
    fulfilment,
    hub,
    notifications,
    orders,
    payments,
    places,
)
from collectors.sample.estate.shapes import Domain

T = TypeVar("T")

DOMAINS: tuple[Domain, ...] = (
    orders.DOMAIN,
    payments.DOMAIN,
    fulfilment.DOMAIN,
    catalogue.DOMAIN,
    customers.DOMAIN,
    notifications.DOMAIN,
    analytics.DOMAIN,
    hub.DOMAIN,
)
"""The one list of domains."""


GONE = (places.SHOP_EU.function("refund-calculator-old"),)
"""What is still named somewhere and was deleted."""


def every(kind: type[T], domains: tuple[Domain, ...] = DOMAINS) -> Iterator[tuple[Domain, T]]:
    """Things of one kind with the domain that owns them, in the order written."""
    for domain in domains:
        for thing in domain.of(kind):
            yield domain, thing
