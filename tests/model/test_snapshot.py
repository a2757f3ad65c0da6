"""The store: whole, atomic, typed, and clear about what is wrong."""

import json
import threading
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from collectors import snapshot
from collectors.errors import NoSnapshotError, StoreError
from collectors.frames import schema_of, table_of
from collectors.records import FRAMES, Bus, Metric

SCOPE = {"account": "111111111111", "region": "eu-west-1", "collector": "buses"}
NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


def a_bus(name: str = "orders") -> Bus:
    return Bus(
        arn=f"arn:aws:events:eu-west-1:111111111111:event-bus/{name}",
        name=name,
        kind="classic",
        description="",
    )


def write(store: Path, *buses: Bus, keep: int = 30, estate: str = "local AWS") -> snapshot.Snapshot:
    return snapshot.write(store, {"buses": table_of("buses", buses, SCOPE)}, estate, keep)


def test_what_is_written_is_read_back_typed_with_its_scope(tmp_path: Path) -> None:
    written = write(tmp_path, a_bus())
    assert snapshot.load(tmp_path).rows("buses") == [
        {
            **SCOPE,
            "arn": "arn:aws:events:eu-west-1:111111111111:event-bus/orders",
            "name": "orders",
            "kind": "classic",
            **dict.fromkeys(
                [
                    "description",
                    "state",
                    "policy",
                    "kms_key",
                    "dead_letter_arn",
                    "log_level",
                    "log_detail",
                    "retention_days",
                    "partner_source",
                    "created_at",
                    "modified_at",
                ]
            ),
        }
    ]
    assert written.manifest.frames["buses"] == 1


@pytest.mark.parametrize("frame", FRAMES)
def test_an_empty_frame_has_the_types_of_its_record(frame: str, tmp_path: Path) -> None:
    table = write(tmp_path).table(frame)
    assert [(f.name, f.type) for f in table.schema] == [(f.name, f.type) for f in schema_of(frame)]
    assert len(table) == 0


def test_an_empty_text_is_null_never_an_empty_text(tmp_path: Path) -> None:
    assert pd.isna(write(tmp_path, a_bus()).frame("buses").loc[0, "description"])


def test_series_keep_their_points_and_are_read_for_the_named_arns_only(tmp_path: Path) -> None:
    series = [
        Metric(
            arn=f"arn:aws:sqs:eu-west-1:111111111111:{name}",
            namespace="AWS/SQS",
            metric="NumberOfMessagesSent",
            statistic="Sum",
            period_seconds=300,
            start=NOON,
            end=NOON,
            times=(NOON,),
            values=(value,),
        )
        for name, value in (("a", 1.0), ("b", 2.0))
    ]
    store = snapshot.write(tmp_path, {"metrics": table_of("metrics", series, SCOPE)}, "local AWS")
    found = store.metrics_of([series[1].arn])
    assert [list(values) for values in found["values"]] == [[2.0]]


def test_only_the_newest_are_kept(tmp_path: Path) -> None:
    made = [write(tmp_path, keep=2).id for _ in range(4)]
    assert snapshot.ids(tmp_path) == made[-2:]
    assert snapshot.load(tmp_path).id == made[-1]


def test_a_reader_never_sees_a_half_written_snapshot(tmp_path: Path) -> None:
    seen: list[int] = []
    write(tmp_path, a_bus())
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            seen.append(len(snapshot.load(tmp_path).rows("buses")))

    reader = threading.Thread(target=read)
    reader.start()
    for _ in range(10):
        write(tmp_path, a_bus())
    done.set()
    reader.join()
    assert set(seen) == {1}


