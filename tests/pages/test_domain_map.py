"""The Map page: who feeds whom."""

from tests.pages.conftest import Run
from tests.pages.test_pages import rows, said


def test_the_map_names_each_way_with_what_flows(run: Run) -> None:
    app = run("map")
    assert "2 domains: 1 event type crosses from one to another, on 1 way." in said(app)
    told = set(zip(rows(app, "From"), rows(app, "To"), rows(app, "Which"), strict=True))
    assert told == {("selling", "selling", "Sold"), ("selling", "control", "Sold")}


def test_what_belongs_to_a_resource_is_taken_from_the_address(run: Run) -> None:
    assert not run("map", of="domain:selling", way="to here").query_params


def test_the_domain_filter_keeps_what_gives_to_it_or_takes_from_it(run: Run) -> None:
    whole, some = run("map"), run("map", domain="control")
    kept = set(zip(rows(some, "From"), rows(some, "To"), strict=True))
    assert kept == {
        way for way in zip(rows(whole, "From"), rows(whole, "To"), strict=True) if "control" in way
    }


def test_a_way_opens_its_contract_beside_the_map(run: Run) -> None:
    app = run("map", sel="selling to control")
    told = said(app)
    assert "selling → control" in told
    assert "Consumers: 1" in told
    labels = [str(link.proto.label).replace("\\", "") for link in app.get("page_link")]
    assert any(label.startswith("Sold") for label in labels)
    assert "All of control, and the path" in labels
    app.button(key="close").click().run()
    assert "sel" not in app.query_params


def test_a_way_that_is_not_there_is_dropped_with_a_note(run: Run) -> None:
    app = run("map", sel="selling to nobody")
    assert "sel “selling to nobody” in the link is not known here" in said(app)
    assert "sel" not in app.query_params
