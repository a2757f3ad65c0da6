"""A process that parses log files: asked over stdin, answers over stdout, ends when its parent closes them or is gone."""

import gc
import pickle
import signal
import sys

from collectors.evidence.put_events import parse


def main() -> None:
    """(contents, partition) in, Parsed out, until there is no more. An interrupt is the parent's to answer."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    asks, answers = sys.stdin.buffer, sys.stdout.buffer
    gc.freeze()
    gc.disable()  # looking for cycles among millions of records would cost more than reading them
    while True:
        try:
            contents, partition = pickle.load(asks)  # noqa: S301 - from the process that started this one
        except EOFError:
            return
        pickle.dump(parse(contents, partition), answers, pickle.HIGHEST_PROTOCOL)
        answers.flush()
        gc.collect()


if __name__ == "__main__":
    main()
