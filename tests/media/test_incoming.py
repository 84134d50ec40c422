"""A file on its way in: what a multipart parser and a store may count on."""

from __future__ import annotations

import gc
import hashlib
import io
import os
from datetime import UTC, datetime, timedelta

import pytest
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from server.errors import Unavailable
from server.media import incoming
from server.media.incoming import IncomingFile, receive_into, sweep

LATER = timedelta(hours=1)


def test_hash_and_size_are_those_of_what_was_written(tmp_path):
    with IncomingFile(tmp_path) as file:
        for piece in (b"anh ", bytearray(b"nha "), memoryview(b"rong")):
            assert file.write(piece) == len(piece)
        assert file.size_bytes == 12
        assert file.sha256 == hashlib.sha256(b"anh nha rong").hexdigest()
        assert file.path.read_bytes() == b"anh nha rong"


def test_writing_appends_wherever_reading_stands(tmp_path):
    with IncomingFile(tmp_path) as file:
        file.write(b"12345")
        file.seek(0)
        assert file.read(2) == b"12"
        file.write(b"678")
        assert file.tell() == 8
        assert file.seek(-4, io.SEEK_END) == 4
        assert file.seek(1, io.SEEK_CUR) == 5
        assert file.read() == b"678"
        file.seek(0)
        assert file.readline() == b"12345678"


def test_a_sealed_file_can_be_read_and_not_written(tmp_path):
    with IncomingFile(tmp_path) as file:
        file.write(b"xong")
        file.seal()
        file.seal()
        file.seek(0)
        assert (file.readable(), file.writable(), file.read()) == (True, False, b"xong")
        with pytest.raises(io.UnsupportedOperation):
            file.write(b"them")


def test_closing_removes_what_was_not_kept(tmp_path):
    file = IncomingFile(tmp_path)
    file.write(b"bo")
    file.close()
    file.close()
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ValueError, match="closed"):
        file.write(b"bo")


def test_forgetting_a_file_removes_it_and_its_descriptor(tmp_path):
    file = IncomingFile(tmp_path)
    descriptor = file.fileno()
    del file
    gc.collect()
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(descriptor)


def test_only_this_service_may_read_what_arrives(tmp_path):
    with IncomingFile(tmp_path) as file:
        assert file.path.stat().st_mode & 0o777 == 0o600


def test_a_folder_that_went_away_is_unavailable(tmp_path):
    with pytest.raises(Unavailable, match=r"media\.unavailable\(reason='ENOENT'\)"):
        receive_into(tmp_path / "gone")
    with pytest.raises(Unavailable, match=r"media\.unavailable\(reason='ENOENT'\)"):
        IncomingFile(tmp_path / "gone")


def test_the_reserve_is_left_to_the_database(tmp_path, monkeypatch):
    room = os.statvfs(tmp_path)
    monkeypatch.setattr(incoming, "RESERVE_BYTES", (room.f_blocks + 1) * room.f_frsize)
    with pytest.raises(Unavailable, match=r"media\.full\(reason='reserve'\)"):
        receive_into(tmp_path)


def test_sweeping_takes_what_is_old_and_incoming_only(tmp_path):
    young, old = IncomingFile(tmp_path), IncomingFile(tmp_path)
    (tmp_path / "note.txt").write_text("not ours")
    an_hour_ago = datetime.now(UTC) - LATER
    os.utime(old.path, (an_hour_ago.timestamp(), an_hour_ago.timestamp()))
    assert sweep(tmp_path, written_before=an_hour_ago + timedelta(minutes=1)) == 1
    assert (young.path.exists(), old.path.exists(), (tmp_path / "note.txt").exists()) == (True, False, True)
    old.write(b"still coming")  # a descriptor outlives its name: the upload fails when it is put, not here
    old.close()
    young.close()


def test_writing_keeps_a_slow_upload_young(tmp_path):
    with IncomingFile(tmp_path) as file:
        os.utime(file.path, (0, 0))
        file.write(b"cham")
        assert sweep(tmp_path, written_before=datetime.now(UTC) - timedelta(minutes=1)) == 0


class ReceivingRequest(Request):
    """A request whose files go where a store wants them."""

    folder = None

    def _get_file_stream(self, total_content_length, content_type, filename=None, content_length=None):
        return IncomingFile(self.folder)


def test_a_multipart_parser_writes_into_it(tmp_path):
    photo = hashlib.shake_256(b"photo").digest(300_000)
    sent = {"xml_submission_file": (io.BytesIO(b"<x/>"), "x.xml"), "anh.jpg": (io.BytesIO(photo), "ảnh nhà.jpg")}
    request = ReceivingRequest(EnvironBuilder(method="POST", data=sent).get_environ())
    request.folder = tmp_path
    received = request.files["anh.jpg"]
    assert received.filename == "ảnh nhà.jpg"
    assert isinstance(received.stream, IncomingFile)
    assert received.stream.sha256 == hashlib.sha256(photo).hexdigest()
    assert received.read() == photo
    assert len(list(tmp_path.iterdir())) == 2
    request.close()
    assert list(tmp_path.iterdir()) == []


def test_a_body_cut_off_leaves_no_file(tmp_path):
    environ = EnvironBuilder(method="POST", data={"anh.jpg": (io.BytesIO(b"x" * 100_000), "a.jpg")}).get_environ()
    whole = environ["wsgi.input"].read()
    environ |= {"wsgi.input": io.BytesIO(whole[:50_000]), "CONTENT_LENGTH": "50000"}
    request = ReceivingRequest(environ)
    request.folder = tmp_path
    assert dict(request.files) == {}
    gc.collect()
    assert list(tmp_path.iterdir()) == []
