"""What both kinds of store promise alike."""

from __future__ import annotations

import hashlib
import os
from datetime import UTC, datetime, timedelta

import pytest

from server.errors import InvalidInput, NotFound, Unavailable
from server.media.probe import probe
from server.media.put_all import put_all
from server.media.store import MediaKey, Stored, folder_of, key_of

CONTENT = bytes(range(256)) * 40
NOTHING_KEPT = key_of(folder_of(1, sensitive_form_id=None), "ab" * 32)
PROJECT = folder_of(1, sensitive_form_id=None)
SENSITIVE = folder_of(1, sensitive_form_id="phieu_b")


def read(store, key, *span):
    with store.open(key, *span) as reader:
        return reader.read()


def everything(store, prefix=""):
    return list(store.keys(prefix, put_before=datetime.now(UTC) + timedelta(hours=1)))


def test_content_comes_back_as_it_went_in(store, put):
    placed = put(store, CONTENT)
    assert placed == Stored(placed.key, hashlib.sha256(CONTENT).hexdigest(), len(CONTENT))
    assert placed.key == f"1/{placed.sha256[:2]}/{placed.sha256}"
    assert store.head(placed.key) == len(CONTENT)
    assert read(store, placed.key) == CONTENT


def test_empty_content_is_content(store, put):
    placed = put(store, b"")
    assert store.head(placed.key) == 0
    assert read(store, placed.key) == b""
    assert read(store, placed.key, 0, 10) == b""


def test_same_content_twice_is_kept_once(store, put):
    first = put(store, CONTENT)
    assert put(store, CONTENT) == first
    assert everything(store) == [first.key]
    assert read(store, first.key) == CONTENT


@pytest.mark.parametrize(
    "span",
    [(0, 1), (5, 10), (0, None), (10_000, None), (10_239, None), (10_000, 99_999), (10_240, None), (20_000, 30_000)],
)
def test_a_range_is_read_like_a_slice(store, put, span):
    assert read(store, put(store, CONTENT).key, *span) == CONTENT[slice(*span)]


def test_an_empty_range_is_empty(store, put):
    assert read(store, put(store, CONTENT).key, 7, 7) == b""


def test_a_reader_gives_bytes_in_pieces(store, put):
    with store.open(put(store, CONTENT).key) as reader:
        assert [reader.read(10_000), reader.read(10_000), reader.read(10_000)] == [
            CONTENT[:10_000],
            CONTENT[10_000:],
            b"",
        ]


@pytest.mark.parametrize("span", [(), (0, 5), (7, 7)])
def test_reading_what_is_not_there_is_refused(store, span):
    with pytest.raises(NotFound, match=r"media\.missing"):
        store.open(NOTHING_KEPT, *span)


def test_what_is_not_there_has_no_size(store):
    assert store.head(NOTHING_KEPT) is None


def test_deleted_content_is_gone(store, put):
    key = put(store, CONTENT).key
    store.delete(key)
    assert store.head(key) is None
    assert everything(store) == []
    store.delete(key)


@pytest.mark.parametrize("key", ["../../etc/passwd", "1/ab/../x", "1/ab/" + "cd" * 32, "/1/ab/" + "ab" * 32, ""])
def test_a_key_of_another_shape_touches_nothing(store, key):
    for act in (store.head, store.open, store.delete):
        with pytest.raises(InvalidInput, match=r"media\.key"):
            act(MediaKey(key))


def test_keys_are_listed_by_prefix_in_order(store, put):
    kept = sorted(put(store, bytes([n]) * 10, folder).key for n in range(4) for folder in (PROJECT, SENSITIVE))
    assert everything(store) == kept
    assert everything(store, f"{PROJECT}/") == [key for key in kept if key.startswith("1/")]
    assert everything(store, SENSITIVE) == [key for key in kept if key.startswith(SENSITIVE)]
    assert everything(store, kept[3]) == [kept[3]]
    assert everything(store, kept[3][:7]) == [key for key in kept if key.startswith(kept[3][:7])]
    assert everything(store, "2/") == []


def test_content_just_put_is_not_old(store, put):
    key = put(store, CONTENT).key
    assert list(store.keys(key, put_before=datetime.now(UTC) - timedelta(minutes=1))) == []


def test_files_of_one_upload_are_placed_in_their_order_and_equal_ones_once(store):
    contents = [b"mot", b"hai", b"mot", b"ba"]
    files = [store.incoming() for _ in contents]
    for file, content in zip(files, contents, strict=True):
        file.write(content)
    placed = put_all(store, files, folder=PROJECT)
    for file in files:
        file.close()
    assert [one.sha256 for one in placed] == [hashlib.sha256(content).hexdigest() for content in contents]
    assert [read(store, one.key) for one in placed] == contents
    assert len(everything(store)) == 3
    assert store.sweep_incoming(written_before=datetime.now(UTC) + timedelta(hours=1)) == 0


def test_a_file_the_disk_shortened_is_neither_stored_nor_spooled(store):
    with store.incoming() as file:
        file.write(b"mat duoi")
        os.truncate(file.path, 3)
        with pytest.raises(Unavailable, match=r"media\.unavailable\(reason='size'\)"):
            put_all(store, [file], folder=PROJECT)
    assert everything(store) == []


def test_no_files_are_placed_nowhere(store):
    assert put_all(store, [], folder=PROJECT) == ()


def test_a_sensitive_form_shares_no_content_with_its_project(store, put):
    open_one, closed_one = put(store, CONTENT, PROJECT), put(store, CONTENT, SENSITIVE)
    assert open_one.sha256 == closed_one.sha256
    assert "phieu" not in closed_one.key
    store.delete(closed_one.key)
    assert read(store, open_one.key) == CONTENT


def test_a_round_trip_leaves_nothing_behind(store):
    probe(store)
    assert everything(store) == []
    assert store.sweep_incoming(written_before=datetime.now(UTC) + timedelta(hours=1)) == 0


def test_twenty_megabytes_pass_in_parts(store, put):
    content = hashlib.shake_256(b"video").digest(20 * 2**20)
    placed = put(store, content)
    assert store.head(placed.key) == len(content)
    seam = 16 * 2**20
    assert read(store, placed.key, seam - 5, seam + 5) == content[seam - 5 : seam + 5]
    assert hashlib.sha256(read(store, placed.key)).hexdigest() == placed.sha256
