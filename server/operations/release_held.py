"""Release a held upload: it goes through intake as its sender's, with the day it came, as if it could have been filed.

What held it decides how. An unknown form or version waits until it is published. An instance without an id is given one
made from its bytes, so that releasing twice files it once. Other content under a known id becomes an edit of that
record, to be reviewed; other bytes of a file take the place of the first, which stays in the store.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from uuid import NAMESPACE_OID, uuid5

from server.access.authorisation import units_for
from server.access.deeds import Deed, DeedKind, Thing
from server.access.roles import Permission
from server.errors import Conflict, DomainError, NotFound
from server.media.store import MediaKey
from server.operations.envelope import Envelope, Filed, Receipt, SentFile
from server.operations.note_deeds import note_deeds
from server.operations.receive_submission import Post, file_instance
from server.operations.sights import settling_sight_of
from server.submissions.decision import Resend
from server.submissions.instance import name_key, read_instance, shortened

if TYPE_CHECKING:
    from server.access.actors import Account
    from server.operations.services import Services
    from server.operations.sights import Desk
    from server.storage.repositories.collaborators import Sender
    from server.storage.repositories.tray import HeldFile, HeldUpload
    from server.storage.visible import Sight
    from server.submissions.instance import Instance
    from server.territory.units import UnitId

log = logging.getLogger(__name__)
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Assigned:
    """Under which form version, and as whose, an upload is to be filed; None: as it says itself."""

    version_id: int | None = None
    collaborator_id: int | None = None


def release_held(services: Services, account: Account, desk: Desk, *, upload_id: int, to: Assigned) -> Filed:
    """File a held upload in the account's sight at a desk; its bytes stay as they came whatever it is filed as.

    NotFound ``tray.no_such_form`` or ``tray.no_such_person`` where *to* names none of its project and the account's.

    Raises NotFound ``tray.unknown``, Conflict ``tray.settled`` (somebody was faster) or ``tray.still_unknown`` (its
    form version is not published yet) or ``tray.held_again`` (it clashes with a record and waits under that reason).
    """
    sight = settling_sight_of(account, desk, services.today())
    receipt = _release(services, sight, upload_id, by=account, to=to)
    if not isinstance(receipt, Filed):
        raise Conflict("tray.held_again", reason=receipt.reason)
    return receipt


def upload_deed(held: HeldUpload, kind: DeedKind, unit_id: UnitId | None) -> Deed:
    """Return what is kept of settling a held upload of somebody who works in that unit."""
    params = {"reason": held.reason}
    return Deed(kind, Thing.UPLOAD, held.upload_id, unit_id, params, is_sensitive=held.is_sensitive)


def release_waiting(services: Services, project_id: int, form_id: str, version: str) -> int:
    """File every upload that waited for this form version, in the project and its practice twin; return how many.

    One that cannot be filed stays in the tray, or comes back to it under another reason; the others do not wait for it.
    """
    with services.reading(services.operator()) as uow:
        twin = uow.projects.practice_of(project_id)
        projects = [project_id, *([twin.project_id] if twin else [])]
        waiting = uow.tray.waiting_for(projects, form_id, version)
    return sum(_is_released(services, upload_id) for upload_id in waiting)


def _is_released(services: Services, upload_id: int) -> bool:
    try:
        return isinstance(_release(services, services.operator(), upload_id, by=None, to=Assigned()), Filed)
    except DomainError as fault:
        log.warning("tray.not_released", extra={"upload": upload_id, "code": fault.code})
        return False


def _release(services: Services, sight: Sight, upload_id: int, *, by: Account | None, to: Assigned) -> Receipt:
    with services.reading(sight) as uow:
        held = uow.tray.one(upload_id)
        if held is None:
            raise NotFound("tray.unknown")
        if held.state != "held":
            raise Conflict("tray.settled")
        xml, files = uow.tray.content(upload_id)
        username = uow.collaborators.username_of(_person(services, held, by, to))
        sender = uow.collaborators.by_username(username, services.today())
    assert sender is not None, "a collaborator is never deleted"
    instance = _as_assigned(services, held, sender, _with_ids(held, read_instance(xml)), to=to)
    receipt = _file(services, held, sender, instance=instance, files=files)
    with services.unit_of_work(sight) as uow:
        account_id = by.account_id if by else None
        uow.tray.settle(upload_id, state="released", at=services.now(), account_id=account_id, comment="")
        if isinstance(receipt, Filed):
            uow.tray.note_record(upload_id, receipt.submission_id)
        unit_id = uow.collaborators.unit_of(held.collaborator_id, services.today())
        if by is not None:
            kind = DeedKind.UPLOAD_RELEASED if to == Assigned() else DeedKind.UPLOAD_ASSIGNED
            note_deeds(services, uow, by, upload_deed(held, kind, unit_id))
    log.info("tray.released", extra={"upload": upload_id, "reason": held.reason, "receipt": type(receipt).__name__})
    return receipt


def _person(services: Services, held: HeldUpload, by: Account | None, to: Assigned) -> int:
    """Return as whose it is filed: its sender's, or somebody's who works in the account's territory."""
    if to.collaborator_id is None or by is None:
        return held.collaborator_id
    with services.reading(services.operator()) as uow:
        units = units_for(by, Permission.RELEASE_TRAY, services.today())
        lines = uow.collaborators.lines(units, services.today(), collaborator_ids=[to.collaborator_id])
    if not lines or lines[0].project_id != held.project_id or lines[0].revoked_at is not None:
        raise NotFound("tray.no_such_person")
    return to.collaborator_id


