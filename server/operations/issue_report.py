"""Issue a report (*Chốt số liệu*): its files are made once, kept, and from then on given out byte for byte.

The period of the unit is locked with it, unless it is already. A correction is a further revision with a reason, and
revises the lock if its figures differ; the copies and locks before it stay what they were.
"""

from __future__ import annotations

import hashlib
import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from server.access.deeds import Deed, DeedKind, Thing
from server.errors import Conflict, InvalidInput, NotFound
from server.indicators.report_grid import ReportPage, written_page
from server.operations.fill_report import fill_public
from server.operations.lock_period import LockOrder, Signer, is_locked, lock_as
from server.operations.lock_signers import authorise_signing
from server.operations.note_deeds import note_deeds
from server.operations.report_document import written_document
from server.operations.unit_figures import entries_of

if TYPE_CHECKING:
    from server.access.actors import Account
    from server.operations.report_filling import FilledReport, ReportOrder
    from server.operations.services import Services
    from server.storage.repositories.reports import Issue
    from server.storage.unit_of_work import UnitOfWork

LONGEST_REASON: Final = 1000

log = logging.getLogger(__name__)


def issue_report(services: Services, account: Account, order: ReportOrder, *, reason: str = "") -> Issue:
    """Issue the public copy in the account's name; *reason* says why it is issued again, empty for the first time.

    Raises what `authorise_signing` and `fill_in` raise, Conflict ``report.already_issued`` (unit, period) or
    ``report.not_issued``, InvalidInput ``report.reason_too_long`` (most).
    """
    authorise_signing(services.atlas.current(), account, order.unit_id, services.today())
    with services.unit_of_work(services.operator()) as uow:
        known = uow.accounts.by_id(account.account_id)
        assert known is not None, "a session has an account"
        issue = _issue(services, uow, order, Signer(account.account_id, known.name), reason=reason)
        told = Deed(
            DeedKind.REPORT_ISSUED,
            Thing.REPORT,
            issue.issue_id,
            order.unit_id,
            {"period": issue.key.period, "report": issue.key.name, "revision": issue.revision},
        )
        note_deeds(services, uow, account, told)
        return issue


def issue_for_the_operator(services: Services, order: ReportOrder, author: str, *, reason: str = "") -> Issue:
    """Issue the public copy for the command line, in the name of *author*; raises what `issue_report` raises."""
    with services.unit_of_work(services.operator()) as uow:
        return _issue(services, uow, order, Signer(None, author), reason=reason)


def page_of(services: Services, filled: FilledReport) -> ReportPage:
    """Return what is printed of a filled report."""
    copy = services.catalogue.sentence(f"report.copy.{filled.copy.value}", {}, "vi")
    return ReportPage(
        title=filled.template.settings.title_vi,
        unit=filled.unit.name,
        parent=filled.parent,
        period=services.catalogue.sentence("report.period", {"period": filled.key.period}, "vi"),
        copy=copy,
        sheets=filled.sheets,
        words=dict(filled.words),
    )


def copy_facts(services: Services, filled: FilledReport, author: str) -> dict[str, Any]:
    """Return what is kept of a copy as it is issued: its files, their hashes, the page, author and time."""
    workbook, page = filled.workbook, page_of(services, filled)
    document = written_document(page, lambda code: services.catalogue.sentence(code, {}, "vi"))
    return {
        "template_id": filled.stored.template_id,
        "project_id": filled.key.project_id,
        "name": filled.key.name,
        "unit_id": filled.key.unit_id,
        "period": filled.key.period,
        "workbook": workbook,
        "workbook_sha256": hashlib.sha256(workbook).hexdigest(),
        "document": document,
        "document_sha256": hashlib.sha256(document).hexdigest(),
        "page": written_page(page),
        "issued_at": services.now(),
        "issued_by": author,
    }


def _issue(services: Services, uow: UnitOfWork, order: ReportOrder, signer: Signer, *, reason: str) -> Issue:
    tidy = reason.strip()
    if len(tidy) > LONGEST_REASON:
        raise InvalidInput("report.reason_too_long", most=LONGEST_REASON)
    uow.figures.exclude_reviews()
    filled = fill_public(services, uow, order, has_draft=True)
    before = filled.beside.papers.issues
    if before and not tidy:
        raise Conflict("report.already_issued", unit=filled.unit.name, period=filled.key.period)
    if tidy and not before:
        raise Conflict("report.not_issued", unit=filled.unit.name, period=filled.key.period)
    _lock(services, uow, LockOrder(filled.key.project_id, order.unit_id, order.period, tidy), signer)
    facts = copy_facts(services, filled, signer.name)
    issue_id = uow.reports.add_issue({**facts, "revision": len(before) + 1, "reason": tidy})
    issue = uow.reports.issue(issue_id)
    if issue is None:
        raise NotFound("report.unknown")
    log.info("report.issued", extra={"issue": issue_id, "period": filled.key.period, "revision": issue.revision})
    return issue


def _lock(services: Services, uow: UnitOfWork, order: LockOrder, signer: Signer) -> None:
    """Lock the period with the first issue, if there are figures to lock; a correction revises a lock that differs."""
    locked = is_locked(uow, order.project_id, order.unit_id, order.period)
    if not entries_of(uow, order.project_id, order.period) or (locked and not order.reason):
        return
    try:
        lock_as(services, uow, order if locked else replace(order, reason=""), signer)
    except Conflict as refusal:
        if refusal.code != "locks.nothing_changed":
            raise
