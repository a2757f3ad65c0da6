"""python -m dashboard try and what-if: documents, exit codes, and what is said on stderr."""

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest

from collectors.records import Schema
from dashboard.__main__ import main
from tests.commanding import ROOT, Done, called
from tests.flow.building import (
    ACCOUNT,
    REGION,
    SOURCE,
    TYPE,
    bus,
    estate_of,
    function,
    gap,
    link,
    queue,
    rule,
)
from tests.test_cli import keys

BUS = bus()
EVENT = {"source": SOURCE, "detail-type": TYPE, "detail": {"total": 42}}


def over(**detail: Any) -> str:
    return json.dumps({"source": [SOURCE], "detail-type": [TYPE], "detail": detail})


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A match through a queue, a miss, an input that reads a field, and a schema."""
    folder = tmp_path_factory.mktemp("store")
    detail = {"type": "object", "required": ["total"], "properties": {"total": {"type": "number"}}}
    records = [
        *(BUS, queue(), function("bill"), function("big"), function("=x")),
        rule(BUS, "billing", queue().arn, input_kind="event"),
        link("event-source-mapping", queue(), function("bill")),
        rule(BUS, "large", function("big").arn, over(total=[{"numeric": [">", 100]}])),
        rule(BUS, "part", function("=x").arn, input_kind="path", input_paths=("$.detail.total",)),
        Schema(
            arn=f"arn:aws:schemas:{REGION}:{ACCOUNT}:schema/acme/o",
            registry="acme",
            name="o",
            type="JSONSchemaDraft4",
            source=SOURCE,
            detail_type=TYPE,
            version_count=1,
            content=json.dumps({"properties": {"detail": detail, "source": {}}}),
        ),
    ]
    estate_of(folder, records, gaps={(ACCOUNT, REGION, "rules"): [gap()]})
    return folder


def run(*words: str, store: Path, stdin: str = "") -> Done:
    return called(main, *words, "--store", str(store), stdin=stdin)


def document(*words: str, store: Path, stdin: str = "") -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run(*words, "--format", "json", store=store, stdin=stdin).stdout)
    return found


def example(command: str) -> Any:
    """The example document of docs/cli.md."""
    text = (ROOT / "docs" / "cli.md").read_text()
    found = re.search(
        rf"^## `python -m dashboard {command}`.*?```json\n(.*?)```", text, re.DOTALL | re.MULTILINE
    )
    assert found
    return json.loads(found.group(1))


def own(value: Any) -> Any:
    """The keys that are these commands' own: paths and consumer rows are told with `consumers`."""
    if isinstance(value, dict):
        return {key: None if key in ("path", "consumers") else own(item) for key, item in value.items()}
    return [own(value[0])] if isinstance(value, list) and value else value


def test_the_documented_keys_of_try_are_the_real_ones(store: Path) -> None:
    assert keys(own(example("try"))) == keys(own(document("try", store=store, stdin=json.dumps(EVENT))))


def test_the_documented_keys_of_what_if_are_the_real_ones(store: Path) -> None:
    words = ("what-if", SOURCE, TYPE, "--remove", "detail.total")
    assert keys(own(example("what-if"))) == keys(own(document(*words, store=store)))


def test_try_tells_matches_and_misses_and_where_the_event_would_arrive(store: Path) -> None:
    found = document("try", store=store, stdin=json.dumps(EVENT))
    told = [(row["name"], row["result"], [c["name"] for c in row["consumers"]]) for row in found["tried"]]
    assert told == [
        ("billing", "matches", ["bill"]),
        ("part", "matches", ["=x"]),
        ("large", "does not match", []),
    ]
    assert found["tried"][2]["reason"] == "detail.total > 100: no, the event has 42."
    assert (found["made_up"], found["complete"]) == (False, False)


def test_try_reads_a_file_and_the_sentence_stands_on_stderr(store: Path, tmp_path: Path) -> None:
    file = tmp_path / "event.json"
    file.write_text(json.dumps(EVENT))
    done = run("try", "--event", str(file), "--bus", "orders", store=store)
    assert done.returncode == 0
    assert "matches 2 of 3 subscriptions" in done.stderr
    assert "does not match" in done.stdout


def test_try_of_a_type_makes_an_event_up_and_says_so(store: Path) -> None:
    done = run("try", SOURCE, TYPE, "--format", "json", store=store)
    assert (done.returncode, json.loads(done.stdout)["made_up"]) == (0, True)
    assert "made up from its schema" in done.stderr


