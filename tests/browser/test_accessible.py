"""Every page in both themes: axe finds nothing serious, and nothing breaks the content security policy."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from dashboard.pages import PAGES
from tests.browser.conftest import settled
from tests.browser.serving import BROKEN_POLICY

EVENT = "?source=com.acme.orders&type=OrderPlaced"
ABOUT = {
    "event": (EVENT, f"{EVENT}&view=Throughput", f"{EVENT}&view=Payload"),
    "producer": ("?of=arn:aws:lambda:eu-west-1:222222222222:function:checkout-api",),
    "resource": ("?of=domain:orders",),
    "try": (EVENT,),
    "what-if": (EVENT,),
}


@pytest.mark.browser
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_no_serious_issue_and_no_policy_is_broken(
    chromium: Browser, sample_address: str, theme: str
) -> None:
    context = chromium.new_context(viewport={"width": 1440, "height": 1000}, color_scheme=theme)
    page = context.new_page()
    broken: list[str] = []
    page.on("console", lambda message: broken.append(message.text) if BROKEN_POLICY in message.text else None)
    issues = []
    for path in [f"{one.slug}{query}" for one in PAGES for query in ABOUT.get(one.slug, ("",))]:
        page.goto(f"{sample_address}/{path}")
        settled(page)
        found = Axe().run(page).response["violations"]
        issues += [
            (path, issue["id"], issue["nodes"][0]["html"][:300])
            for issue in found
            if issue["impact"] in ("serious", "critical")
        ]
    context.close()
    assert not issues
    assert not broken


@pytest.mark.browser
def test_every_answer_carries_the_policy(chromium: Browser, sample_address: str) -> None:
    context = chromium.new_context()
    answers = [
        context.request.get(f"{sample_address}/{path}") for path in ("", "_stcore/health", "nothing/here")
    ]
    for answer in answers:
        assert "default-src 'self'" in answer.headers["content-security-policy"]
        assert "unsafe-eval" not in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
    context.close()
