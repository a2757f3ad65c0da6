"""Coverage says what would be seen: trails, logs of buses, and the commands that turn them on."""

import json
import shlex
from collections import defaultdict
from pathlib import Path

import pyarrow as pa
import pytest

from collectors import snapshot
from collectors.frames import frame_of, table_of
from collectors.records import Bus, Record, ScopeRun, Seen, Trail
from tests.pages.conftest import Run
from tests.pages.estate import ACCOUNT, NOW, REGION, records
from tests.pages.test_pages import rows, said

RUN = ScopeRun(status="ok", rows=1, calls=1, throttles=0, seconds=1, tried_at=NOW, read_at=NOW)


def write(store: Path, rows: list[Record], *collectors: str) -> None:
    """A snapshot of these rows, which collectors of one place read; the trails among them."""
    tables: dict[str, list[pa.Table]] = defaultdict(list)
    for collector in ("trails", *collectors):
        scope = {"account": ACCOUNT, "region": REGION, "collector": collector}
        tables["scopes"].append(table_of("scopes", [RUN], scope))
    scope = {"account": ACCOUNT, "region": REGION, "collector": "trails"}
    for row in rows:
        by = scope | {"collector": "traces"} if isinstance(row, Seen) else scope
        tables[frame_of(row)].append(table_of(frame_of(row), [row], by))
    snapshot.write(store, {frame: pa.concat_tables(parts) for frame, parts in tables.items()}, "local AWS")


def trail(name: str, puts: str) -> Trail:
    return Trail.model_validate(
        {
            "arn": f"arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/{name}",
            "name": name,
            "home_region": REGION,
            "is_logging": True,
            "selectors_read": True,
            "puts": puts,
            "selectors": json.dumps(
                {"AdvancedEventSelectors": [{"Name": "<b>mine</b>", "FieldSelectors": []}]}
            ),
        }
    )


def test_trails_and_buses_are_listed_with_the_commands_that_turn_them_on(store: Path, run_bare: Run) -> None:
    write(store, [*records(), trail("audit", "none")])
    app = run_bare("coverage")
    told = said(app)
    assert "Trails that log PutEvents, by account and region: 1 not known." in told
    assert "Logs of buses, of what becomes of their events: 1 off." in told
    assert rows(app, "Trail") == ["audit"]
    assert rows(app, "Logs") == ["○ off"]
    shown = [element.value for element in app.code]
    assert any(
        text.startswith("aws cloudtrail put-event-selectors") and "<b>mine</b>" in text for text in shown
    )
    assert any(text.startswith("aws events update-event-bus") for text in shown)
    assert "Review it before you run it" in told


def test_where_nothing_is_logged_the_reason_stands_there(store: Path, run_bare: Run) -> None:
    write(store, [*(row for row in records() if type(row).__name__ != "Trace"), trail("audit", "none")])
    app = run_bare("coverage")
    assert rows(app, "Who puts events") == ["○ off"]
    assert (
        rows(app, "Why")[0] == "Trail audit does not log PutEvents (no selector for AWS::Events::EventBus)."
    )


def test_filters_narrow_it(store: Path, run_bare: Run) -> None:
    write(store, [*records(), trail("audit", "all")])
    told = said(run_bare("coverage", bus="shop"))
    assert "Logs of buses, of what becomes of their events: " in told


def test_what_is_not_known_is_not_counted_as_off(
    store: Path, run_bare: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(store, [*records(), trail("audit", "all")], "buses")
    monkeypatch.setenv("HEADWATER_TRAILS", "/some/folder")
    told = said(run_bare("coverage"))
    assert "Trails that log PutEvents, by account and region: 1 not known." in told


def test_commands_are_shown_whole_line_by_line_as_they_are_to_be_pasted(store: Path, run_bare: Run) -> None:
    kept = [
        {
            "Name": f"team {n:02}",
            "FieldSelectors": [{"Field": "resources.ARN", "StartsWith": [f"arn:{n}" * 30]}],
        }
        for n in range(80)
    ]
    large = trail("audit", "none").model_copy(
        update={"is_logging": False, "selectors": json.dumps({"AdvancedEventSelectors": kept})}
    )
    write(store, [*records(), large])
    shown = [element.value for element in run_bare("coverage").code]
    (select, start) = next(text for text in shown if "put-event-selectors" in text).split("\n")
    words = shlex.split(select)
    assert len(select) > 8000
    assert json.loads(words[words.index("--advanced-event-selectors") + 1])[:-1] == kept
    assert start.startswith("aws cloudtrail start-logging")
    assert len(next(text for text in shown if "update-event-bus" in text).splitlines()) == 7
    assert not any("…" in text or "⟦" in text for text in shown)


def test_a_command_that_may_not_be_written_is_a_sentence(store: Path, run_bare: Run) -> None:
    found = [
        row.model_copy(update={"description": "a\nb"}) if isinstance(row, Bus) else row for row in records()
    ]
    write(store, found)
    app = run_bare("coverage")
    assert (
        "No command is offered: a name or a text in it holds characters that cannot be seen (U+000A)."
        in said(app)
    )
    assert not any("update-event-bus" in element.value for element in app.code)
