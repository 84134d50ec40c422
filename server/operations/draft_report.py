"""Draft the words of a report: kept as they are written, until they are issued with its figures."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from server.errors import Conflict
from server.indicators.report_grid import words_in
from server.indicators.report_words import USUAL, started_from, tidy_words
from server.operations.lock_signers import authorise_signing
from server.operations.report_filling import place_of, template_in_force
from server.storage.repositories.reports import Draft, ReportKey

if TYPE_CHECKING:
    from collections.abc import Mapping

    from server.access.actors import Account
    from server.operations.report_filling import ReportOrder
    from server.operations.services import Services
    from server.storage.repositories.reports import Papers
    from server.storage.unit_of_work import UnitOfWork

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class WordsAsked:
    """The words as they stand, the revision they are of (0: nothing kept yet), and whether an earlier year has some."""

    words: Mapping[str, str]
    revision: int
    has_earlier: bool


def keep_words(
    services: Services, account: Account, order: ReportOrder, typed: Mapping[str, str], *, revision: int
) -> int:
    """Keep what was typed on top of *revision* and return the revision it is now.

    Raises what `authorise_signing` and `place_of` raise, NotFound ``report.unknown``, Conflict ``report.words_changed``
    (by: who wrote in between).
    """
    authorise_signing(services.atlas.current(), account, order.unit_id, services.today())
    with services.unit_of_work(services.operator()) as uow:
        key = key_of(services, uow, order)
        known = uow.accounts.by_id(account.account_id)
        assert known is not None, "a session has an account"
        now = uow.reports.draft(key)
        draft = Draft(tidy_words(typed), revision + 1, services.now(), known.name)
        if (0 if now is None else now.revision) != revision or not uow.reports.keep_draft(key, draft):
            raise Conflict("report.words_changed", by="" if now is None else now.changed_by)
    log.info("report.drafted", extra={"report": key.name, "unit_id": key.unit_id, "period": key.period})
    return draft.revision


def words_of(papers: Papers, *, with_earlier: bool) -> WordsAsked:
    """Return the words of a report; *with_earlier* those of the year before stand where nothing is written yet."""
    draft = papers.draft
    words = {} if draft is None else dict(draft.words)
    earlier = _earlier_words(papers)
    if with_earlier:
        words = started_from(earlier, words)
    return WordsAsked({**USUAL, **_written(words)}, 0 if draft is None else draft.revision, bool(_written(earlier)))


def _earlier_words(papers: Papers) -> Mapping[str, str]:
    """Return the words of the year before, those issued before those drafted."""
    if papers.earlier_page:
        return words_in(papers.earlier_page)
    return {} if papers.earlier_draft is None else papers.earlier_draft.words


def key_of(services: Services, uow: UnitOfWork, order: ReportOrder) -> ReportKey:
    """Return the name of the report that is meant; raises what `place_of` and `template_in_force` raise."""
    stored = template_in_force(uow, order.template_id)
    place_of(services, stored, order)
    return ReportKey(stored.project_id, stored.name, order.unit_id, order.period.label)


def _written(words: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in words.items() if text}
