"""Cases opened as people open them, for tests of what is read or decided afterwards."""

from __future__ import annotations

from console_world import csrf_of

from server.access.openings import OpeningReason, Why
from server.operations.open_case import open_case

WHY = Why(OpeningReason.HANDLING, "Xử lý vụ việc (mẫu)")


def open_cases(services, account, *submission_ids):
    """Open cases to an account, in the sign-in it acts in."""
    for one in submission_ids:
        open_case(services, account, one, WHY)


def open_page(client, submission_id, where="/incidents"):
    """Open a case in a browser that took the second step: a filed one, or in the tray."""
    typed = {"csrf_token": csrf_of(client), "reason": WHY.reason.value, "words": WHY.words}
    assert client.post(f"{where}/{submission_id}/open", data=typed).status_code == 303
