"""The tray of held uploads: what could not be filed, shown without its answers, until somebody settles it."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from server.access.authorisation import units_for
from server.access.deeds import DeedKind
from server.access.roles import Permission
from server.errors import Conflict, InvalidInput, NotFound
from server.language.ordering import sort_key
from server.operations.note_deeds import note_deeds
from server.operations.open_held_case import as_seen, check_upload_open
from server.operations.release_held import upload_deed
from server.operations.sights import Desk, settling_sight_of, tray_sight_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from server.access.actors import Account
    from server.operations.services import Services
    from server.storage.repositories.case_openings import OpeningLine
    from server.storage.repositories.collaborators import CollaboratorLine
    from server.storage.repositories.tray import HeldUpload

PAGE_SIZE: Final = 20
LONGEST_REASON: Final = 1000

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TrayPage:
    """One page of the tray, newest first; *following* is the id below which the next page begins.

    Cases among *uploads* are masked and their ids in *shut*, unless they lie open: then *openings* tells to whom.

    *titles* are those of the forms the server knows, by project and form id.
    """

    uploads: tuple[HeldUpload, ...]
    following: int | None
    titles: Mapping[tuple[int, str], str]
    shut: frozenset[int]
    openings: tuple[OpeningLine, ...]


@dataclass(frozen=True, slots=True)
class TrayChoices:
    """Whom and which form an upload can be given to; no form of incidents is among them."""

    people: tuple[CollaboratorLine, ...]
    versions: tuple[tuple[int, str], ...]


def browse_tray(services: Services, account: Account, desk: Desk, *, before: int | None) -> TrayPage:
    """Return what is held at a desk from the collaborators of the account's territory."""
    sight = tray_sight_of(account, desk, services.today())
    # Reading a case is kept.
    with services.unit_of_work(sight) if desk is Desk.INCIDENTS else services.reading(sight) as uow:
        found = uow.tray.page(before=before, size=PAGE_SIZE + 1)
        seen = as_seen(services, uow, account, found[:PAGE_SIZE])
        titles = uow.forms.titles()
    following = found[PAGE_SIZE - 1].upload_id if len(found) > PAGE_SIZE else None
    return TrayPage(seen.uploads, following, titles, seen.shut, seen.openings)


def tray_choices(services: Services, account: Account, held: HeldUpload) -> TrayChoices:
    """Return what a held upload can be given to: versions in use, and who of its project works in its sender's commune.

    Where the account's territory is not all of that commune, or the sender works nowhere: in the account's territory.
    """
    today, here = services.today(), services.atlas.current()
    posts = units_for(account, Permission.RELEASE_TRAY, today)
    with services.reading(services.operator()) as uow:
        unit_id = uow.collaborators.unit_of(held.collaborator_id, today)
        communes = frozenset() if unit_id is None else here.communes_of(frozenset({unit_id}), today)
        is_within = all(here.scope_of(posts).covers(one) for one in communes)
        people = uow.collaborators.lines(communes if communes and is_within else posts, today)
        versions = uow.forms.labels_in_use()
    others = [one for one in people if one.collaborator_id != held.collaborator_id and one.revoked_at is None]
    theirs = [one for one in others if one.project_id == held.project_id and one.project_kind != "separate"]
    return TrayChoices(tuple(sorted(theirs, key=lambda one: sort_key(one.name))), tuple(versions))


def discard_held(services: Services, account: Account, desk: Desk, *, upload_id: int, reason: str) -> HeldUpload:
    """Put an upload aside for good; its bytes stay, with the reason.

    Raises InvalidInput ``tray.reason_needed`` or ``tray.reason_too_long``, NotFound ``tray.unknown``, Conflict
    ``tray.settled``, Forbidden ``case.not_open`` for a case that does not lie open to the account.
    """
    tidy = reason.strip()
    if not tidy:
        raise InvalidInput("tray.reason_needed")
    if len(tidy) > LONGEST_REASON:
        raise InvalidInput("tray.reason_too_long", most=LONGEST_REASON)
    with services.unit_of_work(settling_sight_of(account, desk, services.today())) as uow:
        held = uow.tray.one(upload_id)
        if held is None:
            raise NotFound("tray.unknown")
        check_upload_open(services, uow, account, held)
        if not uow.tray.settle(
            upload_id, state="discarded", at=services.now(), account_id=account.account_id, comment=tidy
        ):
            raise Conflict("tray.settled")
        unit_id = uow.collaborators.unit_of(held.collaborator_id, services.today())
        note_deeds(services, uow, account, upload_deed(held, DeedKind.UPLOAD_DISCARDED, unit_id))
    log.info("tray.discarded", extra={"upload": upload_id, "reason": held.reason})
    return held
