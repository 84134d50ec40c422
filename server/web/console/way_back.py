"""Where somebody goes on after a form was refused: the page it stood on, narrowed as it was, not the first page.

Browsers do not tell (`headers` forbids it), so it is read from what was sent.
"""

from __future__ import annotations

from typing import Any, Final

from flask import request, url_for
from werkzeug.exceptions import RequestEntityTooLarge

from server.operations.sights import Desk
from server.web.console.asked import asked_within, came_from_list, read_targets
from server.web.console.asked_people import asked_people, people_within
from server.web.console.asked_register import pairs_within, register_within


def way_back() -> str | None:
    """Return the address of the page whose form this request sent, None where there is none to go back to."""
    if request.method != "POST" or not _is_read():
        return None
    match (request.endpoint or "").removeprefix("console.").rpartition("_"):
        case "submissions" | "incidents" as name, _, "decide" | "undo" | "approve":
            return _records(name)
        case "incidents_published" | "plans" | "forms" as name, _, _:
            return url_for(f"console.{name}")
        case "held" | "incidents_held" | "practice" as name, _, _:
            return url_for(f"console.{name}")
        case "collaborator" | "account" | "account_post" | "own" as name, _, what:
            return _person(name.partition("_")[0], what)
        case "register", _, what:
            return _register(what)
        case _:
            return None


def _is_read() -> bool:
    """Return whether what was sent can be read: not where it was refused for its size."""
    try:
        return request.form is not None
    except RequestEntityTooLarge:
        return False


_REGISTER_PAGES: Final = {
    "settle": "register_conflict",
    "edit": "register_entity",
    "remove": "register_entity",
    "restore": "register_entity",
    "answer": "register_entity",
    "merge": "register_pair",
}


def _person(name: str, what: str) -> str | None:
    """Return the page of the person something was to be done to; their list, where it was to several or to nobody."""
    if name == "own":
        return url_for("console.own")
    if what in {"make", "enrol"}:
        return url_for(f"console.{name}s")
    if what == "cards":
        return url_for(f"console.{name}s", **asked_people(request.form).with_())
    of_list = people_within(request.args) if name == "collaborator" else {}
    return url_for(f"console.{name}", **(request.view_args or {}), **of_list)


def _register(what: str) -> str | None:
    """Return the page of the entity, or of the two, that were to be changed; else the pairs that were found."""
    if what in {"dismiss", "reopen"}:
        return url_for("console.register_duplicates", **pairs_within(request.args))
    page = _REGISTER_PAGES.get(what)
    of_list: dict[str, Any] = {**register_within(request.args)}
    return url_for(f"console.{page}", **(request.view_args or {}), **of_list) if page else None


def _records(name: str) -> str:
    """Return the record that was decided, or the list: of several, and of none."""
    desk = Desk.EVERYDAY if name == "submissions" else Desk.INCIDENTS
    parameters: dict[str, Any] = {**asked_within(request.form, desk).parameters}
    targets = read_targets(request.form.getlist("record"))
    if len(targets) == 1 and not came_from_list(request.form):
        return url_for(f"console.{name}_record", submission_id=targets[0].submission_id, **parameters)
    return url_for(f"console.{name}", **parameters)
