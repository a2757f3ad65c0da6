"""How property tests draw: every run the same few examples, so that it is quick and says the same each time; `make laws` many new ones.

No deadline: how long one example takes says what else the machine does. No shrinking: a failing case may be large, but the run stays short.
"""

import os

from hypothesis import Phase, settings

TIMES = int(os.environ.get("LAWS", "1"))
LAW = settings(
    max_examples=25 * TIMES, deadline=None, derandomize=TIMES == 1, phases=(Phase.generate,), database=None
)
