"""The payload on an event type's page: its tree with readers, an example, and versions side by side."""

import json
from pathlib import Path
from typing import Any

from collectors.records import Record, Schema, SchemaVersion
from tests.pages.conftest import Run, write
from tests.pages.estate import arn, records
from tests.pages.test_pages import rows, said

SOLD = {"source": "com.shop", "type": "Sold"}
SCHEMA = arn("schemas", "schema/shop/Sold")


def versions(**latest: Any) -> list[Record]:
    """The small estate, with a first version of the schema of Sold in which `total` was a text and `note` was there."""
    first = {"total": {"type": "string"}, "note": {"type": "string"}, "lines": {"type": "array"}}
    content = json.dumps({"properties": {"detail": {"type": "object", "properties": first}}})
    made: list[Record] = []
    for row in records():
        is_it = isinstance(row, Schema) and row.arn == SCHEMA
        made.append(row.model_copy(update={"version": "2", "version_count": 2, **latest}) if is_it else row)
    return [*made, SchemaVersion(schema_arn=SCHEMA, version="1", content=content)]


def test_the_tree_tells_who_reads_each_field(run: Run) -> None:
    app = run("event", view="Payload", **SOLD)
    told = dict(zip(rows(app, "Path"), rows(app, "Readers"), strict=True))
    assert told == {"detail.total": 1, "detail.lines": 0, "detail.lines.sku": 0, "detail.channel": 0}


def test_an_example_is_made_up_by_the_schema(run: Run) -> None:
    made = next(
        json.loads(code.value)
        for code in run("event", view="Payload", **SOLD).code
        if '"detail"' in code.value
    )
    assert (made["source"], made["detail-type"], set(made["detail"])) == (
        "com.shop",
        "Sold",
        {"total", "lines", "channel"},
    )


def test_one_version_alone_is_not_compared(run: Run) -> None:
    assert not any(box.key == "version-old" for box in run("event", view="Payload", **SOLD).selectbox)


def test_the_last_two_versions_are_compared_at_first(store: Path, run_bare: Run) -> None:
    write(store, versions())
    app = run_bare("event", view="Payload", **SOLD)
    assert "From shop version 1 to shop version 2: 2 breaking changes and 3 safe ones." in said(app)
    table = next(table.value for table in app.dataframe if "Change" in table.value)
    told = table[["Change", "Field", "What", "Readers"]].itertuples(index=False, name=None)
    assert list(told) == [
        ("✖ breaking", "detail.note", "is gone", 0),
        ("✖ breaking", "detail.total", "was string, is number", 1),
        ("● safe", "detail.channel", "is new (string, one of web, shop)", 0),
        ("● safe", "detail.lines", "was array, is array of object", 0),
        ("● safe", "detail.total", "is in every event now", 1),
    ]
    diff = next(code.value for code in app.code if code.value.startswith("---"))
    assert "-detail.note: string" in diff.splitlines()


def test_any_two_versions_can_be_chosen_and_stand_in_the_link(store: Path, run_bare: Run) -> None:
    write(store, versions())
    app = run_bare("event", view="Payload", **SOLD, old="shop version 2", new="shop version 1")
    assert "From shop version 2 to shop version 1:" in said(app)
    app.selectbox(key="version-new").select("shop version 2").run()
    assert "Every field of shop version 2 is as in shop version 2." in said(app)
    assert app.query_params["new"] == "shop version 2"


def test_a_version_that_the_link_makes_up_is_dropped_with_a_note(store: Path, run_bare: Run) -> None:
    write(store, versions())
    app = run_bare("event", view="Payload", **SOLD, old="<script>")
    assert "is not known here; it was left out." in said(app)
    assert "From shop version 1 to shop version 2:" in said(app)


def test_contracts_of_two_registries_are_compared(store: Path, run_bare: Run) -> None:
    other = arn("schemas", "schema/acme/Sold")
    contract = next(row for row in records() if isinstance(row, Schema) and row.arn == SCHEMA)
    agreed = contract.model_copy(
        update={"arn": other, "registry": "acme", "content": json.dumps({"properties": {"detail": {}}})}
    )
    write(store, [*records(), agreed])
    app = run_bare("event", view="Payload", **SOLD)
    assert app.selectbox(key="version-old").options == ["acme version 1", "shop version 1"]
