"""What happens when the object store is away, slow, full of doubts, or cut off in the middle of a sentence."""

from __future__ import annotations

import hashlib
from contextlib import closing

import pytest
from cutting_proxy import CuttingProxy

from server.errors import Unavailable
from server.media.opening import open_store
from server.media.probe import probe
from server.media.put_all import put_all
from server.media.store import Spooled, Stored, folder_of, key_of
from tests.s3_fixture import S3Bucket, SwiftProcess, folder_with_attributes

pytestmark = pytest.mark.s3

CONTENT = b"anh nha rong " * 1000
FOLDER = folder_of(1, sensitive_form_id=None)
KEY = key_of(FOLDER, hashlib.sha256(CONTENT).hexdigest())
NOBODY = "http://127.0.0.1:9"  # the discard port, where nothing listens


@pytest.fixture
def proxy(s3_server):
    with CuttingProxy(s3_server.endpoint_url) as door:
        yield door


@pytest.fixture
def distant_store(s3_bucket, proxy, tmp_path):
    with closing(open_store(s3_bucket.url(endpoint_url=proxy.endpoint_url), tmp_path / "arriving")) as store:
        yield store


@pytest.fixture
def absent_store(s3_bucket, tmp_path):
    with closing(open_store(s3_bucket.url(endpoint_url=NOBODY), tmp_path / "arriving")) as store:
        yield store


def received(store, *contents):
    files = [store.incoming() for _ in contents]
    for file, content in zip(files, contents, strict=True):
        file.write(content)
    return files


def test_while_the_store_is_away_files_wait_to_be_spooled(absent_store):
    files = received(absent_store, CONTENT, b"hai", CONTENT)
    first, second, third = put_all(absent_store, files, folder=FOLDER)
    assert first == third == Spooled(KEY, files[0].sha256, len(CONTENT), files[0].path)
    assert first.path.read_bytes() == CONTENT
    assert second.path.read_bytes() == b"hai"
    for file in files:
        file.close()
    assert not first.path.exists()


def test_over_fifty_megabytes_in_all_are_refused(absent_store):
    with absent_store.incoming() as large, absent_store.incoming() as small:
        for _ in range(50):
            large.write(bytes(2**20))
        small.write(b"y")
        with pytest.raises(Unavailable, match=r"media\.unavailable"):
            put_all(absent_store, [large, small], folder=FOLDER)
        assert isinstance(put_all(absent_store, [large], folder=FOLDER)[0], Spooled)


def test_after_the_first_refusal_no_other_file_is_tried(distant_store, proxy):
    files = received(distant_store, b"mot", b"2" * 2**20, b"ba", b"bon", b"nam")
    proxy.allowance = 2**19
    placed = put_all(distant_store, files, folder=FOLDER)
    for file in files:
        file.close()
    assert [type(one) for one in placed] == [Stored, Spooled, Spooled, Spooled, Spooled]
    assert proxy.connections == 2  # one that was cut, and the second try of the same request


@pytest.mark.parametrize("act", ["head", "open", "delete"])
def test_an_absent_store_is_unavailable_and_not_empty(absent_store, act):
    with pytest.raises(Unavailable, match=r"media\.unavailable\(reason='EndpointConnectionError'\)"):
        getattr(absent_store, act)(KEY)


def test_a_probe_of_an_absent_store_fails(absent_store):
    with pytest.raises(Unavailable):
        probe(absent_store)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"secret_key": "wrong"}, "SignatureDoesNotMatch"),
        ({"access_key": "survey:nobody"}, "InvalidAccessKeyId|SignatureDoesNotMatch"),
    ],
)
def test_a_wrong_key_is_unavailable_and_writes_nothing(s3_bucket, s3_client, tmp_path, *, changes, reason):
    with closing(open_store(s3_bucket.url(**changes), tmp_path / "arriving")) as store, store.incoming() as file:
        file.write(CONTENT)
        file.seal()
        with pytest.raises(Unavailable, match="403"):
            store.head(KEY)
        with pytest.raises(Unavailable, match=reason):
            store.open(KEY)
        with pytest.raises(Unavailable):
            store.put_file(file.path, KEY, size_bytes=file.size_bytes)
    assert "Contents" not in s3_client.list_objects_v2(Bucket=s3_bucket.name)


