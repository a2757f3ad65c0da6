"""Ranges, comparison and what fails, on pages: an estate whose queue backs up since two hours, with history by the hour."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from collectors.metric_list import METRICS
from collectors.records import Bus, Link, Metric, Record, Resource, Subscription
from dashboard.pages.groups import GROUPS
from tests.pages.conftest import Run, write
from tests.pages.estate import BILL, NOW, arn, records
from tests.pages.estate import rule as shop_rule

QUEUE = arn("sqs", "orders")
RULE = arn("events", "rule/shop/to-orders")
LAYERS = {"recent": (24, 300), "days": (360, 3600), "months": (2160, 21_600)}


def series(on: str, namespace: str, metric: str, statistic: str, before: float, now: float) -> list[Metric]:
    """A series that was `before` a window and is `now` since two hours, in all layers."""
    found = []
    for layer, (hours, period) in LAYERS.items():
        count = hours * 3600 // period
        times = [NOW - timedelta(seconds=period * back) for back in range(count, 0, -1)]
        values = [now if NOW - at <= timedelta(hours=2) else before for at in times]
        scale = period / 300 if statistic == "Sum" else 1
        found.append(
            Metric.model_validate(
                {
                    "arn": on,
                    "namespace": namespace,
                    "metric": metric,
                    "statistic": statistic,
                    "layer": layer,
                    "period_seconds": period,
                    "start": times[0],
                    "end": NOW,
                    "times": times,
                    "values": [value * scale for value in values],
                }
            )
        )
    return found


def failing_estate() -> list[Record]:
    sold: dict[str, object] = {"source": ["com.shop"], "detail-type": ["Sold"]}
    return [
        *records(),
        shop_rule("to-orders", QUEUE, sold),
        Resource(arn=QUEUE, kind="queue", name="orders"),
        Link(kind="event-source-mapping", from_arn=QUEUE, to_arn=BILL, active=False, state="Disabled"),
        *series(RULE, "AWS/Events", "MatchedEvents", "Sum", 10, 10),
        *series(RULE, "AWS/Events", "Invocations", "Sum", 10, 10),
        *series(QUEUE, "AWS/SQS", "NumberOfMessagesSent", "Sum", 10, 10),
        *series(QUEUE, "AWS/SQS", "NumberOfMessagesReceived", "Sum", 10, 0),
        *series(QUEUE, "AWS/SQS", "ApproximateNumberOfMessagesVisible", "Maximum", 1, 240),
        *series(QUEUE, "AWS/SQS", "ApproximateAgeOfOldestMessage", "Maximum", 4, 7200),
    ]


@pytest.fixture(scope="module")
def _failing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    store = tmp_path_factory.mktemp("failing") / "store"
    write(store, failing_estate())
    return store


@pytest.fixture
def run_failing(store: Path, _failing: Path, run_bare: Run) -> Run:
    import shutil  # noqa: PLC0415 - of this fixture only

    shutil.copytree(_failing, store)
    return run_bare


def said(app: AppTest) -> str:
    assert not app.exception
    return "\n".join(str(element.value) for element in [*app.title, *app.header, *app.text])


def table(app: AppTest, column: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = next(
        frame.value for frame in app.dataframe if column in frame.value.columns
    ).to_dict("records")
    return found


@pytest.mark.parametrize(
    ("name", "window", "resolution"),
    [
        ("1h", "Last hour", "5 minutes"),
        ("12h", "Last 12 hours", "5 minutes"),
        ("3d", "Last 3 days", "hour"),
        ("14d", "Last 14 days", "hour"),
        ("30d", "Last 30 days", "6 hours"),
        ("90d", "Last 90 days", "6 hours"),
    ],
)
def test_each_range_says_its_source_its_window_and_its_resolution(
    run_failing: Run, name: str, window: str, resolution: str
) -> None:
    told = said(run_failing("throughput", show="Rules", range=name, sel=RULE))
    assert (
        f"CloudWatch MatchedEvents (sum), Invocations (sum). {window} of the snapshot, to 25 Nov 12:00 UTC, "
        f"one point each {resolution}"
    ) in told


def test_a_range_is_compared_with_the_same_hours_before(run_failing: Run) -> None:
    told = said(run_failing("throughput", show="Queues", range="24h", compare="last week", sel=QUEUE))
    coarse = "Grey, dotted: the same hours last week: known only from points of an hour"
    assert f"{coarse}, each spread evenly over its time." in told
    assert f"{coarse}, each the highest of all its time." in told
    told = said(run_failing("throughput", show="Queues", range="90d", compare="last week", sel=QUEUE))
    assert "The same hours last week were not collected." in told


def test_series_that_reach_back_differently_share_one_length_of_windows(store: Path, run_bare: Run) -> None:
    sold: dict[str, object] = {"source": ["com.shop"], "detail-type": ["Sold"]}
    new = RULE.replace("to-orders", "new")
    write(
        store,
        [
            *records(),
            shop_rule("to-orders", QUEUE, sold),
            shop_rule("new", QUEUE, sold),
            *series(RULE, "AWS/Events", "MatchedEvents", "Sum", 10, 10),
            *(
                one
                for one in series(new, "AWS/Events", "MatchedEvents", "Sum", 10, 10)
                if one.layer == "recent"
            ),
        ],
    )
    app = run_bare("throughput", show="Rules", range="30d")
    told = said(app)
    assert "one point each 6 hours; a gap is a window without a point." in told
    assert "What was collected of 2 of 3 series begins 24 Nov 12:00 UTC." in told
    drawn = json.loads(app.get("plotly_chart")[0].proto.spec)["data"]
    highest = {one["name"]: max(one["y"]) for one in drawn if one["y"]}
    assert (highest["to-orders"], highest["new"]) == (720, 720)


def test_a_consumer_whose_rule_loses_its_events_is_failing_though_it_is_not_active(
    store: Path, run_bare: Run
) -> None:
    sold: dict[str, object] = {"source": ["com.shop"], "detail-type": ["Sold"]}
    ended = Resource(arn=QUEUE.replace("sqs", "states"), kind="state-machine", name="ended", state="DELETING")
    lost = [series(RULE, "AWS/Events", name, "Sum", 0, 10) for name in ("MatchedEvents", "FailedInvocations")]
    write(store, [*records(), shop_rule("to-orders", ended.arn, sold), ended, *lost[0], *lost[1]])
    app = run_bare("event", source="com.shop", type="Sold")
    (row,) = (one for one in table(app, "Consumer") if one["Consumer"] == "ended")
    assert row["Health"] == "✖ failing"
    assert "Rule to-orders lost" in str(row["Remark"])
    assert re.search(r"\d rules? on the way (is|are) failing\.", said(app))


def test_a_chart_in_long_windows_says_what_it_cannot_show_yet(store: Path, run_bare: Run) -> None:
    later = NOW + timedelta(hours=2)
    rows = [
        row.model_copy(
            update={
                "end": later,
                "times": (*row.times, later - timedelta(minutes=5)),
                "values": (*row.values, 9),
            }
        )
        if row.layer == "recent"
        else row
        for row in series(RULE, "AWS/Events", "MatchedEvents", "Sum", 10, 10)
    ]
    sold: dict[str, object] = {"source": ["com.shop"], "detail-type": ["Sold"]}
    write(store, [*records(), shop_rule("to-orders", QUEUE, sold), *rows])
    note = "What came after, to 25 Nov 14:00 UTC, fills no window yet: a shorter range shows it."
    assert note in said(run_bare("throughput", show="Rules", range="30d", sel=RULE))
    assert note not in said(run_bare("throughput", show="Rules", range="7d", sel=RULE))


def test_every_metric_that_is_read_and_paid_for_is_drawn_beside_those_of_its_kind() -> None:
    drawn = [metric for group in GROUPS for metric in group.metrics]
    assert sorted(drawn) == sorted({row.metric for row in METRICS})
    for group in GROUPS:
        kinds: dict[str, set[str]] = {}
        for row in METRICS:
            if row.metric in group.metrics:
                kinds.setdefault(row.namespace, set()).add(row.statistic)
        assert all(len(statistics) == 1 for statistics in kinds.values()), group.title


def test_a_schedule_is_drawn_by_its_group(store: Path, run_bare: Run) -> None:
    nightly, group = arn("scheduler", "schedule/jobs/nightly"), arn("scheduler", "schedule-group/jobs")
    row = Resource(arn=nightly, kind="schedule", name="nightly")
    counted = series(group, "AWS/Scheduler", "InvocationAttemptCount", "Sum", 1, 1)
    write(store, [*records(), row, *counted])
    told = said(run_bare("resource", of=nightly))
    assert "CloudWatch counts no single schedule: these are of all of the group" in told
    assert "CloudWatch InvocationAttemptCount (sum). Last 24 hours" in told


def test_junk_in_the_range_and_the_comparison_is_dropped_with_a_note(run_failing: Run) -> None:
    app = run_failing(
        "event", source="com.shop", type="Sold", view="Throughput", range="25h", compare="tomorrow"
    )
    told = said(app)
    assert "range “25h” in the link is not known here" in told
    assert "compare “tomorrow” in the link is not known here" in told
    assert "Last 24 hours" in told


def test_what_fails_is_told_worst_first_with_its_beginning_and_its_cause(run_failing: Run) -> None:
    app = run_failing("failing")
    (row,) = table(app, "Broken at")
    assert (row["What"], row["Broken at"], row["Waiting"]) == ("orders", "read", 240)
    assert row["Since, UTC"] == "2026-11-25 10:00"
    told = said(app)
    assert "Queue orders holds 240 messages, the oldest for 2 hours, since 10:00 UTC." in told
    assert "Its only reader, bill, is switched off." in told
    assert "bus shop → rule to-orders → queue orders → function bill" in told
    assert "1 fault found." in told


def test_the_stages_of_a_failing_path_stand_beside_what_is_usual(run_failing: Run) -> None:
    stages = {(row["Of"], row["Stage"]): row for row in table(run_failing("failing"), "Stage")}
    assert stages["rule to-orders", "matched"]["Last 3 h"] == 360
    read = stages["queue orders", "read"]
    assert (read["Last 3 h"], read["Usual"]) == (pytest.approx(120), pytest.approx(360))


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ("", "found."),
        (" in selling", "touches domain selling."),
        (" in control", "Nothing is seen to fail in domain control."),
    ],
)
def test_what_fails_in_a_domain_is_counted_once(run_failing: Run, asked: str, says: str) -> None:
    told = said(run_failing("ask", q=f"what is failing{asked}?"))
    assert says in told
    assert len(re.findall("faults? (?:found|touch)|seen to fail", told)) == 1
    assert "things have metrics" in told


def test_the_overview_draws_what_each_kind_counts(store: Path, run_bare: Run) -> None:
    """An estate of new buses, topics and pipes: nothing of it has the metrics of rules and functions."""
    bus, sub = arn("events", "event-busv2/fresh/abc1"), arn("events", "subscriber/s/x1")
    news, tube = arn("sns", "news"), arn("pipes", "pipe/p")
    rows: list[Record] = [
        Bus(arn=bus, name="fresh", kind="new"),
        Subscription(arn=sub, name="s", bus_arn=bus, kind="subscriber", state="RUNNING", target_arn=QUEUE),
        *(
            Resource(arn=one, kind=kind, name=kind)
            for one, kind in ((QUEUE, "queue"), (news, "topic"), (tube, "pipe"))
        ),
        *series(sub, "AWS/EventsV2", "FilterMatched", "Sum", 10, 10),
        *series(news, "AWS/SNS", "NumberOfMessagesPublished", "Sum", 10, 10),
        *series(tube, "AWS/EventBridge/Pipes", "EventCount", "Sum", 10, 10),
        *series(tube, "AWS/EventBridge/Pipes", "Invocations", "Sum", 10, 10),
    ]
    write(store, rows)
    assert "CloudWatch FilterMatched (sum). Last" in said(run_bare("throughput", show="Rules"))
    told = said(run_bare("throughput", show="Consumers"))
    assert "NumberOfMessagesPublished (sum)" in told
    assert "No such metrics" not in told


def test_the_table_says_of_how_many_the_metrics_end_earlier(store: Path, run_bare: Run) -> None:
    far = arn("sqs", "far")
    old = [
        row.model_copy(
            update={
                "start": row.start - timedelta(days=4),
                "end": row.end - timedelta(days=4),
                "times": tuple(at - timedelta(days=4) for at in row.times),
            }
        )
        for row in series(far, "AWS/SQS", "NumberOfMessagesSent", "Sum", 10, 10)
    ]
    write(store, [*failing_estate(), Resource(arn=far, kind="queue", name="far"), *old])
    told = said(run_bare("throughput", show="Queues"))
    assert "; of 1 of them the metrics end earlier, as Says tells; backlog" in told
    assert "(1 of them end earlier: how they do since is not known)" in said(run_bare("failing"))


def test_filters_narrow_what_fails_and_a_link_that_selects_nothing_says_so(run_failing: Run) -> None:
    app = run_failing("failing", domain="control", sel="arn:nothing")
    told = said(app)
    assert "0 of 1 faults shown. Filter: domain control." in told
    assert "What the link selects is not among what fails here" in told


def test_an_estate_without_trouble_says_so_and_how_many_it_judged(run: Run) -> None:
    told = said(run("failing"))
    assert "Nothing is seen to fail. 1 thing has metrics" in told
    assert "3 have none and are not judged" in told
