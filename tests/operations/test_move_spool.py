"""What waited in the database while the object store was away reaches it whole, and is forgotten only then."""

import hashlib
from dataclasses import replace
from io import BytesIO

import pytest

from server.errors import Unavailable
from server.media.store import folder_of, key_of
from server.operations.move_spool import move_spool
from server.storage.repositories.spool import SLICE_BYTES

pytestmark = pytest.mark.database
FOLDER = folder_of(1, sensitive_form_id=None)
PHOTO = bytes(range(256)) * (SLICE_BYTES // 256) + b"and a little more than one slice"


def spool(services, content, named=None):
    key = key_of(FOLDER, hashlib.sha256(named or content).hexdigest())
    with services.unit_of_work(services.operator()) as uow:
        uow.spool.add(key, BytesIO(content))
    return key


def waiting(services):
    with services.reading(services.operator()) as uow:
        return uow.spool.keys()


@pytest.mark.parametrize("content", [b"small", PHOTO], ids=["one slice", "several slices"])
def test_a_waiting_file_reaches_the_store_whole(services, content):
    key = spool(services, content)
    assert move_spool(services) == 1
    with services.media.open(key) as reader:
        assert reader.read() == content
    assert waiting(services) == []


def test_moving_again_finds_nothing(services):
    spool(services, b"once")
    assert (move_spool(services), move_spool(services)) == (1, 0)


def test_what_the_store_has_already_does_no_harm(services):
    key = spool(services, b"twice")
    move_spool(services)
    spool(services, b"twice")
    assert move_spool(services) == 1
    assert services.media.head(key) == 5


def test_a_store_that_is_still_away_keeps_everything_waiting(services, tmp_path):
    key = spool(services, b"patient")
    (tmp_path / "media" / "kept" / FOLDER).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / "media" / "kept" / FOLDER).write_bytes(b"a file where a folder should be")
    with pytest.raises(Unavailable):
        move_spool(services)
    assert waiting(services) == [key]


def test_bytes_that_are_not_what_their_key_says_are_never_delivered(services):
    key = spool(services, b"damaged", named=b"as it was sent")
    with pytest.raises(Unavailable) as refusal:
        move_spool(services)
    assert refusal.value.code == "media.spool_damaged"
    assert waiting(services) == [key]
    assert services.media.head(key) is None


@pytest.mark.s3
def test_a_real_object_store_gets_what_waited(services, s3_bucket, tmp_path):
    from server.media.opening import open_store

    store = open_store(s3_bucket.url(), tmp_path / "arriving")
    with_s3 = replace(services, media=store)
    key = spool(with_s3, PHOTO)
    assert move_spool(with_s3) == 1
    with store.open(key) as reader:
        assert reader.read() == PHOTO
    store.close()
