"""What every first question of a snapshot would wait for, made in the background; and a heap that is not searched for garbage.

Streamlit collects garbage after each run of a page. With a large estate in memory each of those looks at millions of objects
that are there to stay: a third of a second, with every other reader waiting. What is made once is therefore frozen.
"""

import gc
import sys
import threading
import time
import traceback
from collections.abc import Iterator

from dashboard.flow.health import failing, judging, things
from dashboard.flow.model.estate import Estate
from dashboard.flow.model.known import known
from dashboard.flow.who import catalogue, loose_ends, search

PAUSE = 0.003
"""Seconds between two steps, for those who ask meanwhile."""


on = False
"""Whether this process serves pages: what answers one question and ends warms nothing."""


def begin(estate: Estate) -> None:
    """Make ready what a snapshot's first questions need. Nobody waits for it: who asks meanwhile makes what is missing."""
    if on:
        freeze()
        threading.Thread(target=_run, args=(estate,), name="warming", daemon=True).start()


def freeze() -> None:
    """Leave what is there now out of later garbage collections. What was left out before is looked at once more: a snapshot may be gone."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def settle() -> None:
    """Leave what came since out of later garbage collections as well: answers that are kept."""
    if on:
        gc.collect()
        gc.freeze()


def _run(estate: Estate) -> None:
    try:
        for _ in _steps(estate):
            time.sleep(PAUSE)
    except Exception:  # noqa: BLE001 - whoever asks for it gets the error, as a sentence
        traceback.print_exc(file=sys.stderr)
    freeze()


def _steps(estate: Estate) -> Iterator[None]:
    """Names, then how things do and what fails, then who consumes each event type, and what hangs loose: what is asked first comes first."""
    search.search(estate, "a", 1)
    yield
    arns = things.measured(estate).arns()
    judging.troubles_of(estate, arns)
    yield
    for arn in arns:
        judging.health(estate, [arn])
        yield
    failing.failings(estate)
    yield
    for key in sorted(known(estate)):
        catalogue.row(estate, *key)
        yield
    catalogue.events(estate)
    yield
    loose_ends.loose_ends(estate)
