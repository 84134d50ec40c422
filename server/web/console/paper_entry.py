"""The page on which sheets of paper are typed in, one after another, by keyboard.

Whose sheet it is and of which form stands in the address, so that the next one is begun where this one ended. All the
form's questions stand on the page, as they do on paper; what was typed so far travels with it, signed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flask import make_response, redirect, request, url_for
from itsdangerous import BadSignature, URLSafeSerializer

from server.errors import Conflict, InvalidInput
from server.language.display import display_date
from server.language.reading import read_day
from server.operations.enter_paper import (
    PaperDraft,
    SheetFacts,
    SheetKept,
    go_on_paper,
    keep_paper,
    list_paper_forms,
    start_paper,
)
from server.operations.paper_writers import list_writers
from server.submissions.typed_answers import field_text
from server.web.console.asked import number, unit_of
from server.web.console.corrections import read_step, told_findings
from server.web.console.live_check import marking, marks_shown
from server.web.console.screen import chosen_language
from server.web.identity import signed_in

if TYPE_CHECKING:
    from flask import Response

    from server.access.actors import Account
    from server.errors import DomainError
    from server.operations.enter_paper import PaperEntry
    from server.operations.services import Services
    from server.submissions.questionnaire import Question
    from server.web.console.screen import Screen

_CHECK: Final = "check"
_NEXT: Final = "next"
_ANYWAY: Final = "anyway"


@dataclass(frozen=True, slots=True)
class PaperEntryPages:
    """Choosing whose sheets are typed in, and typing them in."""

    services: Services
    screen: Screen

    def sheet(self) -> Response:
        """Show a blank sheet, or ask whose it is and of which form."""
        account = self._account()
        writer, form = number(request.args.get("writer")), number(request.args.get("form"))
        if writer is None or form is None:
            return self._choosing(account, writer)
        entry = start_paper(
            self.services, account, writer, form_version_id=form, like=number(request.args.get("after"))
        )
        facts = SheetFacts("", read_day(request.args.get("day", "")))
        return self._page(entry, facts, kept=number(request.args.get("after")))

    def keep(self) -> Response:
        """Keep what was typed, or work out what the rules say of it."""
        draft, step, facts = self._draft(request.form.get("draft", "")), read_step(), _facts()
        wish, account = request.form.get("do", _CHECK), self._account()
        if wish == _CHECK or step.adds or step.drops:
            return self._page(go_on_paper(self.services, account, draft, step=step, facts=facts), facts)
        seen = bool(request.form.get(_ANYWAY))
        try:
            kept = keep_paper(
                self.services, account, draft, step=step.with_reason(_ANYWAY if seen else ""), facts=facts
            )
        except (InvalidInput, Conflict) as fault:
            again = go_on_paper(self.services, account, draft, step=step, facts=facts)
            return self._page(again, facts, status=400, problem=fault)
        if not isinstance(kept, SheetKept):
            return self._page(kept, facts, status=400, problem=InvalidInput("paper_sheet.look"))
        if wish != _NEXT:
            address = url_for("console.submissions_record", submission_id=kept.submission_id, state="all")
        else:
            address = url_for(
                "console.submissions_sheet",
                writer=draft.collaborator_id,
                form=draft.form_version_id,
                after=kept.submission_id,
                day=facts.visited_on,
            )
        return make_response(redirect(address, 303))

    def check(self) -> Response:
        """Answer with what looks otherwise on the sheet by what was typed so far; nothing is written."""
        draft = self._draft(request.form.get("draft", ""))
        entry = go_on_paper(self.services, self._account(), draft, step=read_step(), facts=_facts())
        return self.screen.page(
            "paper_checked.html", status=200, shown=marks_shown(), **self._told(entry, is_typing=True)
        )

    def _choosing(self, account: Account, writer: int | None) -> Response:
        forms = list_paper_forms(self.services, account, writer) if writer is not None else ()
        unit_id = unit_of(request.args.get("commune"))
        writers = list_writers(self.services, account, unit_id=unit_id, writer_id=writer)
        return self.screen.page("paper_choosing.html", writers=writers, writer=writer, forms=forms)

    def _page(
        self,
        entry: PaperEntry,
        facts: SheetFacts,
        *,
        status: int = 200,
        problem: DomainError | None = None,
        kept: int | None = None,
    ) -> Response:
        return self.screen.page(
            "paper_entry.html",
            status=status,
            facts=facts,
            day_typed=display_date(facts.visited_on) if facts.visited_on else request.form.get("day", ""),
            problem=(problem.code, problem.params) if problem else None,
            may_keep_anyway=problem is not None and problem.code == "paper_sheet.look",
            kept=kept,
            **self._told(entry, is_typing=False),
        )

    def _told(self, entry: PaperEntry, *, is_typing: bool) -> dict[str, object]:
        form = self.services.shelf.version_by_id(entry.draft.form_version_id)
        draft = [entry.draft.collaborator_id, entry.draft.form_version_id, entry.draft.xml.decode()]
        findings = entry.findings_so_far if is_typing else entry.findings if request.method == "POST" else ()
        return {
            "entry": entry,
            "draft": self._drafts().dumps(draft),
            "findings": told_findings(findings, dict(form.definition.nodes)),
            "unasked": [one.node.label.in_language(chosen_language(), one.node.name) for one in entry.unasked],
            "field": self._field,
            "check": url_for("console.submissions_sheet_check"),
            **marking(entry.page),
        }

    def _field(self, question: Question) -> str:
        return field_text(question.text, question.node, self.services.settings.timezone)

    def _draft(self, signed: str) -> PaperDraft:
        try:
            collaborator_id, version_id, xml = self._drafts().loads(signed)
        except BadSignature:
            raise InvalidInput("console.refused.request") from None
        return PaperDraft(int(collaborator_id), int(version_id), str(xml).encode())

    def _drafts(self) -> URLSafeSerializer:
        """Return who signs what was typed so far: for this account and no other."""
        salt = f"sheet:{self._account().account_id}"
        return URLSafeSerializer(self.services.settings.secret_key, salt=salt)

    def _account(self) -> Account:
        return signed_in(self.services).account


def _facts() -> SheetFacts:
    return SheetFacts(request.form.get("number", ""), read_day(request.form.get("day", "")))
