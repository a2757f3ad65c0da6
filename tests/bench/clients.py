"""A browser without a screen: speaks Streamlit's websocket, asks for pages as a browser does, and waits until each is drawn."""

import time
from types import TracebackType
from typing import Self
from urllib.parse import urlencode

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.util import calc_hash
from websockets.sync.client import ClientConnection, connect

TIMEOUT = 60.0


class Client:
    """One session. `ask` gives the seconds until the page with these URL parameters was drawn, and what it said."""

    def __init__(self, address: str) -> None:
        host = address.removeprefix("http://")
        self._socket: ClientConnection = connect(
            f"ws://{host}/_stcore/stream", subprotocols=["streamlit"], max_size=None, origin=address
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()

    def ask(self, slug: str = "", **query: str) -> tuple[float, str]:
        """Ask for a page. Raises RuntimeError when it failed, TimeoutError when it is not drawn in time."""
        message = BackMsg()
        message.rerun_script.query_string = urlencode(query)
        if slug:
            message.rerun_script.page_script_hash = calc_hash(slug)
        began = time.perf_counter()
        self._socket.send(message.SerializeToString())
        said: list[str] = []
        while True:
            answer = ForwardMsg()
            answer.ParseFromString(self._socket.recv(timeout=TIMEOUT))
            kind = answer.WhichOneof("type")
            if kind == "delta" and answer.delta.new_element.WhichOneof("type") == "text":
                said.append(answer.delta.new_element.text.body)
            if kind == "script_finished":
                if answer.script_finished != ForwardMsg.ScriptFinishedStatus.FINISHED_SUCCESSFULLY:
                    raise RuntimeError(f"the script ended with {answer.script_finished}")
                return time.perf_counter() - began, "\n".join(said)
