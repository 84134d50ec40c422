"""Photos as pages show them: copies made once, kept beside the photo, for whoever sees its record."""

from __future__ import annotations

from io import BytesIO

import pytest
from console_world import DAK_HA, JPEG, TU_MO_RONG, example, send
from PIL import Image

from server.access.actors import Account, AccountId, Post
from server.access.roles import Role
from server.errors import NotFound
from server.operations.read_attachment import DOWNLOAD, shown_type
from server.operations.read_picture import THUMB_SIDE, read_picture
from server.operations.sights import Desk
from server.storage.repositories.pictures import Picture


def officer(world, unit):
    unit_id = world.services.atlas.current().territory.resolve(unit, world.services.today()).unit_id
    return Account(AccountId(1), "ai.do", (Post(Role.SUPERVISOR, unit_id, None, None),), elevated=True)


def photo():
    written = BytesIO()
    notes = Image.Exif()
    notes[0x010F] = "secret-camera"
    Image.new("RGB", (800, 600), "green").save(written, "JPEG", exif=notes)
    return written.getvalue()


def noted(world, attachment_id):
    """Return what the tables say of the copy of a file."""
    with world.services.reading(world.services.operator()) as uow:
        return uow.pictures.one(uow.records.attachment(attachment_id).media_key, THUMB_SIDE)


def kept_file(world, content, name="anh.jpg"):
    """Return the id of a file that a phone sent."""
    xml = example("training_event", "bad_photo_missing", 77, photo_session=name)
    submission_id = send(world, "Y Mẫu", xml, [(name, "image/jpeg", content)]).submission_id
    with world.services.reading(world.services.operator()) as uow:
        line = uow.records.one(submission_id)
        return next(one.attachment_id for one in uow.records.attachments(line.version_id) if one.media_key)


def shown(world, account, attachment_id, desk=Desk.EVERYDAY):
    content = read_picture(world.services, account, attachment_id, desk=desk, side=THUMB_SIDE)
    read = b"".join(content.chunks)
    assert len(read) == content.size_bytes
    return content.content_type, read


def test_a_copy_is_made_once_and_seen_by_whoever_sees_the_record(world):
    account, attachment_id = officer(world, DAK_HA), kept_file(world, photo())
    assert noted(world, attachment_id) is None
    kind, first = shown(world, account, attachment_id)
    assert (kind, b"secret-camera" in first) == ("image/jpeg", False)
    made = noted(world, attachment_id)
    assert world.services.media.head(made.key) == made.size_bytes == len(first)
    assert shown(world, account, attachment_id) == (kind, first)
    for stranger, desk in ((officer(world, TU_MO_RONG), Desk.EVERYDAY), (account, Desk.INCIDENTS)):
        with pytest.raises(NotFound):
            shown(world, stranger, attachment_id, desk)


def test_what_cannot_be_shown_is_a_download_and_not_tried_again(world):
    account, attachment_id = officer(world, DAK_HA), kept_file(world, photo()[:700])
    for _ in range(2):
        kind, content = shown(world, account, attachment_id)
        assert (kind, b"secret-camera" in content) == (DOWNLOAD, False)
        assert noted(world, attachment_id) == Picture(None, 0)


def test_other_files_are_as_they_were_sent(world):
    account, attachment_id = officer(world, DAK_HA), kept_file(world, b"%PDF-1.7 x", "giay.pdf")
    assert shown(world, account, attachment_id) == (DOWNLOAD, b"%PDF-1.7 x")
    assert shown_type(b"\x00\x00\x00\x18ftypheic") == DOWNLOAD
    assert shown_type(JPEG) == "image/jpeg"