def test_sample_and_real_estates_never_share_a_store(tmp_path: Path) -> None:
    write(tmp_path, estate="local AWS")
    with pytest.raises(StoreError, match=r"holds snapshots of local AWS, this run reads aws \(aws\)"):
        write(tmp_path, estate="aws (aws)")


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda folder: (folder / "manifest.json").write_text("{}"), "is not a manifest of Headwater"),
        (lambda folder: (folder / "manifest.json").write_text("not json"), "is not a manifest of Headwater"),
        (lambda folder: (folder / "buses.parquet").unlink(), "is incomplete: buses missing"),
        (lambda folder: (folder / "manifest.json").unlink(), "There is no snapshot"),
    ],
)
def test_a_spoilt_folder_says_what_is_wrong(spoil: object, says: str, tmp_path: Path) -> None:
    spoil(write(tmp_path).folder)  # type: ignore[operator]
    with pytest.raises(StoreError, match=says):
        snapshot.load(tmp_path)


def test_a_truncated_file_says_which_and_what_to_do(tmp_path: Path) -> None:
    folder = write(tmp_path, a_bus()).folder
    (folder / "buses.parquet").write_bytes(b"PAR1")
    with pytest.raises(StoreError, match=r"buses.parquet cannot be read .* Collect again"):
        snapshot.load(tmp_path).table("buses")


def test_a_newer_format_asks_for_an_update(tmp_path: Path) -> None:
    folder = write(tmp_path).folder
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(manifest | {"format": 99}))
    with pytest.raises(StoreError, match="Update Headwater"):
        snapshot.load(tmp_path)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda _: None, "There is no snapshot in"),
        (lambda path: path.write_text("x"), "is a file, not a store"),
        (lambda path: (path.mkdir(), (path / "collect.lock").touch()), "There is no snapshot in"),
        (lambda path: (path / "tmp-x").mkdir(parents=True), "There is no snapshot in"),
        (lambda path: (path.mkdir(), (path / "photo.jpg").write_text("x")), "holds other files"),
    ],
)
def test_no_snapshot_tells_how_to_make_one(make: object, says: str, tmp_path: Path) -> None:
    store = tmp_path / "store"
    make(store)  # type: ignore[operator]
    with pytest.raises(NoSnapshotError, match=f"{says}.*python -m collectors"):
        snapshot.load(store)


def test_an_older_snapshot_that_lacks_a_column_reads_it_as_null(tmp_path: Path) -> None:
    folder = write(tmp_path, a_bus()).folder
    frame = pd.read_parquet(folder / "buses.parquet").drop(columns=["log_level"])
    frame.to_parquet(folder / "buses.parquet")
    assert snapshot.load(tmp_path).rows("buses")[0]["log_level"] is None


def test_an_older_snapshot_that_knew_no_such_frame_reads_it_as_empty(tmp_path: Path) -> None:
    folder = write(tmp_path, a_bus()).folder
    manifest = json.loads((folder / "manifest.json").read_text())
    del manifest["frames"]["policies"]
    (folder / "manifest.json").write_text(json.dumps(manifest))
    (folder / "policies.parquet").unlink()
    assert snapshot.load(tmp_path).rows("policies") == []


def test_metrics_of_a_snapshot_that_knew_no_layers_are_recent(tmp_path: Path) -> None:
    row = {
        "account": "1",
        "region": "r",
        "collector": "metrics",
        "arn": "arn:a",
        "namespace": "AWS/SQS",
        "metric": "M",
        "statistic": "Sum",
        "layer": "recent",
        "period_seconds": 300,
        "times": [],
        "values": [],
        **dict.fromkeys(("start", "end"), datetime(2026, 11, 25, tzinfo=UTC)),
    }
    table = pa.Table.from_pylist([row], schema=schema_of("metrics"))
    made = snapshot.write(tmp_path, {"metrics": table}, "local AWS")
    pq.write_table(table.drop_columns(["layer"]), made.folder / "metrics.parquet")
    old = snapshot.load(tmp_path)
    assert old.metrics_of(["arn:a"])["layer"].to_list() == ["recent"]
    assert sum(map(len, old.metric_batches())) == 1
    assert sum(map(len, old.metric_batches("days"))) == 0
    assert len(old.metrics_in("1", "r", "days")) == 0
    assert old.metric_layers() == {("1", "r", row["namespace"], "recent"): (1, row["end"])}
