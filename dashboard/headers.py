"""What the server tells the browser about the page: a strict content security policy, and no leaks by referrer or frame.

Scripts come from this server alone; of Streamlit's inline scripts only those that its own page holds now, by their hash.
Styles may be inline, since Streamlit and plotly write them so. No other host is ever asked.
"""

import base64
import hashlib
import re
from pathlib import Path
from typing import Any

import streamlit
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_INLINE = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_INDEX = Path(streamlit.__file__).parent / "static" / "index.html"


def inline_hashes(page: str) -> list[str]:
    """The sources that let exactly these inline scripts of a page run."""
    digests = [hashlib.sha256(script.encode()).digest() for script in _INLINE.findall(page)]
    return [f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests]


def policy(page: str) -> str:
    """The content security policy for Streamlit's page."""
    parts = {
        "default-src": ["'self'"],
        "script-src": ["'self'", *inline_hashes(page)],
        "style-src": ["'self'", "'unsafe-inline'"],
        "img-src": ["'self'", "data:", "blob:"],
        "font-src": ["'self'", "data:"],
        "connect-src": ["'self'"],
        "worker-src": ["'self'", "blob:"],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
    return "; ".join(f"{name} {' '.join(sources)}" for name, sources in parts.items())


class Headers:
    """ASGI middleware: adds the headers to every answer, static files and errors included."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._headers = {
            "Content-Security-Policy": policy(_INDEX.read_text(encoding="utf-8")),
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
            "Referrer-Policy": "no-referrer",
            "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
            "Cross-Origin-Opener-Policy": "same-origin",
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request. Websockets have no page that could break a policy."""

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers: Any = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers[name] = value
            await send(message)

        await self._app(scope, receive, told if scope["type"] == "http" else send)
