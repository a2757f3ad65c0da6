"""A picture to take along: what is drawn, as Mermaid, as SVG and as rows."""

from typing import Any
from xml.etree import ElementTree as ET

import pandas as pd
import pytest

from dashboard.charts import exports, look
from tests.pages.test_charts import EVENT, edge, node

EVIL = '<img src="x" onerror="alert(1)">"`]'
NODES = pd.DataFrame([EVENT, node("bus", 1, kind="bus"), node("bill", 2, health="failing", label=EVIL)])
EDGES = pd.DataFrame(
    [
        edge("event", "bus", via="bus"),
        edge(
            "bus",
            "bill",
            delivery="sometimes",
            when="detail.a is 1",
            rate=12.0,
            health="failing",
            says="It fails.",
        ),
        edge("bus", "elsewhere"),
    ]
)


def test_mermaid_names_every_node_and_edge_and_escapes_what_it_would_understand() -> None:
    lines = exports.mermaid(NODES, EDGES).splitlines()
    assert lines[0] == "flowchart LR"
    assert lines[2] == '  n1["bus (bus, healthy)"]'
    assert lines[4:] == ['  n0 -->|"bus"| n1', '  n1 -.->|"rule failing · 12/h"| n2']
    assert not any(char in lines[3][6:-2] for char in '<>"`[]')


def test_the_svg_is_well_formed_and_holds_names_as_text() -> None:
    root = ET.fromstring(exports.svg(NODES, EDGES))  # noqa: S314 - our own file
    said = [element.text for element in root.iter() if element.tag.endswith("text")]
    assert "bus" in said
    assert any(text and text.startswith("<img") for text in said)
    assert {element.tag.rpartition("}")[2] for element in root.iter()} == {
        "svg",
        "polyline",
        "text",
        "circle",
        "path",
        "rect",
    }
    dashed = [element for element in root.iter() if element.get("stroke-dasharray")]
    assert len(dashed) == 1


def parsed(**more: Any) -> ET.Element:
    return ET.fromstring(exports.svg(NODES, EDGES, **more))  # noqa: S314 - our own file


def test_the_svg_is_what_is_shown_widths_marks_rings_rates_and_legend() -> None:
    root = parsed(marked={"bus"})
    assert [line.get("stroke-width") for line in root.iterfind(".//{*}polyline")] == ["1.6", "2.4"]
    crosses = [
        path for path in root.iterfind(".//{*}path") if path.get("stroke") == look.HEALTH["failing"].color
    ]
    assert len(crosses) == 2  # the node, and the edge whose carrier fails
    assert [
        path for path in root.iterfind(".//{*}path") if path.get("stroke") == look.EVENT.color
    ]  # the diamond
    assert [ring for ring in root.iterfind(".//{*}circle") if ring.get("stroke") == look.EVENT.color]
    said = [text.text for text in root.iterfind(".//{*}text")]
    assert "failing · 12/h" in said
    assert any(text and text.startswith("● healthy · ✖ failing") for text in said)


def test_the_svg_reads_on_any_ground() -> None:
    root = parsed()
    ground = next(root.iterfind(".//{*}rect"))
    assert (ground.get("width"), ground.get("fill")) == ("100%", "#FFFFFF")
    assert {text.get("fill") for text in root.iterfind(".//{*}text")} == {"#1B2330"}


def test_the_rows_of_nodes_say_state_and_what_lies_behind() -> None:
    frame = exports.things(NODES.assign(folded=[0, 3, 0], owner=None))
    assert list(frame["Node"]) == ["event", "bus", EVIL]
    assert list(frame["State"])[1:] == ["healthy", "failing"]
    assert list(frame["Behind it"]) == [0, 3, 0]


def test_the_rows_of_edges_are_those_with_both_ends_drawn() -> None:
    assert exports.kept(NODES, EDGES) == [0, 1]
    assert len(exports.table(NODES, EDGES)) == 2


@pytest.mark.parametrize("char", ["\ufffe", "\uffff", "\U0001fffe", "\ufdd0", "\x00", "\x0b"])
def test_the_svg_is_well_formed_whatever_a_name_holds(char: str) -> None:
    nodes = pd.DataFrame([EVENT, node(f"a{char}b", 1, label=f"a{char}b", kind=f"k{char}")])
    text = exports.svg(nodes, pd.DataFrame([edge("event", f"a{char}b", via=char, when=char)]))
    said = [element.text for element in ET.fromstring(text.encode()).iter()]  # noqa: S314 - our own file
    assert f"a⟦{ord(char):04X}⟧b" in said


def test_the_rows_say_each_edge_once_with_both_ends() -> None:
    frame = exports.table(NODES, EDGES)
    assert list(frame["From"]) == ["event", "bus"]
    assert list(frame["To"]) == ["bus", EVIL]
    assert list(frame["Events an hour, 3 h"])[1] == 12.0


def test_nothing_gives_empty_files() -> None:
    none = NODES[:0], EDGES[:0]
    assert exports.mermaid(*none) == "flowchart LR\n"
    assert exports.table(*none).empty
    ET.fromstring(exports.svg(*none))  # noqa: S314 - our own file
