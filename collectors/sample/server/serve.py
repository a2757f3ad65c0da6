"""Serving the local AWS in this process, on loopback only."""

from __future__ import annotations

import socket
import threading
from typing import Any

from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.serving import BaseWSGIServer, make_server

from collectors.sample.server.front import Front


class QuietHandler(MotoRequestHandler):  # type: ignore[misc]  # moto has no stubs
    """Keeps connections open, as AWS does, and writes no log. Without Nagle's delay, which would cost 40 ms a call."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log(self, _kind: str, _message: str, *_args: Any) -> None:
        """Nothing: a server that tests run by the thousand must not talk."""


def serve(port: int = 0) -> BaseWSGIServer:
    """A server on 127.0.0.1, already answering on a thread of its own. port 0: any free one, see server_port.

    Raises OSError for a port that is taken.
    """
    with socket.create_server(("127.0.0.1", port)):
        pass  # werkzeug would print advice and end the process
    server = make_server("127.0.0.1", port, Front(), threaded=True, request_handler=QuietHandler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server
