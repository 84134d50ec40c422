"""What is printed of a page: what is read, and nothing to press."""

from __future__ import annotations

import pytest
from console_world import DAK_HA, PASSWORD, make_account

from server.access.roles import Role
from tests.chromium import signs_in, watched
from tests.web.console.test_in_browser import address

__all__ = ["address"]
pytestmark = pytest.mark.browser


def test_paper_shows_nothing_to_press(browser, address, world):
    make_account(world.services, "xa.dakha", (Role.SUPERVISOR, DAK_HA))
    page = watched(browser.new_page(base_url=address))
    signs_in(page, "xa.dakha", PASSWORD)
    for at in (f"/submissions/{world.records['41']}", "/submissions", "/collaborators/1"):
        page.goto(at)
        page.emulate_media(media="print")
        pressed = "main :is(button, [role=button], input, select):visible, main > p:first-child > a:visible"
        assert page.locator(pressed).evaluate_all("all => all.map(one => one.outerHTML)") == [], at
        page.emulate_media(media="screen")
    page.close()
