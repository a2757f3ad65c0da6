"""Sentences of the Ask box: what flows from A to B, who reads a field."""

from tests.pages.conftest import Run
from tests.pages.test_pages import rows, said


def test_what_flows_from_an_event_to_a_function_is_answered_as_a_path(run: Run) -> None:
    app = run("ask", q="what flows from Sold to audit?")
    assert "From event type Sold to function audit:" in said(app)
    assert "It cannot be ruled out." in said(app)
    assert rows(app, "Path") == ["function audit"]


def test_a_name_that_nothing_bears_offers_the_nearest(run: Run) -> None:
    app = run("ask", q="from Sold to audti")
    assert "Nothing here is called “audti”. The nearest: audit" in said(app)


def test_a_path_to_an_event_type_is_refused_in_a_sentence(run: Run) -> None:
    assert "Sold is an event type: a path ends in" in said(run("ask", q="from shop to Sold"))


def test_who_reads_a_field_names_the_types_that_have_it(run: Run) -> None:
    app = run("ask", q="who reads detail.total?")
    assert "detail.total is a field of 2 event types by their schemas." in said(app)
    told = zip(rows(app, "Event type"), rows(app, "Read on the way for"), rows(app, "Where"), strict=True)
    assert list(told) == [("Lost", 0, ""), ("Sold", 1, "rule pattern of to-audit")]


def test_a_field_that_no_schema_has(run: Run) -> None:
    assert "detail.nothing is a field of 0 event types" in said(run("ask", q="who reads detail.nothing"))


def test_what_is_failing_is_told_with_how_much_was_judged(run: Run) -> None:
    told = said(run("ask", q="what is failing in selling?"))
    assert "in selling." in told
    assert "is not known." in told or "are not judged." in told


def test_a_domain_that_nothing_names_offers_the_nearest(run: Run) -> None:
    assert "There is no domain “seling”. The nearest: selling" in said(run("ask", q="failures in seling"))