def _as_assigned(services: Services, held: HeldUpload, sender: Sender, instance: Instance, *, to: Assigned) -> Instance:
    """Return the instance as one of the form version it is given to, if it is given to any."""
    if to.version_id is None:
        return instance
    with services.reading(services.operator()) as uow:
        version = uow.forms.version_by_id(to.version_id)
    is_theirs = version is not None and version.project_id == sender.forms_project_id
    if version is None or not is_theirs or version.is_sensitive != held.is_sensitive:
        raise NotFound("tray.no_such_form")
    return replace(instance, form_id=version.form_id, form_version=version.version)


def _file(
    services: Services, held: HeldUpload, sender: Sender, *, instance: Instance, files: list[HeldFile]
) -> Receipt:
    form = services.shelf.version(sender.forms_project_id, instance.form_id, instance.form_version)
    if form is None:
        raise Conflict("tray.still_unknown", form=instance.form_id, version=instance.form_version)
    if held.reason == "other_attachment":
        return _replace_files(services, held, instance, files)
    envelope = Envelope(instance.xml, tuple(_sent(services, one) for one in files), held.device_id)
    try:
        return file_instance(services, Post(sender, envelope, instance, held.received_at), form)
    finally:
        for one in envelope.files:
            one.content.close()


def _with_ids(held: HeldUpload, instance: Instance) -> Instance:
    """Return the instance with the ids it is filed under; its bytes stay as they came."""
    if not instance.instance_id:
        return replace(instance, instance_id=f"uuid:{uuid5(NAMESPACE_OID, instance.sha256)}")
    if held.reason == "other_content":
        own_id = shortened(f"{instance.instance_id}#{instance.sha256[:12]}")
        return replace(instance, instance_id=own_id, deprecated_id=instance.instance_id)
    return instance


def _sent(services: Services, file: HeldFile) -> SentFile:
    incoming = services.media.incoming()
    with services.media.open(MediaKey(file.media_key)) as content:
        while chunk := content.read(_CHUNK):
            incoming.write(chunk)
    return SentFile(file.name, file.content_type, incoming)


def _replace_files(services: Services, held: HeldUpload, instance: Instance, files: list[HeldFile]) -> Filed:
    """Give the version the bytes that were held; the first stay in the store, named by the tray's own history."""
    with services.unit_of_work(services.intake(held.project_id)) as uow:
        assert held.submission_id is not None, "a clash names the record it clashed with"
        history = uow.submissions.history(held.submission_id)
        version = next(one for one in history.versions if one.instance_id == instance.instance_id)
        known = uow.submissions.attachments_of(version.version_id)
        for file in files:
            attachment_id, _ = known[name_key(file.name)]
            content = {"content_type": file.content_type, "sha256": file.sha256, "media_key": file.media_key}
            uow.submissions.fill_attachment(attachment_id, content | {"size_bytes": file.size_bytes})
    return Filed(history.submission_id, version.version_id, Resend(version.version_id))
