"""A browser without a screen: speaks Streamlit's websocket, asks for pages as a browser does, and waits until each is drawn."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self
from urllib.parse import urlencode

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.util import calc_hash
from websockets.sync.client import ClientConnection, connect

TIMEOUT = 60.0


class Client:
    """One session. `ask` gives the seconds until the answer's sentence stood there, and until the whole page was drawn."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket

    @classmethod
    @contextmanager
    def at(cls, address: str) -> Iterator[Self]:
        """A session with the server of this address."""
        host = address.removeprefix("http://")
        with connect(
            f"ws://{host}/_stcore/stream", subprotocols=["streamlit"], max_size=None, origin=address
        ) as socket:
            yield cls(socket)

    def ask(self, slug: str = "", awaited: str = "is produced by", **query: str) -> tuple[float, float]:
        """Ask for a page. Raises RuntimeError when it failed or never said what was awaited, TimeoutError when it takes too long."""
        message = BackMsg()
        message.rerun_script.query_string = urlencode(query)
        if slug:
            message.rerun_script.page_script_hash = calc_hash(slug)
        began = time.perf_counter()
        self._socket.send(message.SerializeToString())
        answered: float | None = None
        while True:
            answer = ForwardMsg()
            answer.ParseFromString(self._socket.recv(timeout=TIMEOUT))
            kind = answer.WhichOneof("type")
            text = answer.delta.new_element.text.body if kind == "delta" else ""
            if answered is None and awaited in text:
                answered = time.perf_counter() - began
            if kind == "script_finished":
                if answer.script_finished != ForwardMsg.ScriptFinishedStatus.FINISHED_SUCCESSFULLY:
                    raise RuntimeError(f"the script ended with {answer.script_finished}")
                if answered is None:
                    raise RuntimeError(f"nothing said that it {awaited}")
                return answered, time.perf_counter() - began
