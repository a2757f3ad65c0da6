"""python -m dashboard as other programs use it: keys, exit codes, one document on stdout."""

import csv
import io
import json
import os
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from collectors.records import Bus, Delivery, Metric, Resource, Tag
from dashboard.__main__ import main
from tests.commanding import Done, called
from tests.flow.building import (
    COLLECTORS,
    NOW,
    SOURCE,
    TYPE,
    arn,
    bus,
    estate_of,
    function,
    gap,
    link,
    queue,
    rule,
)
from tests.flow.test_consumers import schema
from tests.flow.test_producers import trace

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs" / "cli.md"
BUS, BILL = bus(), function()


def waiting() -> list[Metric]:
    """A rule that matches, and a queue whose oldest message waits for an hour, over a day and over fifteen."""
    ages = ((timedelta(hours=24), 300, "recent"), (timedelta(days=15), 3600, "days"))
    of = (
        (queue().arn, "AWS/SQS", "ApproximateAgeOfOldestMessage", "Maximum"),
        (arn("events", "rule/orders/open"), "AWS/Events", "MatchedEvents", "Sum"),
    )
    return [
        Metric(
            arn=one,
            namespace=namespace,
            metric=metric,
            statistic=statistic,
            layer=layer,
            period_seconds=period,
            start=NOW - length,
            end=NOW,
            times=(NOW - timedelta(hours=2), NOW - timedelta(hours=1)),
            values=(1.0, 3600.0),
        )
        for length, period, layer in ages
        for one, namespace, metric, statistic in of
    ]


