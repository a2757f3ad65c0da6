"""Fills the local AWS with the sample estate and its last day, or with a generated one."""

from datetime import UTC, datetime
from functools import partial

from collectors.sample import generate
from collectors.sample.estate import DOMAINS, GONE, bus_logs, make_history, make_schemas
from collectors.sample.estate.calls import Made
from collectors.sample.estate.events import EVENT_TYPES
from collectors.sample.estate.places import ACCOUNTS, CORE_EU, PLACES, REGIONS, ROLE, SHOP_US
from collectors.sample.loader import Clients, Loader, make_things


def environment() -> dict[str, str]:
    """What a plain `python -m collectors` needs to know to collect the whole estate."""
    return {
        "HEADWATER_ACCOUNTS": ",".join(ACCOUNTS),
        "HEADWATER_REGIONS": ",".join(REGIONS),
        "HEADWATER_ROLE": ROLE,
        "HEADWATER_PERMITTED": "true",
    }


def load(endpoint_url: str, size: str | int = "small", faults: int | None = None) -> None:
    """Fill the local AWS at this address.

    `small` is the sample estate; a number is a generated one of that many rules, with faults where a seed for them is
    given. Raises botocore's ClientError when the server refuses a thing: the estate is then half made, and a fresh
    server is the way out.
    """
    if size == "small":
        load_sample(endpoint_url)
    else:
        generate.through_api(endpoint_url, rules=int(size), faults=faults)


def load_sample(endpoint_url: str) -> None:
    """Fill the local AWS with the sample estate and its last day."""
    loader, now = Loader(Clients(endpoint_url), Made(GONE), DOMAINS), datetime.now(UTC)
    make_things(loader, PLACES, EVENT_TYPES, beside=((make_history.make_metrics, endpoint_url),))
    for place in PLACES:
        make_schemas.make_discoverers(loader.clients.of(place), place)
    core = loader.clients.of(CORE_EU)
    make_history.make_trail(core)
    make_history.make_quiet_trail(loader.clients.of(SHOP_US))
    make_history.make_log_files(core, loader.made, now)
    make_history.make_athena(core, now)
    bus_logs.make_bus_logs(loader.clients.of, loader.made, now, partial(make_history.control, endpoint_url))
    make_history.make_changes(endpoint_url, now)
    make_history.make_denials(endpoint_url)
