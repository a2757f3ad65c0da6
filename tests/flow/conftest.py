from pathlib import Path

import pytest

from tests.flow.building import Build, estate_of


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """An estate of records: build(records…, gaps={(account, region, collector): [Gap]}, read=collectors, accounts=…, settings=…) → Estate."""
    return lambda *records, **more: estate_of(tmp_path, records, **more)
