"""What the server tells the browser about the page."""

import asyncio
import base64
import hashlib
from typing import Any

from dashboard.headers import Headers, policy

SCRIPT = "window.x = 1"
PAGE = f'<script>{SCRIPT}</script><script type="module" src="./a.js"></script>'


def test_an_inline_script_of_the_page_may_run_and_no_other() -> None:
    digest = base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()
    assert f"script-src 'self' 'sha256-{digest}';" in policy(PAGE)


def test_no_other_host_and_no_frame_and_no_evaluated_code() -> None:
    told = policy(PAGE)
    assert "http" not in told
    assert "unsafe-eval" not in told
    assert told.endswith("frame-ancestors 'none'")


def test_answers_get_the_headers_and_websockets_pass() -> None:
    sent: list[Any] = []

    async def app(_: Any, __: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "websocket.accept"})

    async def send(message: Any) -> None:
        sent.append(message)

    for kind in ("http", "websocket"):
        asyncio.run(Headers(app)({"type": kind}, None, send))  # type: ignore[arg-type]
    names = [[name for name, _ in message.get("headers", [])] for message in sent]
    assert b"content-security-policy" in names[0]
    assert names[1:] == [[], [], []]
