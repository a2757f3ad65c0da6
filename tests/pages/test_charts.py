"""Pictures from frames: where things stand, how they look, and that names in them are text."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import pytest

from dashboard.charts import graph, layered, look, placed, throughput

START = datetime(2026, 11, 25, tzinfo=UTC)


def node(name: str, column: int, **more: Any) -> dict[str, Any]:
    plain = {"id": name, "kind": "function", "label": name, "column": column, "domain": None, "account": None}
    return {**plain, "region": None, "active": True, "health": "ok", "says": "", **more}


def edge(source: str, target: str, **more: Any) -> dict[str, Any]:
    plain = {"source": source, "target": target, "via": "rule", "by": None, "delivery": "always", "when": ""}
    return {**plain, "active": True, "rate": None, "evidence": "declared", **more}


def picture(nodes: list[dict[str, Any]], edges: list[dict[str, Any]]) -> go.Figure:
    return validated(graph.neighbourhood(pd.DataFrame(nodes), pd.DataFrame(edges)))


def validated(drawn: look.Drawn) -> go.Figure:
    """Raises ValueError for what plotly does not take: nothing looks at it on the way to the browser."""
    return go.Figure(**json.loads(json.dumps(drawn.to_dict(), default=str)))


def chart(*drawn: throughput.Series) -> go.Figure:
    return validated(throughput.lines(drawn, START, START + timedelta(hours=3), "events"))


EVENT = node("event", 0, kind="event")


def traces(figure: go.Figure, mode: str) -> list[Any]:
    return [trace for trace in figure.data if trace.mode == mode]


def test_no_two_things_stand_in_one_place_and_long_edges_go_around() -> None:
    columns = {"event": 0, "bus": 1, "queue": 2, "near": 3, "far": 3}
    edges = [("event", "bus"), ("bus", "queue"), ("queue", "near"), ("bus", "far")]
    places = layered.layout(columns, edges)
    assert len(set(places.at.values())) == len(columns)
    long_way = places.routes[3]
    assert [x for x, _ in long_way] == [1.0, 2.0, 3.0]
    assert long_way[1] not in places.at.values()


def test_the_same_frames_give_the_same_picture() -> None:
    nodes = [EVENT, *(node(f"n{i}", 1 + i % 3) for i in range(30))]
    edges = [edge("event", f"n{i}") for i in range(30)]
    assert picture(nodes, edges).to_json() == picture(nodes, edges).to_json()


def test_only_svg_traces_are_drawn() -> None:
    figure = picture(
        [EVENT, *(node(f"n{i}", 1) for i in range(199))], [edge("event", f"n{i}") for i in range(199)]
    )
    assert {trace.type for trace in figure.data} == {"scatter"}


@pytest.mark.parametrize(
    ("more", "dash", "color"),
    [
        ({}, "solid", look.EDGE),
        ({"delivery": "sometimes"}, "6px,5px", look.EDGE),
        ({"rate": 0.0}, "solid", look.GREY),
        ({"active": False}, "solid", look.GREY),
    ],
)
def test_an_edge_shows_by_dash_and_grey_what_it_is(more: dict[str, Any], dash: str, color: str) -> None:
    line = traces(picture([EVENT, node("a", 1)], [edge("event", "a", **more)]), "lines")[0].line
    assert (line.dash, line.color) == (dash, color)


def test_busier_edges_are_wider() -> None:
    rates = [5.0, 50.0, 500.0, 5000.0]
    nodes = [EVENT, *(node(f"n{i}", 1) for i in range(4))]
    figure = picture(nodes, [edge("event", f"n{i}", rate=rate) for i, rate in enumerate(rates)])
    assert len({trace.line.width for trace in traces(figure, "lines")}) == 4


@pytest.mark.parametrize(
    ("more", "word"), [({"health": "failing"}, "failing"), ({"active": False}, "not active")]
)
def test_trouble_is_told_in_shape_and_word(more: dict[str, Any], word: str) -> None:
    figure = picture([EVENT, node("a", 1, **more), node("b", 1)], [edge("event", "a")])
    drawn = {t.customdata[0][1]: t for t in traces(figure, "markers+text") if t.customdata[0][0] == "node"}
    assert word in drawn["a"].text[0]
    assert drawn["a"].marker.symbol != drawn["b"].marker.symbol


def test_trouble_of_what_carries_is_told_on_the_edge_in_colour_shape_and_word() -> None:
    edges = [edge("event", "a", health="failing", says="Rule r lost 3 events."), edge("event", "b", rate=5.0)]
    figure = picture([EVENT, node("a", 1), node("b", 1)], edges)
    colors = {trace.line.color for trace in traces(figure, "lines")}
    assert colors == {look.HEALTH["failing"].color, look.EDGE}
    (signs,) = traces(figure, "markers")
    assert (len(signs.x), signs.marker.symbol) == (1, look.HEALTH["failing"].symbol)
    (middles,) = [t for t in traces(figure, "markers+text") if t.customdata[0][0] == "edge"]
    assert list(middles.text) == ["failing", "5.0/h"]
    assert "Rule r lost 3 events." in middles.hovertext[0]


def test_what_carries_fails_also_where_what_it_leads_to_is_not_active() -> None:
    lost = edge("event", "a", health="failing", says="Rule r lost 3 events.", active=False, rate=12.0)
    figure = picture([EVENT, node("a", 1, active=False)], [lost])
    assert traces(figure, "lines")[0].line.color == look.HEALTH["failing"].color
    assert len(traces(figure, "markers")[0].x) == 1
    (middles,) = [t for t in traces(figure, "markers+text") if t.customdata[0][0] == "edge"]
    assert list(middles.text) == ["failing · 12/h"]
    assert "Rule r lost 3 events." in middles.hovertext[0]
    assert "not active" in middles.hovertext[0]


def middles(figure: go.Figure) -> Any:
    """The trace of what is clicked and read on edges."""
    (found,) = [t for t in traces(figure, "markers+text") if t.customdata[0][0] == "edge"]
    return found


def test_where_many_edges_run_a_rate_without_room_is_told_where_it_is_pointed_at() -> None:
    sides = [[node(f"{side}{i}", column) for i in range(20)] for column, side in enumerate("ab")]
    nodes = pd.DataFrame([*sides[0], *sides[1]])
    edges = pd.DataFrame([edge(a["id"], b["id"], rate=12.0) for a in sides[0] for b in sides[1]])
    crowded = middles(validated(graph.neighbourhood(nodes, edges, crowded=True)))
    assert {"", "12/h"} == set(crowded.text)
    assert all("12/h" in told for told in crowded.hovertext)
    assert set(middles(validated(graph.neighbourhood(nodes, edges))).text) == {"12/h"}


def test_edges_between_the_same_two_run_beside_each_other_with_a_rate_each() -> None:
    edges = [edge("event", "a", by="one", rate=195.0), edge("event", "a", by="two", rate=11.0)]
    figure = picture([EVENT, node("a", 1)], edges)
    first, second = (list(trace.y) for trace in traces(figure, "lines"))
    assert (first[0], first[-2]) == (second[0], second[-2])
    assert all(one != other for one, other in zip(first[1:-2], second[1:-2], strict=True))
    spots = middles(figure)
    apart = abs(spots.x[0] - spots.x[1]) * placed.COLUMN, abs(spots.y[0] - spots.y[1]) * placed.ROW
    assert max(apart[0] / 30, apart[1] / 12) >= 1


def test_no_line_and_no_rate_runs_through_a_name() -> None:
    nodes = [EVENT, *(node(f"function-number-{i}", 1) for i in range(9))]
    nodes += [node("last-of-them", 2)]
    edges = [edge("event", f"function-number-{i}", rate=100.0) for i in range(9)]
    edges += [edge("event", "last-of-them", rate=5.0), edge("function-number-3", "last-of-them", rate=5.0)]
    drawn, pitch = placed.placed(pd.DataFrame(nodes), pd.DataFrame(edges)), placed.LEAST_WIDTH / 3
    for point in (point for line in drawn.lines for point in (*line.path, line.spot)):
        for name, (x, y) in drawn.at.items():
            aside, below = abs(point[0] - x) * pitch, (y - point[1]) * placed.ROW
            assert not (aside < len(name) * 3 and 10 < below < 36), (name, point)


def test_an_edge_that_passes_a_column_does_not_swing_far_from_what_it_leads_to() -> None:
    columns = {"event": 0, **{f"a{i}": 1 for i in range(7)}, **{f"b{i}": 2 for i in range(4)}}
    edges = [("event", node) for node in columns if node != "event"]
    stands, routes = layered.layout(columns, edges)
    for (_, end), route in zip(edges, routes, strict=True):
        if len(route) == 3:
            assert abs(route[1][1] - stands[end][1]) <= 1.5


def test_what_is_found_is_ringed() -> None:
    figure = validated(
        graph.neighbourhood(pd.DataFrame([EVENT, node("a", 1)]), pd.DataFrame([edge("event", "a")]), {"a"})
    )
    (found,) = [t for t in traces(figure, "markers+text") if tuple(t.customdata[0]) == ("node", "a")]
    assert found.marker.line.color[0] == look.EVENT.color


def test_the_picture_is_as_wide_as_its_names_need() -> None:
    nodes = pd.DataFrame([EVENT, *(node(f"n{i}", i) for i in range(1, 9))])
    assert placed.width_of(nodes) == 9 * placed.COLUMN
    assert placed.width_of(nodes[:1]) == placed.LEAST_WIDTH


def test_names_and_rates_keep_a_colour_when_something_else_is_selected() -> None:
    figure = picture([EVENT, node("a", 1)], [edge("event", "a", rate=1.0)])
    assert {trace.unselected.textfont.color for trace in traces(figure, "markers+text")} == {look.TEXT}


def test_the_highest_rate_is_not_cut_off() -> None:
    assert middles(picture([EVENT, node("a", 1)], [edge("event", "a", rate=1.0)])).cliponaxis is False


def test_a_kind_that_is_not_known_is_said_so() -> None:
    figure = picture([EVENT, node("a", 1, kind=None)], [edge("event", "a")])
    told = [text for trace in traces(figure, "markers+text") for text in trace.hovertext]
    assert any("kind not known" in text for text in told)
    assert not any("None" in text for text in told)


def test_a_click_finds_nodes_and_edges_by_their_data() -> None:
    figure = picture([EVENT, node("a", 1)], [edge("event", "a")])
    found = [tuple(data) for trace in figure.data for data in trace.customdata or ()]
    assert sorted(found, key=str) == [("edge", 0), ("node", "a"), ("node", "event")]


def test_names_in_the_picture_are_text() -> None:
    evil = '<a href="http://evil.example">x</a>'
    figure = picture(
        [EVENT | {"label": evil}, node("a", 1, label=evil, domain=evil, says=evil)],
        [edge("event", "a", when=evil, via=evil)],
    )
    assert "<a " not in json.dumps(json.loads(figure.to_json()), ensure_ascii=False)


def series(*minutes: int, period: int = 300) -> throughput.Series:
    times = tuple(START + timedelta(minutes=minute) for minute in minutes)
    return throughput.Series("a", times, tuple(float(minute) for minute in minutes), period)


def test_a_window_without_a_point_is_a_gap_and_not_zero() -> None:
    drawn = chart(series(0, 5, 20, 25)).data[0]
    assert list(drawn.y) == [0.0, 5.0, None, 20.0, 25.0]


def test_names_stand_below_the_plot_which_keeps_its_height() -> None:
    one, many = chart(series(0)).layout, chart(*[series(0)] * 12).layout
    assert (one.showlegend, many.showlegend, many.legend.y < 0) == (False, True, True)
    assert many.height - one.height == 12 * throughput.NAME
    compared = chart(replace(series(0), muted=True), series(0)).layout
    assert not compared.showlegend


def test_what_hovers_over_a_point_is_its_number_in_full() -> None:
    times = tuple(START + timedelta(minutes=5 * n) for n in range(2))
    figure = chart(throughput.Series("r", times, (12_345.0, 3_600_000.0), 300))
    assert figure.data[0].hovertemplate == "%{y:,.3~f}"  # not 1.235e+4


def test_a_lonely_point_is_a_dot() -> None:
    drawn = chart(series(0, 20, 40)).data[0]
    assert [size for size, y in zip(drawn.marker.size, drawn.y, strict=True) if y is not None] == [5, 5, 5]


def test_at_most_so_many_points_are_drawn_and_nothing_is_lost() -> None:
    many = [series(*range(0, 20_000, 5)) for _ in range(4)]
    thin = throughput.thinned(many)
    assert sum(len(one.times) for one in thin) <= throughput.MOST_POINTS + 4
    assert sum(thin[0].values) == sum(many[0].values)
    assert thin[0].period == 4 * 300


def test_the_caption_says_window_and_resolution() -> None:
    told = throughput.caption([series(0, 5)], START, START + timedelta(hours=3))
    assert told == (
        "Last 3 hours of the snapshot, to 25 Nov 03:00 UTC, one point each 5 minutes; a gap is a window without a point."
    )


def test_what_is_compared_with_lies_grey_and_dotted_behind_and_keeps_its_height() -> None:
    muted = replace(series(0, 5, 10, 15), muted=True)
    drawn = chart(muted, series(0, 5)).data
    assert [(line.line.color, line.line.dash) for line in drawn] == [
        (look.GREY, "dot"),
        (look.SERIES[0], "solid"),
    ]
    thin, behind = throughput.thinned([series(*range(0, 40_000, 5)), muted])
    assert (thin.period, replace(behind, muted=False)) == (
        600,
        replace(thin, times=thin.times[:2], values=(5.0, 25.0)),
    )


@pytest.mark.parametrize(
    ("hours", "period", "told"),
    [
        (1, 300, "Last hour of the snapshot, to 25 Nov 01:00 UTC, one point each 5 minutes"),
        (24, 300, "Last 24 hours of the snapshot, to 26 Nov 00:00 UTC, one point each 5 minutes"),
        (72, 3600, "Last 3 days of the snapshot, to 28 Nov 00:00 UTC, one point each hour"),
        (2160, 21600, "Last 90 days of the snapshot, to 23 Feb 00:00 UTC, one point each 6 hours"),
    ],
)
def test_the_caption_says_any_window_and_resolution_in_the_largest_unit(
    hours: int, period: int, told: str
) -> None:
    until = START + timedelta(hours=hours)
    assert throughput.caption([series(0, 5, period=period)], START, until, "CloudWatch").startswith(
        f"CloudWatch. {told};"
    )
