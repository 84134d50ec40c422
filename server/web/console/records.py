"""The pages of records: one record, its files, and what a reviewer decides. The list is `record_list`'s.

The same pages serve both desks; which permission each route asks for stands in `register`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from flask import Response, make_response, redirect, request, url_for
from itsdangerous import BadSignature, URLSafeTimedSerializer

from server.access.authorisation import may_use
from server.errors import InvalidInput, NotFound
from server.operations.approve_clean import fate_of
from server.operations.compare_record import compare_record
from server.operations.read_picture import THUMB_SIDE, VIEW_SIDE, read_picture
from server.operations.read_record import read_record
from server.operations.review_submissions import Decision, review_submissions, undo_review
from server.operations.sights import Desk
from server.submissions.review import ReviewState, Verdict, may_decide
from server.web.console.asked import (
    asked_list,
    asked_within,
    came_from_list,
    number,
    read_question_comments,
    read_seen,
    read_targets,
    remarks_in,
    typed,
)
from server.web.console.batches import new_batch, read_batch
from server.web.console.record_view import FileAddress, Told, answer_label, answer_words, told
from server.web.console.screen import chosen_language
from server.web.identity import signed_in
from server.web.renderers.small_map import small_map

if TYPE_CHECKING:
    from server.access.actors import Account
    from server.operations.approve_clean import Fate
    from server.operations.read_record import RecordView
    from server.operations.review_submissions import Outcome
    from server.operations.services import Services
    from server.web.console.screen import Screen


@dataclass(frozen=True, slots=True)
class RecordPages:
    """The pages of one desk; *name* is what its endpoints begin with."""

    services: Services
    screen: Screen
    desk: Desk
    name: str

    def record(self, submission_id: int) -> Response:
        """Show one record."""
        account, asked = self._account(), asked_within(request.args, self.desk)
        version_id = number(request.args.get("version"))
        view = read_record(self.services, account, submission_id, question=asked.question, version_id=version_id)
        is_current = view.shown.version_id == view.line.version_id
        return self.screen.page(
            "record.html",
            desk=self.name,
            asked=asked,
            view=view,
            told=self._told(view),
            is_current=is_current,
            verdicts_here=self._verdicts(account, view) if is_current else {},
            may_review=self._may_review(account),
            did=request.args.get("did"),
            batch=request.args.get("batch"),
            stroke=new_batch(self.services),
            fate=self._fate(view),
            spot=small_map(view.spot, view.outline.outline if view.outline else None) if view.spot else None,
        )

    def compare(self, submission_id: int) -> Response:
        """Show one record beside what was said before."""
        account, language = self._account(), chosen_language()
        view = compare_record(self.services, account, submission_id, self.desk)
        return self.screen.page(
            "compare.html",
            desk=self.name,
            asked=asked_within(request.args, self.desk),
            view=view,
            label=lambda row: answer_label(row.either, language),
            words=lambda answer: answer_words(answer, language),
        )

    def file(self, token: str) -> Response:
        """Send a file to whom its address was made for, a photo without its camera's notes.

        The address is good for as long as one may sit over the page it stands on; who may see the file is asked anew.
        """
        return self._file(token, VIEW_SIDE)

    def thumb(self, token: str) -> Response:
        """Send a small copy of a photo."""
        return self._file(token, THUMB_SIDE)

    def _file(self, token: str, side: int) -> Response:
        account, seconds = self._account(), self.services.settings.session_idle_seconds
        try:
            attachment_id = int(self._files().loads(token, max_age=seconds))
        except BadSignature:
            raise NotFound("console.file_expired") from None
        content = read_picture(self.services, account, attachment_id, desk=self.desk, side=side)
        response = Response(content.chunks, content_type=content.content_type)
        response.content_length = content.size_bytes
        disposition = "inline" if content.is_shown else "attachment"
        response.headers["Content-Disposition"] = f"{disposition}; filename*=UTF-8''{quote(content.name, safe='')}"
        # Whatever a browser makes of the bytes: it runs nothing and reaches nothing.
        response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
        return response

    def decide(self) -> Response:
        """Decide about the ticked records, or about the one whose page this came from."""
        account = self._account()
        try:
            verdict = Verdict(request.form.get("verdict", ""))
        except ValueError:
            raise InvalidInput("console.refused.request") from None
        targets = read_targets(request.form.getlist("record"))
        is_list = came_from_list(request.form)
        # Comments on questions are typed beside answers, whatever button is pressed in the end.
        questions = read_question_comments(request.form) if verdict is Verdict.RETURN else ()
        comment = typed(request.form.get("comment", ""))
        decision = Decision(
            verdict,
            comment,
            targets,
            spares_flagged=is_list,
            questions=questions,
            seen_in=self._seen_in(is_list=is_list),
            batch_id=read_batch(self.services, request.form.get("batch", "")),
        )
        outcome = review_submissions(self.services, account, decision, self.desk)
        if is_list:
            return self._outcome("decided.html", outcome, verdict)
        return self._after_one(outcome, verdict)

    def _seen_in(self, *, is_list: bool) -> frozenset[ReviewState]:
        """Return the states that what was decided about was seen in: those of the list, or that of the page."""
        if is_list:
            return asked_list(request.form, self.desk).question.states
        return read_seen(request.form.get("seen", ""))

    def undo(self) -> Response:
        """Take a batch back."""
        outcome = undo_review(self.services, self._account(), request.form.get("batch", ""), self.desk)
        return self._outcome("undone.html", outcome, None)

    def _outcome(self, template: str, outcome: Outcome, verdict: Verdict | None) -> Response:
        asked = asked_within(request.form, self.desk)
        return self.screen.page(template, desk=self.name, asked=asked, outcome=outcome, verdict=verdict)

    def _after_one(self, outcome: Outcome, verdict: Verdict) -> Response:
        """Lead on to the next record of the list, saying what was done to the last; back to a case, which lies open.

        What was written about a record that is left as it is, is shown again.
        """
        asked, said = asked_within(request.form, self.desk), remarks_in(request.form.items())
        if outcome.skipped and said:
            return self.screen.page("unsaid.html", desk=self.name, asked=asked, left=outcome.skipped[0], said=said)
        following = number(request.form.get("next"))
        if outcome.skipped:
            did, target = outcome.skipped[0].reason.value, outcome.skipped[0].submission_id
        elif outcome.done:
            onward = following if self.desk is Desk.EVERYDAY else None
            did, target = verdict.value, onward or outcome.done[0]
        else:
            raise NotFound("access.not_found")
        batch_id = outcome.batch_id if outcome.done else None
        parameters: dict[str, Any] = {**asked.parameters, "submission_id": target, "did": did, "batch": batch_id}
        address = url_for(f"console.{self.name}_record", **parameters)
        return make_response(redirect(address, 303))

    def _fate(self, view: RecordView) -> Fate | None:
        """Return what a rule will do with a record nobody decided about; there is none for incidents."""
        if self.desk is not Desk.EVERYDAY or view.line.state is not ReviewState.RECEIVED:
            return None
        return fate_of(self.services, self._account(), view.line.submission_id)

    def _verdicts(self, account: Account, view: RecordView) -> dict[str, bool]:
        """Return which verdicts this person can give now."""
        may_review = self._may_review(account)
        return {one.value: may_review and may_decide(view.line.state, one) for one in Verdict}

    def _told(self, view: RecordView) -> Told:
        signed = self._files()
        tokens = {
            one.name_key: signed.dumps(one.attachment_id) for one in view.attachments if one.media_key is not None
        }
        addresses = {
            key: FileAddress(*(url_for(f"console.{self.name}_{kind}", token=token) for kind in ("file", "thumb")))
            for key, token in tokens.items()
        }
        return told(view, addresses, chosen_language())

    def _files(self) -> URLSafeTimedSerializer:
        """Return who signs addresses of files: for this session and no other."""
        session = signed_in(self.services)
        return URLSafeTimedSerializer(self.services.settings.secret_key, salt=f"file:{self.name}:{session.key}")

    def _account(self) -> Account:
        return signed_in(self.services).account

    def _may_review(self, account: Account) -> bool:
        return may_use(account, self.desk.review, self.services.today())
