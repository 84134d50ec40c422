"""Who holds the phone that asks: by the token in the address, or by user name for Digest and Basic.

Read anew for every request, so that a revoked key reads nothing from that moment on. The database connection is given
back before a body is read: thirty slow uploads must not hold thirty connections.
"""

from __future__ import annotations

import hashlib
import re
from datetime import timedelta
from typing import TYPE_CHECKING

from server.errors import Forbidden

if TYPE_CHECKING:
    from server.operations.services import Services
    from server.storage.repositories.collaborators import Sender

TOKEN = re.compile(r"[A-Za-z0-9]{64}", re.ASCII)
USERNAME = re.compile(r"[!-~]{1,40}", re.ASCII)
HELD_AFTER_REVOKING = timedelta(days=30)
_CONTACT_IS_STALE = timedelta(hours=1)


def token_hash(token: str) -> str:
    """Return what the table keeps of a token."""
    return hashlib.sha256(token.encode("ascii")).hexdigest()


def sender_by_token(services: Services, project_id: int, token: str) -> Sender:
    """Return who holds *token*, revoked or not; raises Forbidden ``openrosa.token_unknown``."""
    if not TOKEN.fullmatch(token):
        raise Forbidden("openrosa.token_unknown")
    with services.reading(services.intake(project_id)) as uow:
        sender = uow.collaborators.by_token(token_hash(token), services.today())
    if sender is None or sender.project_id != project_id:
        raise Forbidden("openrosa.token_unknown")
    return sender


def sender_by_username(services: Services, project_id: int, username: str) -> Sender | None:
    """Return the collaborator of that device user name, revoked or not; None if the project has none."""
    if not USERNAME.fullmatch(username):
        return None
    with services.reading(services.intake(project_id)) as uow:
        sender = uow.collaborators.by_username(username, services.today())
    return sender if sender is not None and sender.project_id == project_id else None


def may_read(sender: Sender) -> Sender:
    """Return *sender*, or raise Forbidden: a revoked key reads nothing, a person without a post has no list.

    Never an empty list: a phone that is told to match exactly would delete every form it has.
    """
    if sender.revoked_at is not None:
        raise Forbidden("openrosa.token_revoked_stolen" if sender.is_stolen else "openrosa.token_revoked")
    if not sender.post_units:
        raise Forbidden("openrosa.no_post")
    return sender


def may_send(services: Services, sender: Sender) -> Sender:
    """Return *sender*, or raise Forbidden: stolen, or revoked too long ago for its queue to be an honest one."""
    if sender.revoked_at is None:
        return sender
    if sender.is_stolen:
        raise Forbidden("openrosa.token_revoked_stolen")
    if services.now() - sender.revoked_at > HELD_AFTER_REVOKING:
        raise Forbidden("openrosa.token_revoked")
    return sender


def note_contact(services: Services, sender: Sender) -> None:
    """Remember that the phone asked, at most once an hour: a poll must cost intake nothing."""
    now = services.now()
    if sender.last_seen_at and now - sender.last_seen_at < _CONTACT_IS_STALE:
        return
    with services.unit_of_work(services.intake(sender.project_id)) as uow:
        if sender.key_id is None:
            uow.collaborators.note_contact_by_name(sender.collaborator_id, now)
        else:
            uow.collaborators.note_contact(sender.key_id, now)


def note_download(services: Services, sender: Sender, version_id: int) -> None:
    """Remember that the phone fetched a form version: once for each, since phones fetch what is new."""
    with services.unit_of_work(services.intake(sender.project_id)) as uow:
        uow.phones.note_download(sender.collaborator_id, version_id, services.now())
