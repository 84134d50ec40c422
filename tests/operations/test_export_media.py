"""The photos of a list as one file: of its records and no others, without the camera's notes, counted and kept."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import pytest
from console_world import DAK_HA, TU_MO_RONG, example, send
from PIL import Image
from test_export_records import officer_of

from server.access.deeds import DeedKind
from server.errors import InvalidInput, NotFound
from server.operations import export_media as exporting
from server.operations.browse_submissions import Question
from server.operations.export_media import export_media, file_name
from server.operations.sights import Desk
from server.storage.repositories.deeds import DeedFilters
from server.storage.repositories.record_files import RecordFile

NOTED = b"NEPNHA-MAY-ANH"
EVERYDAY = Question(Desk.EVERYDAY)


def photo():
    notes = Image.Exif()
    notes[0x010F] = NOTED.decode()
    written = BytesIO()
    Image.new("RGB", (64, 48), (90, 120, 60)).save(written, "JPEG", exif=notes)
    return written.getvalue()


def send_event(world, number, *files):
    xml = example("training_event", "bad_photo_missing", number, photo_session=files[0][0] if files else "")
    return send(world, "Y Mẫu", xml, files).submission_id


def test_photos_come_without_the_cameras_notes_and_other_files_as_they_are(world):
    number = send_event(world, 700, ("buổi/họp.png", "image/jpeg", photo()), ("ghi.am", "audio/amr", b"#!AMR"))
    officer = officer_of(world, DAK_HA)
    export = export_media(world.services, officer, EVERYDAY)
    found = {one.name: b"".join(one.chunks) for one in export.files}
    assert (export.total, export.away, len(found)) == (2, [], 2)
    (picture,) = (name for name in found if name.endswith("họp.jpg"))
    assert f"_{number}_" in picture
    assert not {"/", "\\"} & set("".join(found))
    assert Image.open(BytesIO(found[picture])).size == (64, 48)
    assert NOTED not in found[picture]
    assert b"#!AMR" in found.values()
    with world.services.reading(world.services.operator()) as uow:
        deeds = uow.deeds.page(
            DeedFilters(is_sensitive=False, kinds=frozenset({DeedKind.RECORDS_DOWNLOADED})), after=None, size=9
        )
    assert [(one.account_id, one.params["files"], one.params["format"]) for one in deeds] == [
        (officer.account_id, 2, "zip")
    ]


def test_nobody_takes_what_lies_elsewhere_or_is_a_case_or_is_not_in_the_list(world, monkeypatch):
    send_event(world, 700, ("a.jpg", "image/jpeg", photo()))
    services, officer = world.services, officer_of(world, DAK_HA)
    for account, question in ((officer_of(world, TU_MO_RONG), EVERYDAY), (officer, replace(EVERYDAY, words="khongco"))):
        export = export_media(services, account, question)
        assert (export.total, list(export.files)) == (0, [])
    with pytest.raises(NotFound):
        export_media(services, officer, Question(Desk.INCIDENTS))
    send_event(world, 701, ("b.jpg", "image/jpeg", photo()))
    monkeypatch.setattr(exporting, "MOST_FILES", 1)
    with pytest.raises(InvalidInput, match="too_many_files"):
        export_media(services, officer, EVERYDAY)


def test_what_cannot_be_had_is_told_and_the_rest_goes_on(world, tmp_path):
    for number in (700, 701):
        send_event(world, number, (f"{number}.bin", "application/octet-stream", b"x%d" % number))
    export = export_media(world.services, officer_of(world, DAK_HA), EVERYDAY)
    (gone,) = (one for one in tmp_path.rglob("*") if one.is_file() and one.read_bytes() == b"x700")
    gone.unlink()
    assert [b"".join(one.chunks) for one in export.files] == [b"x701"]
    assert [one.rpartition("_")[2] for one in export.away] == ["700.bin"]


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("../../etc/passwd", "0000-00-00_7_9_-..-etc-passwd"),
        ("ảnh.PNG", "0000-00-00_7_9_ảnh.PNG"),
        ("a\u202egpj.exe\n", "0000-00-00_7_9_agpj.exe"),
        ("x" * 300 + ".jpeg", "0000-00-00_7_9_" + "x" * 80 + ".jpeg"),
        ("...", "0000-00-00_7_9_"),
    ],
)
def test_a_file_is_called_so_that_every_computer_can_keep_it(name, called):
    assert file_name(RecordFile(9, 7, name, None), is_copy=False) == called
