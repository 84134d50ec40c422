"""The system's Chromium, as tests of pages drive it."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

CHROMIUM = Path("/usr/bin/chromium")


@contextmanager
def chromium() -> Iterator[Browser]:
    """Give a browser, and close it afterwards."""
    if not CHROMIUM.exists():
        pytest.fail("Chromium is missing: install it (Debian: apt-get install chromium)", pytrace=False)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield browser
        browser.close()


def watched(page: Page) -> Page:
    """Have a page keep in its ``alarms`` every dialog it opens, and every error it meets or its console tells of."""
    alarms: list[str] = []
    page.alarms = alarms
    page.on("dialog", lambda dialog: (alarms.append(dialog.message), dialog.dismiss()))
    page.on("console", lambda line: alarms.append(line.text) if line.type == "error" else None)
    page.on("pageerror", lambda fault: alarms.append(str(fault)))
    return page


def signs_in(page: Page, login: str, password: str) -> None:
    """Sign in as people do, and wait for the first page."""
    page.goto("/sign-in")
    page.fill("input[name=login]", login)
    confirms(page, password)
    page.wait_for_url("**/")


def confirms(page: Page, password: str) -> None:
    """Type the password where it is asked for."""
    page.fill("input[name=password]", password)
    page.press("input[name=password]", "Enter")
