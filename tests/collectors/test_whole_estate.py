"""The whole sample estate: at AWS's quotas, and in the oddest pages AWS may give. Other misbehaviour: test_misbehaviour."""

import json
from pathlib import Path
from typing import Any

from collectors import snapshot
from collectors.listing import COLLECTORS

ABOUT_THE_RUN = {
    "scopes",
    "gaps",
    "metrics",
    "traces",
    "changes",
}  # the last two are windows that move with the clock


def rows(store: Path, frame: str) -> list[str]:
    return sorted(json.dumps(row, default=str, sort_keys=True) for row in snapshot.load(store).rows(frame))


def test_pages_of_one_with_odd_tokens_give_the_same_estate(collected: Any, tmp_path: Path) -> None:
    names = ",".join(one.name for one in COLLECTORS if one.name != "metrics")
    with collected.misbehaving({"one_item_pages": True, "odd_tokens": True}):
        done = collected.collect("--store", str(tmp_path), "--only", names, "--json")
    assert done.stdout, done.stderr[-2000:]
    there = snapshot.load(tmp_path)
    frames = [name for name in there.manifest.frames if name not in ABOUT_THE_RUN]
    assert {name: len(rows(tmp_path, name)) for name in frames} == {
        name: len(rows(collected.store, name)) for name in frames
    }
    assert all(rows(tmp_path, name) == rows(collected.store, name) for name in frames)


def test_the_usual_pace_stays_below_awss_quotas(collected: Any) -> None:
    assert sum(call["calls"] for call in collected.calls) > 700
    assert [call for call in collected.calls if call["throttled"]] == []