def test_the_event_is_in_no_document(store: Path) -> None:
    secret = {**EVENT, "detail": {"total": 1, "secret": "hunter2"}}
    done = run("try", "--format", "json", store=store, stdin=json.dumps(secret))
    assert "hunter2" not in done.stdout + done.stderr


def test_so_many_misses_are_told_as_are_asked_for(store: Path) -> None:
    found = document("try", "--misses", "0", store=store, stdin=json.dumps(EVENT))
    assert (len(found["tried"]), found["counts"]["does not match"]) == (2, 1)


BAD_EVENTS = [("{", "line 1, column 2"), ("[]", "not a JSON object"), ('{"source": "a"}', "needs")]


@pytest.mark.parametrize(("text", "says"), BAD_EVENTS)
def test_an_event_that_is_none_is_bad_usage(store: Path, text: str, says: str) -> None:
    done = run("try", store=store, stdin=text)
    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr


BAD_USAGE = [
    (("try", SOURCE), "Say which event"),
    (("try", "--event", "nowhere.json"), "cannot be read"),
    (("try", SOURCE, TYPE, "--bus", "ordres"), "orders"),
    (("what-if", SOURCE, TYPE, "--remove", "source"), "it can be set to a value"),
    (("what-if", SOURCE, TYPE, "--set", "detail.x=EUR"), "Text needs quotes"),
    (("what-if", SOURCE, TYPE, "--drop", "larg"), "The nearest: large"),
    (("what-if", SOURCE, TYPE, "--pattern", "large"), "RULE_ARN=JSON"),
    (("what-if", SOURCE, TYPE, "--pattern", "large={"), "cannot be read"),
    (("what-if", SOURCE, TYPE, "--pattern", "large=@nowhere"), "pattern file nowhere cannot be read"),
    (("what-if", SOURCE, TYPE, "--remove", "detail.a", "--set", "detail.a=1"), "changed twice"),
]


@pytest.mark.parametrize(("words", "says"), BAD_USAGE)
def test_what_cannot_be_meant_is_bad_usage(store: Path, words: tuple[str, ...], says: str) -> None:
    done = run(*words, store=store)
    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr


def test_what_if_takes_several_changes_at_once(store: Path, tmp_path: Path) -> None:
    file = tmp_path / "pattern.json"
    file.write_text(over(total=[{"numeric": [">", 5000]}]))
    words = (
        "--set",
        "detail.total=9",
        "--disable",
        "billing",
        "--pattern",
        f"large=@{file}",
        "--optional",
        "detail.x",
    )
    found = document("what-if", SOURCE, TYPE, *words, store=store)
    told = {row["name"]: row["effect"] for row in found["effects"]}
    assert told == {"bill": "loses", "big": "loses", "=x": "stays"}
    assert [change["kind"] for change in found["changes"]] == ["set", "optional", "disable", "pattern"]
    assert found["changes"][0]["value"] == "9"


def test_set_without_a_value_is_one_that_no_pattern_names(store: Path) -> None:
    (change,) = document("what-if", SOURCE, TYPE, "--set", "detail.total", store=store)["changes"]
    assert (change["kind"], change["says"]) == ("other", "detail.total gets a value that no pattern names")


def test_a_type_that_nothing_knows_exits_4_with_the_nearest(store: Path) -> None:
    done = run("what-if", SOURCE, "OrderPlacde", "--remove", "detail.total", store=store)
    assert done.returncode == 4
    assert TYPE in done.stderr


@pytest.mark.parametrize("words", [("try", "a", "b"), ("what-if", "a", "b")])
def test_no_snapshot_exits_5(tmp_path: Path, words: tuple[str, ...]) -> None:
    done = run(*words, store=tmp_path)
    assert (done.returncode, done.stdout) == (5, "")
    assert "python -m collectors" in done.stderr


def test_cells_tell_how_the_event_is_got_and_escape_formulas(store: Path) -> None:
    done = run("what-if", SOURCE, TYPE, "--remove", "detail.total", "--format", "csv", store=store)
    rows = {row["name"]: row for row in csv.DictReader(io.StringIO(done.stdout))}
    assert set(rows) == {"big", "bill", "'=x"}
    assert (rows["big"]["before"], rows["big"]["after"]) == ("sometimes: detail.total > 100", "")
    assert rows["'=x"]["reads"] == "detail.total in the input path of part"
