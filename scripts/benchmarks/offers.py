"""What an administrator looks at before it is in force: a form and a plan, changed a little and sent to the console."""

from __future__ import annotations

import re
from io import BytesIO
from typing import TYPE_CHECKING

from openpyxl import load_workbook

from .field import FORMS, SURVEY
from .history import PLAN

if TYPE_CHECKING:
    from flask.testing import FlaskClient

_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
_NEXT_VERSION = "2099010101"


def offer_changes(client: FlaskClient, project_id: int) -> None:
    """Send both; whoever may publish none is told so."""
    plan = PLAN.with_name("plan-4002.xlsx").read_bytes()
    for page, name, file in (("/forms", "form.xlsx", _next_version()), ("/plans", PLAN.name, plan)):
        token = _TOKEN.search(client.get(page).text)
        assert token is not None, "the page has a form"
        typed = {"project": project_id, "csrf_token": token[1], "file": (BytesIO(file), name)}
        client.post(page, data=typed, content_type="multipart/form-data")


def _next_version() -> bytes:
    book = load_workbook(FORMS / SURVEY / "form.xlsx")
    header = [cell.value for cell in book["settings"][1]]
    book["settings"].cell(2, header.index("version") + 1).value = _NEXT_VERSION
    book.save(written := BytesIO())
    return written.getvalue()
