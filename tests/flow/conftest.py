from pathlib import Path

import pytest

from tests.flow.building import Build, held


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """Make an estate from records; also gaps={(account, region, collector): [Gap]}, read=collectors, accounts=…, settings=…."""
    return lambda *records, **more: held(tmp_path, records, **more)
