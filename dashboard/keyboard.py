"""The keyboard of the page: a script of our own, served from this server and named in Streamlit's page as that is sent.

Streamlit has no key that focuses a box, and none that moves through links; docs/decisions/0005 says why it is done here.
"""

from functools import reduce
from pathlib import Path
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

NAME = "headwater-keyboard.js"
_SCRIPT = Path(__file__).with_name("keyboard.js")
_TAG = f'<script src="./{NAME}" defer></script></head>'.encode()
_NOT_AS_IT_IS = frozenset({b"accept-encoding", b"if-none-match", b"if-modified-since", b"range"})
"""Headers of a request that would bring the page compressed, or not at all because the browser has it."""


def asked(text: str) -> str:
    """The key of the container that holds the answer to a text: Enter waits for the one to what stands in the box."""
    return f"asked-{reduce(lambda told, byte: (told * 31 + byte) % 2**32, text.encode(errors='replace'), 7)}"


class Keyboard:
    """ASGI middleware: answers for the script, and puts its tag into the head of every page that is sent whole."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._script = _SCRIPT.read_bytes()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http" or scope["method"] != "GET":
            await self._app(scope, receive, send)
        elif scope["path"].endswith(f"/{NAME}"):
            told = {"Cache-Control": "no-cache"}
            await Response(self._script, media_type="text/javascript", headers=told)(scope, receive, send)
        elif "text/html" in Headers(scope=scope).get("accept", ""):
            plain = [(name, value) for name, value in scope["headers"] if name not in _NOT_AS_IT_IS]
            await self._app({**scope, "headers": plain}, receive, _Page(send))
        else:
            await self._app(scope, receive, send)


class _Page:
    """Sends what it is given, a page with the tag in its head; for that a page is held back until it is whole."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._start: Message | None = None
        self._body = b""

    async def __call__(self, message: Message) -> None:
        """One message of the answer."""
        if message["type"] == "http.response.start" and _is_page(message):
            self._start = message
        elif message["type"] == "http.response.body" and self._start is not None:
            self._body += message.get("body", b"")
            if not message.get("more_body", False):
                await self._whole(self._start)
        else:
            await self._send(message)

    async def _whole(self, start: Message) -> None:
        body = self._body.replace(b"</head>", _TAG, 1)
        headers: Any = MutableHeaders(raw=list(start["headers"]))
        headers["Content-Length"] = str(len(body))
        for name in ("ETag", "Last-Modified"):  # they are those of the page without the tag
            if name in headers:
                del headers[name]
        await self._send({**start, "headers": headers.raw})
        await self._send({"type": "http.response.body", "body": body})


def _is_page(start: Message) -> bool:
    told = Headers(raw=start["headers"])
    return told.get("content-type", "").startswith("text/html") and "content-encoding" not in told
