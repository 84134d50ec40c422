"""What somebody does at the console before its pages are asked for: offers a form and a plan, opens cases."""

from __future__ import annotations

import re
from io import BytesIO
from typing import TYPE_CHECKING

from openpyxl import load_workbook

from .field import FORMS, SURVEY
from .history import PLAN

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flask.testing import FlaskClient

_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
_NEXT_VERSION = "2099010101"


def open_cases(client: FlaskClient, cases: Iterable[int]) -> None:
    """Say why each case is read; it stays open for some minutes."""
    for case in cases:
        page = f"/incidents/{case}/open"
        typed = {"csrf_token": _token_of(client, page), "reason": "handling", "words": "Đo tốc độ (mẫu)"}
        client.post(page, data=typed)


def offer_changes(client: FlaskClient, project_id: int) -> None:
    """Send a form and a plan that differ a little from those in force; whoever may publish none is told so."""
    plan = PLAN.with_name("plan-4002.xlsx").read_bytes()
    for page, name, file in (("/forms", "form.xlsx", _next_version()), ("/plans", PLAN.name, plan)):
        typed = {"project": project_id, "csrf_token": _token_of(client, page), "file": (BytesIO(file), name)}
        client.post(page, data=typed, content_type="multipart/form-data")


def _token_of(client: FlaskClient, page: str) -> str:
    token = _TOKEN.search(client.get(page).text)
    assert token is not None, "the page has a form"
    return token[1]


def _next_version() -> bytes:
    book = load_workbook(FORMS / SURVEY / "form.xlsx")
    header = [cell.value for cell in book["settings"][1]]
    book["settings"].cell(2, header.index("version") + 1).value = _NEXT_VERSION
    book.save(written := BytesIO())
    return written.getvalue()
