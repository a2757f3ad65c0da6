"""The script of the keys: served from here, named in every page that is sent, and in nothing else."""

import asyncio
from typing import Any

from dashboard.keyboard import NAME, Keyboard, asked

PAGE = "<head><title>é</title></head><body></head>"
ASKED = {"accept": "text/html,application/xhtml+xml", "accept-encoding": "gzip", "if-none-match": "x"}


def got(path: str, kind: str = "text/html; charset=utf-8") -> tuple[dict[str, str], str]:
    """Headers and text of what a browser is sent that asks for a page, by an app that sends it in two parts."""
    sent: list[Any] = []

    async def app(scope: Any, _: Any, send: Any) -> None:
        assert [name for name, _ in scope["headers"]] == [b"accept"]  # else it would be packed, or not sent
        headers = [(b"content-type", kind.encode()), (b"etag", b"x"), (b"content-length", b"43")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        body = PAGE.encode()
        await send({"type": "http.response.body", "body": body[:16], "more_body": True})
        await send({"type": "http.response.body", "body": body[16:]})

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(name.encode(), value.encode()) for name, value in ASKED.items()]
    scope = {"type": "http", "method": "GET", "path": path, "headers": headers}
    asyncio.run(Keyboard(app)(scope, None, send))  # type: ignore[arg-type]
    told = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return told, b"".join(message.get("body", b"") for message in sent[1:]).decode()


def test_a_page_names_the_script_once_in_its_head_and_is_no_copy_the_browser_has() -> None:
    headers, text = got("/event")
    assert text == f'<head><title>é</title><script src="./{NAME}" defer></script></head><body></head>'
    assert headers == {
        "content-type": "text/html; charset=utf-8",
        "content-length": str(len(text.encode())),
    }


def test_what_is_no_page_is_sent_as_it_is() -> None:
    headers, text = got("/other", "application/json")
    assert (text, headers["etag"]) == (PAGE, "x")


def test_the_script_is_served_below_any_path() -> None:
    headers, text = got(f"/base/{NAME}")
    assert headers["content-type"].startswith("text/javascript")
    assert "keydown" in text


def test_an_answer_bears_the_sum_that_the_script_works_out() -> None:
    # 7·31³ + 97·31² + 98·31 + 99, and é is the two bytes 195 and 169
    assert (asked(""), asked("abc"), asked("é")) == ("asked-7", "asked-304891", "asked-12941")
