"""Addresses a browser may fetch by itself, and what S3 is told beside the bytes."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import urlopen

import pytest

from server.media import s3
from server.media.s3 import download_as

pytestmark = pytest.mark.s3

PHOTO = b"\xff\xd8\xff" + b"p" * 5000


def presigned(store, key, seconds=60, filename="Ảnh nhà rông Đăk Hà.jpg"):
    return store.presigned_get(key, seconds=seconds, filename=filename, content_type="image/jpeg")


def test_a_signed_address_gives_the_file_under_its_vietnamese_name(s3_store, put):
    with urlopen(presigned(s3_store, put(s3_store, PHOTO).key)) as answer:
        assert answer.read() == PHOTO
        assert answer.headers["Content-Type"] == "image/jpeg"
        disposition = answer.headers["Content-Disposition"]
    assert disposition.startswith("attachment; ")
    assert disposition.endswith("filename*=UTF-8''" + quote("Ảnh nhà rông Đăk Hà.jpg"))


def test_a_signed_address_shows_no_secret(s3_store, s3_server, put):
    assert s3_server.secret_key not in presigned(s3_store, put(s3_store, PHOTO).key)


def refused(address):
    with pytest.raises(HTTPError) as refusal:
        urlopen(address)
    refusal.value.close()
    return refusal.value.code


@pytest.mark.parametrize(
    ("genuine", "forged"),
    [("X-Amz-Signature=", "X-Amz-Signature=0"), ("X-Amz-Expires=60", "X-Amz-Expires=6000"), ("jpeg", "html")],
    ids=["signature", "expiry", "content type"],
)
def test_a_tampered_address_is_refused(s3_store, put, genuine, forged):
    address = presigned(s3_store, put(s3_store, PHOTO).key)
    assert genuine in address
    assert refused(address.replace(genuine, forged)) == 403


def test_an_address_of_another_file_is_refused(s3_store, put):
    first, second = put(s3_store, PHOTO).key, put(s3_store, b"other").key
    assert refused(presigned(s3_store, first).replace(first, second)) == 403


def test_an_address_expires(s3_store, put):
    address = presigned(s3_store, put(s3_store, PHOTO).key, seconds=1)
    time.sleep(2.1)
    assert refused(address) == 403


def test_local_files_have_no_address_of_their_own(local_store, put):
    assert presigned(local_store, put(local_store, PHOTO).key) is None


@pytest.mark.parametrize(
    ("filename", "header"),
    [
        ("a.jpg", "attachment; filename=\"a.jpg\"; filename*=UTF-8''a.jpg"),
        ('x";\r\n y.jpg', "attachment; filename=\"x_;__ y.jpg\"; filename*=UTF-8''x%22%3B%0D%0A%20y.jpg"),
        ("đ\\.jpg", "attachment; filename=\"__.jpg\"; filename*=UTF-8''%C4%91%5C.jpg"),
    ],
)
def test_a_file_name_cannot_break_out_of_its_header(filename, header):
    assert download_as(filename) == header


@pytest.mark.parametrize("size_bytes", [100, 17 * 2**20], ids=["in one piece", "in parts"])
def test_our_hash_travels_as_metadata(s3_store, put, *, s3_bucket, s3_client, size_bytes):
    placed = put(s3_store, b"m" * size_bytes)
    kept = s3_client.head_object(Bucket=s3_bucket.name, Key=f"media/{placed.key}")
    assert {name.lower(): value for name, value in kept["Metadata"].items()} == {"sha256": placed.sha256}


def test_content_in_place_is_not_sent_again_until_it_is_old(s3_store, put, *, s3_bucket, s3_client, monkeypatch):
    name = f"media/{put(s3_store, PHOTO).key}"
    s3_client.put_object(Bucket=s3_bucket.name, Key=name, Body=PHOTO, Metadata={"mark": "first"})
    put(s3_store, PHOTO)
    assert "mark" in {key.lower() for key in s3_client.head_object(Bucket=s3_bucket.name, Key=name)["Metadata"]}
    monkeypatch.setattr(s3, "YOUNG", timedelta(seconds=-5))
    put(s3_store, PHOTO)
    assert "mark" not in {key.lower() for key in s3_client.head_object(Bucket=s3_bucket.name, Key=name)["Metadata"]}


def test_content_of_the_wrong_size_is_sent_again(s3_store, s3_bucket, s3_client, put):
    key = put(s3_store, PHOTO).key
    s3_client.put_object(Bucket=s3_bucket.name, Key=f"media/{key}", Body=PHOTO[:100])
    put(s3_store, PHOTO)
    assert s3_store.head(key) == len(PHOTO)


def test_keys_of_others_in_the_bucket_are_not_ours(s3_store, s3_bucket, s3_client, put):
    key = put(s3_store, PHOTO).key
    s3_client.put_object(Bucket=s3_bucket.name, Key="backup/1/else", Body=b"not ours")
    assert list(s3_store.keys("", put_before=datetime.now(UTC) + timedelta(hours=1))) == [key]
