"""The Loose ends page: a table a kind, how it is known, and what could not be told."""

from pathlib import Path

from collectors.records import Delivery, Seen, Trace
from tests.pages.conftest import Run
from tests.pages.estate import ACCOUNT, NOW, REGION, SHOP, records
from tests.pages.test_pages import said
from tests.pages.test_sight import trail, write

READ = ("traces", "rules", "subscribers", "schemas", "bus-logs")

ON = trail("main", "all").model_copy(update={"bucket": "trail"})
LOGS = Seen(kind="since", evidence="s3://trail/AWSLogs/")
LOST = Delivery(
    hour=NOW,
    bus_arn=SHOP,
    source="com.shop",
    detail_type="Sold",
    level="INFO",
    received=7,
    unmatched=2,
    first_seen=NOW,
    last_seen=NOW,
    evidence="log-group:shop",
)


def test_each_kind_has_its_table_with_how_it_is_known(store: Path, run_bare: Run) -> None:
    write(store, [*records(), LOST, ON, LOGS], *READ)
    app = run_bare("loose-ends")
    told = said(app)
    assert "2 loose ends of 2 event types." in told
    assert "Sent, and some of it matched no rule (1)" in told
    unseen, unmatched = (frame.value for frame in app.dataframe)
    assert list(unseen["Event type"]) == ["Lost"]
    assert list(unseen["What is loose"]) == [
        f"A schema has it, and nobody was seen to put it from {ACCOUNT} {REGION}."
    ]
    assert list(unmatched["What is loose"]) == ["2 of them matched no rule on shop."]
    assert list(unmatched["How we know"]) == ["Logs of the bus (NO_STANDARD_RULES_MATCHED): log-group:shop"]


def test_what_could_not_be_told_is_said_and_nobody_is_accused(store: Path, run_bare: Run) -> None:
    write(store, [row for row in records() if not isinstance(row, Trace)], *READ)
    app = run_bare("loose-ends")
    told = said(app)
    assert not app.dataframe
    assert "1 event type is in a schema and not seen" in told
    assert "1 event type is consumed, and neither seen nor known to be sent" in told
    assert "nothing follows" in told
    assert "No loose ends" not in told
    assert "Whether events matched no rule is known only of buses that log" in told


def test_filters_hide_rows_and_say_so(store: Path, run_bare: Run) -> None:
    write(store, [*records(), LOST, ON, LOGS], *READ)
    assert "0 of 2 loose ends shown. Filter: domain control." in said(
        run_bare("loose-ends", domain="control")
    )
