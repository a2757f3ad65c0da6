"""The answer for one event type as pages show it: asked once a snapshot and question, kept for every browser."""

from dataclasses import dataclass
from itertools import count

import streamlit as st

from dashboard import warming
from dashboard.flow.answers import Consumers, GapNote, Health, Producers, Question
from dashboard.flow.health import judging
from dashboard.flow.model.estate import Estate
from dashboard.flow.who import consumers, producers, summary

SETTLE_EVERY = 25
_MADE = count(1)


@dataclass(frozen=True)
class Answer:
    """Who gets it, who makes it, how they do, and the sentence over it."""

    got: Consumers
    made: Producers
    health: dict[str, Health]
    sentence: str

    @property
    def gaps(self) -> tuple[GapNote, ...]:
        """Gaps that touch either side, each once."""
        return tuple(dict.fromkeys((*self.got.gaps, *self.made.gaps)))


def answer(estate: Estate, source: str, detail_type: str, bus: str | None = None) -> Answer:
    """The answer. Raises UsageError for a bus that nothing knows."""
    return _answer(estate.snapshot.id, source, detail_type, bus, estate)


@st.cache_resource(max_entries=500, show_spinner="Following the event …")
def _answer(
    snapshot_id: str,  # noqa: ARG001 - the snapshot's id stands for the estate in the cache's key
    source: str,
    detail_type: str,
    bus: str | None,
    _estate: Estate,
) -> Answer:
    if next(_MADE) % SETTLE_EVERY == 0:
        warming.settle()
    question = Question(source, detail_type, bus)
    got = consumers.consumers(_estate, question)
    made = producers.producers(_estate, question)
    found = judging.health(_estate, [arn for row in got.consumers for arn in judging.stages(_estate, row)])
    return Answer(got, made, found, summary.sentence(got, made, found))
