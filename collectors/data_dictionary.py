"""python -m collectors.data_dictionary: docs/data.md, generated from the records."""

from collectors.frames import schema_of
from collectors.records import FRAMES, SCOPE_COLUMNS

_HEAD = """# The dataframe model

Generated from `collectors/records/` by `make docs`; a test keeps it so. A snapshot is one Parquet file a frame.
Every frame also has the columns `account`, `region` and `collector`: the scope that read the row.
Missing is null, never "". Times are UTC. Sizes are bytes, ages seconds. No payload values are kept.
"""


def text() -> str:
    """The whole document."""
    return "\n".join([_HEAD, *(_section(name) for name in FRAMES)])


def _section(frame: str) -> str:
    model = FRAMES[frame]
    rows = [
        f"| `{name}` | {schema_of(frame).field(name).type} | {(field.description or '').replace('|', '/')} |"
        for name, field in model.model_fields.items()
        if name not in SCOPE_COLUMNS
    ]
    about = " ".join((model.__doc__ or "").split())
    return "\n".join(
        [f"## {frame}", "", about, "", "| column | type | meaning |", "| --- | --- | --- |", *rows, ""]
    )


if __name__ == "__main__":
    print(text(), end="")  # noqa: T201 - this module's one job
