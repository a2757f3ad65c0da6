"""The commands of AWS's command line that the documents give are commands of its services."""

import re
from pathlib import Path

import botocore.session
import pytest

DOCS = Path(__file__).parents[2] / "docs"
OF_THE_CLI_ALONE = {"cloudformation deploy"}
"""Commands that stand for several calls."""


def given() -> list[str]:
    texts = [path.read_text() for path in sorted(DOCS.glob("*.md"))]
    return sorted(
        {f"{one[1]} {one[2]}" for text in texts for one in re.finditer(r"\baws ([a-z0-9]+) ([a-z-]+)", text)}
    )


@pytest.mark.parametrize("command", [one for one in given() if one not in OF_THE_CLI_ALONE])
def test_a_command_of_aws_that_a_document_gives_is_one(command: str) -> None:
    service, operation = command.split()
    session = botocore.session.get_session()
    assert service in session.get_available_services()
    called = "".join(word.title() for word in operation.split("-"))
    assert called in session.get_service_model(service).operation_names
