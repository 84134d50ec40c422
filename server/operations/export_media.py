"""The photos and files of the records a list shows, for one file to keep: the same filter, the same territory.

A photo goes as a page shows it, without what its camera noted of place and time. There are none of incidents. Who took
how many is kept among the deeds, before the first is read. Each file is asked for anew as it is sent, so that whoever
loses a post meanwhile gets no more of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from server.access.deeds import Deed, DeedKind, Thing
from server.errors import DomainError, InvalidInput, NotFound
from server.operations.browse_submissions import filters_of, within
from server.operations.export_records import narrowed_to
from server.operations.note_deeds import note_deeds, unit_of_posts
from server.operations.read_picture import JPEG, VIEW_SIDE, read_picture
from server.operations.sights import Desk, sight_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from server.access.actors import Account
    from server.operations.browse_submissions import Question
    from server.operations.services import Services
    from server.storage.repositories.record_files import RecordFile

MOST_FILES: Final = 500
"""Copies of so many photos are made in some minutes, and come over a slow line in an hour."""
_UNSAFE: Final = str.maketrans(dict.fromkeys('/\\:*?"<>|', "-"))
_LONGEST_NAME: Final = 80
_LONGEST_ENDING: Final = 8


@dataclass(frozen=True, slots=True)
class MediaFile:
    """One file under a name of its own: the day and number of its record, its number, what the phone called it."""

    name: str
    chunks: Iterable[bytes]


@dataclass(frozen=True, slots=True)
class MediaExport:
    """The files, read as they are asked for; *away* fills with the names of those that could not be had."""

    files: Iterator[MediaFile]
    away: list[str]
    total: int


def export_media(services: Services, account: Account, question: Question) -> MediaExport:
    """Return the files of what the account's list holds, and keep that they were taken.

    Raises NotFound ``access.not_found`` at the desk of incidents, InvalidInput ``records.too_many_files`` (most).
    """
    if question.desk is not Desk.EVERYDAY:
        raise NotFound("access.not_found")
    here = services.atlas.current()
    sight, filters = within(here, sight_of(account, question.desk, services.today()), filters_of(services, question))
    with services.unit_of_work(sight) as uow:
        found = uow.record_files.of(uow.record_lists.looked_up(filters), at_most=MOST_FILES + 1)
        if len(found) > MOST_FILES:
            raise InvalidInput("records.too_many_files", most=MOST_FILES)
        params = {"files": len(found), "format": "zip", **narrowed_to(question)}
        unit_id = unit_of_posts(services, uow, account.posts)
        note_deeds(services, uow, account, Deed(DeedKind.RECORDS_DOWNLOADED, Thing.RECORD, None, unit_id, params))
    away: list[str] = []
    return MediaExport(_files(services, account, found, away), away, len(found))


def _files(services: Services, account: Account, found: Iterable[RecordFile], away: list[str]) -> Iterator[MediaFile]:
    for one in found:
        try:
            content = read_picture(services, account, one.attachment_id, desk=Desk.EVERYDAY, side=VIEW_SIDE)
        except DomainError:  # gone out of sight meanwhile, or the store is away
            away.append(file_name(one, is_copy=False))
            continue
        yield MediaFile(file_name(one, is_copy=content.content_type == JPEG), content.chunks)


def file_name(one: RecordFile, *, is_copy: bool) -> str:
    """Return what a file is called among others, fit for any computer."""
    plain = "".join(letter for letter in one.name.translate(_UNSAFE) if letter.isprintable()).lstrip(".")
    stem, _, ending = plain.rpartition(".")
    if not (stem and ending.isalnum() and len(ending) <= _LONGEST_ENDING):
        stem, ending = plain, ""
    ending = "jpg" if is_copy else ending
    day = one.event_date.isoformat() if one.event_date else "0000-00-00"
    tail = f".{ending}" if ending else ""
    return f"{day}_{one.submission_id}_{one.attachment_id}_{stem[:_LONGEST_NAME]}{tail}"
