"""The pages. PAGES is the one list of them: a new page is a file with render(estate, scope), and a row here."""

from collections.abc import Callable
from typing import NamedTuple

from dashboard.flow.model.estate import Estate
from dashboard.pages import (
    ask,
    catalogue,
    coverage,
    domain_map,
    event,
    failing,
    loose_ends,
    producer,
    resource,
    throughput,
    try_event,
    what_if,
)
from dashboard.pages.scope import Scope


class Page(NamedTuple):
    """A page: its path in the URL, its title, its icon (of Streamlit's own font) and what draws it."""

    slug: str
    title: str
    icon: str
    render: Callable[[Estate, Scope], None]


PAGES = (
    Page("ask", "Ask", ":material/search:", ask.render),
    Page("event", "Event type", ":material/bolt:", event.render),
    Page("producer", "Producer", ":material/outbound:", producer.render),
    Page("resource", "Resource", ":material/hub:", resource.render),
    Page("try", "Try an event", ":material/science:", try_event.render),
    Page("what-if", "What if", ":material/alt_route:", what_if.render),
    Page("map", "Map", ":material/map:", domain_map.render),
    Page("catalogue", "Catalogue", ":material/list_alt:", catalogue.render),
    Page("loose-ends", "Loose ends", ":material/link_off:", loose_ends.render),
    Page("failing", "Failing paths", ":material/heart_broken:", failing.render),
    Page("throughput", "Throughput", ":material/monitoring:", throughput.render),
    Page("coverage", "Coverage", ":material/fact_check:", coverage.render),
)
"""The first one is where one lands."""
