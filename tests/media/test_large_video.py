"""A large video on its way in and out never sits in memory."""

from __future__ import annotations

import pytest
from another_process import in_another_process

IN_AND_OUT = """
piece = bytes(64 * 1024)
with store.incoming() as warming:
    warming.write(piece)
    put_all(store, [warming], folder=FOLDER)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
with store.incoming() as file:
    for _ in range(MEGABYTES * 16):
        file.write(piece)
    (placed,) = put_all(store, [file], folder=FOLDER)
with store.open(placed.key, 1000) as reader:
    read = sum(len(chunk) for chunk in iter(lambda: reader.read(64 * 1024), b""))
print(read, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.parametrize(
    ("kind", "megabytes"), [("local", 300), pytest.param("s3", 64, marks=pytest.mark.s3)], ids=["local", "s3"]
)
def test_a_large_video_never_sits_in_memory(request, tmp_path, kind, megabytes):
    url = None if kind == "local" else request.getfixturevalue("s3_bucket").url()
    status, said = in_another_process(f"MEGABYTES = {megabytes}\n{IN_AND_OUT}", tmp_path, url=url)
    read, grown_kilobytes = map(int, said.split())
    assert status == 0
    assert read == megabytes * 2**20 - 1000
    assert grown_kilobytes < 16_000
