"""Receive what a phone sends: whatever is valid XML from a known key is kept, once, and never overwritten.

The order is the promise: files durable first, then everything derived, then one transaction, then the answer. A crash
in between leaves a file nobody refers to, never a record that points at nothing. What cannot be filed yet (unknown
form or version, other content under a known id, no id, a revoked key) is held in the tray, whole, with its reason.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from server.media.put_all import put_all
from server.media.store import folder_of
from server.operations.derive_submission import Origin, derive
from server.operations.envelope import Arrived, Filed, Held, Receipt, arrived_files, spool_waiting
from server.operations.file_attachments import file_attachments
from server.operations.file_version import Filing, file_version
from server.operations.hold_upload import Holding, check_allowance, hold, hold_in
from server.operations.list_forms import may_fill
from server.operations.register_version import Registering, RegistersFailed, register_later, register_version
from server.submissions.decision import OtherContent
from server.submissions.instance import read_instance

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from server.operations.derive_submission import Derived
    from server.operations.envelope import Envelope
    from server.operations.form_shelf import ShelvedForm
    from server.operations.services import Services
    from server.storage.repositories.collaborators import Sender
    from server.submissions.instance import Instance

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Post:
    """An instance that was read, with the POST it came in."""

    sender: Sender
    envelope: Envelope
    instance: Instance
    received_at: datetime


def receive_submission(services: Services, sender: Sender, envelope: Envelope) -> Receipt:
    """Keep what *sender* sent and say what became of it.

    Raises what `read_instance` raises for XML that cannot be read, and `Unavailable` when disk, object store or
    database cannot keep it; then nothing is half stored and the phone keeps its copy.
    """
    instance = read_instance(envelope.xml)
    form = services.shelf.version(sender.forms_project_id, instance.form_id, instance.form_version)
    reason, is_sensitive = _reason_to_hold(services, sender, instance, form)
    if form is None or reason:
        holding = Holding(sender, envelope, instance, reason, is_sensitive, services.now())
        receipt: Receipt = _hold(services, holding)
    else:
        receipt = file_instance(services, Post(sender, envelope, instance, services.now()), form)
    log.info("submission.received", extra={"receipt": type(receipt).__name__, "collaborator": sender.collaborator_id})
    return receipt


def _reason_to_hold(
    services: Services, sender: Sender, instance: Instance, form: ShelvedForm | None
) -> tuple[str, bool]:
    """Return why the upload cannot be filed (empty if it can) and whether it is of a sensitive form."""
    if form is not None:
        return _reason_to_hold_known(services, sender, instance, form), form.published.is_sensitive
    with services.reading(services.intake(sender.project_id)) as uow:
        known = uow.forms.form(sender.forms_project_id, instance.form_id)
        is_sensitive = sender.project_kind == "separate" or uow.forms.is_sensitive_anywhere(instance.form_id)
    reason = "key_revoked" if sender.revoked_at else "unknown_version" if known else "unknown_form"
    return reason, is_sensitive


def _reason_to_hold_known(services: Services, sender: Sender, instance: Instance, form: ShelvedForm) -> str:
    """Return why an instance of a published version is held.

    A sensitive form is unknown to whoever is not offered it: another answer would tell that there is one.
    """
    if sender.revoked_at:
        return "key_revoked"
    if form.published.is_sensitive and not may_fill(services, sender, form.published.form_key):
        return "unknown_form"
    return "" if instance.instance_id else "no_instance_id"


def _hold(services: Services, holding: Holding) -> Held:
    check_allowance(services, holding)
    arrived = _put(
        services, holding.envelope, holding.sender, holding.instance.form_id if holding.is_sensitive else None
    )
    return hold(services, holding, arrived)


def file_instance(services: Services, post: Post, form: ShelvedForm) -> Receipt:
    """Keep an instance of a known form in its record; what clashes with the record goes to the tray."""
    sensitive_form_id = post.instance.form_id if form.published.is_sensitive else None
    arrived = _put(services, post.envelope, post.sender, sensitive_form_id)
    filing = Filing(post.sender, post.instance, form, post.received_at, post.envelope.device_id)
    origin = Origin(post.received_at, post.sender.post_units, post.sender.territory_revision)
    derived = derive(services, post.instance, form, origin)
    try:
        return _keep(services, post, filing, derived, arrived=arrived, register=register_version)
    except RegistersFailed:
        return _keep(services, post, filing, derived, arrived=arrived, register=register_later)


def _keep(  # noqa: PLR0913 the facts of one POST, each of its own kind
    services: Services,
    post: Post,
    filing: Filing,
    derived: Derived,
    *,
    arrived: tuple[Arrived, ...],
    register: Callable[..., None],
) -> Receipt:
    """Write it all in one transaction."""
    with services.unit_of_work(services.intake(post.sender.project_id)) as uow:
        spool_waiting(uow, arrived)
        filed = file_version(uow, filing, derived)
        if isinstance(filed.decision, OtherContent):
            return hold_in(uow, _clash(post, filing.form, filed, "other_content"), arrived)
        if filing.form.entity_blocks:
            register(services, uow, _registering(post), filed=filed, derived=derived)
        strangers = file_attachments(uow, filed, derived, arrived, at=post.received_at)
        if strangers:
            return hold_in(uow, _clash(post, filing.form, filed, "other_attachment"), strangers)
    return filed


def _registering(post: Post) -> Registering:
    sender = post.sender
    return Registering(
        sender.project_id, sender.collaborator_id, post.received_at, sender.territory_revision, sender.post_units
    )


def _clash(post: Post, form: ShelvedForm, filed: Filed, reason: str) -> Holding:
    is_sensitive = form.published.is_sensitive
    return Holding(
        post.sender, post.envelope, post.instance, reason, is_sensitive, post.received_at, filed.submission_id
    )


def _put(services: Services, envelope: Envelope, sender: Sender, sensitive_form_id: str | None) -> tuple[Arrived, ...]:
    folder = folder_of(sender.project_id, sensitive_form_id=sensitive_form_id)
    placed = put_all(services.media, [one.content for one in envelope.files], folder=folder)
    return arrived_files(envelope.files, placed)
