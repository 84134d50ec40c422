"""Type in what a collaborator wrote on paper: a blank record of the form, kept as hers, with the sheet's number.

The same rules are asked and the same findings made as of what a phone sends; what a sheet lacks is kept and flagged.
There is no paper for incidents. A sheet that was typed in is told, not typed in twice.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from server.access.authorisation import units_for
from server.access.deeds import Deed, DeedKind, Thing
from server.errors import Conflict, InvalidInput, NotFound
from server.forms.definition import ControlKind
from server.forms.xml_reader import read_xml
from server.language.ordering import sort_key
from server.operations.correct_record import origin_of
from server.operations.derive_submission import derive
from server.operations.file_attachments import file_attachments
from server.operations.file_version import Filing, file_version
from server.operations.list_forms import forms_for
from server.operations.note_deeds import note_deeds
from server.operations.paper_writers import PAPER_WAITS, SEPARATE, Writer
from server.operations.record_history import batch_of_version
from server.operations.record_sheet import Place, fill_in, setting_of
from server.operations.register_version import Registering, RegistersFailed, register_later, register_version
from server.operations.sights import Desk, review_sight_of
from server.storage.repositories.corrections import Sheet
from server.submissions.documents import blank_document, document_bytes, element_at, put_text, stamped, text_at
from server.submissions.filling import first_values, is_of_form, work_out
from server.submissions.findings import Severity
from server.submissions.instance import read_instance
from server.submissions.questionnaire import Page, all_fields, every_question, passed_by, questions

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from lxml.etree import _Element

    from server.access.actors import Account
    from server.operations.derive_submission import Derived
    from server.operations.form_shelf import ShelvedForm
    from server.operations.record_sheet import Setting, Step
    from server.operations.services import Services
    from server.storage.repositories.collaborators import Sender
    from server.submissions.findings import Finding
    from server.submissions.instance import Instance
    from server.submissions.questionnaire import Question

LONGEST_NUMBER: Final = 40
_HERE: Final = Desk.EVERYDAY
_MISSING: Final = "answer.required_missing"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PaperForm:
    """A form that she fills in."""

    version_id: int
    title: str


@dataclass(frozen=True, slots=True)
class PaperDraft:
    """A sheet on its way: whose, of which form version, and the document so far."""

    collaborator_id: int
    form_version_id: int
    xml: bytes


@dataclass(frozen=True, slots=True)
class SheetFacts:
    """What stands at the head of a sheet, as it was typed."""

    number: str
    visited_on: date | None


@dataclass(frozen=True, slots=True)
class PaperEntry:
    """A sheet as its page shows it."""

    draft: PaperDraft
    writer: Writer
    form_title: str
    page: Page
    findings: tuple[Finding, ...]
    unasked: tuple[Question, ...]
    """Questions that were answered though the other answers do not lead to them; these answers are not kept."""

    @property
    def findings_so_far(self) -> tuple[Finding, ...]:
        """Return what is wrong while it is being typed in: of what is missing, what was passed by."""
        passed = passed_by(self.page)
        faults = (one for one in self.findings if one.severity is Severity.ERROR)
        return tuple(one for one in faults if one.code != _MISSING or one.path in passed)

    @property
    def has_faults(self) -> bool:
        """Tell whether a person should look before it is kept."""
        return bool(self.unasked) or any(one.severity is Severity.ERROR for one in self.findings)


@dataclass(frozen=True, slots=True)
class SheetKept:
    """A sheet that was kept."""

    submission_id: int


def list_paper_forms(services: Services, account: Account, collaborator_id: int) -> tuple[PaperForm, ...]:
    """Return the forms she fills in, by title; raises NotFound ``access.not_found``."""
    sender = _writer_as_sender(services, account, collaborator_id)
    forms = [one for one in forms_for(services, sender) if not one.is_sensitive]
    return tuple(sorted((PaperForm(one.version_id, one.title) for one in forms), key=lambda one: sort_key(one.title)))


def start_paper(
    services: Services, account: Account, collaborator_id: int, *, form_version_id: int, like: int | None
) -> PaperEntry:
    """Return a blank sheet; the places of the record *like*, the one typed in before, are carried over.

    Raises NotFound ``access.not_found`` for who or what is not hers to fill in.
    """
    sheet = _sheet(services, account, collaborator_id, form_version_id)
    root = blank_document(sheet.form.definition)
    first_values(root, sheet.form.compiled, sheet.setting.circumstances)
    day = element_at(root, _day_path(sheet.form))
    if day is not None and day is not root:
        put_text(day, "")  # not today's: the sheet's
    for path, text in _places_of(services, account, sheet.form, like).items():
        element = element_at(root, path)
        if element is not None:
            put_text(element, text)
    return _entry(services, sheet, root).entry


def go_on_paper(
    services: Services, account: Account, draft: PaperDraft, *, step: Step, facts: SheetFacts
) -> PaperEntry:
    """Return a sheet after one more step; nothing is kept. Raises what `start_paper` does."""
    return _after(services, account, draft, step=step, facts=facts)[1].entry


def keep_paper(
    services: Services, account: Account, draft: PaperDraft, *, step: Step, facts: SheetFacts
) -> SheetKept | PaperEntry:
    """Keep a sheet, or return it with what a person should look at first; ``step.reason`` says that somebody did.

    Raises InvalidInput ``paper_sheet.number_needed``, ``paper_sheet.number_too_long`` or ``paper_sheet.day_needed``,
    Conflict ``paper_sheet.known`` where the sheet was typed in before, and what `start_paper` does.
    """
    number = " ".join(facts.number.split())
    if not number:
        raise InvalidInput("paper_sheet.number_needed")
    if len(number) > LONGEST_NUMBER:
        raise InvalidInput("paper_sheet.number_too_long", most=LONGEST_NUMBER)
    if facts.visited_on is None or facts.visited_on > services.today():
        raise InvalidInput("paper_sheet.day_needed")
    sheet, outcome = _after(services, account, draft, step=step, facts=facts)
    paper = Sheet(draft.collaborator_id, sheet.form.published.form_key, number, facts.visited_on)
    with services.reading(services.operator()) as uow:
        if uow.corrections.has_sheet(paper):
            raise Conflict("paper_sheet.known", number=number)
    if outcome.entry.has_faults and not step.reason:
        return outcome.entry
    try:
        return _keep(services, account, sheet, outcome, paper=paper, register=register_version)
    except RegistersFailed:
        return _keep(services, account, sheet, outcome, paper=paper, register=register_later)


@dataclass(frozen=True, slots=True)
class _Sheet:
    form: ShelvedForm
    setting: Setting
    writer: Writer


@dataclass(frozen=True, slots=True)
class _Outcome:
    entry: PaperEntry
    instance: Instance
    derived: Derived


def _after(
    services: Services, account: Account, draft: PaperDraft, *, step: Step, facts: SheetFacts
) -> tuple[_Sheet, _Outcome]:
    sheet = _sheet(services, account, draft.collaborator_id, draft.form_version_id)
    root = read_xml(draft.xml)
    compiled, circumstances = sheet.form.compiled, sheet.setting.circumstances
    before = work_out(root, compiled, circumstances)
    fill_in(root, before, asked=all_fields(before), setting=sheet.setting, step=step)
    _write_day(root, sheet.form, facts.visited_on)
    return sheet, _entry(services, sheet, root)


def _today_paths(form: ShelvedForm) -> list[str]:
    return [one.path for one in form.definition.leaves() if one.preload == "date" and one.preload_params == "today"]


def _day_path(form: ShelvedForm) -> str:
    """Return the path of the day the form asks for; empty where it asks for none."""
    steps = next(iter(form.landmarks.day_paths), ())
    path = "/".join(("", form.definition.root.name, *steps))
    node = form.definition.nodes.get(path)
    return path if node is not None and node.control.kind is ControlKind.INPUT else ""


def _write_day(root: _Element, form: ShelvedForm, visited_on: date | None) -> None:
    """Let the record be of the sheet's day: that is when it was filled in, and what the form asks for first.

    A day that somebody typed into the form itself stays.
    """
    if visited_on is None:
        return
    before = {"", *(text_at(root, path) for path in _today_paths(form))}
    asked = _day_path(form)
    paths = [*_today_paths(form), *([asked] if asked and text_at(root, asked) in before else [])]
    for path in paths:
        element = element_at(root, path)
        if element is not None:
            put_text(element, visited_on.isoformat())


def _entry(services: Services, sheet: _Sheet, root: _Element) -> _Outcome:
    worked = work_out(root, sheet.form.compiled, sheet.setting.circumstances)
    page = every_question(worked, sheet.setting.labels)
    xml = stamped(worked.document(), instance_id=f"uuid:{services.new_id()}", deprecated_id=None)
    instance = read_instance(xml)
    derived = derive(services, instance, sheet.form, origin_of(services, sheet.setting))
    draft = PaperDraft(sheet.writer.collaborator_id, sheet.form.published.version_id, document_bytes(root))
    # A choice that stands there before anybody typed, or by what a register says, is the form's own.
    unasked = tuple(
        one
        for one in questions(page)
        if one.text
        and not one.is_asked
        and one.text != one.node.default
        and not is_of_form(worked, sheet.form.compiled, one.path, one.text)
    )
    entry = PaperEntry(draft, sheet.writer, sheet.form.definition.title, page, derived.findings, unasked)
    return _Outcome(entry, instance, derived)


def _sheet(services: Services, account: Account, collaborator_id: int, form_version_id: int) -> _Sheet:
    sender = _writer_as_sender(services, account, collaborator_id)
    offered = {one.version_id for one in forms_for(services, sender) if not one.is_sensitive}
    if form_version_id not in offered:
        raise NotFound("access.not_found")
    form = services.shelf.version_by_id(form_version_id)
    unit_id = min(sender.post_units, default=None)
    place = Place(unit_id, None)
    setting = setting_of(services, account, _HERE, form=form, sender=sender, place=place)
    name = (
        ""
        if unit_id is None
        else services.atlas.at(sender.territory_revision).territory.name(unit_id, services.today())
    )
    return _Sheet(form, setting, Writer(collaborator_id, sender.name, name))


def _writer_as_sender(services: Services, account: Account, collaborator_id: int) -> Sender:
    """Return a collaborator as of her last day of work in the account's territory, most often today.

    Raises NotFound ``access.not_found`` for who never worked there, or left too long ago.
    """
    today = services.today()
    units = services.atlas.current().scope_of(units_for(account, _HERE.review, today)).unit_ids
    with services.reading(services.operator()) as uow:
        day = uow.corrections.writers.last_day(collaborator_id, units, today)
        if day is None or day < today - PAPER_WAITS:
            raise NotFound("access.not_found")
        sender = uow.collaborators.by_username(uow.collaborators.username_of(collaborator_id), day)
    if sender is None or sender.project_kind == SEPARATE:
        raise NotFound("access.not_found")
    return sender


def _places_of(services: Services, account: Account, form: ShelvedForm, like: int | None) -> dict[str, str]:
    """Return the units a record in sight was said to be of, by the path of the question."""
    if like is None:
        return {}
    with services.reading(review_sight_of(account, _HERE, services.today())) as uow:
        line = uow.records.one(like)
        if line is None or line.form_key != form.published.form_key:
            return {}
        root = read_xml(uow.record_versions.documents([line.version_id])[line.version_id])
    paths = ["/".join(("", form.definition.root.name, *steps)) for steps in form.landmarks.place_paths]
    return {path: text for path in paths if (text := text_at(root, path))}


def _keep(  # noqa: PLR0913 the facts of one sheet, each of its own kind
    services: Services,
    account: Account,
    sheet: _Sheet,
    outcome: _Outcome,
    *,
    paper: Sheet,
    register: Callable[..., None],
) -> SheetKept:
    now, sender, derived = services.now(), sheet.setting.sender, outcome.derived
    with services.unit_of_work(services.intake(sender.project_id)) as uow:
        filed = file_version(uow, Filing(sender, outcome.instance, sheet.form, now, ""), derived)
        if not uow.corrections.add_sheet(paper, filed.submission_id):
            raise Conflict("paper_sheet.known", number=paper.number)
        if sheet.form.entity_blocks:
            sent = Registering(
                sender.project_id, sender.collaborator_id, now, sender.territory_revision, sender.post_units
            )
            register(services, uow, sent, filed=filed, derived=derived)
        file_attachments(uow, filed, derived, (), at=now)
        uow.corrections.add(filed.version_id, account.account_id, "")
        made = batch_of_version(outcome.instance.instance_id)
        deed = Deed(DeedKind.PAPER_ENTERED, Thing.RECORD, filed.submission_id, derived.unit_id, batch_id=made)
        note_deeds(services, uow, account, deed)
    log.info("record.typed_in", extra={"submission": filed.submission_id})
    return SheetKept(filed.submission_id)