def delivered() -> list[Delivery]:
    """An hour of the bus's log: what it took in, and what became of it at one target."""
    hour = NOW - timedelta(hours=1)
    common: dict[str, Any] = {
        "hour": hour,
        "bus_arn": BUS.arn,
        "source": SOURCE,
        "detail_type": TYPE,
        "level": "INFO",
    }
    common |= {
        "first_seen": hour,
        "last_seen": hour,
        "evidence": "s3://logs/",
    }
    at_target = {
        "rule_arn": arn("events", "rule/orders/r"),
        "target_arn": queue().arn,
        "codes": ("NO_PERMISSIONS 403",),
    }
    return [
        Delivery(**common, received=9, rejected=0, unmatched=0),
        Delivery(
            **common,
            **at_target,
            code_counts=(2,),
            attempts=10,
            succeeded=8,
            failed=1,
            dead_lettered=1,
            retried=1,
            throttled=0,
        ),
    ]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store whose answers have a row of everything."""
    folder = tmp_path_factory.mktemp("store")
    records = [
        *(
            BUS,
            queue(),
            BILL,
            function("=HYPERLINK(1)"),
            trace(),
            bus("yonder"),
            trace(bus("yonder"), source="com.acme.yonder"),
        ),
        rule(BUS, "r", queue().arn),
        link("event-source-mapping", queue(), BILL),
        rule(BUS, "open", function("=HYPERLINK(1)").arn, f'{{"source": ["{SOURCE}"]}}'),
        rule(BUS, "bad", BILL.arn, "{"),
        rule(BUS, "never", BILL.arn, f'{{"source": ["{SOURCE}"], "detail": {{"sum": [1]}}}}'),
        schema({"total": {"type": "number"}}),
        Resource(arn=arn("events", "archive/orders"), kind="archive", name="orders"),
        link("archive", BUS, arn("events", "archive/orders")),
        *waiting(),
        *delivered(),
    ]
    read = (*COLLECTORS, "bus-logs")
    estate_of(
        folder,
        records,
        read=read,
        gaps={("111111111111", "eu-west-1", "rules"): [gap(subject=arn("events", "rule/orders/x"))]},
    )
    return folder


def run(*words: str, stdin: str = "", store: Path | None = None) -> Done:
    where = ["--store", str(store)] if store else []
    return called(main, *words, *where, stdin=stdin)


def document(store: Path, *words: str, stdin: str = "") -> dict[str, Any]:
    done = run(*words, "--format", "json", stdin=stdin, store=store)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


EVENT = json.dumps({"source": SOURCE, "detail-type": TYPE, "detail": {"total": 1}})


def examples() -> dict[str, dict[str, Any]]:
    """The example documents of docs/cli.md by command."""
    found = re.findall(
        r"^## (?:`python -m dashboard )?([\w-]+).*?```json\n(.*?)```",
        DOCS.read_text(),
        re.DOTALL | re.MULTILINE,
    )
    return {name: json.loads(text) for name, text in found}


def keys(value: Any) -> Any:
    """The keys of a document, all the way down; a list by its first item."""
    if isinstance(value, dict):
        return {key: keys(item) for key, item in value.items()}
    return [keys(value[0])] if isinstance(value, list) and value and isinstance(value[0], dict) else None


COMMANDS = [
    ("consumers", (SOURCE, TYPE), ""),
    ("producers", (SOURCE, TYPE), ""),
    ("events", (), ""),
    ("loose-ends", (), ""),
    ("resource", ("bill",), ""),
    ("path", (f"{SOURCE}/{TYPE}", "bill"), ""),
    ("reads", (SOURCE, TYPE), ""),
    ("explain", (), EVENT),
    ("health", (), ""),
    ("throughput", (SOURCE, TYPE, "--range", "3h"), ""),
]


@pytest.mark.parametrize(("command", "words", "stdin"), COMMANDS)
def test_the_documented_keys_are_the_real_ones(
    store: Path, command: str, words: tuple[str, ...], stdin: str
) -> None:
    assert keys(examples()[command]) == keys(document(store, command, *words, stdin=stdin))


def test_consumers_of_a_known_type(store: Path) -> None:
    done = run("consumers", SOURCE, TYPE, "--format", "json", store=store)
    found = json.loads(done.stdout)
    names = {row["name"] for row in found["consumers"]}
    assert (done.returncode, names, found["complete"]) == (0, {"bill", "=HYPERLINK(1)"}, False)
    assert found["gaps"][0]["at"] == NOW.isoformat().replace("+00:00", "Z")


def test_a_type_that_nothing_knows_exits_4_and_the_document_still_says_who_would_get_it(store: Path) -> None:
    done = run("consumers", SOURCE, "OrderPlacde", "--format", "json", store=store)
    found = json.loads(done.stdout)
    assert (done.returncode, found["known"]) == (4, False)
    assert "=HYPERLINK(1)" in {row["name"] for row in found["consumers"]}
    assert TYPE in done.stderr


def test_the_module_run_as_a_process_of_its_own_answers_the_same(store: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HEADWATER_")}
    done = subprocess.run(
        [sys.executable, "-m", "dashboard", "consumers", SOURCE, "OrderPlacde", "--format", "json"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=environment | {"HEADWATER_STORE": str(store)},
        check=False,
        timeout=60,
    )
    here = run("consumers", SOURCE, "OrderPlacde", "--format", "json", store=store)
    assert (done.returncode, done.stdout) == (here.returncode, here.stdout) == (4, here.stdout)


@pytest.mark.parametrize("command", ["producers", "consumers"])
def test_unknown_types_exit_4_and_unknown_buses_2(store: Path, command: str) -> None:
    assert run(command, "nobody", "Nothing", store=store).returncode == 4
    done = run(command, SOURCE, TYPE, "--bus", "ordres", store=store)
    assert (done.returncode, done.stdout) == (2, "")
    assert "orders" in done.stderr


@pytest.mark.parametrize("command", [("consumers", "a", "b"), ("producers", "a", "b"), ("events",)])
def test_no_snapshot_exits_5_with_the_command_that_makes_one(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    done = run(*command, store=tmp_path)
    assert (done.returncode, done.stdout) == (5, "")
    assert "python -m collectors" in done.stderr


BAD = [
    ("[]", "not a JSON object"),
    ("{", "not JSON"),
    ('{"source": "a"}', "needs"),
    ('{"detail-type": "b"}', "needs"),
    (
        '{"source": "a", "source": "b", "detail-type": "c"}',
        'The event has "source" twice at its top level, which no event of EventBridge has.',
    ),
]


@pytest.mark.parametrize(("text", "says"), BAD)
@pytest.mark.parametrize("command", ["consumers", "explain"])
def test_an_event_that_is_none_is_bad_usage(
    store: Path, tmp_path: Path, command: str, text: str, says: str
) -> None:
    file = tmp_path / "event.json"
    file.write_text(text)
    done = run(command, "--event", str(file), store=store)
    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr


@pytest.mark.parametrize("detail", ['"text"', "null", '[{"total": 1}]'])
@pytest.mark.parametrize("command", ["consumers", "explain", "try"])
def test_an_event_whose_detail_is_no_object_is_refused_everywhere_in_one_sentence(
    store: Path, tmp_path: Path, command: str, detail: str
) -> None:
    file = tmp_path / "event.json"
    file.write_text(f'{{"source": "a", "detail-type": "b", "detail": {detail}}}')
    done = run(command, "--event", str(file), store=store)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == 'The event\'s "detail" has to be a JSON object.\n'


def test_an_event_that_no_readable_rule_takes_is_exit_0(store: Path, tmp_path: Path) -> None:
    file = tmp_path / "event.json"
    file.write_text(json.dumps({"source": "nobody", "detail-type": "Nothing"}))
    done = run("consumers", "--event", str(file), "--bus", "orders", "--format", "json", store=store)
    found = [row["subscription"] for row in json.loads(done.stdout)["consumers"]]
    assert (done.returncode, found) == (
        0,
        [rule(BUS, "bad", BILL.arn).arn],
    )  # nobody can tell what a malformed one takes


def test_source_and_detail_type_or_an_event_is_needed(store: Path) -> None:
    assert run("consumers", store=store).returncode == 2
    assert run("consumers", SOURCE, store=store).returncode == 2


def test_csv_cells_that_start_like_a_formula_are_escaped(store: Path) -> None:
    done = run("consumers", SOURCE, TYPE, "--format", "csv", store=store)
    names = {row["name"] for row in csv.DictReader(io.StringIO(done.stdout))}
    assert names == {"bill", "'=HYPERLINK(1)"}


@pytest.mark.parametrize("form", ["csv", "table"])
def test_what_a_terminal_obeys_in_names_is_neither_in_cells_nor_in_what_is_said(
    tmp_path: Path, form: str
) -> None:
    nasty = function("\x1b[31mred\u202e\n")
    estate_of(tmp_path, [BUS, nasty, rule(BUS, "r\x1b[2J", nasty.arn, "{}")])
    done = run("consumers", SOURCE, "\x1b[2JNope", "--format", form, store=tmp_path)
    assert ("[31mred" in done.stdout, "[2JNope" in done.stderr) == (True, True)
    assert not {"\x1b", "\u202e"} & {*done.stdout, *done.stderr}


def test_the_table_is_for_people(store: Path) -> None:
    done = run("events", store=store)
    assert done.returncode == 0
    assert TYPE in done.stdout
    assert "cannot be read" in done.stderr


def test_explain_of_one_rule_says_field_by_field(store: Path) -> None:
    event = json.dumps({"source": SOURCE, "detail-type": "Other"})
    found = document(store, "explain", rule(BUS, "r", BILL.arn).arn, stdin=event)["subscriptions"]
    assert [(f["path"], f["matched"]) for f in found[0]["fields"]] == [
        ("detail-type", False),
        ("source", True),
    ]


def test_explain_of_an_unknown_rule_is_bad_usage(store: Path) -> None:
    assert run("explain", "arn:aws:events:eu-west-1:1:rule/x", stdin=EVENT, store=store).returncode == 2


def test_match_answers_each_line_in_order() -> None:
    lines = ['{"pattern": {"a": [1]}, "event": {"a": 1}}', '{"pattern": {"a": [1]}, "event": {"a": 2}}', "x"]
    done = run("match", stdin="\n".join(lines) + "\n")
    found = done.stdout.splitlines()
    assert (done.returncode, found[:2], found[2].startswith("error:"), len(found)) == (
        0,
        ["true", "false"],
        True,
        3,
    )


def test_match_keeps_to_lines_whatever_they_hold() -> None:
    line = json.dumps({"pattern": {"a": ["\u2028é"]}, "event": {"a": "\u2028é"}}, ensure_ascii=False)
    assert run("match", stdin=line + "\n\n").stdout.splitlines()[0] == "true"


def test_the_domain_narrows_the_catalogue(tmp_path: Path) -> None:
    tagged: list[Bus | Tag] = [BUS, Tag(arn=BUS.arn, key="domain", value="orders")]
    estate_of(tmp_path, [*tagged, BILL, rule(BUS, "r", BILL.arn)])
    assert [row["detail_type"] for row in document(tmp_path, "events", "--domain", "orders")["events"]] == [
        TYPE
    ]
    assert document(tmp_path, "events", "--domain", "else")["events"] == []


def test_resource_says_what_a_thing_consumes_and_produces(store: Path) -> None:
    found = document(store, "resource", "bill")
    assert {(row["direction"], row["detail_type"]) for row in found["flows"]} == {("consumes", TYPE)}
    assert (found["team"], found["complete"]) == (None, False)


def test_resource_takes_a_rule_by_its_arn_or_name_and_says_what_it_takes(store: Path) -> None:
    (bus,) = document(store, "resource", "bus:orders")["resources"]
    listed = document(store, "resource", bus["arn"])["rules"]
    one = next(each for each in listed if any(target["name"] == "inbox" for target in each["targets"]))
    assert one["matches"] is None
    for name in (one["arn"], f"rule:{one['name']}"):
        found = document(store, "resource", name)
        (rule_,) = found["rules"]
        assert (rule_["bus"], rule_["targets"][0]["retries"]) == (bus["arn"], 185)
        assert [match["detail_type"] for match in rule_["matches"]] == [TYPE]
        told = [(row["direction"], row["detail_type"], row["subscription"]) for row in found["flows"]]
        assert told == [("passes", TYPE, one["arn"])]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("resource", "bil"), "bill"),
        (("resource", "--domain", "nobody"), "There is no domain nobody"),
        (("resource",), "Say what"),
        (("resource", "bill", "--owner", "me"), "Say what"),
        (("resource", f"{SOURCE}/{TYPE}"), "an event"),
        (("path", "bil", "bill"), "bill"),
        (("path", "bill", f"{SOURCE}/{TYPE}"), "event type"),
        (("reads", SOURCE, TYPE, "total", "--bus", "ordres"), "orders"),
    ],
)
def test_names_that_nothing_has_are_bad_usage_with_the_nearest(
    store: Path, words: tuple[str, ...], says: str
) -> None:
    done = run(*words, store=store)
    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr


def test_a_path_is_answered_in_a_sentence_too(store: Path) -> None:
    done = run("path", f"{SOURCE}/{TYPE}", "inbox", "--format", "csv", store=store)
    assert done.stdout.startswith("answer,start_name,path")
    assert "From event OrderPlaced to queue inbox 111111111111 eu-west-1:" in done.stderr


def test_reads_of_one_field_has_a_row_for_each_consumer(store: Path) -> None:
    found = document(store, "reads", SOURCE, TYPE, "total")
    assert {row["field"] for row in found["reads"]} == {"detail.total"}
    assert {row["breaks"] for row in found["reads"]} == {"unknown"}


def test_loose_ends_are_told_by_domain_and_in_sentences(store: Path) -> None:
    assert [end["kind"] for end in document(store, "loose-ends")["ends"]] == ["no consumer"]
    assert document(store, "loose-ends", "--domain", "billing")["ends"] == []
    assert "on yonder leads it to a consumer" in run("loose-ends", store=store).stdout.replace("\n", " ")


def test_producers_of_the_last_hours_only(store: Path) -> None:
    assert run("producers", SOURCE, TYPE, "--hours", "none", store=store).returncode == 2
    found = document(store, "producers", SOURCE, TYPE, "--hours", "1")
    assert (found["producers"], found["window"]["to"]) == ([], "2026-11-25T12:00:00Z")


def test_a_role_is_asked_about_by_its_arn_or_name(store: Path) -> None:
    for name in ("shop", "arn:aws:iam::111111111111:role/shop"):
        found = document(store, "resource", name)
        told = [(row["direction"], row["detail_type"], row["evidence"]) for row in found["flows"]]
        assert told == [("produces", TYPE, "observed")] * 2
