"""File the photos and other files of a version: by name, in any order, over as many POSTs as the phone needs.

Names are compared in NFC, since phones and XML may spell one name in two ways. A file nobody asked for is kept too;
other bytes under a name that has its bytes are handed back, to be held. What an edit does not send again it takes over
from the version it replaces, by name, as Collect's edits carry the same files.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from server.operations.file_version import finding_rows
from server.submissions.awaited_files import AWAITED, awaited_files
from server.submissions.decision import New, Resend
from server.submissions.instance import kept_name

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from server.operations.derive_submission import Derived
    from server.operations.envelope import Arrived, Filed
    from server.storage.unit_of_work import UnitOfWork


def file_attachments(
    uow: UnitOfWork, filed: Filed, derived: Derived, arrived: Sequence[Arrived], *, at: datetime
) -> tuple[Arrived, ...]:
    """File *arrived* under the version and return those that clash with bytes it already has."""
    if isinstance(filed.decision, Resend):
        return _fill(uow, filed, derived, arrived, at=at) if arrived else ()
    rows = _new_rows(filed.version_id, derived, arrived, at)
    if not isinstance(filed.decision, New):
        _inherit(uow, filed, rows)
    uow.submissions.add_attachments(list(rows.values()))
    uow.submissions.add_findings(_awaited_rows(filed, derived, {key for key, row in rows.items() if row["sha256"]}))
    if any(_is_missing(row) for row in rows.values()) or not isinstance(filed.decision, New):
        uow.submissions.count_missing(filed.submission_id)
    taken = {(row["name_key"], row["sha256"]) for row in rows.values()}
    return tuple(one for one in arrived if (one.name_key, one.placed.sha256) not in taken)


def _new_rows(version_id: int, derived: Derived, arrived: Sequence[Arrived], at: datetime) -> dict[str, dict[str, Any]]:
    rows: dict[str, dict[str, Any]] = {}
    for expected in derived.file_names:
        rows.setdefault(expected.key, _row(version_id, expected.name, expected.key, is_expected=True))
    for one in arrived:
        row = rows.setdefault(one.name_key, _row(version_id, one.name, one.name_key, is_expected=False))
        if row["sha256"] is None:
            row.update(_content(one, at))
    return rows


def _row(version_id: int, name: str, name_key: str, *, is_expected: bool) -> dict[str, Any]:
    return {
        "version_id": version_id,
        "name": kept_name(name),
        "name_key": name_key,
        "is_expected": is_expected,
        "content_type": "",
        "sha256": None,
        "media_key": None,
        "size_bytes": None,
        "received_at": None,
    }


def _content(arrived: Arrived, at: datetime) -> dict[str, Any]:
    return {
        "content_type": arrived.content_type,
        "sha256": arrived.placed.sha256,
        "media_key": arrived.placed.key,
        "size_bytes": arrived.placed.size_bytes,
        "received_at": at,
    }


def _is_missing(row: dict[str, Any]) -> bool:
    return bool(row["is_expected"]) and row["sha256"] is None


def _inherit(uow: UnitOfWork, filed: Filed, rows: dict[str, dict[str, Any]]) -> None:
    wanted = [key for key, row in rows.items() if _is_missing(row)]
    for key, content in uow.submissions.files_of_record(filed.submission_id, wanted).items():
        rows[key].update(content)


def _awaited_rows(filed: Filed, derived: Derived, present: set[str]) -> list[dict[str, Any]]:
    return finding_rows(filed.version_id, awaited_files(derived.file_names, present))


def _fill(
    uow: UnitOfWork, filed: Filed, derived: Derived, arrived: Sequence[Arrived], *, at: datetime
) -> tuple[Arrived, ...]:
    """Give waiting files their bytes, keep unasked ones, and return those whose name has other bytes."""
    known = uow.submissions.attachments_of(filed.version_id)
    strangers: list[Arrived] = []
    fresh: dict[str, dict[str, Any]] = {}
    for one in arrived:
        attachment_id, sha256 = known.get(one.name_key, (None, None))
        if attachment_id is None and one.name_key not in fresh:
            row = _row(filed.version_id, one.name, one.name_key, is_expected=False)
            fresh[one.name_key] = row | _content(one, at)
        elif attachment_id is not None and sha256 is None:
            uow.submissions.fill_attachment(attachment_id, _content(one, at))
            known[one.name_key] = (attachment_id, one.placed.sha256)
        elif sha256 != one.placed.sha256:
            strangers.append(one)
    uow.submissions.add_attachments(list(fresh.values()))
    present = {key for key, (_, sha256) in known.items() if sha256}
    uow.submissions.replace_findings(filed.version_id, AWAITED, _awaited_rows(filed, derived, present))
    uow.submissions.count_missing(filed.submission_id)
    return tuple(strangers)