def test_a_bucket_that_is_not_there_is_unavailable(s3_bucket, tmp_path, put):
    elsewhere = S3Bucket(s3_bucket.server, "nobody-made-this")
    with closing(open_store(elsewhere.url(), tmp_path / "arriving")) as store:
        assert isinstance(put(store, CONTENT), Spooled)
        with pytest.raises(Unavailable, match="NoSuchBucket"):
            probe(store)


@pytest.mark.parametrize("size_bytes", [2 * 2**20, 20 * 2**20], ids=["in one piece", "in parts"])
@pytest.mark.parametrize("share", [0.1, 0.6, 0.95])
def test_a_put_cut_off_leaves_nothing_readable(distant_store, proxy, *, s3_bucket, s3_client, size_bytes, share):
    with distant_store.incoming() as file:
        file.write(b"v" * size_bytes)
        file.seal()
        proxy.allowance = int(size_bytes * share)
        (placed,) = put_all(distant_store, [file], folder=FOLDER)
        assert isinstance(placed, Spooled)
        proxy.allowance = None
        assert distant_store.head(placed.key) is None
        assert "Contents" not in s3_client.list_objects_v2(Bucket=s3_bucket.name)
        assert put_all(distant_store, [file], folder=FOLDER) == (Stored(placed.key, file.sha256, size_bytes),)
        assert distant_store.head(placed.key) == size_bytes


def test_a_body_changed_on_the_way_is_refused_by_the_store(s3_store, s3_bucket, s3_client):
    with s3_store.incoming() as file:
        file.write(CONTENT)
        file.seal()

        def change(request, **_):
            request.body.close()
            request.body = CONTENT.replace(b"nha", b"NHA")

        s3_store._client.meta.events.register("before-send.s3.PutObject", change)
        with pytest.raises(Unavailable, match="SHA256Mismatch"):
            s3_store.put_file(file.path, KEY, size_bytes=file.size_bytes)
    assert "Contents" not in s3_client.list_objects_v2(Bucket=s3_bucket.name)


def test_a_read_cut_off_is_not_a_short_file(distant_store, proxy, put):
    key = put(distant_store, b"v" * 4 * 2**20).key
    proxy.allowance_back = 2**20  # cut as it passes: what is under way when a door is shut may all be there already
    with distant_store.open(key) as reader:
        assert len(reader.read(1000)) == 1000
        with pytest.raises(Unavailable, match=r"media\.unavailable"):
            reader.read()


def test_a_store_that_hangs_up_without_an_answer_is_unavailable(distant_store, proxy):
    proxy.mute = True
    with pytest.raises(Unavailable):
        distant_store.head(KEY)


def test_timeouts_are_short_and_tries_two(s3_store):
    config = s3_store._client.meta.config
    assert (config.connect_timeout, config.read_timeout, config.max_pool_connections) == (3, 20, 64)
    assert config.retries["total_max_attempts"] == 2


def test_a_store_killed_and_started_again_has_all_it_promised(tmp_path, put):
    swift = SwiftProcess(folder_with_attributes(tmp_path))
    try:
        server = swift.start()
        bucket = S3Bucket(server, "lasting")
        with closing(server.client()) as client:
            client.create_bucket(Bucket=bucket.name)
        with closing(open_store(bucket.url(), tmp_path / "arriving")) as store:
            before = put(store, CONTENT)
            swift.kill()
            meanwhile = put(store, b"meanwhile")
            swift.start(int(server.endpoint_url.rpartition(":")[2]))
            after = put(store, b"meanwhile")
            assert [type(one) for one in (before, meanwhile, after)] == [Stored, Spooled, Stored]
            with store.open(before.key) as reader:
                assert reader.read() == CONTENT
    finally:
        swift.kill()
