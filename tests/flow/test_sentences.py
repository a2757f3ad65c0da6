"""What a sentence typed into the Ask box asks."""

import pytest

from dashboard.flow.model.sentences import Sentence, parse

CASES = {
    "OrderPlaced": Sentence("any", "OrderPlaced"),
    " OrderPlaced? ": Sentence("any", "OrderPlaced"),
    "who consumes OrderPlaced?": Sentence("consumers", "OrderPlaced"),
    "What listens to 'Order Placed'": Sentence("consumers", "Order Placed"),
    "which teams read OrderPlaced": Sentence("consumers", "OrderPlaced"),
    "who uses detailed-orders?": Sentence("consumers", "detailed-orders"),
    "who sends OrderPlaced ?": Sentence("producers", "OrderPlaced"),
    "What do orders consume and produce": Sentence("any", "orders"),
    "which events does the inbox get?": Sentence("any", "inbox"),
    'what does "team a" produce?': Sentence("any", "team a"),
    "consumers of OrderPlaced": Sentence("consumers", "OrderPlaced"),
    "who produces OrderPlaced": Sentence("producers", "OrderPlaced"),
    "producer of OrderPlaced": Sentence("producers", "OrderPlaced"),
    "what does billing consume and produce?": Sentence("any", "billing"),
    "what events does the audit queue get": Sentence("any", "audit queue"),
    "what flows from orders to billing?": Sentence("between", "orders", "billing"),
    "which events flow from orders to billing": Sentence("between", "orders", "billing"),
    "what goes from a to b to c": Sentence("between", "a", "b to c"),
    "is there a path from OrderPlaced to ledger?": Sentence("between", "OrderPlaced", "ledger"),
    "from orders to billing": Sentence("between", "orders", "billing"),
    "how does OrderPlaced reach the ledger": Sentence("between", "OrderPlaced", "the ledger"),
    "who reads detail.total?": Sentence("reads", "detail.total"),
    "Who depends on $.detail.order.total": Sentence("reads", "$.detail.order.total"),
    "who breaks if I drop detail.total?": Sentence("reads", "detail.total"),
    "who breaks without detail.total": Sentence("reads", "detail.total"),
    "who breaks without total?": Sentence("reads", "total"),
    "what breaks when we remove customerId?": Sentence("reads", "customerId"),
    "who depends on orders?": Sentence("consumers", "orders"),
    "which teams need OrderPlaced": Sentence("consumers", "OrderPlaced"),
    "what is failing in payments?": Sentence("failing", "payments"),
    "what's failing": Sentence("failing", ""),
    "failures in payments": Sentence("failing", "payments"),
    "which rules are broken in payments": Sentence("failing", "payments"),
    "what does it all mean": Sentence("any", "what does it all mean"),
    "failing-orders": Sentence("any", "failing-orders"),
    "from-orders-to-billing": Sentence("any", "from-orders-to-billing"),
    "": Sentence("any", ""),
}


@pytest.mark.parametrize("text", CASES)
def test_a_sentence_asks(text: str) -> None:
    assert parse(text) == CASES[text]


def test_a_long_text_is_looked_at_quickly() -> None:
    text = "who consumes " + "a to from path does " * 100
    assert parse(text).intent in ("consumers", "between")
