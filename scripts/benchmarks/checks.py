"""What a page that is being filled in asks with every answer: all that was typed so far, and one answer that changed.

The page is opened once and read as a browser reads it; what is measured is the question that comes back from it.
"""

from __future__ import annotations

from html.parser import HTMLParser
from typing import TYPE_CHECKING, Final

from werkzeug.datastructures import MultiDict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask.testing import FlaskClient

CHECKS: Final[Mapping[str, tuple[str, str]]] = {
    "incidents_correct_check": ("/incidents/{case}/correct", "/incidents/{case}/correct/check"),
    "submissions_correct_check": ("/submissions/{submission_id}/correct", "/submissions/{submission_id}/correct/check"),
    "submissions_sheet_check": (
        "/submissions/paper?writer={collaborator_id}&form={form}",
        "/submissions/paper/check",
    ),
}
"""Each question by its name: the page it comes from, and where it is asked."""

_ANSWER: Final = "a:"
_TICKED: Final = frozenset({"checkbox", "radio"})


def typed_into(client: FlaskClient, page: str) -> MultiDict[str, str]:
    """Return what the form of a page would send after one answer of it was changed."""
    form = _Form()
    form.feed(client.get(page).text)
    changed = next(name for name, offered in form.offered.items() if len(offered) > 1)
    other = next(one for one in form.offered[changed] if one not in form.typed.getlist(changed))
    form.typed.setlist(changed, [other])
    form.typed["shown"] = " ".join(form.marks)
    return form.typed


class _Form(HTMLParser):
    """Reads what the fields of a page hold, what its first choices offer, and the marks of what stands on it."""

    def __init__(self) -> None:
        super().__init__()
        self.typed: MultiDict[str, str] = MultiDict()
        self.offered: dict[str, list[str]] = {}
        self.marks: list[str] = []
        self._filled = ""
        """The field whose content follows: of a list or of several lines."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if "data-mark" in told:
            self.marks.append(told["data-mark"])
        if tag in {"select", "textarea"}:
            self._filled = told.get("name", "")
        elif tag == "option" and "selected" in told:
            self.typed.add(self._filled, told.get("value", ""))
        elif tag == "input":
            self._input(told)

    def handle_endtag(self, tag: str) -> None:
        if tag in {"select", "textarea"}:
            self._filled = ""

    def handle_data(self, data: str) -> None:
        if self._filled and self.lasttag == "textarea":
            self.typed.add(self._filled, data)

    def _input(self, told: Mapping[str, str]) -> None:
        name, value, kind = told.get("name", ""), told.get("value", ""), told.get("type", "")
        if kind == "radio" and name.startswith(_ANSWER):
            self.offered.setdefault(name, []).append(value)
        if name and (kind not in _TICKED or "checked" in told):
            self.typed.add(name, value)
