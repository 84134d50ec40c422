"""Local files through crashes, power cuts and full disks: wholly there and durable, or not at all."""

from __future__ import annotations

import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from another_process import in_another_process

from server.errors import Unavailable
from server.media.opening import open_store
from server.media.put_all import put_all
from server.media.store import folder_of, key_of

FOLDER = folder_of(1, sensitive_form_id=None)
LATER = timedelta(hours=1)


def every_key(store):
    return list(store.keys("", put_before=datetime.now(UTC) + LATER))


def parts_of(folder):
    return list((folder / "incoming").iterdir())


def test_kill_between_writing_and_renaming_leaves_no_readable_key(tmp_path):
    status, key = in_another_process(
        """
file = store.incoming()
file.write(b"x" * 100_000)
file.seal()
print(file.sha256, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
""",
        tmp_path,
    )
    store = open_store(f"file:{tmp_path}", tmp_path)
    assert status == -9
    assert len(key) == 64
    assert store.head(key_of(FOLDER, key)) is None
    assert every_key(store) == []
    assert len(parts_of(tmp_path)) == 1
    assert store.sweep_incoming(written_before=datetime.now(UTC) - LATER) == 0
    assert store.sweep_incoming(written_before=datetime.now(UTC) + LATER) == 1
    assert parts_of(tmp_path) == []


def test_kill_after_put_loses_nothing(tmp_path):
    status, key = in_another_process(
        """
file = store.incoming()
file.write(b"x" * 100_000)
print(put_all(store, [file], folder=FOLDER)[0].key, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
""",
        tmp_path,
    )
    store = open_store(f"file:{tmp_path}", tmp_path)
    assert (status, every_key(store), store.head(key), parts_of(tmp_path)) == (-9, [key], 100_000, [])


def test_a_file_over_the_allowed_size_is_full_and_frees_its_room(tmp_path):
    status, said = in_another_process(
        """
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))
file = store.incoming()
file.write(b"x" * 700_000)
try:
    file.write(b"x" * 700_000)
except Unavailable as refusal:
    print(refusal, file.closed, file.path.exists())
""",
        tmp_path,
    )
    assert (status, said) == (0, "media.full(reason='EFBIG') True False")
    assert parts_of(tmp_path) == []


def test_a_full_disk_keeps_what_it_has_and_recovers_when_there_is_room(tmp_path):
    small_disk = ["unshare", "--mount", "--map-root-user", "sh", "-c"]
    small_disk += ['mount -t tmpfs -o size=24m tmpfs "$0" && exec "$@"', str(tmp_path)]
    if subprocess.run([*small_disk, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this machine lets nobody mount a small disk of his own; the size limit test stands for it")
    status, said = in_another_process(
        """
def put(content):
    with store.incoming() as file:
        file.write(content)
        return put_all(store, [file], folder=FOLDER)[0]

def refusal_of(act):
    try:
        act()
    except Unavailable as refusal:
        return str(refusal)

root = Path(sys.argv[1])
kept = put(b"k" * 2**20)
with store.incoming() as large:
    print(refusal_of(lambda: [large.write(bytes(2**20)) for _ in range(30)]))
print(list((root / "incoming").iterdir()))
(root / "ballast").write_bytes(bytes(10 * 2**20))
print(refusal_of(store.incoming), store.head(kept.key))
(root / "ballast").unlink()
print(put(b"again").size_bytes)
""",
        tmp_path,
        within=small_disk,
    )
    assert status == 0
    assert said.splitlines() == [
        "media.full(reason='ENOSPC')",
        "[]",
        "media.full(reason='reserve') 1048576",
        "5",
    ]


def test_bytes_then_name_then_every_directory_reach_the_disk(tmp_path, monkeypatch):
    store = open_store(f"file:{tmp_path}/media", tmp_path)
    seen = []
    fsync, replace = os.fsync, os.replace

    def watched_fsync(descriptor):
        seen.append(("sync", Path(f"/proc/self/fd/{descriptor}").readlink()))
        fsync(descriptor)

    def watched_replace(source, target):
        seen.append(("rename", Path(target)))
        replace(source, target)

    monkeypatch.setattr(os, "fsync", watched_fsync)
    monkeypatch.setattr(os, "replace", watched_replace)
    with store.incoming() as file:
        file.write(b"ben")
        (placed,) = put_all(store, [file], folder=FOLDER)
        kept = tmp_path / "media" / "kept"
        place = kept / placed.key
        assert seen == [
            ("sync", file.path),
            ("sync", kept),
            ("sync", kept / "1"),
            ("rename", place),
            ("sync", place.parent),
        ]


def test_a_new_root_is_durable_up_to_what_was_there(tmp_path, monkeypatch):
    seen = []
    fsync = os.fsync

    def watched_fsync(descriptor):
        seen.append(Path(f"/proc/self/fd/{descriptor}").readlink())
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", watched_fsync)
    open_store(f"file:{tmp_path}/var/media", tmp_path)
    assert seen == [tmp_path, tmp_path / "var", tmp_path / "var/media", tmp_path / "var/media"]


def test_a_sealed_file_that_was_shortened_is_not_kept(tmp_path):
    store = open_store(f"file:{tmp_path}/media", tmp_path)
    with store.incoming() as file:
        file.write(b"mat duoi")
        file.seal()
        os.truncate(file.path, 3)
        with pytest.raises(Unavailable, match="size"):
            put_all(store, [file], folder=FOLDER)
    assert every_key(store) == []


def test_a_folder_that_cannot_be_made_is_unavailable(tmp_path):
    (tmp_path / "media").write_text("a file stands in the way")
    with pytest.raises(Unavailable, match=r"media\.unavailable"):
        open_store(f"file:{tmp_path}/media", tmp_path)


def test_many_at_once_put_the_same_content_once(tmp_path, put):
    store = open_store(f"file:{tmp_path}/media", tmp_path)
    with ThreadPoolExecutor(16) as pool:
        placed = set(pool.map(lambda _: put(store, b"cung mot anh"), range(64)))
    assert len(placed) == 1
    assert every_key(store) == [placed.pop().key]
    assert parts_of(tmp_path / "media") == []


def test_kept_content_is_for_this_service_alone(tmp_path, put):
    store = open_store(f"file:{tmp_path}/media", tmp_path)
    place = tmp_path / "media" / "kept" / put(store, b"rieng").key
    assert place.stat().st_mode & 0o077 == 0
    assert (tmp_path / "media" / "kept").stat().st_mode & 0o077 == 0


def test_putting_again_makes_old_content_young(tmp_path, put):
    store = open_store(f"file:{tmp_path}/media", tmp_path)
    key = put(store, b"cu").key
    os.utime(tmp_path / "media" / "kept" / key, (0, 0))
    an_hour_ago = datetime.now(UTC) - LATER
    assert list(store.keys(key, put_before=an_hour_ago)) == [key]
    put(store, b"cu")
    assert list(store.keys(key, put_before=an_hour_ago)) == []
