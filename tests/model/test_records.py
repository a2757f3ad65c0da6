"""Records are what they say: described, documented, and strict about what arrives."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from collectors import data_dictionary
from collectors.records import FRAMES, Bus

ROOT = Path(__file__).parents[2]


def test_the_data_dictionary_in_docs_is_the_one_generated_from_the_records() -> None:
    assert (ROOT / "docs/data.md").read_text() == data_dictionary.text(), "run: make docs"


@pytest.mark.parametrize("frame", FRAMES)
def test_every_field_says_what_it_means(frame: str) -> None:
    silent = [name for name, field in FRAMES[frame].model_fields.items() if not field.description]
    assert silent == []


@pytest.mark.parametrize("arn", ["", "orders", "arn:aws:events", None, 7])
def test_identity_is_an_arn_and_nothing_else(arn: object) -> None:
    with pytest.raises(ValidationError):
        Bus.model_validate({"arn": arn, "name": "orders", "kind": "classic"})


def test_an_unknown_field_is_refused_by_name() -> None:
    with pytest.raises(ValidationError, match="colour"):
        Bus.model_validate(
            {"arn": "arn:aws:events:r:1:event-bus/x", "name": "x", "kind": "classic", "colour": "red"}
        )
