"""The pages on which a record is corrected at the office: a form like the phone's, made anew with every step.

What was typed so far travels with the page, signed for whoever types, so that the page needs no script: a button works
out what is asked next, another one keeps it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from flask import make_response, redirect, request, url_for
from itsdangerous import BadSignature, URLSafeSerializer

from server.errors import InvalidInput
from server.operations.correct_record import (
    Draft,
    Kept,
    check_correction,
    go_on,
    keep_correction,
    start_correction,
)
from server.operations.record_sheet import Step
from server.operations.sights import Desk
from server.submissions.documents import unnumbered
from server.submissions.typed_answers import field_text
from server.web.console.asked import asked_within
from server.web.console.live_check import marking, marks_shown
from server.web.console.record_view import told_change, told_finding
from server.web.console.screen import chosen_language
from server.web.identity import signed_in

if TYPE_CHECKING:
    from flask import Response

    from server.access.actors import Account
    from server.forms.definition import Node
    from server.operations.correct_record import Correction
    from server.operations.services import Services
    from server.submissions.findings import Finding
    from server.submissions.questionnaire import Question
    from server.web.console.asked import Asked
    from server.web.console.record_view import ToldFinding
    from server.web.console.screen import Screen

_ANSWER: Final = "a:"
_SAVE: Final = "save"
_LONG_LIST: Final = 60
"""A village's households, say: more than a page over a slow line has room for, until somebody wants another one."""


@dataclass(frozen=True, slots=True)
class CorrectionPages:
    """The pages of one desk; *name* is what its endpoints begin with."""

    services: Services
    screen: Screen
    desk: Desk
    name: str

    def start(self, submission_id: int) -> Response:
        """Show the record as a form."""
        return self._page(start_correction(self.services, self._account(), submission_id, self.desk))

    def step(self, submission_id: int) -> Response:
        """Work out what was typed, or keep it."""
        draft, step = self._draft_of(submission_id), read_step()
        if request.form.get("do") != _SAVE:
            return self._page(go_on(self.services, self._account(), draft, step=step, desk=self.desk))
        return self._save(draft, step)

    def check(self, submission_id: int) -> Response:
        """Answer with what looks otherwise on the page by what was typed so far; nothing is written."""
        draft = self._draft_of(submission_id)
        checked = check_correction(self.services, self._account(), draft, step=read_step(), desk=self.desk)
        return self.screen.page("correction_checked.html", status=200, shown=marks_shown(), **self._told(checked))

    def _save(self, draft: Draft, step: Step) -> Response:
        account = self._account()
        try:
            kept = keep_correction(self.services, account, draft, step=step, desk=self.desk)
        except InvalidInput as fault:
            again = go_on(self.services, account, draft, step=step, desk=self.desk)
            return self._page(again, status=400, problem=fault)
        if not isinstance(kept, Kept):
            return self._page(kept, status=400, problem=InvalidInput("correction.not_sound"))
        parameters: dict[str, Any] = {
            **self._list().parameters,
            "submission_id": kept.submission_id,
            "did": "corrected",
        }
        return make_response(redirect(url_for(f"console.{self.name}_record", **parameters), 303))

    def _page(self, shown: Correction, *, status: int = 200, problem: InvalidInput | None = None) -> Response:
        return self.screen.page(
            "correction.html",
            status=status,
            desk=self.name,
            line=shown.line,
            of_list=self._list(),
            problem=(problem.code, problem.params) if problem else None,
            reason=request.form.get("reason", ""),
            **self._told(shown),
        )

    def _told(self, shown: Correction) -> dict[str, object]:
        draft = [shown.draft.submission_id, shown.draft.version_id, shown.draft.xml.decode()]
        return {
            "page": shown.page,
            "draft": self._drafts().dumps(draft),
            "changes": [told_change(one, chosen_language()) for one in shown.changes],
            "findings": told_findings(shown.findings, self._nodes(shown)),
            "field": self._field,
            "folds": _folds,
            "check": url_for(f"console.{self.name}_correct_check", submission_id=shown.draft.submission_id),
            **marking(shown.page),
        }

    def _nodes(self, shown: Correction) -> dict[str, Node]:
        form = self.services.shelf.version_by_id(shown.line.form_version_id)
        return dict(form.definition.nodes)

    def _field(self, question: Question) -> str:
        return field_text(question.text, question.node, self.services.settings.timezone)

    def _draft_of(self, submission_id: int) -> Draft:
        draft = self._draft(request.form.get("draft", ""))
        if draft.submission_id != submission_id:
            raise InvalidInput("console.refused.request")
        return draft

    def _draft(self, signed: str) -> Draft:
        try:
            submission_id, version_id, xml = self._drafts().loads(signed)
        except BadSignature:
            raise InvalidInput("console.refused.request") from None
        return Draft(int(submission_id), int(version_id), str(xml).encode())

    def _drafts(self) -> URLSafeSerializer:
        """Return who signs what was typed so far: for this account and no other, of a case for this session."""
        session = signed_in(self.services)
        whose = session.key if self.desk is Desk.INCIDENTS else session.account.account_id
        salt = f"draft:{self.name}:{whose}"
        return URLSafeSerializer(self.services.settings.secret_key, salt=salt)

    def _list(self) -> Asked:
        """Return the list the record was opened from."""
        return asked_within(request.form if request.method == "POST" else request.args, self.desk)

    def _account(self) -> Account:
        return signed_in(self.services).account


def _folds(question: Question) -> bool:
    """Tell whether of what may be chosen only the answer is shown: of a long list, where there is one to begin with.

    So is one that is offered no more: of which others there are is asked on its own. What stands open stays open: a
    list must not close under whoever goes through it by keys.
    """
    if not question.text or len(question.options or ()) <= _LONG_LIST:
        return False
    if request.method == "GET":
        return True
    return question.path in request.form.getlist("folded") and question.path != request.form.get("opens")


def read_step() -> Step:
    """Return what was typed into the page that was just sent."""
    typed = {name.removeprefix(_ANSWER): texts for name, texts in request.form.lists() if name.startswith(_ANSWER)}
    return Step(typed, *(request.form.get(name, "") for name in ("adds", "drops", "reason")))


def told_findings(findings: tuple[Finding, ...], nodes: dict[str, Node]) -> dict[str, list[ToldFinding]]:
    """Return findings in words, by the path of the question they stand beside."""
    language = chosen_language()
    told: dict[str, list[ToldFinding]] = {}
    for one in findings:
        node = nodes.get(unnumbered(one.path))
        words = told_finding(one.code, one.severity.value, dict(one.params), node=node, language=language)
        told.setdefault(one.path, []).append(words)
    return told
