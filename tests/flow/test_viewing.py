"""What of a picture is looked at: hops, nodes opened and folded, kinds left out, nodes put together."""

from typing import Any

import pandas as pd

from dashboard.flow.who.graph import EDGES, NODES
from dashboard.flow.who.viewing import View, left_out, opens, viewed

Ends = set[tuple[str, str]]


def node(name: str, column: int, kind: str = "function", **more: Any) -> dict[str, Any]:
    where = dict.fromkeys(("domain", "owner", "account", "region"))
    plain = {
        "id": name,
        "kind": kind,
        "label": name,
        "column": column,
        "active": True,
        "health": "ok",
        "says": "",
    }
    return {**plain, **where, **more}


def edge(source: str, target: str, **more: Any) -> dict[str, Any]:
    plain = {"source": source, "target": target, "via": "rule", "by": None, "delivery": "always", "when": ""}
    return {**plain, "active": True, "rate": None, "evidence": "declared", "health": "ok", "says": "", **more}


NODE = [
    node("maker", -1, domain="shop"),
    node("event", 0, "event"),
    node("bus", 1, "bus", domain="shop"),
    node("queue", 2, "queue", domain="money"),
    node("audit", 5, domain="money", owner="team-a"),
    node("pipe", 3, "pipe"),
    node("bill", 4, domain="money", health="failing", says="It fails."),
    node("ledger", 5),
]
EDGE = [
    edge("maker", "event"),
    edge("event", "bus", via="bus"),
    edge("bus", "queue", delivery="sometimes", when="detail.a is 1", rate=3.0),
    edge("bus", "audit", rate=4.0),
    edge("queue", "pipe"),
    edge("pipe", "bill"),
    edge("bill", "ledger"),
]


def look(view: View) -> tuple[pd.DataFrame, pd.DataFrame]:
    return viewed(pd.DataFrame(NODE, columns=list(NODES)), pd.DataFrame(EDGE, columns=list(EDGES)), view)


def names(view: View) -> list[str]:
    return list(look(view)[0]["id"])


def ends(view: View) -> Ends:
    edges = look(view)[1]
    return set(zip(edges["source"], edges["target"], strict=True))


def test_one_hop_reaches_what_the_bus_leads_to_and_who_puts_it_there() -> None:
    nodes, _ = look(View())
    assert list(nodes["id"]) == ["maker", "event", "bus", "queue", "audit"]
    assert dict(zip(nodes["id"], nodes["folded"], strict=True)) == {
        "maker": 0,
        "event": 0,
        "bus": 0,
        "queue": 3,
        "audit": 0,
    }


def test_columns_close_up_where_nodes_are_not_drawn() -> None:
    nodes, _ = look(View())
    assert list(nodes["column"]) == [-1, 0, 1, 2, 3]


def test_hops_reach_farther_and_to_the_end() -> None:
    assert names(View(hops=2)) == ["maker", "event", "bus", "queue", "audit", "pipe"]
    assert len(names(View(hops=None))) == len(NODE)


def test_a_node_that_was_opened_shows_one_hop_more() -> None:
    assert "pipe" in names(View(opened=frozenset({"queue"})))
    assert "bill" not in names(View(opened=frozenset({"queue"})))
    assert "bill" in names(View(opened=frozenset({"queue", "pipe"})))


def test_a_folded_node_hides_what_only_it_leads_to() -> None:
    nodes, _ = look(View(hops=None, folded=frozenset({"queue"})))
    assert list(nodes["id"]) == ["maker", "event", "bus", "queue", "audit"]
    assert nodes.set_index("id")["folded"]["queue"] == 3


def test_ways_go_on_through_a_kind_that_is_left_out() -> None:
    view = View(hops=None, without=frozenset({"queue", "pipe"}))
    assert ("bus", "bill") in ends(view)
    edges = look(view)[1].set_index("target")
    assert edges["delivery"]["bill"] == "sometimes"
    assert edges["when"]["bill"] == "detail.a is 1"
    assert edges["via"]["bill"] == "rule, rule, rule"


def test_the_middle_is_never_left_out() -> None:
    assert "event" in names(View(without=frozenset({"event"})))


def test_nodes_of_a_domain_are_put_together_on_each_side() -> None:
    nodes, edges = look(View(hops=None, by="domain"))
    told = nodes.set_index("id")
    assert set(told.index) == {"left:shop", "event", "right:shop", "right:money", "right:(none)"}
    assert told["health"]["right:money"] == "failing"
    assert told["says"]["right:money"] == "2 functions, 1 queue. It fails."
    bundled = edges[(edges["source"] == "right:shop") & (edges["target"] == "right:money")].iloc[0]
    assert (bundled["via"], bundled["rate"], bundled["delivery"]) == ("2 ways", 7.0, "always")


def test_what_is_put_together_is_the_whole_whatever_the_hops() -> None:
    nodes, _ = look(View(hops=1, by="domain"))
    assert set(nodes["id"]) == set(names(View(hops=None, by="domain")))
    assert set(nodes["folded"]) == {0}


def test_columns_close_up_where_nodes_are_put_together() -> None:
    nodes, _ = look(View(by="domain"))
    columns = sorted(set(nodes["column"]))
    assert columns == list(range(columns[0], columns[-1] + 1))


def test_what_was_folded_is_counted_for_its_group() -> None:
    nodes, _ = look(View(by="domain", folded=frozenset({"queue"})))
    assert nodes.set_index("id")["folded"]["right:money"] == 3


def test_ways_go_on_through_a_single_node_that_is_left_out() -> None:
    view = View(hops=None, left=frozenset({"queue", "event"}))
    assert "queue" not in names(view)
    assert ("bus", "pipe") in ends(view)
    assert "event" in names(view)
    assert left_out({str(row["id"]): row for row in NODE}, view) == {"queue"}


def test_what_is_to_be_found_is_drawn_with_the_way_to_it_even_behind_a_fold() -> None:
    view = View(shown=frozenset({"bill"}), folded=frozenset({"queue"}))
    assert names(view) == ["maker", "event", "bus", "queue", "audit", "pipe", "bill"]
    nodes, _ = look(view)
    assert nodes.set_index("id")["folded"]["bill"] == 1


def test_an_edge_opens_what_carries_it_else_its_end_away_from_the_middle() -> None:
    nodes = {str(row["id"]): row for row in NODE}
    assert opens(edge("bus", "queue", by="rule-1"), nodes) == "rule-1"
    assert opens(edge("maker", "event"), nodes) == "maker"
    assert opens(edge("event", "bus", by=float("nan")), nodes) == "bus"
    assert opens(edge("bus", "queue", by=pd.NA), nodes) == "queue"


def test_a_ring_ends() -> None:
    nodes = pd.DataFrame([node("event", 0, "event"), node("a", 1), node("b", 2)], columns=list(NODES))
    edges = pd.DataFrame([edge("event", "a"), edge("a", "b"), edge("b", "a")], columns=list(EDGES))
    for view in (View(), View(hops=None), View(without=frozenset({"function"})), View(by="domain")):
        assert "event" in set(viewed(nodes, edges, view)[0]["id"])


def test_an_empty_picture_stays_empty() -> None:
    nodes, edges = viewed(pd.DataFrame(columns=list(NODES)), pd.DataFrame(columns=list(EDGES)), View())
    assert nodes.empty
    assert edges.empty
